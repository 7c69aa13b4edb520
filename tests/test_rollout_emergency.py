"""packaging/ROLLOUT.md when mobproc itself is broken: the lines that it prints, as they are typed."""
import pathlib
import subprocess
import unittest

from fixtures import printed
from fixtures.rolloutcase import KEPT, PAM_D, RolloutCase
from test_rollout_all import ENVIRONMENT, UPDATE, PamAuthUpdateCase


def lines_about(word):
    """The commands of the page that put copies back and name this."""
    found = [command.text for command in printed.commands("packaging/ROLLOUT.md")
             if str(KEPT) in command.text and word in command.text]
    assert found, word
    return found


def put_back(word):
    for line in lines_about(word):
        subprocess.run(["sh", "-ec", line], check=True, cwd="/")


def modes():
    return {path.name: (path.stat().st_mode, path.stat().st_uid) for path in PAM_D.iterdir()}


class Service(RolloutCase):
    def test_one_file_goes_back(self):
        before = modes()
        for confirm in (False, True):
            self.mobproc("enable", "--service", "sshd")
            if confirm:
                self.mobproc("confirm")
            put_back("sshd.before")
            self.untouched()
            self.assertEqual(modes(), before)
            self.mobproc("disable")
            self.untouched()
            self.assertEqual(list(KEPT.glob("*.*")), [])


class All(PamAuthUpdateCase):
    @staticmethod
    def remembered():
        """What pam-auth-update takes as its own, and what it offered already."""
        return {path.name: path.read_bytes() for path in pathlib.Path("/var/lib/pam").iterdir()}

    def test_all_files_go_back(self):
        before, remembered = modes(), self.remembered()
        for confirm in (False, True):
            self.mobproc("enable", "--service", "all")
            if confirm:
                self.mobproc("confirm")
            put_back("all.")
            self.assertEqual((self.files(), modes()), (self.before, before))
            self.assertEqual(self.remembered(), remembered)
            subprocess.run([UPDATE, "--package"], check=True, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL)
            self.assertEqual(self.files(), self.before)  # another package's run changes nothing
            self.mobproc("disable")
            self.assertEqual(list(KEPT.glob("*.*")), [])

    def test_every_copy_is_put_back(self):
        self.mobproc("enable", "--service", "all")
        copies = [path.name for path in KEPT.glob("all.*") if path.name != "all.state"]
        ways = "".join(lines_about("all."))
        self.assertEqual([name for name in copies if name.partition("-")[0] + "-*" not in ways], [])


if __name__ == "__main__":
    unittest.main()
