"""Who somebody is: nobody becomes another, whatever names, claims, clocks and roots say."""
import ctypes
import os
import pathlib
import pwd
import tempfile
import unittest

from fixtures import fakebroker, pam, people
from fixtures.house import PASSWORD, House
from fixtures.pamcase import PamCase

ROOT = os.geteuid() == 0
AWAY = "PAM_AUTHINFO_UNAVAIL"
ALICE, BOB, MALLORY, SOMEBODY = 2001, 2002, 2004, 2005
TRIES = int(os.environ.get("MOBPROC_TRIES", "200"))  # of wrong passwords; 1000 for a long run


def login(house, name, uid, password=PASSWORD):
    """A login as sshd sends it, for any name and uid."""
    return house.ask("LOGIN", uid=0, USER=name, UID=uid, PASSWORD=password)


def sealed(house):
    """The records that there are, as paths."""
    return sorted(str(path.relative_to(house.state)) for path in house.state.glob("[0-9]*/*"))


@unittest.skipUnless(ROOT, "needs root: several users log in")
class Passwords(unittest.TestCase):
    def test_P4_a_password_opens_its_own_account_only(self):
        """mallory's password, asked by root's sshd for everybody else."""
        own = "mallory's own password"
        with House(self) as house:
            house.ping.add_user("command://mallory", own)
            self.assertEqual(login(house, "mallory", MALLORY, own)["ERROR"], "OK")
            house.ping.forget_requests()
            for name, uid, error in (("alice", ALICE, "DENIED"), ("root", 0, "UNMAPPED"),
                                     ("rootlike", 0, "UNMAPPED"), ("mallory", 0, "UNMAPPED"),
                                     ("daemonlike", 500, "UNMAPPED"), ("daemon", 1, "UNMAPPED"),
                                     ("nobody", 65534, "UNMAPPED")):
                with self.subTest(name=name, uid=uid):
                    result = login(house, name, uid, own)
                    self.assertNotEqual(result["VERDICT"], "ADMIT")
                    self.assertEqual(result["ERROR"], error)
            self.assertEqual([post.get("username") for post in house.ping.posts("password")],
                             ["command://alice"])
            self.assertEqual(sealed(house), ["%d/tangoe" % MALLORY])

    def test_P4_a_token_of_somebody_else_logs_nobody_in(self):
        """The server mixes two people up: the password was right, the token is mallory's."""
        with House(self, {"require_identifier": "%u"}) as house:
            house.ping.behave("other_user", when="validate_bearer")
            self.assertEqual(login(house, "alice", ALICE)["ERROR"], "POLICY")
            self.assertEqual(sealed(house), [])
            house.ping.behave(None)
            self.assertEqual(login(house, "alice", ALICE)["ERROR"], "OK")

    def test_P8_claims_make_and_choose_no_local_ids(self):
        hostile = {"uid": 0, "gid": 0, "uidNumber": "0", "gidNumber": "0", "user": "root",
                   "local_name": "root", "groups": ["root", "sudo", "staff"],
                   "home": "/root", "shell": "/bin/sh", "target": "bob"}
        with House(self) as house:
            house.ping.state.users["command://alice"].claims.update(hostile)
            keys = {"validate_bearer": {}, "url": {"validate_url": house.ping.validator_url},
                    "introspect": {"introspection_endpoint": house.ping.introspection_url}}
            for way, more in keys.items():
                with self.subTest(way):
                    house.change(dict(more, validate=way))
                    self.assertEqual(login(house, "alice", ALICE)["ERROR"], "OK")
                    self.assertEqual(sealed(house), ["%d/tangoe" % ALICE])
                    for uid in (0, BOB):
                        self.assertEqual(house.ask("GET", uid=uid)["ERROR"], "NO_RECORD")
                    check = house.ask("ACCOUNT_CHECK", uid=0, USER="root", UID=0)
                    self.assertEqual((check["ERROR"], check["VERDICT"]), ("UNMAPPED", "DENY"))
            house.change({"allow_users": "@sudo @staff bob"})  # groups are the machine's alone
            self.assertEqual(login(house, "alice", ALICE)["ERROR"], "UNMAPPED")

    def test_P36_a_hundred_names_cost_two_posts_each(self):
        names = ["n%d" % number for number in range(TRIES // 10)]
        with House(self) as house:
            house.ping.state.users.lock_after = 0
            for number in range(TRIES):
                result = login(house, names[number % len(names)], SOMEBODY, "wrong %d" % number)
                self.assertIn(result["ERROR"], ("DENIED", "GUARD"))
            sent = [post.get("username") for post in house.ping.posts("password")]
            self.assertEqual({name: sent.count(name) for name in sent},
                             {"command://" + name: 2 for name in names})
            self.assertEqual(login(house, "alice", ALICE)["ERROR"], "OK")


@unittest.skipUnless(ROOT, "needs root: several users log in")
class Names(unittest.TestCase):
    # all of these are good user names, and each is something else elsewhere
    ODD = ("all", "tangoe", "staff", "sudo", "localhost", "git.example", "quiet", "service", "never",
           "login_account", "root2", "0", "2001")

    def test_P5_odd_names_are_only_names(self):
        with House(self, {"allow_users": "bob @staff @sudo"}) as house:
            for name in self.ODD:
                self.assertEqual(login(house, name, SOMEBODY)["ERROR"], "UNMAPPED", name)
            self.assertEqual(house.ping.requests, [])
            house.change({"allow_users": " ".join(self.ODD)})
            for name in self.ODD:
                house.ping.forget_requests()
                login(house, name, SOMEBODY, "wrong")
                post, = house.ping.posts("password")
                self.assertEqual(post.get("username"), "command://" + name)
            self.assertEqual(login(house, "bob", BOB)["ERROR"], "UNMAPPED")
            self.assertEqual(sealed(house), [])

    def test_P6_a_record_is_named_after_the_uid(self):
        with House(self) as house:
            for name in ("service", "vault.key", "secrets", "guard", "sessions", "lock", "0"):
                house.ping.add_user("command://" + name, PASSWORD)
                self.assertEqual(login(house, name, SOMEBODY)["ERROR"], "OK", name)
                self.assertEqual(sealed(house), ["%d/tangoe" % SOMEBODY])

    def test_a_uid_that_is_given_to_somebody_else_brings_no_tokens(self):
        """As on a machine whose users are made and removed for each job, within seconds."""
        with House(self) as house:  # /etc/passwd is a copy in a namespace of ours from here on
            passwd = pathlib.Path("/etc/passwd")
            before = passwd.read_bytes()
            self.assertEqual(login(house, "alice", ALICE)["ERROR"], "OK")
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")
            try:
                passwd.write_bytes(before.replace(b"\nalice:", b"\nzoe:"))
                self.assertEqual(pwd.getpwuid(ALICE).pw_name, "zoe")
                self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "STORAGE")
            finally:
                passwd.write_bytes(before)
            self.assertEqual(house.ask("GET", ACCOUNT="tangoe")["ERROR"], "OK")


class AccountStage(PamCase):
    """What the account stage says of somebody who has not just logged in here."""

    def stage(self, house):
        stack = pam.Stack("account required %s/pam_mobproc.so socket=%s %s\n"
                          % (pam.installed(), house.socket, " ".join(self.range)))
        outcome = stack.run("acct_mgmt", user=house.me)
        self.check(outcome)
        return outcome.code

    def test_P26_without_a_login_it_never_says_yes(self):
        with House(self) as house:
            for keys in ({"account_without_login": "allow"}, {"account_without_login": "deny"}):
                house.change(keys)
                self.assertEqual(self.stage(house), "PAM_PERM_DENIED", keys)
            self.assertEqual(house.ping.requests, [])

    def test_P26_a_failed_login_is_none(self):
        with House(self) as house:
            house.login(password="wrong one")
            self.assertEqual(self.stage(house), "PAM_PERM_DENIED")

    def test_P26_after_the_tokens_are_over_the_login_still_counts(self):
        """It is a login that is asked for, not a token; nobody asks the server."""
        with House(self) as house:
            house.login()
            house.ping.state.expire_access_tokens()
            house.ping.forget_requests()
            self.assertEqual(self.stage(house), "PAM_SUCCESS")
            self.assertEqual(house.ping.requests, [])

    def test_P26_a_user_whom_the_configuration_no_longer_has(self):
        with House(self) as house:
            house.login()
            house.change({"allow_users": "somebody-else"})
            self.assertEqual(self.stage(house), "PAM_USER_UNKNOWN")
            house.change({"allow_users": "*", "require_identifier": "another"})
            self.assertEqual(self.stage(house), "PAM_PERM_DENIED")

    def test_P26_a_record_that_does_not_open_is_no_login(self):
        with House(self) as house:
            for key in ("allow", "deny"):  # a stack of this line alone refuses either way
                house.change({"account_without_login": key})
                house.login()
                self.assertEqual(self.stage(house), "PAM_SUCCESS")
                (house.state / str(house.uid) / "tangoe").write_bytes(b"x" * 200)
                self.assertEqual(self.stage(house), "PAM_PERM_DENIED")


class Strangers(PamCase):
    """Names that are the machine's own."""

    @unittest.skipUnless(ROOT, "needs root: a plain user's own name may be any of them")
    def test_P37_no_name_of_the_machine_leaves_it(self):
        names = [entry.pw_name for entry in pwd.getpwall()
                 if not 1000 <= entry.pw_uid <= 60000 or entry.pw_uid == 65534]
        names += ["gdm-greeter-1", "NOUSER", "systemd-dynamic", "run-u12", "sshd-session", "UNKNOWN"]
        self.assertGreater(len(names), 10)
        with fakebroker.FakeBroker() as broker:
            stack = pam.module("socket=" + broker.path)
            for name in names:
                outcome = stack.run("authenticate", "acct_mgmt", user=name, password=PASSWORD)
                self.check(outcome)
                self.assertEqual(outcome.codes, ["PAM_USER_UNKNOWN"] * 2, name)
                self.assertEqual(outcome.prompts, [])
            self.assertEqual(broker.connections, 0)


@unittest.skipUnless(ROOT, "needs root: chroot and mount namespaces")
class HostileRoots(PamCase):
    """sudo -R and friends: the module runs where an attacker wrote /etc and /run."""

    def run_in(self, enter):
        """The code of a login with the default socket, after `enter` in the child."""
        reading, writing = os.pipe()
        stack = pam.module()  # of this process, which removes it
        child = os.fork()
        if child == 0:
            enter()
            outcome = stack.run("authenticate", user="alice", password=PASSWORD)
            os.write(writing, outcome.code.encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        return said

    def planted(self, owner, listener):
        """A folder with a broker's socket in it: who owns the folder, who listens."""
        broker = fakebroker.ForeignBroker(listener) if listener else fakebroker.FakeBroker()
        self.addCleanup(broker.__exit__, None, None, None)
        os.chown(str(broker.folder), owner, owner)
        return broker

    def test_P38_a_run_of_an_attacker(self):
        """/run/mobproc in this mount namespace is mallory's, or its listener is; then root's."""
        for owner, listener, code in ((MALLORY, 0, AWAY), (MALLORY, MALLORY, AWAY),
                                      (0, MALLORY, AWAY), (0, 0, "PAM_SUCCESS")):
            broker = self.planted(owner, listener)

            def enter():
                people.private_mounts()
                ctypes.CDLL(None).unshare(people.CLONE_NEWNS)
                people.mount_empty("/run")
                os.mkdir("/run/mobproc")
                people.bind(str(broker.folder), "/run/mobproc")
            with self.subTest(owner=owner, listener=listener):
                self.assertEqual(self.run_in(enter), code)
                self.assertEqual(len(getattr(broker, "requests", [])), code != AWAY)

    def test_P38_an_attackers_root_directory(self):
        """chroot into a tree of mallory's; his /run/mobproc/broker.sock answers yes to all."""
        for owner, code in ((MALLORY, AWAY), (0, "PAM_SUCCESS")):
            tree = pathlib.Path(tempfile.mkdtemp(prefix="mobproc-root-"))
            self.addCleanup(tree.rmdir)  # what is mounted there, the child alone sees
            broker = self.planted(0, 0)

            def enter():
                ctypes.CDLL(None).unshare(people.CLONE_NEWNS)
                people.bind_tree("/", str(tree))
                people.mount_empty(tree / "run")
                (tree / "run" / "mobproc").mkdir()
                people.bind(str(broker.folder), str(tree / "run" / "mobproc"))
                os.chown(str(tree / "run"), owner, owner)
                os.chroot(str(tree))
                os.chdir("/")
            with self.subTest(owner=owner):
                self.assertEqual(self.run_in(enter), code)
                self.assertEqual(len(broker.requests), code != AWAY)


if __name__ == "__main__":
    unittest.main()
