"""mobproc confirm: only what still is what mobproc enable put there stays."""
import subprocess
import unittest

from fixtures import people
from fixtures.rolloutcase import DEBIAN, KEPT, PAM_D, UNITS, RolloutCase
from test_rollout_all import PamAuthUpdateCase

BOB = people.LOCAL_PASSWORD


class Confirm(RolloutCase):
    def assert_pending(self, *words, code):
        """It is refused, so the rollback comes; that a new boot has come stands for it."""
        said = self.mobproc("confirm", code=code)
        for word in words:
            self.assertIn(word, said)
        self.assertIn("pending ", (KEPT / "sshd.state").read_text())
        self.assertNotEqual(list(UNITS.glob("**/*rollback*")), [])
        (KEPT / "sshd.state").write_text("pending 1 then\n")
        self.mobproc("disable", "--unconfirmed")

    def test_the_module_is_gone(self):
        """With the line nobody gets in, root neither: the rollback is what saves the machine."""
        self.mobproc("enable", "--service", "sshd")
        module = self.security / "pam_mobproc.so"
        code = module.read_bytes()
        self.addCleanup(module.write_bytes, code)
        module.unlink()
        self.assertEqual(self.login("sshd", "rootlike", BOB), [False, False])
        self.assert_pending("pam_mobproc.so is not where", "mobproc disable", code=7)
        self.untouched()
        self.assertEqual(self.login("sshd", "rootlike", BOB), [True, True])

    def test_the_lines_are_gone_already(self):
        self.mobproc("enable", "--service", "sshd")
        (PAM_D / "sshd").write_text(DEBIAN["sshd"])
        self.assert_pending("it does not name the module", code=4)
        self.untouched()

    def test_somebody_would_be_locked_out_now(self):
        self.mobproc("enable", "--service", "sshd")
        text = (PAM_D / "sshd").read_text()
        (PAM_D / "sshd").write_text(text.replace("user_unknown=ignore ", "", 1))
        self.assert_pending("locked out", code=4)
        self.untouched()

    def test_what_was_mended_meanwhile_is_confirmed(self):
        self.mobproc("enable", "--service", "sshd")
        text = (PAM_D / "sshd").read_text()
        (PAM_D / "sshd").write_text(DEBIAN["sshd"])
        self.mobproc("confirm", code=4)
        (PAM_D / "sshd").write_text(text)
        self.assertIn("the lines stay", self.mobproc("confirm"))

    def test_the_time_was_over_before(self):
        """Each time it is asked, until something is enabled or disabled."""
        self.mobproc("enable", "--service", "sshd", "--rollback", "1s")
        self.wait_untouched()
        for _ in range(2):
            self.assertIn("sshd: too late", self.mobproc("confirm", code=4))
        self.mobproc("disable")
        self.assertIn("nothing waits", self.mobproc("confirm"))
        self.mobproc("enable", "--service", "sshd", "--rollback", "1s")
        self.wait_untouched()
        self.mobproc("enable", "--service", "su")
        self.assertIn("su: the lines stay", self.mobproc("confirm"))
        self.assertIn("nothing waits", self.mobproc("confirm"))

    def test_a_late_one_that_takes_it_back_itself_is_remembered_too(self):
        self.mobproc("enable", "--service", "sshd")
        (KEPT / "sshd.state").write_text("pending 1 then\n")
        for _ in range(2):
            self.assertIn("sshd: too late", self.mobproc("confirm", code=4))


class ConfirmAll(PamAuthUpdateCase):
    def test_the_lines_are_gone_already(self):
        self.mobproc("enable", "--service", "all")
        subprocess.run(["cp", str(KEPT / "all.pam_d-common-auth"), str(PAM_D / "common-auth")], check=True)
        self.assertIn("all: not confirmed: it does not name", self.mobproc("confirm", code=4))
        self.mobproc("disable")
        self.assertEqual(self.files(), self.before)

    def test_they_are_there(self):
        self.mobproc("enable", "--service", "all")
        self.assertIn("all: the lines stay", self.mobproc("confirm"))


if __name__ == "__main__":
    unittest.main()
