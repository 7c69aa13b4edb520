"""i3lock(1), a locker without root's rights."""
import unittest

from fixtures import callers_i3lock, callers_machine, callers_matrix
from fixtures.house import PASSWORD

callers_matrix.build(globals(), callers_i3lock.I3lock)


class Alone(unittest.TestCase):
    def test_P35_a_locker_lets_its_owner_back_in_and_nobody_else(self):
        """LOGNAME and USER say bob; it is alice's locker."""
        ping = callers_matrix.house().ping
        self.assertFalse(callers_i3lock.unlocks(0, "alice", "bob", callers_machine.LOCAL))
        ping.forget_requests()
        self.assertTrue(callers_i3lock.unlocks(0, "alice", "bob", PASSWORD))
        self.assertEqual([post.get("username") for post in ping.posts("password")],
                         ["command://alice"])
