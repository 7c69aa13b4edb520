"""After the others: nothing of all that they did was refused to broker or courier."""
import unittest

from system import estate

from . import kernel


class Refusals(unittest.TestCase):
    def test_nothing_was_refused(self):
        here = estate.the()
        self.assertTrue(here.enters("su", "alice", estate.PASSWORD))
        self.assertEqual(kernel.refusals(here.machine, "mobprocd", "mobproc-courier"), [])
        with self.subTest("a refusal would have been seen"):
            here.machine.run("aa-exec", "-p", "mobprocd", "--", "/bin/sh", "-c", "read line </etc/shadow",
                             check=False)
            self.assertIn('name="/etc/shadow"', "".join(kernel.refusals(here.machine, "mobprocd")))


if __name__ == "__main__":
    unittest.main()
