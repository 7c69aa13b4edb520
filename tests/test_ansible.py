"""The Ansible role: on this machine, whose /etc, programs and PAM stacks are a private copy.

pam-auth-update is the real one; systemctl keeps in files what it was told. Packages are what
tests/test_packages_deb.py looks at: the role installs none here.
"""
import atexit
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from fixtures import build, people, scratch
from fixtures.pamcase import ROOT
from fixtures.rolloutcase import overlay
from test_rollout_all import PamAuthUpdateCase

ANSIBLE = build.REPOSITORY / "packaging/ansible"
SECRET = "only-the-broker-may-see-this"
CONFIGURATION = pathlib.Path("/etc/mobproc/mobproc.conf")
SECRET_FILE = pathlib.Path("/etc/mobproc/secrets.d/tangoe")
SYSTEMCTL = """#!/bin/sh
for word; do case $word in -*) ;; *) unit=$word ;; esac; done
case $1 in
show) echo LoadState=loaded; test -e /run/is/started/$unit && echo ActiveState=active || echo ActiveState=inactive ;;
is-enabled) test -e /run/is/enabled/$unit && echo enabled || { echo disabled; exit 1; } ;;
enable) touch /run/is/enabled/$unit ;;
start) touch /run/is/started/$unit ;;
esac
"""
VARIABLES = {
    "mobproc_packages": [],
    "mobproc_settings": {"login_account": "tangoe", "minimum_uid": 1000},
    "mobproc_accounts": {"tangoe": {
        "environment": "production", "client_id": "id", "scope": "MOBPROC", "tenant": "XYZ",
        "client_secret": "file:/etc/mobproc/secrets.d/tangoe", "source_system": "command",
        "allow_users": "*"}},
    "mobproc_secrets": {"tangoe": SECRET},
}


def _leave(place):
    people.unmount(place)
    place.rmdir()


@unittest.skipUnless(shutil.which("ansible-playbook"), "no ansible here")
class Written(unittest.TestCase):
    def test_the_example_is_a_playbook(self):
        done = subprocess.run(["ansible-playbook", "--syntax-check", "-i", "localhost,",
                               str(ANSIBLE / "example.yml")], env=environment(scratch.folder("ansible")),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    @unittest.skipUnless(shutil.which("ansible-lint"), "no ansible here")
    def test_ansible_lint_finds_nothing(self):
        """In a copy: it writes where it looks."""
        copy = scratch.folder("ansible-lint") / "ansible"
        shutil.copytree(str(ANSIBLE), str(copy))
        done = subprocess.run(["ansible-lint", "--offline", "-q", "example.yml", "roles/mobproc"],
                              cwd=str(copy), env=environment(copy.parent), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout.decode())

    def test_each_variable_is_explained(self):
        readme = (ANSIBLE / "README.md").read_text()
        for line in (ANSIBLE / "roles/mobproc/defaults/main.yml").read_text().splitlines():
            if line.startswith("mobproc_"):
                self.assertIn("| `%s` |" % line.split(":")[0], readme)


def environment(home):
    """For Ansible: nothing of this machine's own settings."""
    (home / "ansible.cfg").touch()
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home), "LANG": "C.UTF-8",
            "ANSIBLE_ROLES_PATH": str(ANSIBLE / "roles"), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
            "ANSIBLE_LOCAL_TEMP": str(home), "ANSIBLE_REMOTE_TEMP": str(home)}


@unittest.skipUnless(ROOT and shutil.which("ansible-playbook"), "needs root, and ansible here")
class Role(PamAuthUpdateCase):
    @classmethod
    def setUpClass(cls):
        people.private_mounts()
        place = pathlib.Path(tempfile.mkdtemp(prefix="mobproc-ansible-"))
        people.mount_empty(place)
        atexit.register(_leave, place)
        overlay(place / "etc", "/etc")
        with open("/etc/group", "a") as group:
            group.write("mobproc:x:642:\n")
        programs = overlay(place / "bin", "/usr/bin")
        shutil.copy(build.program("mobproc"), str(programs))
        (programs / "systemctl").unlink(missing_ok=True)
        (programs / "systemctl").write_text(SYSTEMCTL)
        (programs / "systemctl").chmod(0o755)
        shutil.copy(build.program("mobprocd"), str(overlay(place / "sbin", "/usr/sbin")))
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.home = scratch.folder("ansible")
        for name in ("enabled", "started"):
            os.makedirs("/run/is/" + name)
        shutil.rmtree("/etc/mobproc", ignore_errors=True)
        os.mkdir("/etc/mobproc")

    def play(self, *words, code=0, **variables):
        """Plays the role; the tasks that changed something. Never shows the secret."""
        book = [{"hosts": "all", "gather_subset": ["!all"],
                 "roles": [{"role": "mobproc", "vars": dict(VARIABLES, **variables)}]}]
        (self.home / "book.yml").write_text(json.dumps(book))
        done = subprocess.run(["ansible-playbook", "-i", "localhost,", "-c", "local", "-v", "--diff",
                               "-e", "ansible_python_interpreter=/usr/bin/python3", *words,
                               str(self.home / "book.yml")], env=environment(self.home),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True, check=False)
        self.assertEqual(done.returncode, code, done.stdout[-4000:])
        self.assertNotIn(SECRET, done.stdout)
        self.said = done.stdout
        tasks = re.split(r"(?m)^(?:TASK|RUNNING HANDLER) \[(?:mobproc : )?(.*)\] \*+$", done.stdout)[1:]
        return {name for name, text in zip(tasks[::2], tasks[1::2])
                if re.search(r"(?m)^changed: \[localhost\]", text)}

    def units(self):
        return {what: sorted(os.listdir("/run/is/" + what)) for what in ("enabled", "started")}

    def test_from_check_mode_to_logins(self):
        """One story: a play takes seconds."""
        self.assertIn("Write mobproc.conf, when mobprocd finds no mistake in it", self.play("--check"))
        self.assertEqual((os.listdir("/etc/mobproc"), self.units()), ([], {"enabled": [], "started": []}))
        self.play()
        both = ["mobproc-courier.socket", "mobprocd.socket"]
        self.assertEqual(self.units()["enabled"], both)
        self.assertLessEqual(set(both), set(self.units()["started"]))
        self.assertEqual(SECRET_FILE.read_text(), SECRET)
        self.assertEqual((SECRET_FILE.stat().st_mode & 0o7777, SECRET_FILE.stat().st_gid), (0o640, 642))
        self.assertEqual(self.files(), self.before, "PAM is left as it is")
        with self.subTest("a mistake does not take the place of what works"):
            before = CONFIGURATION.read_text()
            self.play(code=2, mobproc_settings={"login_account": "another"})
            self.assertIn("another", self.said)
            self.assertEqual(CONFIGURATION.read_text(), before)
        with self.subTest("a second run changes nothing, and check mode says what enabling would do"):
            self.assertEqual(self.play("--check", mobproc_enable=True), {"Say what would be done"})
            self.assertEqual(self.files(), self.before)
        with self.subTest("it fails when it comes in again too late"):
            program = pathlib.Path("/usr/bin/mobproc")
            shutil.copy(str(program), "/usr/bin/mobproc-itself")
            program.write_text("#!/bin/sh\n[ $1 = confirm ] && sleep 4\nexec mobproc-itself \"$@\"\n")
            self.play(code=2, mobproc_enable=True, mobproc_rollback="1s")
            shutil.copy("/usr/bin/mobproc-itself", str(program))
            self.assertIn("all: too late", self.said)
            self.assertEqual(self.files(), self.before)
        with self.subTest("PAM is enabled when that is asked"):
            self.assertEqual(self.play(mobproc_enable=True),
                             {"Put the lines in, for a while", "Let the lines stay"})
            self.assertEqual(len(self.ours("common-auth") + self.ours("common-account")), 2)
        with self.subTest("and once"):
            self.assertEqual(self.play(mobproc_enable=True), set())


if __name__ == "__main__":
    unittest.main()
