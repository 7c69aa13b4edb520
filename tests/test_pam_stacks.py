"""The two shipped lines in real stacks with pam_unix behind them."""
import re
import unittest

from fixtures import fakebroker, pam, people
from fixtures.fakebroker import ACCEPTED, HANG
from fixtures.pamcase import PASSWORD, ROOT, PamCase

OK = "PAM_SUCCESS"
BOB = people.LOCAL_PASSWORD

# bob has a local password, alice has none. What the broker is, and who gets in with what.
AWAY = {
    "absent": None,
    "hung": fakebroker.actions(HANG),
    "garbage": fakebroker.actions(b"garbage"),
    "closes": fakebroker.actions(ACCEPTED),
    "outage": fakebroker.answer("OUTAGE"),
    "busy": fakebroker.answer("BUSY"),
    "locked": fakebroker.answer("LOCKED"),
    "configuration": fakebroker.answer("CONFIGURATION"),
}
REFUSALS = {name: fakebroker.answer(name) for name in ("DENIED", "POLICY", "GUARD", "FORBIDDEN")}
REFUSALS["no verdict"] = fakebroker.answer("OK")


@unittest.skipUnless(ROOT, "needs root: pam_unix reads /etc/shadow of a private mount namespace")
class Shipped(PamCase):
    def stack(self, broker_path, arguments=""):
        arguments = "socket=%s %s" % (broker_path, arguments)
        text = pam.shipped("common-auth", arguments) + pam.shipped("common-account", arguments)
        return pam.Stack(text.replace("try_first_pass", "try_first_pass nodelay"))

    def login(self, script, user, password, steps=("authenticate",), arguments=""):
        with fakebroker.FakeBroker(script or fakebroker.admit) as broker:
            path = broker.path if script else "/nonexistent/mobproc/broker.sock"
            outcome = self.stack(path, arguments).run(*steps, user=user, password=password)
        self.assertEqual((outcome.returncode, outcome.stderr), (0, ""))
        self.assertEqual(outcome.changed, [], outcome.output)
        return outcome, broker

    def test_the_lines_are_the_ones_of_the_manual(self):
        manual = (pam.REPO / "pam_mobproc" / "pam_mobproc.8").read_text()
        for name in ("common-auth", "common-account"):
            text = (pam.REPO / "packaging" / "pam" / (name + ".example")).read_text()
            control = re.search(r"^\w+\s+(\[.*?\])\s+pam_mobproc\.so$", text, re.M).group(1)
            self.assertIn(control, manual)

    def test_a_mapped_user_gets_in_with_the_remote_password(self):
        outcome, _ = self.login(fakebroker.admit, "alice", PASSWORD,
                                ("authenticate", "setcred", "acct_mgmt"))
        self.assertEqual(outcome.codes, [OK, OK, OK])
        self.assertEqual(len(outcome.prompts), 1)

    def test_a_refusal_is_final_even_where_the_local_password_would_fit(self):
        for name, script in REFUSALS.items():
            for user, password in (("alice", PASSWORD), ("bob", BOB)):
                with self.subTest(name, user=user):
                    outcome, broker = self.login(script, user, password)
                    self.assertNotEqual(outcome.code, OK)
                    self.assertEqual(len(outcome.prompts), 1)
                    self.assertEqual(len(broker.requests), 1)

    def test_P2_while_the_broker_is_away_local_passwords_work_and_no_others(self):
        for name, script in AWAY.items():
            for user, password, wanted in (("bob", BOB, OK), ("bob", "wrong", "PAM_AUTH_ERR"),
                                           ("alice", PASSWORD, "PAM_AUTH_ERR")):
                with self.subTest(name, user=user, password=password):
                    outcome, _ = self.login(script, user, password)
                    self.assertEqual(outcome.code, wanted)
                    self.assertEqual(len(outcome.prompts), 1, "nobody types it twice")

    def test_a_local_user_is_asked_once(self):
        for password, wanted in ((BOB, OK), ("wrong", "PAM_AUTH_ERR")):
            outcome, _ = self.login(fakebroker.answer("UNMAPPED"), "bob", password)
            self.assertEqual((outcome.code, len(outcome.prompts)), (wanted, 1))
            self.assertEqual(outcome.messages, [])

    def test_P24_whoever_is_refused_sees_the_same(self):
        """A name that nobody has, a local one, one of ours; refused here or by the server."""
        seen = set()
        for user, answer in (("nobody-has-this-name", "DENIED"), ("daemonlike", "DENIED"),
                             ("rootlike", "DENIED"), ("bob", "UNMAPPED"), ("alice", "DENIED"),
                             ("alice", "POLICY"), ("alice", "GUARD"), ("alice", "UNMAPPED")):
            outcome, _ = self.login(fakebroker.answer(answer), user, "wrong")
            self.assertNotEqual(outcome.code, OK)
            seen.add((tuple(text.strip() for text in outcome.prompts), tuple(outcome.messages)))
            self.assertEqual(len(outcome.delays), 1, (user, answer))  # as with pam_unix alone
        self.assertEqual(seen, {(("Password:",), ())})

    def test_P24_whoever_gets_in_does_not_wait(self):
        for user, password in (("alice", PASSWORD), ("rootlike", BOB)):
            outcome, _ = self.login(fakebroker.admit, user, password)
            self.assertEqual((outcome.code, outcome.delays), (OK, []))

    def test_root_and_system_users_are_never_told_to_the_broker(self):
        for user in ("root", "rootlike", "daemonlike", "highuid", "nobody-has-this-name"):
            for arguments in ("", "no_such_argument"):
                if arguments and user in ("daemonlike", "highuid"):
                    continue  # a bad argument refuses everybody but root and strangers
                with self.subTest(user=user, arguments=arguments):
                    outcome, broker = self.login(fakebroker.admit, user, PASSWORD,
                                                 arguments=arguments)
                    self.assertNotEqual(outcome.code, OK)  # no local password: pam_unix refuses
                    self.assertEqual(broker.connections, 0)
                    self.assertTrue(any("pam_unix(" in line for line in outcome.logs))

    def test_a_bad_argument_refuses_everybody_else(self):
        outcome, broker = self.login(fakebroker.admit, "bob", BOB, arguments="no_such_argument")
        self.assertEqual((outcome.code, broker.connections), ("PAM_SERVICE_ERR", 0))

    def test_the_account_line(self):
        for script, wanted in (
                (fakebroker.admit, OK),
                (fakebroker.answer("NO_RECORD"), OK),
                (fakebroker.answer("UNMAPPED"), OK),
                (None, OK),
                (fakebroker.answer("OUTAGE"), OK),
                (fakebroker.answer("POLICY"), "PAM_PERM_DENIED"),
                (fakebroker.answer("DENIED"), "PAM_PERM_DENIED"),
                (fakebroker.answer("FORBIDDEN"), "PAM_PERM_DENIED"),
                (fakebroker.answer("OK"), "PAM_PERM_DENIED")):
            outcome, _ = self.login(script, "bob", None, ("acct_mgmt",))
            self.assertEqual(outcome.code, wanted)
        for user in ("root", "daemonlike"):
            outcome, broker = self.login(fakebroker.answer("POLICY"), user, None, ("acct_mgmt",))
            self.assertEqual((outcome.code, broker.connections), (OK, 0))

    def test_P2_no_control_admits_whom_pam_unix_alone_would_refuse(self):
        """alice has no local password: only an answer that admits may let her in."""
        controls = ("required", "requisite", "sufficient", "[success=done default=die]",
                    "[success=done default=ignore]", "[success=1 default=ignore]")
        scripts = dict(AWAY, **REFUSALS)
        del scripts["hung"]  # two seconds each; its code is that of the others
        scripts["UNMAPPED"] = fakebroker.answer("UNMAPPED")
        for control in controls:
            for after in ("auth required pam_unix.so try_first_pass nodelay\n",
                          "auth required pam_deny.so\n"):
                for name, script in scripts.items():
                    with self.subTest(control=control, after=after, broker=name), \
                            fakebroker.FakeBroker(script or fakebroker.admit) as broker:
                        path = broker.path if script else "/nonexistent/mobproc/broker.sock"
                        text = "auth %s %s/pam_mobproc.so socket=%s\n%s" % (
                            control, pam.installed(), path, after)
                        if "=1" in control:
                            text += "auth required pam_permit.so\n"
                        outcome = pam.Stack(text).run("authenticate", user="alice",
                                                      password=PASSWORD)
                        self.assertNotEqual(outcome.code, OK)
                        self.assertEqual(outcome.changed, [])

    def test_P29_a_local_user_changes_his_password_whatever_the_broker_is(self):
        """pam_permit stands for the local module: does the line let it have its turn?"""
        line = ("password [user_unknown=ignore authinfo_unavail=ignore ignore=ignore default=die] "
                "%s/pam_mobproc.so socket=%s\npassword required pam_permit.so\n")
        manual = (pam.REPO / "pam_mobproc" / "pam_mobproc.8").read_text()
        self.assertIn(line.split(" ", 1)[1].split("]")[0] + "]", manual)
        for script in [fakebroker.answer("UNMAPPED")] + [s for n, s in AWAY.items() if n != "hung"]:
            with fakebroker.FakeBroker(script or fakebroker.admit) as broker:
                path = broker.path if script else "/nonexistent/mobproc/broker.sock"
                stack = pam.Stack(line % (pam.installed(), path))
                outcome = stack.run("chauthtok", user="bob")
                self.assertEqual((outcome.code, outcome.messages), (OK, []))
        with fakebroker.FakeBroker() as broker:
            stack = pam.Stack(line % (pam.installed(), broker.path))
            self.assertEqual(stack.run("chauthtok", user="root").code, OK)
            self.assertEqual(broker.connections, 0)
            outcome = stack.run("chauthtok", user="alice")
            self.assertEqual(outcome.code, "PAM_AUTHTOK_ERR")
            self.assertEqual(outcome.messages,
                             ["Passwords of this account are changed at Tangoe."])

    def test_the_second_pass_does_not_explain_again(self):
        with fakebroker.FakeBroker() as broker:
            outcome = pam.Stack("password optional %s/pam_mobproc.so socket=%s\n"
                                "password required pam_permit.so\n"
                                % (pam.installed(), broker.path)).run("chauthtok", user="alice")
        self.assertEqual(len(broker.requests), 2)
        self.assertEqual(len(outcome.messages), 1)


if __name__ == "__main__":
    unittest.main()
