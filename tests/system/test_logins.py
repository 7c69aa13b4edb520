"""Way in x state of the broker x person, on a booted machine: test_logins.hung.test_su_root.

root and local users get in whatever the broker does; the sign-in server's users while it serves;
nobody with a wrong password, ever. cron(8) asks for no password and runs everybody's jobs, always:
test_logins.hung.test_cron_root. MOBPROC_CELLS is a regular expression for a part of the cells:
`locker|polkit_a_mapped`.
"""
import concurrent.futures
import os
import re
import unittest

from . import estate, jobs
from .estate import LOCAL, PASSWORD, WRONG
from .states import STATES
from .visitor import WAYS

# who: name, password, and does he get in while the broker serves, and while it does not?
PEOPLE = {
    "root": ("root", LOCAL, True, True),
    "root_with_a_wrong_password": ("root", WRONG, False, False),
    "a_local_user": ("bob", LOCAL, True, True),
    "a_local_user_with_a_wrong_password": ("bob", WRONG, False, False),
    "a_mapped_user": ("alice", PASSWORD, True, False),
    "a_mapped_user_with_a_wrong_password": ("alice", WRONG, False, False),
    "a_user_who_is_not_named": ("mallory", PASSWORD, False, False),
}
NEVER_ASKED = {("sudo", "root"), ("polkit", "root")}  # they are root already
CROWD = 8
LEFT = "vlock,vlock-main,su,sudo,login,ssh,pkexec,pkttyagent,visit"
CHOSEN = os.environ.get("MOBPROC_CELLS", "")

machine = None


def setUpModule():
    global machine
    machine = estate.the().machine
    jobs.write(machine)


class State(unittest.TestCase):
    """The cells of one state, all at once; _tests() makes the subclasses."""

    state = None

    @classmethod
    def setUpClass(cls):
        state = STATES[cls.state]
        machine.shell(state.breaks)
        try:
            with concurrent.futures.ThreadPoolExecutor(CROWD) as pool:
                cls.futures = {cell: pool.submit(estate.the().enters, cell[0], *PEOPLE[cell[1]][:2])
                               for cell in _cells()}
                cls.ran = pool.submit(jobs.run, machine) if _owners() else None
        finally:
            machine.shell(state.mends)

    def test_the_sockets_are_as_they_should_be(self):
        """Nothing that happened took them down."""
        said = machine.run("systemctl", "is-active", "mobprocd.socket", "mobproc-courier.socket")
        self.assertEqual(said.split(), ["active", "active"])

    def test_nothing_of_a_visit_is_left(self):
        """vlock(1) without its terminal would spin for ever."""
        self.assertEqual(machine.run("ps", "-o", "args=", "-C", LEFT, check=False), "")


def _cells():
    return [(way, who) for way in WAYS for who in PEOPLE
            if (way, PEOPLE[who][0]) not in NEVER_ASKED and re.search(CHOSEN, "%s_%s" % (way, who))]


def _owners():
    return [who for who in jobs.OWNERS if re.search(CHOSEN, "cron_" + who)]


def _job(who):
    def test(self):
        self.assertIn(jobs.OWNERS[who], self.ran.result())
    return test


def _cell(way, who):
    def test(self):
        wanted = PEOPLE[who][2 if STATES[self.state].serves else 3]
        self.assertIs(self.futures[way, who].result(), wanted)
    return test


def _tests(state):
    cells = {"test_%s_%s" % cell: _cell(*cell) for cell in _cells()}
    cells.update({"test_cron_" + who: _job(who) for who in _owners()})
    return type(state, (State,), dict(cells, state=state, __module__=__name__))


for _state in STATES:
    globals()[_state] = _tests(_state)
del State, _state
