"""mobproc check USER: a whole login through a private stack, in words, with nothing enabled."""
import glob
import json
import os
import re
import unittest

from fixtures import build, fakebroker, pam, people, scratch, tool
from fixtures.fakebroker import HANG
from fixtures.house import PASSWORD, House
from fixtures.pamcase import ROOT
from fixtures.person import Person

IN, LOCAL, CLOSED = "would get in", "is left to the local modules", "would not get in"

# What the broker says, what authenticate is then, what it means, the exit code.
ANSWERS = {
    "admits": (fakebroker.admit, "PAM_SUCCESS", IN, 0),
    "refuses": (fakebroker.answer("DENIED"), "PAM_AUTH_ERR", CLOSED, 4),
    "policy": (fakebroker.answer("POLICY"), "PAM_PERM_DENIED", CLOSED, 4),
    "guard": (fakebroker.answer("GUARD"), "PAM_MAXTRIES", CLOSED, 4),
    "forbids": (fakebroker.answer("FORBIDDEN"), "PAM_AUTH_ERR", CLOSED, 4),
    "unmapped": (fakebroker.answer("UNMAPPED"), "PAM_USER_UNKNOWN", LOCAL, 1),
    "outage": (fakebroker.answer("OUTAGE"), "PAM_AUTHINFO_UNAVAIL", LOCAL, 5),
    "client": (fakebroker.answer("CLIENT"), "PAM_AUTHINFO_UNAVAIL", LOCAL, 5),
    "hung": (fakebroker.actions(HANG), "PAM_AUTHINFO_UNAVAIL", LOCAL, 5),
}


def login_is(script):
    """A broker that answers a login so, and admits in every other stage."""
    return lambda request: (script if request.operation == "LOGIN" else fakebroker.admit)(request)


class Check(tool.HelperCase):
    @classmethod
    def setUpClass(cls):
        if ROOT:
            people.enter()
        cls.user = people.me()

    def check(self, script, *words, user=None, data=PASSWORD.encode() + b"\n", **how):
        """{stage: [result, words, mend]} of what it printed, with .code in self.ran."""
        self.last = script if hasattr(script, "path") else self.broker(script)
        self.ran = tool.run(self.last, "check", user or self.user, "--password-stdin", "--json",
                            *words, data=data, **how)
        self.assertNotIn(PASSWORD, self.ran.err + self.ran.out.decode())
        self.assertEqual(glob.glob("/tmp/mobproc-check-*"), [])
        if not self.ran.out:
            return {}
        return {found["what"]: [found["result"], found["words"], found.get("mend", "")]
                for found in json.loads(self.ran.out)["checks"]}

    @unittest.skipUnless(ROOT, "needs root: a uid that the module takes")
    def test_every_answer_is_explained(self):
        for name, (script, code, means, exit_code) in ANSWERS.items():
            with self.subTest(name):
                found = self.check(login_is(script))
                self.assertTrue(found["authenticate"][1].startswith(code + ": "), found)
                self.assertIn("%s %s" % (self.user, means), found["login"][1])
                self.assertEqual(self.ran.code, exit_code, self.ran)
                self.assertEqual("acct_mgmt" in found, means != CLOSED, found)
                self.assertEqual(bool(found["authenticate"][2]), means != IN)
                self.assertEqual(
                    [request.operation for request in self.last.requests].count("LOGIN"), 1)

    @unittest.skipUnless(ROOT, "needs root: a uid that the module takes")
    def test_it_means_what_the_shipped_lines_do(self):
        """The same answers in the real stack, once with local modules that agree and once not."""
        for name, (script, _, means, _) in ANSWERS.items():
            outcomes = []
            for local in ("pam_permit.so", "pam_deny.so"):
                with fakebroker.FakeBroker(login_is(script)) as broker:
                    text = pam.shipped("common-auth", "socket=" + broker.path)
                    text = re.sub(r"pam_unix\.so.*", local, text)
                    outcome = pam.Stack(text).run("authenticate", user=self.user, password=PASSWORD)
                outcomes.append(outcome.code == "PAM_SUCCESS")
            self.assertEqual(outcomes, {IN: [True, True], LOCAL: [True, False],
                                        CLOSED: [False, False]}[means], name)

    @unittest.skipUnless(ROOT, "needs root: a uid that the module takes")
    def test_the_account_stage_closes_the_way(self):
        found = self.check(lambda request: (fakebroker.admit if request.operation == "LOGIN" else
                                            fakebroker.answer("POLICY"))(request))
        self.assertTrue(found["acct_mgmt"][1].startswith("PAM_PERM_DENIED: "), found)
        self.assertEqual((self.ran.code, "setcred" in found), (4, False))
        self.assertIn(CLOSED, found["login"][1])

    @unittest.skipUnless(ROOT, "needs root")
    def test_all_five_stages_are_gone_through(self):
        found = self.check(fakebroker.admit)
        self.assertEqual(list(found), ["authenticate", "acct_mgmt", "setcred", "open_session",
                                       "close_session", "login"])
        self.assertEqual({entry[1].split(":")[0] for entry in list(found.values())[:-1]},
                         {"PAM_SUCCESS"})
        self.assertEqual([request.operation for request in self.last.requests],
                         ["PREPARE", "LOGIN", "ACCOUNT_CHECK", "SESSION_OPEN", "SESSION_CLOSE"]
                         if self.last.requests[0].operation == "PREPARE" else
                         ["LOGIN", "ACCOUNT_CHECK", "SESSION_OPEN", "SESSION_CLOSE"])

    @unittest.skipUnless(ROOT, "needs root")
    def test_root_and_strangers_are_left_to_the_local_modules(self):
        for user, words in (("root", "uid 0"), ("nobody-has-this-name", "no user of this machine")):
            found = self.check(fakebroker.admit, user=user)
            self.assertIn(words, found["authenticate"][1])
            self.assertEqual((self.ran.code, self.last.connections), (1, 0))
            self.assertIn(LOCAL, found["login"][1])

    @unittest.skipUnless(ROOT, "needs root")
    def test_without_a_broker(self):
        broker = self.broker(fakebroker.admit)
        os.unlink(broker.path)
        found = self.check(broker)
        self.assertIn("PAM_AUTHINFO_UNAVAIL", found["authenticate"][1])
        self.assertEqual((self.ran.code, found["authenticate"][2]), (5, "mobproc doctor"))
        self.assertIn("cannot be reached", found["message"][1])

    def test_a_password_that_cannot_be_one(self):
        for data, code in ((b"", 4), (b"\n", 4), (b"x" * 1025, 2), (b"a\0b", 2)):
            self.assertEqual(self.check(fakebroker.admit, data=data), {})
            self.assertEqual((self.ran.code, self.last.connections), (code, 0), self.ran)

    def test_what_is_wrong_with_the_arguments(self):
        for words, complaint in ((["--pam-directory", "/x"], "is for --service"),
                                 (["--service", "../x"], "name of a file"),
                                 (["--service", "nobody-has-it"], "either --service"),
                                 (["two"], "too many arguments")):
            self.check(fakebroker.admit, *words)
            self.assertEqual((self.ran.code, self.ran.out), (2, b""))
            self.assertIn(complaint, self.ran.err)

    @unittest.skipUnless(ROOT, "needs root")
    def test_a_person_checks_himself_and_nobody_else(self):
        with House(self) as house:
            ran = house.mobproc("check", "alice", "--password-stdin", "--socket",
                                str(house.socket), stdin=PASSWORD.encode())
            self.assertEqual(ran.returncode, 0, ran)
            self.assertIn(b"open_session: PAM_IGNORE: not counted", ran.stdout)
            ran = house.mobproc("check", "bob", "--password-stdin", "--socket", str(house.socket),
                                stdin=PASSWORD.encode())
            self.assertEqual(ran.returncode, 4, ran)
            self.assertIn(b"only root may check somebody else", ran.stdout)
            self.assertEqual(len(house.ping.posts("password")), 1)

    @unittest.skipUnless(ROOT, "needs root")
    def test_root_checks_with_a_real_broker(self):
        with House(self) as house:
            how = dict(uid=0, stdin=PASSWORD.encode())
            arguments = ["--password-stdin", "--socket", str(house.socket)]
            self.assertEqual(house.mobproc("check", "alice", *arguments, **how).returncode, 0)
            house.change({"require_tenant": "ABC"})
            ran = house.mobproc("check", "alice", *arguments, **how)
            self.assertEqual(ran.returncode, 4)
            self.assertIn(b"FAILED  authenticate: PAM_PERM_DENIED: the password is right", ran.stdout)
            house.change({"allow_users": "bob"})
            ran = house.mobproc("check", "alice", *arguments, **how)
            self.assertEqual(ran.returncode, 1)
            self.assertIn(b"-> to have the server decide: see allow_users", ran.stdout)

    @unittest.skipUnless(ROOT, "needs root")
    def test_a_person_types(self):
        broker = self.broker(fakebroker.admit)
        person = Person(self, [tool.MOBPROC, "check", "alice", "--socket", broker.path])
        person.expect(b"Password of alice: ")
        self.assertFalse(person.echoes())
        person.type(PASSWORD.encode() + b"\n")
        self.assertEqual(person.wait(), 0, person.seen)
        self.assertNotIn(PASSWORD.encode(), person.seen)
        self.assertIn(b"ok      login: alice would get in", person.seen)

    @unittest.skipUnless(ROOT, "needs root")
    def test_H17_what_loads_the_module_keeps_no_password(self):
        """tool.execute() looks at its memory; mobproc itself never has the password."""
        for script in (fakebroker.admit, fakebroker.answer("DENIED")):
            broker = self.broker(script)
            tool.execute([build.program("mobproc-check"), "--user", "alice", "--socket",
                          broker.path], PASSWORD.encode(), {"PATH": "/usr/bin"})
            self.assertEqual(broker.requests[0]["PASSWORD"], PASSWORD)

    @unittest.skipUnless(ROOT, "needs root")
    def test_a_service_of_the_machine(self):
        folder = scratch.folder("pam.d")
        with fakebroker.FakeBroker(fakebroker.admit) as broker:
            text = pam.shipped("common-auth", "socket=" + broker.path) + \
                "account required pam_permit.so\nsession required pam_permit.so\n"
            for name, service in (("in", text), ("out", text.replace("pam_permit", "pam_deny"))):
                (folder / name).write_text(service)
                ran = tool.execute([tool.MOBPROC, "check", "alice", "--password-stdin", "--service",
                                    name, "--pam-directory", str(folder)], PASSWORD.encode())
                self.assertEqual(ran.code, 0 if name == "in" else 4, ran)
                self.assertEqual(b"would not get in" in ran.out, name == "out")
        ran = tool.execute([tool.MOBPROC, "check", "alice", "--password-stdin", "--service",
                            "third", "--pam-directory", str(folder)], PASSWORD.encode())
        self.assertEqual((ran.code, ran.out), (2, b""))
        self.assertIn("no such service", ran.err)

    @unittest.skipUnless(ROOT, "needs root")
    def test_the_folder_is_for_nobody_else_and_gone(self):
        trace = scratch.folder("trace") / "calls"
        with fakebroker.FakeBroker(fakebroker.admit) as broker:
            tool.execute(["strace", "-f", "-e", "trace=mkdir,openat,rmdir,unlink", "-o", str(trace),
                          build.program("mobproc-check"), "--user", "alice",
                          "--socket", broker.path], PASSWORD.encode(), {"PATH": "/usr/bin"})
        calls = trace.read_text()
        folder = re.search(r'mkdir\("(/tmp/mobproc-check-\w+)", 0700\)\s+= 0', calls).group(1)
        self.assertRegex(calls, r'openat\(.*%s/mobproc-check", .*O_EXCL.*, 0600\)' % folder)
        self.assertRegex(calls, r'rmdir\("%s"\)\s+= 0' % folder)


if __name__ == "__main__":
    unittest.main()
