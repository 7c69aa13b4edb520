"""class Estate: a booted machine with a sign-in server, people, and the packages.

    estate = estate.the()                   one for all tests of a release
    estate.enters("su", "alice", PASSWORD)  does she get in?
    estate.machine                          see machine.py
    estate.spare()                          another one, without the packages

The lines that install it are README.md's own. alice and carol are the server's, bob and root have a
local password, visitor has none; mallory has a local one that is not told.
"""
import atexit
import functools
import os
import re
import time
import unittest

from fixtures import build
from vm import guest, image

from . import packages, roots
from .machine import Failed, Machine
from .states import CONFIGURATION

PASSWORD = "correct horse & battery=staple+%41"
LOCAL = "local, and only local"
WRONG = "a wrong password"
CLIENT_ID = "376af94124f4400e9227c89937c12354"
CLIENT_SECRET = "81f40d2777ea4a41A992535F17AC92EC"
SECRETS = (PASSWORD, LOCAL, CLIENT_SECRET)
MINUTES = 5  # that an administrator may need, for all the lines together
VISIT = '#!/bin/sh\necho "in:$(id -un)"\n'
PEOPLE = ("alice", "bob", "carol", "mallory", "visitor")
# Everybody may become root with a password of their own; that is what is asked for here.
SUDOERS = "ALL ALL=(ALL) /usr/local/bin/visit\n"
POLKIT = ('polkit.addRule(function(action) { if (action.id == "org.freedesktop.policykit.exec") '
          'return polkit.Result.AUTH_SELF; });\n')
SSHD = "PermitRootLogin yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication yes\n" \
       "MaxStartups 200\n"
# Wrong passwords by several ways at once would lock alice out at the server.
SERVER = ("cd /opt/tests && (echo set lock_after=0; exec sleep infinity) | "
          "python3 -m ping --until-eof --directory /srv/ping --git --client %s "
          "--secret-file /root/client-secret %s >/dev/null" %
          (CLIENT_ID, " ".join("--user command://%s --password-file /root/password" % name
                               for name in ("alice", "carol", "mallory"))))


def typed():
    """The lines of README.md's section "Install", as one would type them."""
    text = (build.REPOSITORY / "README.md").read_text()
    section = text.split("\n## Install\n", 1)[1].split("\n## ", 1)[0]
    block = re.search(r"```\n(.*?)```", section, re.S).group(1)
    return [line.split("#")[0].strip() for line in block.splitlines() if line.strip()]


class Estate:
    """See the top of this file."""

    def __init__(self, machine):
        self.machine = machine
        self.ports = {}

    def __enter__(self):
        self.machine.__enter__()
        atexit.register(self.machine.__exit__)
        self.furnish()
        self.serve()
        return self

    # --- before anything is installed -----------------------------------------------------------

    def furnish(self):
        """People, and how they come in."""
        machine = self.machine
        machine.write("/usr/local/bin/visit", VISIT, 0o755)
        for name in PEOPLE:
            machine.run("useradd", "-m", "-s", "/usr/local/bin/visit", name)
        machine.run("usermod", "-s", "/usr/local/bin/visit", "root")
        machine.run("chpasswd", stdin="root:%s\nbob:%s\nmallory:%s\n" % (LOCAL, LOCAL, LOCAL + "?"))
        machine.write("/etc/sudoers.d/visit", SUDOERS, 0o440)
        machine.write("/etc/polkit-1/rules.d/10-visit.rules", POLKIT)
        penalties = "PerSourcePenalties no\n" if roots.SUITE != "bookworm" else ""
        machine.write("/etc/ssh/sshd_config.d/visit.conf", SSHD + penalties)
        machine.run("systemctl", "restart", "ssh")
        machine.copy_in(build.REPOSITORY / "tests" / "ping", "/opt/tests/ping")
        machine.copy_in(build.REPOSITORY / "tests" / "system", "/opt/tests/system")
        machine.copy_in(build.REPOSITORY / "tests" / "fixtures", "/opt/tests/fixtures")
        machine.copy_in(build.REPOSITORY / "lib", "/opt/lib")

    def serve(self):
        """A sign-in server; its authority is one that the company trusts on every machine."""
        machine = self.machine
        machine.write("/root/password", PASSWORD + "\n", 0o600)
        machine.write("/root/client-secret", CLIENT_SECRET + "\n", 0o600)
        machine.run("rm", "-f", "/srv/ping/ports")
        machine.start("sh", "-c", SERVER)
        machine.wait(lambda: machine.finish("test", "-e", "/srv/ping/ports").returncode == 0)
        lines = machine.run("cat", "/srv/ping/ports").splitlines()
        self.ports = {key: value.strip("'") for key, value in (line.split("=", 1) for line in lines)}
        machine.shell("cp /srv/ping/ca.pem /usr/local/share/ca-certificates/company.crt; "
                      "update-ca-certificates")

    def answers(self, *more):
        """What one types for `mobproc setup`."""
        return "\n".join((self.ports["PING_URL"], CLIENT_ID, CLIENT_SECRET, "XYZ", "", "", "alice carol",
                          *more)) + "\n"

    def install(self, *more):
        """What README.md says, with the answers that it announces, and more of them."""
        deadline = time.monotonic() + MINUTES * 60
        for line in typed():
            self.machine.run("sh", "-ec", "cd /root; " + line,
                             stdin=self.answers(*more) if line == "mobproc setup" else "",
                             timeout=max(deadline - time.monotonic(), 0))

    # --- afterwards -------------------------------------------------------------------------------

    def enters(self, way, user, password):
        """Does this user get in? Raises when that cannot be told."""
        said = self.machine.run("python3", "/opt/tests/system/visitor.py", way, user,
                                stdin=password + "\n")
        verdict = said.rstrip().rsplit("\n", 1)[-1]
        if verdict not in ("in", "out"):
            raise Failed("%s %s: %s" % (way, user, said))
        return verdict == "in"

    def as_user(self, name, *words, **more):
        """Runs words as a user who logged in some other way."""
        return self.machine.run("runuser", "-u", name, "--", "env", "HOME=/home/" + name, *words, **more)

    def configure(self, **keys):
        """Adds keys, to [mobproc] or [account tangoe], and has them read."""
        text = self.machine.run("cat", CONFIGURATION)
        for key, value in keys.items():
            section = "[mobproc]" if key.startswith("guard_") else "[account tangoe]"
            text = re.sub(r"(?m)^%s = .*\n" % key, "", text)
            text = text.replace(section, "%s\n%s = %s" % (section, key, value))
        self.machine.write(CONFIGURATION, text)
        self.machine.run("mobproc", "admin", "reload")

    def restart(self):
        """As after a reset. The sign-in server comes back at another port, which is configured."""
        before = self.ports["PING_URL"]
        self.machine.restart()
        self.serve()
        self.machine.run("sed", "-i", "s,%s,%s," % (before, self.ports["PING_URL"]), CONFIGURATION)

    def asked(self):
        """How many passwords the sign-in server was sent."""
        return self.machine.run("grep", "-c", "grant_type.*password", "/srv/ping/requests.jsonl",
                                check=False).strip()


    def search(self, more=()):
        """Fails when a secret is where none may be."""
        found = self.machine.run("python3", "/opt/tests/system/search.py",
                                 stdin="".join(secret + "\n" for secret in {*SECRETS, *more}))
        if found:
            raise AssertionError("a secret is in " + found)


def stocked(kind, *more):
    """A root with the packages below /root, and with what they depend on, and more."""
    root = roots.unpack(kind)
    packages.satisfy(root, *more)
    packages.put(root, packages.built(), "/root")
    packages.put(root, packages.upgrades(), "/root/next")
    return root


def machine_of(kind):
    """A container, or a virtual machine."""
    if kind == "container":
        return Machine(stocked("machine"))
    return guest.Guest(image.make(stocked("kernel")))


def the():
    """The one of this release: booted, and installed as README.md says. MOBPROC_MACHINE is what it
    runs in. It is searched for secrets after each file of tests."""
    estate = _installed()
    unittest.addModuleCleanup(estate.search)
    return estate


@functools.lru_cache()
def _installed():
    estate = Estate(machine_of(os.environ.get("MOBPROC_MACHINE", "container")))
    estate.__enter__()
    estate.install()
    # a crowd of one wrong password each is no attack here
    estate.configure(guard_failures=16)
    return estate


@functools.lru_cache()
def spare():
    """Another one: booted, with Ansible, and without the packages. Who installs them purges them."""
    estate = Estate(Machine(stocked("machine", "ansible-core", "python3-apt")))
    estate.__enter__()
    return estate
