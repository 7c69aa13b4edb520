"""The profile of authselect, rendered by Debian 13's authselect, judged by mobproc doctor."""
import json
import re
import shutil
import unittest

from fixtures import build

from . import packages, roots

SOURCE = build.REPOSITORY / "packaging/authselect"
# as packaging/rpm/mobproc.spec installs them
FILES = {"system-auth": "stack", "password-auth": "stack", "fingerprint-auth": "unused-auth",
         "smartcard-auth": "unused-auth"}
AS_THEY_ARE = ("README", "REQUIREMENTS", "nsswitch.conf", "postlogin", "dconf-db", "dconf-locks")
# services as Fedora has them: one way in by substack, one by include
SERVICES = {"sshd": "auth substack password-auth\naccount required pam_nologin.so\n"
                    "account include password-auth\n",
            "sudo": "auth include system-auth\naccount include system-auth\n"}
AUTH = ("pam_env.so", "pam_faildelay.so", "pam_mobproc.so", "pam_unix.so", "pam_deny.so",
        "pam_permit.so")
LOCKED = ("pam_env.so", "pam_faildelay.so", "pam_faillock.so", "pam_mobproc.so", "pam_unix.so",
          "pam_faillock.so", "pam_deny.so", "pam_permit.so")
OURS = ("[success=%d user_unknown=ignore authinfo_unavail=ignore default=die]",
        "[success=ok user_unknown=ignore authinfo_unavail=ignore ignore=ignore default=bad]")


@unittest.skipIf(roots.SUITE == "bookworm", "no authselect in this release")
class Profile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = roots.unpack("machine")
        packages.satisfy(cls.root)
        roots.run(cls.root, "apt-get", "install", "-y", "-q", "--no-install-recommends", "authselect",
                  *packages.put(cls.root, packages.built(), "/debs"))
        profile = cls.root / "usr/share/authselect/vendor/mobproc"
        profile.mkdir(parents=True)
        for name, source in {**FILES, **{name: name for name in AS_THEY_ARE}}.items():
            shutil.copy(str(SOURCE / source), str(profile / name))
        (cls.root / "etc/authselect").mkdir(exist_ok=True)
        (cls.root / "judged").mkdir()
        roots.run(cls.root, "authselect", "select", "mobproc", "--force", "--backup=before")

    def feature(self, verb, name):
        roots.run(self.root, "authselect", verb + "-feature", name)
        self.addCleanup(self.restore)

    def restore(self):
        roots.run(self.root, "authselect", "select", "mobproc", "--force")

    def stack(self, stage, name="system-auth"):
        """[(control, module)] of a rendered file."""
        text = (self.root / "etc/authselect" / name).read_text()
        return re.findall(r"(?m)^-?%s\s+(\[.*?\]|\S+)\s+(\S+)" % stage, text)

    def judge(self):
        """What doctor does not like about services that use the rendered files."""
        folder = self.root / "judged"
        for name in ("system-auth", "password-auth"):
            shutil.copy(str(self.root / "etc/authselect" / name), str(folder))
        for name, text in SERVICES.items():
            (folder / name).write_text(text)
        said = roots.shell(self.root, "mobproc doctor --json --pam-directory /judged 2>/dev/null || true")
        findings = [one for one in json.loads(said)["checks"] if one["what"].startswith("pam")]
        self.assertTrue(findings)
        return [one for one in findings if one["result"] != "ok"]

    def test_without_the_feature_it_is_local_users_only(self):
        for name in ("system-auth", "password-auth"):
            self.assertNotIn("mobproc", (self.root / "etc/authselect" / name).read_text())
        self.assertIn("valid", roots.run(self.root, "authselect", "check"))

    def test_the_lines_stand_before_the_local_ones_and_jump_over_pam_deny(self):
        for feature, modules, jump in ((None, AUTH, 2), ("with-faillock", LOCKED, 3)):
            with self.subTest(feature):
                if feature:
                    self.feature("enable", feature)
                self.feature("enable", "with-mobproc")
                for name in ("system-auth", "password-auth"):
                    lines = self.stack("auth", name)
                    self.assertEqual(tuple(module for _, module in lines), modules)
                    place = modules.index("pam_mobproc.so")
                    self.assertEqual(lines[place][0], OURS[0] % jump)
                    self.assertEqual(modules[place + jump + 1], "pam_permit.so")
                    account = self.stack("account", name)
                    self.assertEqual([one for one in account if "faillock" not in one[1]],
                                     [(OURS[1], "pam_mobproc.so"), ("required", "pam_unix.so")])
                self.assertEqual(self.judge(), [])
                self.assertIn("valid", roots.run(self.root, "authselect", "check"))

    def test_doctor_sees_a_jump_that_does_not_pass_pam_deny(self):
        self.feature("enable", "with-mobproc")
        path = self.root / "etc/authselect/system-auth"
        path.write_text(path.read_text().replace("success=2", "success=1"))
        self.assertNotEqual(self.judge(), [])

    def test_the_feature_goes_and_leaves_what_was_before(self):
        before = (self.root / "etc/authselect/system-auth").read_text()
        self.feature("enable", "with-mobproc")
        self.assertIn("pam_mobproc.so", (self.root / "etc/authselect/system-auth").read_text())
        self.feature("disable", "with-mobproc")
        self.assertEqual((self.root / "etc/authselect/system-auth").read_text(), before)


if __name__ == "__main__":
    unittest.main()
