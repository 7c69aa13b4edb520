"""The Debian packages: what `make deb` builds, twice the same, and what lintian says of it.

What they do to a machine is in tests/system.
"""
import concurrent.futures
import os
import re
import subprocess
import unittest

from fixtures import build, scratch

# What each package holds, without folders, debug symbols and /usr/share/doc; {lib} and {units} are
# where this release of Debian has its modules and units.
FILES = {
    "libpam-mobproc": {"{lib}/security/pam_mobproc.so", "usr/share/pam-configs/mobproc",
                       "usr/share/man/man8/pam_mobproc.8.gz"},
    "mobproc": {"etc/apparmor.d/mobprocd", "etc/apparmor.d/mobproc-courier",
                "{units}/mobprocd.socket", "{units}/mobprocd.service",
                "{units}/mobproc-courier.socket", "{units}/mobproc-courier.service",
                "{units}/mobproc-credential.socket", "{units}/mobproc-credential@.service",
                "{units}/mobproc-metrics.timer", "{units}/mobproc-metrics.service",
                "usr/lib/systemd/catalog/mobproc.catalog",
                "{units}/mobprocd.service.d/apparmor.conf",
                "{units}/mobproc-courier.service.d/apparmor.conf",
                "usr/share/bash-completion/completions/mobproc",
                "usr/share/zsh/vendor-completions/_mobproc",
                "usr/share/fish/vendor_completions.d/mobproc.fish",
                "usr/lib/sysusers.d/mobproc.conf", "usr/lib/tmpfiles.d/mobproc.conf",
                "usr/bin/mobproc", "usr/bin/git-credential-mobproc",
                "usr/bin/docker-credential-mobproc", "usr/bin/cargo-credential-mobproc",
                "usr/bin/bazel-credential-mobproc", "usr/bin/goauth-credential-mobproc",
                "usr/sbin/mobprocd",
                "usr/libexec/mobproc/mobprocd", "usr/libexec/mobproc/mobproc-courier",
                "usr/libexec/mobproc/mobproc-check", "usr/share/lintian/overrides/mobproc"},
}
AUTH = ("[success=end user_unknown=ignore authinfo_unavail=ignore default=die]\tpam_mobproc.so")
ACCOUNT = ("[success=ok user_unknown=ignore authinfo_unavail=ignore ignore=ignore default=bad]"
           "\tpam_mobproc.so")


def run(*words, **more):
    """What it wrote; AssertionError with that when it failed."""
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, check=False,
                          timeout=600, **more)
    if done.returncode != 0:
        raise AssertionError("%s: exit status %d\n%s" % (words, done.returncode, done.stdout[-4000:]))
    return done.stdout


def variable(package, name):
    """Of pkg-config, without the first slash."""
    return run("pkg-config", "--variable=" + name, package).strip().lstrip("/")


def make_deb(folder, umask, zone):
    """Builds the packages in a folder; {package: path}."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TZ": zone, "LANG": "C.UTF-8"}
    run("sh", "-c", 'umask "$1"; exec make -s deb O="$2"', "sh", umask, folder,
        cwd=str(build.REPOSITORY), env=environment)
    return {path.name.split("_")[0]: path for path in (folder / "deb").glob("*.deb")}


@unittest.skipUnless(os.path.exists("/usr/bin/dpkg-deb"), "not a Debian machine")
class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        one = scratch.folder("deb")
        other = scratch.folder("deb-elsewhere") / "a" / "longer-path"
        with concurrent.futures.ThreadPoolExecutor() as pool:
            first = pool.submit(make_deb, one, "022", "UTC")
            second = pool.submit(make_deb, other, "077", "Pacific/Auckland")
            cls.built, cls.again = first.result(), second.result()
        cls.places = {"lib": variable("pam", "libdir"),
                      "units": variable("systemd", "systemdsystemunitdir")}

    def unpacked(self, package):
        """Its folder with what it installs, and DEBIAN/ with its control files."""
        folder = scratch.folder("unpacked") / package
        run("dpkg-deb", "-R", self.built[package], folder)
        return folder

    def test_both_are_built_and_debug_symbols_of_both(self):
        self.assertEqual(set(self.built), {name + kind for name in FILES for kind in ("", "-dbgsym")})

    def test_two_builds_are_the_same_bytes(self):
        """Elsewhere, in another time zone, with another umask."""
        self.assertEqual(set(self.built), set(self.again))
        for name, path in self.built.items():
            self.assertEqual(path.read_bytes(), self.again[name].read_bytes(), name)

    def test_lintian_finds_no_error_and_no_warning(self):
        changes = list(self.built["mobproc"].parent.glob("*.changes"))
        self.assertEqual(len(changes), 1)
        said = run("lintian", "--allow-root", "--fail-on", "error,warning", changes[0],
                   env=dict(os.environ, TMPDIR=str(scratch.folder("lintian"))))  # it leaves files
        self.assertNotRegex(said, "(?m)^[EW]:")

    def test_what_is_in_them(self):
        for package, wanted in FILES.items():
            folder = self.unpacked(package)
            found = {str(path.relative_to(folder)) for path in folder.rglob("*")
                     if not path.is_dir() or path.is_symlink()}
            found = {path for path in found if not path.startswith(("DEBIAN/", "usr/share/doc/"))}
            pages = {path for path in found if path.startswith("usr/share/man/")}
            wanted = {path.format(**self.places) for path in wanted}
            self.assertEqual(found - pages, wanted - pages)
        self.assertLessEqual({"usr/share/man/man1/mobproc.1.gz", "usr/share/man/man8/mobprocd.8.gz",
                              "usr/share/man/man5/mobproc.conf.5.gz",
                              "usr/share/man/man1/git-credential-mobproc.1.gz"}, pages)

    def test_no_file_is_setuid_or_writable_for_others_and_all_are_of_root(self):
        for package in FILES:
            for line in run("dpkg-deb", "-c", self.built[package]).splitlines():
                mode, owner = line.split()[:2]
                self.assertEqual(owner, "root/root", line)
                if mode[0] != "l":
                    self.assertRegex(mode, "^[-d]rw[-x]r-[-x]r-[-x]$", line)

    def test_the_units_are_started_and_the_sockets_stay_up_in_an_upgrade(self):
        """debhelper of Debian 12 says nothing when it finds no unit, and starts none."""
        folder = self.unpacked("mobproc") / "DEBIAN"
        postinst = (folder / "postinst").read_text()
        invoked = re.findall(r"deb-systemd-invoke (\S+) (.*) >", postinst)
        self.assertIn(("start", "'mobproc-courier.socket' 'mobprocd.socket'"), invoked)
        self.assertTrue(any(".service" in units for _, units in invoked), invoked)
        for action, units in invoked:
            if action != "start":
                self.assertNotIn(".socket", units)
        for unit in ("mobprocd.socket", "mobproc-courier.socket", "mobproc-credential.socket",
                     "mobproc-metrics.timer", "mobprocd.service", "mobproc-courier.service"):
            self.assertRegex((folder / "prerm").read_text(), "deb-systemd-invoke stop .*'%s'" % unit)
        self.assertNotIn("[ \"$1\" = upgrade ]", (folder / "prerm").read_text())
        self.assertIn("systemd-sysusers", postinst)
        self.assertIn("systemd-tmpfiles", postinst)

    def test_the_module_leaves_the_stacks_before_its_file_goes(self):
        folder = self.unpacked("libpam-mobproc") / "DEBIAN"
        self.assertIn("pam-auth-update --package\n", (folder / "postinst").read_text())
        self.assertIn("pam-auth-update --package --remove mobproc", (folder / "prerm").read_text())
        self.assertFalse((folder / "postrm").exists())

    def test_the_profile_is_off_and_has_the_two_lines_and_no_comment(self):
        text = (self.unpacked("libpam-mobproc") / "usr/share/pam-configs/mobproc").read_text()
        self.assertNotIn("#", text)
        self.assertIn("\nDefault: no\n", text)
        self.assertIn("\nAuth-Initial:\n\t%s\nAccount" % AUTH, text)
        self.assertIn("\nAuth:\n\t%s try_first_pass\n" % AUTH, text)
        self.assertTrue(text.endswith("\nAccount:\n\t%s\n" % ACCOUNT))

    def test_how_they_belong_together(self):
        wanted = {"libpam-mobproc": {"Multi-Arch": "same", "Recommends": "mobproc"},
                  "mobproc": {"Multi-Arch": "foreign", "Recommends": "libpam-mobproc",
                              "Enhances": "git"}}
        for package, fields in wanted.items():
            for field, value in fields.items():
                self.assertEqual(run("dpkg-deb", "-f", self.built[package], field).strip(), value)
        version = re.search(r"^VERSION := (.*)$", (build.REPOSITORY / "Makefile").read_text(), re.M)
        self.assertEqual(run("dpkg-deb", "-f", self.built["mobproc"], "Version").strip(),
                         version.group(1))

    def test_apparmor_understands_its_profiles(self):
        for name in ("mobprocd", "mobproc-courier"):
            run("apparmor_parser", "--skip-kernel-load", "--skip-cache",
                "--base", "/etc/apparmor.d", build.REPOSITORY / "packaging/apparmor" / name)

    def test_the_programs_are_hardened(self):
        folder = self.unpacked("mobproc")
        for name in ("usr/bin/mobproc", "usr/libexec/mobproc/mobprocd",
                     "usr/libexec/mobproc/mobproc-courier"):
            said = run("readelf", "-dlW", folder / name)
            for word in ("GNU_RELRO", "BIND_NOW", "PIE"):
                self.assertIn(word, said)


if __name__ == "__main__":
    unittest.main()
