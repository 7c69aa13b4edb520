"""The rpm packages: what `make rpm` builds, twice the same, what rpmlint says of them, and what they
do to a root. On Debian too; what comes of it there is for these tests only.

authselect, which renders the profile, is in tests/system.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import test_packages_deb as deb
from fixtures import build, scratch

PACKAGING = build.REPOSITORY / "packaging"
SPEC = PACKAGING / "rpm/mobproc.spec"
UNITS = "usr/lib/systemd/system"
NAMES = {"pam_mobproc", "mobproc", "mobproc-selinux"}
# what a file of the .deb is here, where it is something else
PLACES = {"{lib}": "usr/lib64", "{units}": UNITS, "zsh/vendor-completions": "zsh/site-functions"}
# what Debian has in another way: AppArmor is SELinux here, pam-auth-update is authselect
OTHERWISE = re.compile("apparmor|pam-configs|lintian")
PROFILE = {"README", "REQUIREMENTS", "system-auth", "password-auth", "fingerprint-auth",
           "smartcard-auth", "postlogin", "nsswitch.conf", "dconf-db", "dconf-locks"}
# the macros of a distribution that has them, as far as one can see what they were called with
STUBS = "".join("%%%s() CALLED %s %%*\n" % (name, name) for name in (
    "systemd_post", "systemd_preun", "systemd_postun_with_restart", "tmpfiles_create",
    "sysusers_create_compat")) + \
    "%selinux_modules_install(s:) CALLED selinux_modules_install %{-s*} %*\n" \
    "%selinux_modules_uninstall(s:) CALLED selinux_modules_uninstall %{-s*} %*\n"
# programs that a scriptlet calls: what they note is what it did
NOTES = '#!/bin/sh\necho "${0##*/} $*" >>/calls\n'
STAND_INS = {"systemctl": "", "systemd-tmpfiles": "", "semodule": "", "restorecon": "", "useradd": "",
             "load_policy": "", "selinuxenabled": "", "getent": "exit 2\n",
             "groupadd": 'echo "$2:x:600:" >>/etc/group\n',
             "authselect": '[ "$1" != current ] || echo "mobproc with-mobproc"\n'}
SOCKETS = "mobprocd.socket mobproc-courier.socket mobproc-credential.socket mobproc-metrics.timer"
SERVICES = "mobprocd.service mobproc-courier.service"
HAS_RPM = bool(shutil.which("rpmbuild") and shutil.which("dpkg"))


def setUpModule():
    """rpm keeps a database below HOME when it is told of no other."""
    before = os.environ["HOME"]
    os.environ["HOME"] = str(scratch.folder("home"))
    unittest.addModuleCleanup(os.environ.update, HOME=before)


def make_rpm(folder, umask, zone):
    """Builds the packages in a folder; {file name: path}, the source too."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TZ": zone, "LANG": "C.UTF-8"}
    deb.run("sh", "-c", 'umask "$1"; exec make -s rpm O="$2"', "sh", umask, folder,
            cwd=str(build.REPOSITORY), env=environment)
    return {path.name: path for path in (folder / "rpm").glob("*RPMS/**/*.rpm")}


def query(package, *words):
    """What rpm says of a package's file."""
    return deb.run("rpm", "-qp", *words, package)


class PackagesCase(unittest.TestCase):
    """What one build is good for."""
    built, again = {}, {}

    @classmethod
    def setUpClass(cls):
        if not HAS_RPM or PackagesCase.built:
            return
        one = scratch.folder("rpm")
        other = scratch.folder("rpm-elsewhere") / "a" / "longer-path"
        with concurrent.futures.ThreadPoolExecutor() as pool:
            first = pool.submit(make_rpm, one, "022", "UTC")
            second = pool.submit(make_rpm, other, "077", "Pacific/Auckland")
            PackagesCase.built, PackagesCase.again = first.result(), second.result()
        PackagesCase.packages = {re.sub("-[0-9].*", "", name): path
                                 for name, path in cls.built.items() if ".src." not in name}


@unittest.skipUnless(HAS_RPM, "not a Debian machine")
class Packages(PackagesCase):
    def files(self, package):
        return {line.lstrip("/") for line in query(self.packages[package], "-l").splitlines()}

    def test_all_are_built_and_their_source(self):
        self.assertEqual(set(self.packages), NAMES)
        self.assertEqual(len(self.built), len(NAMES) + 1)

    def test_two_builds_are_the_same_bytes(self):
        """Elsewhere, in another time zone, with another umask. rpm writes the folder of the build into
        a source package's header: of that one, what it holds."""
        self.assertEqual(set(self.built), set(self.again))
        for name, path in self.built.items():
            with self.subTest(name):
                both = [path.read_bytes(), self.again[name].read_bytes()]
                if ".src." in name:
                    both = [subprocess.run(["rpm2cpio", str(one)], stdout=subprocess.PIPE, check=True)
                            .stdout for one in (path, self.again[name])]
                self.assertTrue(both[0] == both[1])

    def test_rpmlint_finds_nothing_that_has_no_reason(self):
        said = deb.run("rpmlint", "-c", PACKAGING / "rpm/rpmlint.toml", *self.packages.values())
        self.assertIn("0 errors, 0 warnings", said)

    def test_what_the_debian_packages_have_is_here_too(self):
        here = set().union(*map(self.files, NAMES))
        for package, there in deb.FILES.items():
            for path in there:
                for other, ours in PLACES.items():
                    path = path.replace(other, ours)
                if not OTHERWISE.search(path):
                    self.assertIn(path, here, package)

    def test_every_page_is_here(self):
        here = set().union(*map(self.files, NAMES))
        for page in build.REPOSITORY.glob("*/*.[158]"):
            self.assertIn("usr/share/man/man%s/%s.gz" % (page.suffix[1:], page.name), here)
        for path in here:
            folder, _, name = path.rpartition("/")
            if folder in ("usr/bin", "usr/sbin"):
                section = 1 if folder == "usr/bin" else 8
                self.assertIn("usr/share/man/man%d/%s.%d.gz" % (section, name, section), here)

    def test_the_authselect_profile_is_whole(self):
        folder = "usr/share/authselect/vendor/mobproc"
        found = {path[len(folder) + 1:] for path in self.files("pam_mobproc") if path.startswith(folder)}
        self.assertEqual(found - {""}, PROFILE)

    def test_the_version_is_the_tree_s(self):
        version = re.search(r"^VERSION := (.*)$", (build.REPOSITORY / "Makefile").read_text(), re.M)
        for path in self.packages.values():
            self.assertEqual(query(path, "--qf", "%{version}"), version.group(1))

    def test_no_file_is_setuid_or_writable_for_others_and_all_are_of_root(self):
        for path in self.packages.values():
            for line in query(path, "--qf", "[%{filemodes:perms} %{fileusername} %{filenames}\n]")\
                    .splitlines():
                self.assertRegex(line, r"^(l|[-d]rw[-x]r-[-x][-r]-[-x])\S* root /", line)

    def test_a_distribution_s_macros_are_called(self):
        stubs = scratch.folder("macros") / "macros.stubs"
        stubs.write_text(STUBS)
        said = deb.run("rpmspec", "--load", stubs, "--define", "_sourcedir %s" % (PACKAGING / "systemd"),
                       "-P", SPEC)
        called = [line.strip() for line in re.findall("(?m)^CALLED (.*)$", said)]
        policy = "targeted /usr/share/selinux/packages/targeted/mobproc.pp.bz2"
        self.assertEqual(called, [
            "sysusers_create_compat %s/sysusers.conf" % (PACKAGING / "systemd"),
            "tmpfiles_create mobproc.conf", "systemd_post " + SOCKETS,
            "systemd_preun %s %s" % (SOCKETS, SERVICES), "systemd_postun_with_restart " + SERVICES,
            "selinux_modules_install " + policy, "selinux_modules_uninstall targeted mobproc"])


@unittest.skipUnless(HAS_RPM and os.geteuid() == 0, "needs root: rpm --root")
class Root(PackagesCase):
    """A root with a shell, grep, rm and programs that note what they are called with."""

    def setUp(self):
        self.root = scratch.folder("rpm-root")
        for name in ("bin", "dev", "etc/pam.d", "usr/bin", "var/lib/selinux/targeted/active", "tmp"):
            (self.root / name).mkdir(parents=True)
        for program in ("sh", "grep", "rm"):
            self.borrow(shutil.which(program), self.root / "bin" / program)
        for name, more in STAND_INS.items():
            (self.root / "usr/bin" / name).write_text(NOTES + more)
            (self.root / "usr/bin" / name).chmod(0o755)
        (self.root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
        (self.root / "etc/group").write_text("root:x:0:\n")
        self.before = self.paths()

    def borrow(self, program, target):
        shutil.copy(program, str(target))
        for library in re.findall(r"(/\S+) \(0x", deb.run("ldd", program)):
            inside = pathlib.Path(str(self.root) + library)
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, str(inside))

    def rpm(self, *words):
        return deb.run("rpm", "--root", self.root, "--nodeps", "--force-debian", *words,
                       env=dict(os.environ, HOME="/root"))  # of that root

    def install(self):
        self.rpm("-i", *self.packages.values())

    def paths(self):
        """Of files, and of folders of ours; without what rpm and the programs above keep."""
        found = {str(path.relative_to(self.root)) for path in self.root.rglob("*")
                 if path.is_symlink() or not path.is_dir() or "mobproc" in path.name}
        return {path for path in found if not re.match("var/|root/|calls|dev/", path)}

    def calls(self):
        """What was called since the last time."""
        notes = self.root / "calls"
        said = notes.read_text().splitlines() if notes.exists() else []
        notes.write_text("")
        return said

    def test_installed_verified_and_erased_with_nothing_left(self):
        self.install()
        self.assertEqual(self.rpm("-V", *NAMES), "")
        secrets = (self.root / "etc/mobproc/secrets.d").stat()
        self.assertEqual((secrets.st_mode & 0o7777, secrets.st_uid, secrets.st_gid), (0o750, 0, 600))
        self.rpm("-e", *NAMES)
        self.assertEqual(self.paths(), self.before)

    def test_what_is_called_at_the_installation_an_upgrade_and_the_end(self):
        self.install()
        calls = self.calls()
        for wanted in ("groupadd -r mobproc", "groupadd -r mobproc-net",
                       "systemd-tmpfiles --create mobproc.conf", "systemctl --no-reload preset " + SOCKETS):
            self.assertIn(wanted, calls)
        self.assertTrue([call for call in calls if call.startswith("semodule -n -s targeted -X 200 -i")])
        self.rpm("-U", "--replacepkgs", *self.packages.values())
        calls = self.calls()
        self.assertIn("systemctl try-restart " + SERVICES, calls)
        self.assertFalse([call for call in calls if re.search("disable|stop|preset|semodule.* -r", call)])
        self.rpm("-e", *NAMES)
        calls = self.calls()
        self.assertIn("systemctl --no-reload disable --now %s %s" % (SOCKETS, SERVICES), calls)
        self.assertIn("authselect disable-feature with-mobproc", calls)
        self.assertIn("semodule -n -s targeted -X 200 -r mobproc", calls)

    def test_the_metrics_of_what_is_gone_go_and_stay_at_an_upgrade(self):
        metrics = self.root / "var/lib/prometheus/node-exporter/mobproc.prom"
        metrics.parent.mkdir(parents=True)
        self.install()
        metrics.touch()
        self.rpm("-U", "--replacepkgs", *self.packages.values())
        self.assertTrue(metrics.exists())
        self.rpm("-e", *NAMES)
        self.assertFalse(metrics.exists())

    def test_the_module_stays_while_a_stack_names_it(self):
        """Without its file such a stack lets nobody in, root neither."""
        self.install()
        stack = self.root / "etc/pam.d/sshd"
        stack.write_text("auth\t[default=die]\tpam_mobproc.so\n")
        with self.assertRaisesRegex(AssertionError, "Take them out first"):
            self.rpm("-e", "pam_mobproc")
        self.assertTrue((self.root / "usr/lib64/security/pam_mobproc.so").exists())
        stack.write_text("# auth\t[default=die]\tpam_mobproc.so\n")
        self.rpm("-e", "pam_mobproc")
        self.assertFalse((self.root / "usr/lib64/security/pam_mobproc.so").exists())


@unittest.skipUnless(HAS_RPM, "not a Debian machine")
class Policy(PackagesCase):
    """What the module in the package says, as the kernel's policy compiler would read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = scratch.folder("policy")
        deb.run("sh", "-c", 'cd "$0" && rpm2cpio "$1" | cpio -id --quiet && bunzip2 -c '
                'usr/share/selinux/packages/targeted/mobproc.pp.bz2 >mobproc.pp && '
                'semodule_unpackage mobproc.pp mobproc.mod mobproc.fc',
                cls.folder, cls.packages["mobproc-selinux"])
        cls.rules = deb.run("/usr/libexec/selinux/hll/pp", cls.folder / "mobproc.pp")

    def may(self, domain, right):
        """What a domain's own rules let it do this to."""
        pattern = r"\(allow %s (\S+) \((\w+) \([^)]*\b%s\b" % (domain, right)
        return {"%s %s" % (kind, what) for what, kind in re.findall(pattern, self.rules)}

    def test_the_broker_opens_no_connection_and_starts_nothing(self):
        self.assertEqual({right for right in self.may("mobprocd_t", "create") if "socket" in right},
                         {"unix_stream_socket self", "unix_dgram_socket self"})
        self.assertEqual(self.may("mobprocd_t", "name_connect"), set())
        for domain in ("mobprocd_t", "mobproc_courier_t"):
            self.assertEqual(self.may(domain, "execute_no_trans"), set())

    def test_the_courier_reaches_web_and_name_servers_and_proxies_by_a_boolean(self):
        self.assertEqual(self.may("mobproc_courier_t", "name_connect"), {
            "tcp_socket " + port for port in ("http_port_t", "dns_port_t", "http_cache_port_t",
                                              "squid_port_t")})
        always = self.rules.split("(booleanif")[0]
        self.assertIn("(allow mobproc_courier_t http_port_t", always)
        self.assertNotIn("squid_port_t (tcp_socket", always)

    def test_the_courier_sees_neither_vault_nor_secrets(self):
        self.assertNotRegex(self.rules, r"\(allow mobproc_courier_t mobproc_(var_lib|secret)_t")
        self.assertRegex(self.rules, r"\(allow mobprocd_t mobproc_var_lib_t \(file [^)]*write")

    def test_what_runs_pam_may_ask_the_broker_and_not_the_courier(self):
        for domain in ("sshd_t", "local_login_t", "xdm_t", "crond_t", "policykit_auth_t", "sudodomain",
                       "userdomain", "init_t"):
            self.assertIn("(allow %s mobprocd_t (unix_stream_socket (connectto)))" % domain, self.rules)
        self.assertEqual(re.findall(r"allow (\S+) mobproc_courier_t \(unix_stream_socket \(connectto",
                                    self.rules), ["mobprocd_t"])

    def test_both_may_enter_their_domain_without_new_privileges(self):
        for domain in ("mobprocd_t", "mobproc_courier_t"):
            self.assertIn("(allow init_t %s (process2 (nnp_transition" % domain, self.rules)

    def test_the_labels_match_what_is_installed(self):
        wanted = {"/usr/libexec/mobproc/mobprocd": "mobprocd_exec_t",
                  "/usr/libexec/mobproc/mobproc-courier": "mobproc_courier_exec_t",
                  "/etc/mobproc": "mobproc_etc_t", "/etc/mobproc/secrets.d": "mobproc_secret_t"}
        there = set(query(self.packages["mobproc"], "-l").splitlines())
        self.assertLessEqual(set(wanted), there)
        made = {"/etc/mobproc/mobproc.conf": "mobproc_etc_t", "/var/lib/mobproc/1000/tangoe":
                "mobproc_var_lib_t", "/etc/mobproc/secrets.d/tangoe": "mobproc_secret_t",
                "/run/mobproc/broker.sock": "mobprocd_runtime_t",
                "/run/mobproc/courier.sock": "mobproc_courier_runtime_t"}
        for path, kind in dict(wanted, **made).items():
            self.assertIn(":%s:" % kind, deb.run("matchpathcon", "-f", self.folder / "mobproc.fc", path))


if __name__ == "__main__":
    unittest.main()
