"""The Ansible role on a booted machine that has nothing of ours: looked at, played, played again."""
import json
import re
import unittest

from fixtures import build

from . import estate, packages
from .estate import CLIENT_ID, CLIENT_SECRET, LOCAL, PASSWORD, WRONG
from .picture import differences, picture

FILES = "/opt/ansible"
BOOK = FILES + "/book.yml"
SETTINGS = ("ANSIBLE_ROLES_PATH=%s/roles" % FILES, "ANSIBLE_NOCOLOR=1", "PYTHONDONTWRITEBYTECODE=1",
            "ANSIBLE_HOME=/tmp/ansible", "ANSIBLE_REMOTE_TEMP=/tmp/ansible/there")
PEOPLE = (("sshd", "alice", PASSWORD, True), ("su", "alice", PASSWORD, True), ("su", "alice", WRONG, False),
          ("sshd", "bob", LOCAL, True), ("su", "bob", LOCAL, True), ("su", "bob", WRONG, False),
          ("sshd", "root", LOCAL, True), ("su", "root", LOCAL, True), ("su", "mallory", PASSWORD, False))

machine = None
here = None


def setUpModule():
    global machine, here
    here = estate.spare()
    machine = here.machine


def variables():
    """Package files, and logins."""
    account = {"token_endpoint": here.ports["PING_URL"], "client_id": CLIENT_ID, "scope": "MOBPROC",
               "client_secret": "file:/etc/mobproc/secrets.d/tangoe", "tenant": "XYZ",
               "source_system": "command", "allow_users": "alice carol"}
    return {"mobproc_packages": ["/root/" + path.name for path in packages.built().values()],
            "mobproc_settings": {"login_account": "tangoe"}, "mobproc_accounts": {"tangoe": account},
            "mobproc_secrets": {"tangoe": CLIENT_SECRET}, "mobproc_enable": True}


class Role(unittest.TestCase):
    def setUp(self):
        machine.copy_in(build.REPOSITORY / "packaging/ansible", FILES)
        machine.write(BOOK, json.dumps([{"hosts": "localhost", "connection": "local",
                                         "roles": [{"role": "mobproc", "vars": variables()}]}]), 0o600)
        self.before = picture(machine.root)
        self.addCleanup(machine.run, "dpkg", "--purge", *packages.NAMES)

    def play(self, *words):
        """Plays the role; how many tasks changed something."""
        said = machine.run("env", *SETTINGS, "ansible-playbook", "-i", "localhost,", "-v", "--diff", *words,
                           BOOK, timeout=600)
        self.assertNotIn(CLIENT_SECRET, said)
        return int(re.search(r"(?m)^localhost .* changed=(\d+) .* failed=0 ", said).group(1))

    def differences(self):
        return differences(self.before, picture(machine.root))

    def test_from_check_mode_to_the_purge(self):
        """One story: a play takes its time."""
        self.assertGreater(self.play("--check"), 0)
        self.assertEqual(self.differences(), [])
        self.assertGreater(self.play(), 0)
        for way, user, password, wanted in PEOPLE:
            with self.subTest("%s %s" % (way, user), password=password):
                self.assertIs(here.enters(way, user, password), wanted)
        for words in ((), ("--check",)):
            self.assertEqual(self.play(*words), 0, "a second time")
        machine.run("apt-get", "purge", "-y", *packages.NAMES)
        self.assertEqual(self.differences(), [])


if __name__ == "__main__":
    unittest.main()
