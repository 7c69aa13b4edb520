"""The module as a guest: what it may do in its host, and what the host may do to it."""
import itertools
import subprocess
import threading
import unittest

from fixtures import fakebroker, pam
from fixtures.fakebroker import ACCEPTED, HANG
from fixtures.pamcase import PASSWORD, ROOT, PamCase
from fixtures.systemlog import SystemLog

OK = "PAM_SUCCESS"
STEPS = ("authenticate", "setcred", "acct_mgmt", "open_session", "close_session", "chauthtok")
SCRIPTS = {
    "admits": fakebroker.admit,
    "denies": fakebroker.answer("DENIED"),
    "outage": fakebroker.answer("OUTAGE"),
    "garbage": fakebroker.actions(b"\xff" * 100),
    "closes": fakebroker.actions(),
}


class Guest(PamCase):
    def test_P18_it_needs_no_fork_exec_thread_file_or_network(self):
        """A seccomp filter kills the host at the first of them."""
        for name, script in SCRIPTS.items():
            with self.subTest(name):
                outcome, _ = self.ask(script, *STEPS, options=["--jail"], arguments=["debug"])
                self.assertEqual(len(outcome.codes), len(STEPS))

    def test_the_jail_kills(self):
        """The test above could not fail without this."""
        stack = pam.Stack("auth required pam_exec.so /bin/true\n")
        outcome = stack.run("authenticate", user=self.user, options=["--jail"])
        self.assertNotEqual(outcome.returncode, 0)

    def test_P14_P15_it_leaves_the_host_as_it_was(self):
        """check() compares after every step of every test; here is one that must be noticed."""
        self.ask(fakebroker.admit, "authenticate", "acct_mgmt", "setcred", "open_session",
                 "close_session", arguments=["debug"])
        stack = pam.Stack("session required pam_umask.so umask=0123\n")
        outcome = stack.run("open_session", user=self.user)
        self.assertEqual(outcome.changed, ["status"])

    def test_P16_signals_do_not_disturb_it(self):
        for script, code in ((fakebroker.admit, OK), (fakebroker.answer("DENIED"), "PAM_AUTH_ERR"),
                             (fakebroker.actions(0.3, ACCEPTED, 0.3, fakebroker.result(
                                 "OK", **fakebroker.good_fields("LOGIN"))), OK)):
            outcome, _ = self.ask(script, "authenticate", options=["--storm"])
            self.assertEqual(outcome.code, code)

    def test_P16_signals_do_not_prolong_it(self):
        outcome, _ = self.ask(fakebroker.actions(HANG), "authenticate", options=["--storm"])
        self.assertEqual(outcome.code, "PAM_AUTHINFO_UNAVAIL")
        self.assertLess(outcome.seconds, 5)

    def test_P20_standard_descriptors_that_are_closed(self):
        for count in (1, 2, 3):
            for closed in itertools.combinations("012", count):
                with self.subTest(closed=closed):
                    outcome, broker = self.ask(fakebroker.admit, "authenticate", "acct_mgmt",
                                               options=["--closed", "".join(closed)])
                    self.assertEqual(outcome.codes, [OK, OK])
                    self.assertEqual(broker.requests[0]["PASSWORD"], PASSWORD)

    def test_the_environment_changes_nothing(self):
        outcome, broker = self.ask(fakebroker.admit, "authenticate", environment={
            "MOBPROC_SOCKET": "/nonexistent", "MOBPROC_ACCOUNT": "other", "TZ": ":/nonexistent",
            "https_proxy": "http://127.0.0.1:1", "SSLKEYLOGFILE": "/tmp/mobproc-keys",
            "LC_ALL": "tr_TR.UTF-8", "LANG": "xx"})
        self.assertEqual(outcome.code, OK)
        self.assertNotIn("ACCOUNT", broker.requests[0])

    def test_P28_nothing_is_kept_from_one_stage_for_another(self):
        """sshd authenticates in another process than it opens the session in."""
        alone = [self.ask(fakebroker.admit, step)[0].code for step in STEPS[2:]]
        together = self.ask(fakebroker.admit, *STEPS)[0].codes[2:]
        self.assertEqual(alone, together)

    def test_many_hosts_at_once_get_their_own_answers(self):
        def by_password(request):
            error = "OK" if request["PASSWORD"].startswith("good") else "DENIED"
            return [ACCEPTED, 0.05, fakebroker.result(
                error, **(fakebroker.good_fields("LOGIN") if error == "OK" else {}))]
        seen = {}
        with fakebroker.FakeBroker(by_password, backlog=64) as broker:
            stack = pam.module("socket=" + broker.path, *self.range)

            def login(number):
                word = "good" if number % 2 else "bad"
                seen[number] = stack.run("authenticate", user=self.user,
                                         password="%s%d" % (word, number)).code
            threads = [threading.Thread(target=login, args=(n,)) for n in range(24)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(seen, {n: OK if n % 2 else "PAM_AUTH_ERR" for n in range(24)})

    def test_P17_it_exports_its_doors_only(self):
        shown = subprocess.run(["nm", "-D", "--defined-only", str(pam.BUILD / "pam_mobproc.so")],
                               stdout=subprocess.PIPE, check=True).stdout.decode()
        names = {line.split()[-1].split("@")[0] for line in shown.splitlines()}
        names = {name for name in names if "asan" not in name}
        self.assertEqual(names, {"pam_sm_" + name for name in (
            "authenticate", "setcred", "acct_mgmt", "open_session", "close_session",
            "chauthtok")})


@unittest.skipUnless(ROOT, "needs root for a /dev/log of its own")
class RealLog(PamCase):
    def test_a_line_arrives(self):
        with SystemLog() as log:
            outcome, _ = self.ask(fakebroker.answer("DENIED"), "authenticate",
                                  options=["--real-log"])
            lines = log.lines()
        self.assertEqual(outcome.logs, [])
        self.assertEqual(len(lines), 1)
        self.assertTrue(lines[0].startswith("<%d>" % (10 * 8 + 5)), lines)  # authpriv.notice
        self.assertIn("user=alice result=PAM_AUTH_ERR reason=denied", lines[0])

    def test_P33_a_log_service_that_stopped_reading_does_not_stop_a_login(self):
        with SystemLog() as log:
            log.fill()
            for script, code in ((fakebroker.admit, OK),
                                 (fakebroker.answer("DENIED"), "PAM_AUTH_ERR")):
                outcome, _ = self.ask(script, "authenticate", options=["--real-log"],
                                      arguments=["debug"], timeout=20)
                self.assertEqual(outcome.code, code)
                self.assertLess(outcome.seconds, 5)


if __name__ == "__main__":
    unittest.main()
