"""The whole way: a PAM stack, the module, the broker, the courier, a sign-in server over TLS."""
import json
import os
import signal
import time
import unittest

from fixtures import pam, people
from fixtures.activated import ActivatedHouse
from fixtures.house import PASSWORD, House

ROOT = os.geteuid() == 0
OK = "PAM_SUCCESS"
LOCAL = people.LOCAL_PASSWORD
ALICE, BOB = people.UIDS["alice"], people.UIDS["bob"]


def module_of(house):
    """The module with the arguments that this house needs."""
    return "%s socket=%s minimum_uid=%d" % (pam.installed() / "pam_mobproc.so", house.socket,
                                            min(1000, house.uid))


def alone(house):
    """Our module and nothing else in all stages."""
    return pam.Stack("".join("%s required %s\n" % (stage, module_of(house))
                             for stage in ("auth", "account", "session", "password")))


def shipped(house):
    """The two shipped lines with the local modules behind them, and sessions."""
    arguments = module_of(house).split(" ", 1)[1]
    text = pam.shipped("common-auth", arguments) + pam.shipped("common-account", arguments)
    return pam.Stack(text.replace("try_first_pass", "try_first_pass nodelay") +
                     "session optional %s\n" % module_of(house))


class PamCase(unittest.TestCase):
    def run_stack(self, stack, *steps, **more):
        """What the host printed; the module has left the host as it found it."""
        outcome = stack.run(*steps, **more)
        self.assertEqual((outcome.returncode, outcome.stderr), (0, ""), outcome.output)
        self.assertEqual(outcome.changed, [], outcome.output)
        return outcome


class Module(PamCase):
    """Our module alone: also without root."""

    def test_a_right_and_a_wrong_password(self):
        with House(self) as house:
            stack = alone(house)
            outcome = self.run_stack(stack, "authenticate", user=house.me, password="wrong one")
            self.assertEqual(outcome.codes, ["PAM_AUTH_ERR"])
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "NO_RECORD")
            outcome = self.run_stack(stack, "authenticate", "acct_mgmt", "setcred", user=house.me,
                                     password=PASSWORD)
            self.assertEqual(outcome.codes, [OK] * 3)
            self.assertEqual(len(house.ping.posts("password")), 2)
            self.assertEqual(house.mobproc("token").returncode, 0)

    def test_P28_the_account_stage_knows_a_login_of_another_process(self):
        with House(self) as house:
            stack = alone(house)
            self.assertNotEqual(self.run_stack(stack, "acct_mgmt", user=house.me).code, OK)
            self.run_stack(stack, "authenticate", user=house.me, password=PASSWORD)
            asked = len(house.ping.requests)
            self.assertEqual(self.run_stack(stack, "acct_mgmt", user=house.me).code, OK)
            house.ask("LOGOUT")
            self.assertNotEqual(self.run_stack(stack, "acct_mgmt", user=house.me).code, OK)
            self.assertEqual(len(house.ping.requests), asked)  # a local decision

    def test_the_code_of_each_trouble(self):
        with House(self, {"timeout": 3}) as house:
            stack = alone(house)
            for behaviour, expected in (("html_503", "PAM_AUTHINFO_UNAVAIL"),
                                        ("rst_after_request", "PAM_AUTHINFO_UNAVAIL"),
                                        ("silence", "PAM_AUTHINFO_UNAVAIL"),
                                        ("invalid_client_401", "PAM_AUTHINFO_UNAVAIL"),
                                        ("redirect_302_self", "PAM_AUTHINFO_UNAVAIL"),
                                        ("token_type_dpop", "PAM_AUTHINFO_UNAVAIL"),
                                        ("mfa_required_400", "PAM_AUTH_ERR"),
                                        ("account_locked", "PAM_AUTH_ERR")):
                with self.subTest(behaviour):
                    for file in (house.state / "guard").iterdir():
                        file.unlink()
                    house.ping.behave(behaviour)
                    outcome = self.run_stack(stack, "authenticate", user=house.me,
                                             password=PASSWORD)
                    self.assertEqual(outcome.code, expected)
            self.run_stack(stack, "authenticate", user=house.me, password="wrong one")
            house.ping.behave(None)
            outcome = self.run_stack(stack, "authenticate", user=house.me, password=PASSWORD)
            self.assertEqual(outcome.code, "PAM_MAXTRIES")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "NO_RECORD")

    @unittest.skipUnless(ROOT, "needs root: two users")
    def test_P35_an_unprivileged_caller_logs_himself_in_and_nobody_else(self):
        """A screen locker runs as alice."""
        with House(self) as house:
            stack = alone(house)
            outcome = self.run_stack(stack, "authenticate", "acct_mgmt", user="alice", uid=ALICE,
                                     password=PASSWORD)
            self.assertEqual(outcome.codes, [OK, OK])
            house.ping.forget_requests()
            outcome = self.run_stack(stack, "authenticate", user="bob", uid=ALICE,
                                     password=PASSWORD)
            self.assertNotEqual(outcome.code, OK)
            self.assertEqual(house.ping.requests, [])
            house.login("bob")
            outcome = self.run_stack(stack, "acct_mgmt", user="bob", uid=ALICE)
            self.assertNotEqual(outcome.code, OK)
            self.assertEqual(house.ask("LIST", uid=ALICE).all("RECORD")[0][:4], b"MPW\x01")


@unittest.skipUnless(ROOT, "needs root: pam_unix reads /etc/shadow of a private mount namespace")
class Shipped(PamCase):
    """The two lines that are shipped: alice is the sign-in server's, bob and root are local."""

    def who_gets_in(self, house, slow=False):
        """{user: codes of authenticate and acct_mgmt}; nobody waits for long."""
        stack = shipped(house)
        found = {}
        for user, password in (("rootlike", LOCAL), ("bob", LOCAL), ("alice", PASSWORD)):
            outcome = self.run_stack(stack, "authenticate", "acct_mgmt", user=user,
                                     password=password)
            found[user] = outcome.codes
            self.assertEqual(len(outcome.prompts), 1, "nobody types it twice")
            # two stages, each of which tells a hung broker within two seconds; root asks no broker
            self.assertLess(outcome.seconds, 6 if slow and user != "rootlike" else 3, user)
        return found

    def assert_locals_only(self, house, slow=False):
        """bob and root get in, and alice does not."""
        found = self.who_gets_in(house, slow)
        self.assertEqual((found["rootlike"], found["bob"]), ([OK, OK], [OK, OK]))
        self.assertEqual(found["alice"][0], "PAM_AUTH_ERR")

    def test_everybody_gets_in_while_all_is_well(self):
        with House(self, {"allow_users": "alice"}) as house:
            self.assertEqual(self.who_gets_in(house),
                             {"rootlike": [OK, OK], "bob": [OK, OK], "alice": [OK, OK]})
            post, = house.ping.posts("password")
            self.assertEqual(post.get("username"), "command://alice")

    def test_wrong_passwords_get_nobody_in(self):
        with House(self, {"allow_users": "alice"}) as house:
            stack = shipped(house)
            for user, password in (("rootlike", "wrong one"), ("bob", "wrong one"),
                                   ("alice", "wrong one"), ("alice", LOCAL), ("bob", PASSWORD)):
                outcome = self.run_stack(stack, "authenticate", user=user, password=password)
                self.assertEqual(outcome.code, "PAM_AUTH_ERR", user)

    def test_P30_a_broker_that_is_stopped(self):
        with House(self, {"allow_users": "alice"}) as house:
            house.broker.send_signal(signal.SIGSTOP)
            try:
                self.assert_locals_only(house, slow=True)
            finally:
                house.broker.send_signal(signal.SIGCONT)
            self.assertEqual(house.ping.posts(), [])
            self.assertEqual(self.who_gets_in(house)["alice"], [OK, OK])

    def test_P30_no_broker(self):
        with House(self, {"allow_users": "alice"}) as house:
            house.kill()
            self.assert_locals_only(house)
            house.start()
            self.assertEqual(self.who_gets_in(house)["alice"], [OK, OK])

    def test_P30_a_broker_with_a_broken_configuration(self):
        with ActivatedHouse(self, {"allow_users": "alice", "colour": "red"}) as house:
            self.assert_locals_only(house)
            house.change({"allow_users": "alice"})
            self.assertEqual(self.who_gets_in(house)["alice"], [OK, OK])

    def test_P30_no_courier_no_server_no_vault(self):
        with House(self, {"allow_users": "alice"}) as house:
            house.ping.stop()
            self.assert_locals_only(house)
            house.ping.start()
            house.login("alice")
            house.stop()
            (house.state / "vault.key").rename(house.state / "kept")
            house.arguments = ["--courier-socket", "/nonexistent/courier"]
            house.start()
            self.assert_locals_only(house)
            house.stop()
            (house.state / "kept").rename(house.state / "vault.key")
            house.start()
            self.assert_locals_only(house)

    def test_a_refusal_is_final_where_the_local_password_would_fit(self):
        """bob is the server's here: his local password is none."""
        with House(self) as house:
            outcome = self.run_stack(shipped(house), "authenticate", user="bob", password=LOCAL)
            self.assertEqual(outcome.code, "PAM_AUTH_ERR")
            self.assertEqual(len(house.ping.posts("password")), 1)

    def test_P27_setcred_ends_no_session(self):
        with House(self, machine={"forget": "last-session"}) as house:
            stack = shipped(house)
            self.run_stack(stack, "authenticate", user="alice", password=PASSWORD)
            self.run_stack(stack, "setcred-delete", "setcred-reinitialize", "setcred-refresh",
                           user="alice")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")


@unittest.skipUnless(ROOT, "needs root: only root opens sessions")
class Sessions(PamCase):
    def waiting(self, house):
        """A stack whose session, once opened, lasts until the file `leave` is there."""
        script = house.directory / "wait"
        script.write_text("#!/bin/sh\n: > %s\nwhile [ ! -e %s ]; do sleep 0.05; done\n"
                          % (house.directory / "arrived", house.directory / "leave"))
        script.chmod(0o755)
        return pam.Stack("session required %s\nsession required pam_exec.so quiet "
                         "type=open_session %s\n" % (module_of(house), script))

    @staticmethod
    def counted(house):
        """How many sessions alice sees of herself."""
        status = json.loads(house.mobproc("status", "--json").stdout)
        return status["accounts"][0].get("sessions", 0)

    def test_the_last_one_forgets_the_tokens_and_no_earlier_one(self):
        for forget, at_the_end in (("last-session", "NO_RECORD"), ("never", "OK")):
            with self.subTest(forget), House(self, machine={"forget": forget}) as house:
                short = alone(house)
                self.run_stack(short, "authenticate", user="alice", password=PASSWORD)
                long = house.later(self.run_stack, self.waiting(house), "open_session",
                                   "close_session", user="alice")
                deadline = time.monotonic() + 20
                while not (house.directory / "arrived").exists():
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.02)
                outcome = self.run_stack(short, "open_session", "close_session", user="alice")
                self.assertEqual(outcome.codes, [OK, OK])
                self.assertIn("MOBPROC_ACCOUNT=tangoe", outcome.environment)
                self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")
                self.assertEqual(self.counted(house), 1)
                (house.directory / "leave").touch()
                self.assertEqual(long.result().codes, [OK, OK])
                self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], at_the_end)
                self.assertEqual(self.counted(house), 0)

    def test_somebody_else_s_session_counts_for_him(self):
        with House(self, machine={"forget": "last-session"}) as house:
            house.login("alice")
            house.login("bob")
            self.run_stack(alone(house), "open_session", "close_session", user="bob")
            self.assertEqual(house.ask("GET", uid=BOB, ACCOUNT="tangoe")["ERROR"], "NO_RECORD")
            self.assertEqual(house.ask("GET", uid=ALICE, ACCOUNT="tangoe")["ERROR"], "OK")


if __name__ == "__main__":
    unittest.main()
