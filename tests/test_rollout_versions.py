"""What mobproc enable keeps has a version: one from before is read, a later one is left alone."""
import unittest

from fixtures.rolloutcase import DEBIAN, KEPT, RolloutCase

STATE = KEPT / "sshd.state"


class Versions(RolloutCase):
    def unversioned(self):
        """As it was written before there was a version."""
        text = STATE.read_text()
        self.assertTrue(text.startswith("v1 "), text)
        STATE.write_text(text[len("v1 "):])

    def test_an_upgrade_keeps_the_way_back(self):
        self.mobproc("enable", "--service", "sshd")
        self.unversioned()
        self.mobproc("disable", "--unconfirmed")
        self.assertTrue(self.ours("sshd"), "its time has not come")
        STATE.write_text("pending 1 then\n")
        self.mobproc("disable", "--unconfirmed")
        self.untouched()

    def test_an_upgrade_keeps_what_was_confirmed(self):
        self.mobproc("enable", "--service", "sshd")
        self.assertIn("the lines stay", self.mobproc("confirm"))
        self.unversioned()
        self.mobproc("disable", "--unconfirmed")
        self.assertTrue(self.ours("sshd"))
        self.assertIn("nothing waits", self.mobproc("confirm"))

    def test_a_pending_one_from_before_is_confirmed(self):
        self.mobproc("enable", "--service", "sshd")
        self.unversioned()
        self.assertIn("the lines stay", self.mobproc("confirm"))
        self.assertEqual("v1 confirmed\n", STATE.read_text())

    def test_L29_a_later_one_changes_nothing(self):
        self.mobproc("enable", "--service", "sshd")
        ours = STATE.read_text()
        for text in ("v2 pending 1 then\n", "v10 confirmed\n", "v2 " + 1000 * "x" + "\n", "v2\n"):
            STATE.write_text(text)
            before, kept = self.files(), sorted(path.name for path in KEPT.iterdir())
            for words in (["confirm"], ["disable"], ["disable", "--unconfirmed"],
                          ["disable", "--service", "sshd"], ["enable", "--service", "su"]):
                with self.subTest(text[:12], words=words):
                    said = self.mobproc(*words, code=4)
                    self.assertIn("sshd.state was written by a later mobproc", said)
                    self.assertEqual((before, text), (self.files(), STATE.read_text()))
                    self.assertEqual(kept, sorted(path.name for path in KEPT.iterdir()))
        STATE.write_text(ours)
        self.mobproc("disable")
        self.untouched()

    def test_nonsense_is_no_version(self):
        """What cannot be read is taken back: nobody stays locked out because of a broken disk."""
        for text in ("v\n", "", "v1 nonsense\n", "vx confirmed\n"):
            self.mobproc("enable", "--service", "sshd")
            STATE.write_text(text)
            self.mobproc("disable", "--unconfirmed")
            self.assertEqual(self.files()["sshd"], DEBIAN["sshd"].encode(), text)


if __name__ == "__main__":
    unittest.main()
