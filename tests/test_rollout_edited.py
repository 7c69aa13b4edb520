"""mobproc enable and disable beside an administrator who edits the same files."""
import fcntl
import os
import shutil
import subprocess
import unittest

from fixtures.rolloutcase import DEBIAN, KEPT, PAM_D, UNITS, RolloutCase, overlay
from test_rollout_all import ENVIRONMENT, UPDATE, PamAuthUpdateCase

OURS = "names pam_mobproc.so without our comments"


class Service(RolloutCase):
    def setUp(self):
        super().setUp()
        self.mobproc("enable", "--service", "sshd")

    def edit(self, change):
        (PAM_D / "sshd").write_bytes(change((PAM_D / "sshd").read_bytes()))

    def test_a_file_that_became_crlf(self):
        self.edit(lambda text: text.replace(b"\n", b"\r\n"))
        self.mobproc("disable")
        self.assertEqual((PAM_D / "sshd").read_bytes(),
                         DEBIAN["sshd"].encode().replace(b"\n", b"\r\n"))

    def test_a_line_between_our_comments_stays(self):
        added = b"auth\toptional\tpam_faildelay.so\n"
        self.edit(lambda text: text.replace(b"# END mobproc\n", added + b"# END mobproc\n", 1))
        self.mobproc("disable")
        self.assertEqual((PAM_D / "sshd").read_text(), DEBIAN["sshd"].replace(
            "@include common-auth\n", added.decode() + "@include common-auth\n"))

    def test_our_line_written_in_two_goes_whole(self):
        self.edit(lambda text: text.replace(b"\tpam_mobproc.so", b"\\\n\tpam_mobproc.so\\\n\tquiet"))
        self.mobproc("disable")
        self.untouched()

    def test_lines_without_our_comments_are_not_said_to_be_out(self):
        for gone in (b"# BEGIN", b"# END", b"#"):
            with self.subTest(gone):
                self.edit(lambda text: b"".join(line for line in text.splitlines(True)
                                                if not line.startswith(gone)))
                said = self.mobproc("disable", code=4)
                self.assertIn(OURS, said)
                self.assertNotIn("the lines are out", said)
                self.assertEqual(len(self.ours("sshd")), 2)
                self.assertIn("sshd waits", self.mobproc("enable", "--service", "su", code=4))
                (PAM_D / "sshd").write_text(DEBIAN["sshd"])
                self.mobproc("disable")
                self.mobproc("enable", "--service", "sshd")

    def test_who_was_killed_in_time_leaves_no_unit(self):
        """As after a disable that got as far as the state."""
        (KEPT / "sshd.state").unlink()
        shutil.copy(KEPT / "sshd.before", PAM_D / "sshd")
        self.mobproc("disable", "--unconfirmed")
        self.assertEqual(list(UNITS.glob("**/*rollback*")), [])


class Meanwhile(RolloutCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        programs = overlay(cls.place / "edits", "/usr/bin")
        for name, does in (("systemd-run", "echo '# mine' >> /etc/pam.d/sshd"),
                           ("systemctl", ":")):
            (programs / name).write_text("#!/bin/sh\n%s\n" % does)
            (programs / name).chmod(0o755)

    def test_an_edit_between_reading_and_writing_stays(self):
        os.makedirs("/run/systemd/system")
        self.assertIn("somebody else", self.mobproc("enable", "--service", "sshd", code=4))
        self.assertEqual((PAM_D / "sshd").read_text(), DEBIAN["sshd"] + "# mine\n")
        self.assertEqual(list(KEPT.glob("*.*")), [])


class All(PamAuthUpdateCase):
    """pam-auth-update touches nothing where somebody has edited what it wrote."""

    def setUp(self):
        super().setUp()
        self.mobproc("enable", "--service", "all")

    def edit(self):
        path = PAM_D / "common-account"
        text = path.read_text().replace("\naccount", "\naccount\trequired\tpam_nologin.so\naccount",
                                        1)
        path.write_text(text)
        return text

    def test_what_was_confirmed_is_not_put_back_over_an_edit(self):
        self.mobproc("confirm")
        text = self.edit()
        said = self.mobproc("disable", code=4)
        self.assertIn("by hand", said)
        self.assertNotIn("the lines are out", said)
        self.assertEqual((PAM_D / "common-account").read_text(), text)
        for name, before in self.before.items():
            (PAM_D / name).write_bytes(before)
        self.mobproc("disable")
        self.assertEqual(list(KEPT.glob("*.*")), [])

    def test_a_tool_that_fails_is_no_edit(self):
        """debconf is in use, as while apt runs: nobody has changed anything."""
        self.mobproc("confirm")
        before = self.files()
        with open("/var/cache/debconf/config.dat", "rb+") as database:
            fcntl.flock(database, fcntl.LOCK_EX)
            said = self.mobproc("disable", code=70)
        self.assertIn("locked by another process", said)
        self.assertIn("nothing was changed; try again", said)
        self.assertNotIn("somebody has changed", said)
        self.assertEqual(self.files(), before)
        self.mobproc("disable")
        self.assertEqual(self.files(), self.before)

    def test_a_rollback_keeps_what_it_replaces(self):
        text = self.edit()
        (KEPT / "all.state").write_text("pending 1 then\n")
        self.mobproc("disable", "--unconfirmed")
        self.assertEqual(self.files(), self.before)
        self.assertEqual((KEPT / "replaced.pam_d-common-account").read_text(), text)
        subprocess.run([UPDATE, "--package"], check=True, env=ENVIRONMENT,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.assertEqual(self.files(), self.before)  # another package's run changes nothing


if __name__ == "__main__":
    unittest.main()
