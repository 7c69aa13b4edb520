"""The module's return codes, cell by cell: every stage, every answer, every state of a broker."""
import os
import shutil
import socket
import struct
import tempfile
import unittest

from fixtures import fakebroker, pam, wire
from fixtures.fakebroker import ACCEPTED, ADMIT, CLOSE, DENY, ERRORS, HANG
from fixtures.pamcase import PASSWORD, ROOT, PamCase

OK, AUTH, PERM = "PAM_SUCCESS", "PAM_AUTH_ERR", "PAM_PERM_DENIED"
UNKNOWN, AWAY, IGNORE = "PAM_USER_UNKNOWN", "PAM_AUTHINFO_UNAVAIL", "PAM_IGNORE"
TRIES, MEMORY, SESSION = "PAM_MAXTRIES", "PAM_BUF_ERR", "PAM_SESSION_ERR"
TOKEN = "PAM_AUTHTOK_ERR"

# The published table (DESIGN: section 7): what the broker said, and what each stage returns.
TABLE = {
    #              authenticate account session  chauthtok
    "NOMEM":          (MEMORY,  MEMORY, MEMORY,  MEMORY),
    "SYSTEM":         (AWAY,    AWAY,   SESSION, AWAY),
    "PROTOCOL":       (AWAY,    AWAY,   SESSION, AWAY),
    "TOO_LONG":       (AWAY,    AWAY,   SESSION, AWAY),
    "INTERRUPTED":    (AWAY,    AWAY,   SESSION, AWAY),
    "STORAGE":        (AWAY,    AWAY,   SESSION, AWAY),
    "LOCKED":         (AWAY,    AWAY,   SESSION, AWAY),
    "INTERNAL":       (AWAY,    AWAY,   SESSION, AWAY),
    "BROKER_ABSENT":  (AWAY,    AWAY,   SESSION, AWAY),
    "BROKER_HUNG":    (AWAY,    AWAY,   SESSION, AWAY),
    "BROKER_FOREIGN": (AWAY,    AWAY,   SESSION, AWAY),
    "BUSY":           (AWAY,    AWAY,   SESSION, AWAY),
    "FORBIDDEN":      (AUTH,    PERM,   SESSION, PERM),
    "UNSUPPORTED":    (AWAY,    AWAY,   SESSION, AWAY),
    "CONFIGURATION":  (AWAY,    AWAY,   SESSION, AWAY),
    "NO_ACCOUNT":     (AWAY,    AWAY,   SESSION, AWAY),
    "AMBIGUOUS":      (AWAY,    AWAY,   SESSION, AWAY),
    "NO_RECORD":      (AUTH,    IGNORE, IGNORE,  TOKEN),
    "LOGIN_NEEDED":   (AUTH,    PERM,   SESSION, TOKEN),
    "UNMAPPED":       (UNKNOWN, UNKNOWN, IGNORE, IGNORE),
    "GUARD":          (TRIES,   PERM,   SESSION, TOKEN),
    "DENIED":         (AUTH,    PERM,   SESSION, TOKEN),
    "POLICY":         (PERM,    PERM,   SESSION, TOKEN),
    "OUTAGE":         (AWAY,    AWAY,   SESSION, AWAY),
    "CLIENT":         (AWAY,    AWAY,   SESSION, AWAY),
}
AWAY_ROW = (AWAY, AWAY, SESSION, AWAY)
STEPS = ("authenticate", "acct_mgmt", "open_session", "close_session", "chauthtok")
COLUMN = {"authenticate": 0, "acct_mgmt": 1, "open_session": 2, "close_session": 2, "chauthtok": 3}
MESSAGE_AWAY = "The sign-in server cannot be reached."
MESSAGE_PASSWORD = "Passwords of this account are changed at Tangoe."


def expected(row, step):
    """A host that is not root has no sessions of ours, so nobody is asked: PAM_IGNORE."""
    if "session" in step and not ROOT:
        return IGNORE
    return row[COLUMN[step]]


def alone(code):
    """What libpam makes of our code when no other module said anything."""
    return PERM if code == IGNORE else code


class Table(PamCase):
    def test_every_error_has_a_row(self):
        self.assertEqual(set(TABLE), set(ERRORS) - {"OK"})

    def test_P1_every_answer_gives_its_code(self):
        for error, row in TABLE.items():
            for step in STEPS:
                with self.subTest(error=error, step=step):
                    outcome, _ = self.ask(fakebroker.answer(error), step)
                    self.assertEqual(outcome.code, alone(expected(row, step)))
                    self.check_messages(outcome, step, expected(row, step))

    def test_P1_no_error_admits_whatever_else_the_answer_says(self):
        for error, row in TABLE.items():
            for step in STEPS:
                with self.subTest(error=error, step=step):
                    outcome, _ = self.ask(fakebroker.admit_but(
                        ERROR=error, VERDICT=ADMIT, EXPIRES_AT=2000000000), step)
                    self.assertEqual(outcome.code, alone(expected(row, step)))

    def test_an_answer_that_admits_gives_success(self):
        for step in STEPS:
            with self.subTest(step=step):
                outcome, _ = self.ask(fakebroker.admit, step)
                row = (OK, OK, OK, TOKEN)
                self.assertEqual(outcome.code, alone(expected(row, step)))
                self.check_messages(outcome, step, expected(row, step))

    def test_ignore_lets_a_following_module_decide(self):
        with fakebroker.FakeBroker(fakebroker.answer("NO_RECORD")) as broker:
            line = "account required %s/pam_mobproc.so socket=%s %s\n" % (
                pam.installed(), broker.path, " ".join(self.range))
            outcome = pam.Stack(line + "account required pam_permit.so\n").run(
                "acct_mgmt", user=self.user)
        self.check(outcome)
        self.assertEqual(outcome.code, OK)

    def check_messages(self, outcome, step, code):
        wanted = []
        if step == "authenticate" and code == AWAY:
            wanted = [MESSAGE_AWAY]
        if step == "chauthtok" and code == TOKEN:
            wanted = [MESSAGE_PASSWORD]
        self.assertEqual(outcome.messages, wanted)


class Conditions(PamCase):
    """A login succeeds only when every condition holds: each one missing alone refuses."""

    def test_P3_P23_each_condition_alone(self):
        for name, changes in {
                "no verdict": {"VERDICT": None},
                "verdict denies": {"VERDICT": DENY},
                "verdict 0": {"VERDICT": 0},
                "verdict 1": {"VERDICT": 1},
                "no expiry": {"EXPIRES_AT": None},
                "another user": {"USER": "mallory"},
                "an empty user": {"USER": ""},
        }.items():
            with self.subTest(name):
                outcome, _ = self.ask(fakebroker.admit_but(**changes), "authenticate")
                self.assertEqual(outcome.code, AUTH)
                self.assertEqual(outcome.messages, [])

    def test_no_error_field_is_no_answer(self):
        outcome, _ = self.ask(fakebroker.admit_but(ERROR=None), "authenticate")
        self.assertEqual(outcome.code, AWAY)

    def test_an_error_number_nobody_knows_is_no_answer(self):
        for number in (len(ERRORS), 255, 1 << 32, 1 << 63):
            with self.subTest(number=number):
                outcome, _ = self.ask(fakebroker.admit_but(ERROR=number), "authenticate")
                self.assertEqual(outcome.code, AWAY)

    def test_another_account_than_the_one_asked_for_refuses(self):
        for step, code in (("authenticate", AUTH), ("acct_mgmt", PERM)):
            for given, wanted in (("other", code), ("tango", code), ("tangoe", OK)):
                with self.subTest(step=step, given=given):
                    outcome, broker = self.ask(fakebroker.admit_but(ACCOUNT=given), step,
                                               arguments=["account=tangoe"])
                    self.assertEqual(broker.requests[0]["ACCOUNT"], "tangoe")
                    self.assertEqual(outcome.code, wanted)

    def test_the_account_stage_needs_the_verdict(self):
        for verdict in (None, DENY, 0, 1):
            with self.subTest(verdict=verdict):
                outcome, _ = self.ask(fakebroker.admit_but(VERDICT=verdict), "acct_mgmt")
                self.assertEqual(outcome.code, PERM)

    def test_P34_no_flipped_bit_of_the_verdict_admits(self):
        for bit in range(64):
            for verdict in (ADMIT ^ (1 << bit), DENY ^ (1 << bit)):
                for step, code in (("authenticate", AUTH), ("acct_mgmt", PERM)):
                    with self.subTest(bit=bit, verdict=hex(verdict), step=step):
                        outcome, _ = self.ask(fakebroker.admit_but(VERDICT=verdict), step)
                        self.assertEqual(outcome.code, code)

    def test_P34_the_two_verdicts_are_far_apart(self):
        self.assertGreaterEqual(bin(ADMIT ^ DENY).count("1"), 16)


class BrokerStates(PamCase):
    """Whatever is wrong with the broker: the row of an outage, in bounded time."""

    def rows(self, steps, path, within, arguments=()):
        for step in steps:
            with self.subTest(step=step):
                outcome = pam.module("socket=" + path, *self.range, *arguments).run(
                    step, user=self.user, password=PASSWORD)
                self.check(outcome)
                self.assertEqual(outcome.code, alone(expected(AWAY_ROW, step)))
                self.assertLess(outcome.seconds, within)

    def test_P1_a_directory_of_users_that_fails(self):
        """NSS says EIO: that is neither "there is no such user" nor "not our business"."""
        for step in STEPS:
            with self.subTest(step=step):
                outcome, broker = self.ask(fakebroker.admit, step,
                                           options=["--nss-asked", self.user])
                self.assertEqual(outcome.code, AWAY_ROW[COLUMN[step]])
                self.assertEqual((broker.connections, len(outcome.lookups)), (0, 1))

    def test_P1_nobody_there(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        self.rows(STEPS, folder + "/broker.sock", 2)
        self.rows(STEPS, folder + "/no/such/folder/broker.sock", 2)

    def test_P30_a_socket_that_nobody_listens_on(self):
        with fakebroker.FakeBroker() as broker:
            os.unlink(broker.path)
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as idle:
                idle.bind(broker.path)
                self.rows(STEPS, broker.path, 2)

    def test_a_socket_of_another_kind(self):
        with fakebroker.FakeBroker() as broker:
            os.unlink(broker.path)
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
                stream.bind(broker.path)
                stream.listen(1)
                self.rows(STEPS, broker.path, 2)

    def test_P13_a_file_in_its_place(self):
        with fakebroker.FakeBroker() as broker:
            os.unlink(broker.path)
            for make in (lambda: os.mkfifo(broker.path), lambda: open(broker.path, "w").close(),
                         lambda: os.symlink("broker.sock", broker.path)):
                make()
                self.rows(STEPS[:1], broker.path, 2)
                os.unlink(broker.path)

    def test_P1_hung_before_it_accepts_is_told_within_two_seconds(self):
        with fakebroker.FakeBroker(fakebroker.actions(HANG)) as broker:
            self.rows(STEPS[:2], broker.path, 5)

    def test_nobody_takes_the_connection(self):
        with fakebroker.FakeBroker(reads=False) as broker:
            self.rows(STEPS[:1], broker.path, 5)

    def test_a_full_queue(self):
        with fakebroker.FakeBroker(reads=False, backlog=0) as broker:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as filler:
                filler.connect(broker.path)
                self.rows(STEPS[:1], broker.path, 5)

    def test_hung_after_it_accepted_ends_with_the_timeout(self):
        with fakebroker.FakeBroker(fakebroker.actions(ACCEPTED, HANG)) as broker:
            self.rows(STEPS[:2], broker.path, 3.8, ["timeout=3"])

    def test_P1_H18_packets_that_are_no_answer(self):
        good = fakebroker.result("OK", VERDICT=ADMIT, ACCOUNT="tangoe",
                                 EXPIRES_AT=fakebroker.EXPIRES_AT)
        unknown_tag = struct.pack(">HI", 0x0fff, 1) + b"x"
        for name, packets in {
                "closes at once": [CLOSE],
                "closes after accepted": [ACCEPTED, CLOSE],
                "garbage": [b"\xff" * 40],
                "garbage after accepted": [ACCEPTED, b"\xff" * 40],
                "accepted twice": [ACCEPTED, ACCEPTED],
                "no accepted": [good],
                "another operation": [ACCEPTED, wire.encode("LOGIN", USER="alice", ERROR="OK")],
                "a job's answer": [ACCEPTED, b"MPW\x01\x00\x82" + good[6:]],
                "another version": [ACCEPTED, b"MPW\x02" + good[4:]],
                "cut": [ACCEPTED, good[:-1]],
                "leftovers": [ACCEPTED, good + b"\0"],
                "an unknown tag": [ACCEPTED, good + unknown_tag],
                "a field twice": [ACCEPTED, good + wire.encode_field("VERDICT", ADMIT)],
                "an empty result": [ACCEPTED, b"MPW\x01\x00\x41"],
                "over-long": [ACCEPTED, good + b"\0" * 70000],
        }.items():
            with self.subTest(name):
                outcome, _ = self.ask(fakebroker.actions(*packets), "authenticate")
                self.assertEqual(outcome.code, AWAY)
                self.assertLess(outcome.seconds, 1.5)

    def test_H18_an_answer_cut_anywhere_is_none(self):
        good = fakebroker.result("OK", VERDICT=ADMIT, ACCOUNT="tangoe",
                                 EXPIRES_AT=fakebroker.EXPIRES_AT)
        for length in range(1, len(good), 1 if len(good) < 40 else 3):
            for packets in ([ACCEPTED, good[:length]], [ACCEPTED, good[:length], good[length:]],
                            [ACCEPTED[:length]]):
                with self.subTest(length=length, packets=len(packets)):
                    outcome, _ = self.ask(fakebroker.actions(*packets), "authenticate")
                    self.assertNotEqual(outcome.code, OK)

    def test_descriptors_in_an_answer_are_refused_and_closed(self):
        good = fakebroker.result("OK", VERDICT=ADMIT, EXPIRES_AT=fakebroker.EXPIRES_AT)
        with open("/dev/null") as null:
            outcome, _ = self.ask(lambda request: [ACCEPTED, (good, [null.fileno()] * 3)],
                                  "authenticate")
        self.assertEqual(outcome.code, AWAY)

    def test_L5_a_folder_that_others_may_write(self):
        with fakebroker.FakeBroker(folder_mode=0o777) as broker:
            self.rows(STEPS, broker.path, 2)
        self.assertEqual(broker.requests, [])

    @unittest.skipUnless(ROOT, "needs root to give a folder to somebody else")
    def test_L5_a_folder_of_somebody_else(self):
        with fakebroker.FakeBroker() as broker:
            os.chown(str(broker.folder), 2004, 2004)
            self.rows(STEPS, broker.path, 2)
        self.assertEqual(broker.requests, [])

    @unittest.skipUnless(ROOT, "needs root to listen as somebody else")
    def test_L5_a_listener_that_is_somebody_else(self):
        with fakebroker.ForeignBroker(2004) as broker:
            self.rows(STEPS, broker.path, 2)


if __name__ == "__main__":
    unittest.main()
