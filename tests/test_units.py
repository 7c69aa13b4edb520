"""The systemd units: what they confine, what they may not, and what `make install` puts where."""
import os
import subprocess
import unittest

from fixtures import build, scratch

UNITS = build.REPOSITORY / "packaging" / "systemd"
SERVICES = ("mobprocd.service", "mobproc-courier.service")
SOCKETS = ("mobprocd.socket", "mobproc-courier.socket")
EXPOSURE = 15  # tenths; systemd-analyze security


def read(name):
    """{(section, key): [values]} of a unit."""
    found, section = {}, ""
    for line in (UNITS / name).read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault((section, key), []).append(value)
    return found


class Units(unittest.TestCase):
    def expect(self, name, section, **wanted):
        unit = read(name)
        for key, value in wanted.items():
            self.assertEqual(unit.get((section, key)), [value], "%s: %s" % (name, key))

    def test_systemd_finds_them_confined(self):
        for name in SERVICES + ("mobproc-credential@.service",):
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                                   "--threshold=%d" % EXPOSURE, str(UNITS / name)], check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
            said = done.stdout.decode()
            self.assertEqual(done.returncode, 0, said)
            self.assertNotRegex(said, "Unknown|Failed|Invalid")

    def test_each_directive_has_its_reason(self):
        """A comment is the reason of what stands below it, up to the next blank line."""
        for path in sorted(UNITS.iterdir()):
            section, reason = "", ""
            for line in path.read_text().splitlines():
                if line.startswith("["):
                    section, reason = line, ""
                elif not line or line.startswith("# ---"):
                    reason = ""
                elif line.startswith("#"):
                    reason = line
                elif section in ("[Service]", "[Socket]", "[Timer]"):
                    self.assertTrue(reason, "%s: %s" % (path.name, line))

    def test_callers_keep_their_uid(self):
        """PrivateUsers=yes shows every caller as 65534."""
        for name in SERVICES:
            self.expect(name, "Service", PrivateUsers="no", CapabilityBoundingSet="",
                        AmbientCapabilities="", NoNewPrivileges="yes")

    def test_two_users(self):
        self.expect("mobprocd.service", "Service", User="mobproc", StateDirectoryMode="0700")
        self.expect("mobproc-courier.service", "Service", User="mobproc-net")
        users = [line.split()[1] for line in (UNITS / "sysusers.conf").read_text().splitlines()
                 if line and not line.startswith("#")]
        self.assertEqual(users, ["mobproc", "mobproc-net"])

    def test_who_may_connect(self):
        self.expect("mobprocd.socket", "Socket", SocketMode="0666", DirectoryMode="0755",
                    ListenSequentialPacket="/run/mobproc/broker.sock")
        self.expect("mobproc-courier.socket", "Socket", SocketMode="0600", SocketUser="mobproc",
                    DirectoryMode="0755", ListenSequentialPacket="/run/mobproc/courier.sock")

        self.expect("mobproc-credential.socket", "Socket", SocketMode="0666", Accept="yes",
                    DirectoryMode="0755", ListenStream="/run/mobproc/credential.sock")

    def test_what_becomes_the_caller_can_do_nothing_else(self):
        self.expect("mobproc-credential@.service", "Service", NoNewPrivileges="yes",
                    CapabilityBoundingSet="CAP_SETUID CAP_SETGID", AmbientCapabilities="",
                    PrivateUsers="no", StandardInput="socket", StandardOutput="socket")

    def test_no_limit_takes_a_socket_down(self):
        for name in SERVICES:
            self.expect(name, "Unit", StartLimitIntervalSec="0")
        for name in SOCKETS:
            self.expect(name, "Socket", TriggerLimitIntervalSec="0")

    def test_the_calls_that_confine_are_named_one_by_one(self):
        """No group of systemd 252 has them, and an unknown group would be dropped in silence."""
        for name in SERVICES:
            words = " ".join(read(name)[("Service", "SystemCallFilter")]).split()
            for call in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
                         "seccomp"):
                self.assertIn(call, words)
            self.assertNotIn("@sandbox", words)


class Installed(unittest.TestCase):
    def test_other_folders(self):
        target = scratch.folder("install")
        subprocess.run(["make", "-s", "install", "O=%s" % build.BUILD, "DESTDIR=%s" % target,
                        "libexecdir=/opt/m", "unitdir=/u", "sysusersdir=/s", "tmpfilesdir=/t"],
                       cwd=str(build.REPOSITORY), check=True, timeout=600,
                       env=dict(os.environ, MAKEFLAGS="", SANITIZE=""))
        self.assertIn("\nExecStart=/opt/m/mobprocd\n", (target / "u/mobprocd.service").read_text())
        self.assertIn("\nExecStart=/opt/m/mobproc-courier\n",
                      (target / "u/mobproc-courier.service").read_text())
        for name in ("u/mobprocd.socket", "u/mobproc-courier.socket",
                     "u/mobproc-credential.socket", "u/mobproc-credential@.service", "s/mobproc.conf",
                     "t/mobproc.conf", "opt/m/mobprocd", "opt/m/mobproc-courier"):
            self.assertTrue((target / name).is_file(), name)


if __name__ == "__main__":
    unittest.main()
