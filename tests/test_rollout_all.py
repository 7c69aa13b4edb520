"""mobproc enable --service all: through pam-auth-update."""
import os
import pathlib
import shutil
import subprocess
import unittest

from fixtures import build, people
from fixtures.pamcase import PASSWORD, ROOT
from fixtures.rolloutcase import KEPT, PAM_D, RolloutCase

BOB = people.LOCAL_PASSWORD
PROFILES = pathlib.Path("/usr/share/pam-configs")
UPDATE = "/usr/sbin/pam-auth-update"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
PROFILE = (build.REPOSITORY / "packaging" / "debian" / "mobproc.pam-config").read_text()


@unittest.skipUnless(ROOT and os.path.exists(UPDATE), "needs root, and Debian's pam-auth-update")
class PamAuthUpdateCase(RolloutCase):
    """A machine whose common-* files pam-auth-update has written, without us."""
    has_tool = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if PamAuthUpdateCase.has_tool:
            return
        PamAuthUpdateCase.has_tool = True
        unix = (PROFILES / "unix").read_text()
        debconf = cls.place / "debconf"
        shutil.copytree("/var/cache/debconf", str(debconf))
        people.bind(debconf, "/var/cache/debconf")
        people.mount_empty(PROFILES)
        (PROFILES / "unix").write_text(unix)

    def setUp(self):
        super().setUp()
        (PROFILES / "mobproc").write_text(PROFILE)
        (PAM_D / "common-session-noninteractive").touch()
        os.mkdir("/var/lib/pam")
        subprocess.run([UPDATE, "--force", "--package"], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, env=ENVIRONMENT)
        self.before = self.files()
        self.assertNotIn(b"pam_mobproc", self.before["common-auth"])


class PamAuthUpdate(PamAuthUpdateCase):
    def test_the_right_people_get_in_and_it_is_taken_back(self):
        self.mobproc("enable", "--service", "all")
        self.assertEqual(len(self.ours("common-auth") + self.ours("common-account")), 2)
        for user, password, wanted in (("bob", BOB, True), ("rootlike", BOB, True),
                                       ("bob", "wrong", False), ("alice", PASSWORD, False)):
            self.assertEqual(self.login("sshd", user, password)[0], wanted)
        self.mobproc("confirm")
        self.assertIn("has the lines already", self.mobproc("enable", "--service", "sudo"))
        self.assertIn("has the lines already", self.mobproc("enable", "--service", "all"))
        self.mobproc("disable")
        self.assertEqual(self.files(), self.before)
        self.assertEqual(list(KEPT.glob("*.*")), [])

    def test_when_nobody_confirms(self):
        self.mobproc("enable", "--service", "all", "--rollback", "1")
        for _ in range(100):
            if not list(KEPT.glob("*.state")):
                break
            subprocess.run(["sleep", "0.1"], check=True)
        self.assertEqual(self.files(), self.before)

    def test_a_service_with_lines_of_its_own_is_in_the_way(self):
        self.mobproc("enable", "--service", "sshd")
        self.mobproc("confirm")
        self.assertIn("sshd has lines of its own",
                      self.mobproc("enable", "--service", "all", code=4))
        self.assertEqual(self.ours("common-auth"), [])

    def test_without_the_profile(self):
        (PROFILES / "mobproc").unlink()
        self.assertIn("install the package", self.mobproc("enable", "--service", "all", code=7))
        self.assertEqual(self.files(), self.before)

    def test_files_that_somebody_edited_are_left_alone(self):
        """pam-auth-update then does nothing and says so; neither do we."""
        text = (PAM_D / "common-auth").read_text()
        (PAM_D / "common-auth").write_text(text.replace("pam_unix.so", "pam_unix.so audit # mine"))
        (PAM_D / "common-account").write_text("account required pam_unix.so\n")
        before = self.files()
        self.mobproc("enable", "--service", "all", code=4)
        self.assertEqual(self.files(), before)
        self.assertEqual(list(KEPT.glob("*.*")), [])

    def test_a_profile_that_locks_root_out_does_not_stay(self):
        (PROFILES / "mobproc").write_text(PROFILE.replace("user_unknown=ignore ", ""))
        self.assertIn("locked out", self.mobproc("enable", "--service", "all", code=4))
        self.assertEqual(self.files(), self.before)


if __name__ == "__main__":
    unittest.main()
