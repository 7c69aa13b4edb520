"""Installed, upgraded, removed and purged: what the packages do to a Debian root."""
import shutil
import stat
import unittest

from . import packages, roots
from .picture import differences, picture

PROFILE = "pam_mobproc.so"
STATE = {"/etc/mobproc/mobproc.conf": "[mobproc]\n", "/etc/mobproc/secrets.d/tangoe": "secret\n",
         "/var/lib/mobproc/1000/tangoe": "sealed\n", "/var/lib/mobproc/vault.key": "key\n"}


class Life(unittest.TestCase):
    """One root, from the installation to the purge."""

    def setUp(self):
        self.root = roots.unpack("machine")
        packages.satisfy(self.root)
        self.before = picture(self.root)

    def apt(self, *words):
        roots.run(self.root, "apt-get", "-y", "-q", "--no-install-recommends", *words)

    def stacks(self):
        return "".join((self.root / "etc/pam.d" / name).read_text()
                       for name in ("common-auth", "common-account"))

    def keep_state(self):
        for path, text in STATE.items():
            (self.root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path[1:]).write_text(text)

    def assert_state(self):
        for path, text in STATE.items():
            self.assertEqual((self.root / path[1:]).read_text(), text, path)

    def test_from_installation_to_purge(self):
        self.apt("install", *packages.put(self.root, packages.built(), "/debs"))
        self.assertNotIn(PROFILE, self.stacks())
        self.assertRegex((self.root / "etc/passwd").read_text(), "(?m)^mobproc:.*/nologin$")
        self.assertEqual(self.mode("etc/mobproc/secrets.d"), 0o750)
        self.keep_state()
        roots.run(self.root, "pam-auth-update", "--enable", "mobproc")
        self.assertEqual(self.stacks().count(PROFILE), 2)
        with self.subTest("an upgrade keeps state and stacks"):
            self.apt("install", *packages.put(self.root, packages.upgrades(), "/debs"))
            self.assertIn("+next", roots.run(self.root, "dpkg-query", "-W", "mobproc"))
            self.assertEqual(self.stacks().count(PROFILE), 2)
            self.assert_state()
        with self.subTest("a removal takes the module out of the stacks and keeps the state"):
            self.apt("remove", *packages.NAMES)
            self.assertNotIn(PROFILE, self.stacks())
            self.assert_state()
        with self.subTest("a purge leaves nothing but the users"):
            self.apt("purge", *packages.NAMES)
            shutil.rmtree(str(self.root / "debs"))
            self.assertEqual(differences(self.before, picture(self.root)), [])

    def mode(self, path):
        return stat.S_IMODE((self.root / path).stat().st_mode)

    def test_the_module_leaves_the_stacks_before_its_file_goes(self):
        """A watcher in between: dpkg unpacks and removes with the stacks as they are then."""
        self.apt("install", *packages.put(self.root, packages.built(), "/debs"))
        roots.run(self.root, "pam-auth-update", "--enable", "mobproc")
        prerm = self.root / "var/lib/dpkg/info/libpam-mobproc:amd64.prerm"
        prerm.write_text(prerm.read_text() + "\ncat /etc/pam.d/common-* > /debs/then\n"
                         "find / -xdev -name pam_mobproc.so >> /debs/there\n")
        self.apt("remove", "libpam-mobproc")
        self.assertNotIn(PROFILE, (self.root / "debs/then").read_text())
        self.assertIn(PROFILE, (self.root / "debs/there").read_text())
        self.assertNotIn(PROFILE, roots.run(self.root, "find", "/", "-xdev", "-name", PROFILE))


class Checks(unittest.TestCase):
    def test_this_release_s_lintian_finds_no_error_and_no_warning(self):
        said = roots.shell(packages.workshop(),
                           "lintian --allow-root --fail-on error,warning /tree/build/deb/*.changes")
        self.assertNotRegex(said, "(?m)^[EW]:")

    def test_autopkgtest_passes(self):
        root = roots.unpack("machine")
        packages.satisfy(root)
        # in the root there is no folder of this machine's
        with_proc = ["env", "-u", "TMPDIR", "unshare", "--mount", "sh", "-c",
                     'mount -t proc proc "$0/proc" && exec "$@"', root]
        roots.checked([*with_proc, "autopkgtest", "-B", *packages.built().values(),
                       str(packages.workshop() / "tree/build/deb/source") + "/", "--", "chroot",
                       str(root)], timeout=600)


if __name__ == "__main__":
    unittest.main()
