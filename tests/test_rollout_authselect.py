"""mobproc enable --service all: through authselect, which stands in the way of pam-auth-update."""
import os
import pathlib
import unittest

from fixtures import pam
from fixtures.pamcase import ROOT
from fixtures.rolloutcase import PAM_D, RolloutCase, overlay

UPDATE = "/usr/sbin/pam-auth-update"
# It writes what the real one writes where a service includes it, and notes how it was called.
AUTHSELECT = """#!/bin/sh
echo "$@" >> /run/authselect.calls
cd /etc/pam.d
for name in system-auth password-auth; do
    case $1 in
    enable-feature) cat /run/with > $name ;;
    disable-feature) [ ! -e /run/stuck ] && cat /run/without > $name ;;
    esac
done
"""


@unittest.skipUnless(ROOT, "needs root: another /usr/bin")
class Authselect(RolloutCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program = overlay(cls.place / "bin", "/usr/bin") / "authselect"
        program.write_text(AUTHSELECT)
        program.chmod(0o755)
        if os.path.exists(UPDATE):
            overlay(cls.place / "sbin", "/usr/sbin")
            os.unlink(UPDATE)

    def setUp(self):
        super().setUp()
        self.with_ours = pam.shipped("common-auth") + pam.shipped("common-account")
        lines = self.with_ours.splitlines(True)
        self.without = "".join(line for line in lines if "pam_mobproc.so" not in line)
        pathlib.Path("/run/with").write_text(self.with_ours)
        pathlib.Path("/run/without").write_text(self.without)
        for name in ("system-auth", "password-auth"):
            (PAM_D / name).write_text(self.without)

    def test_the_feature_is_enabled_and_disabled(self):
        self.mobproc("enable", "--service", "all")
        self.assertEqual((PAM_D / "system-auth").read_text(), self.with_ours)
        self.mobproc("disable")
        self.assertEqual((PAM_D / "password-auth").read_text(), self.without)
        self.assertEqual(pathlib.Path("/run/authselect.calls").read_text(),
                         "enable-feature with-mobproc --backup=mobproc-rollout\n"
                         "disable-feature with-mobproc\n")

    def test_a_feature_that_locks_people_out_does_not_stay(self):
        pathlib.Path("/run/with").write_text(self.with_ours.replace("success=2", "success=1"))
        self.assertIn("locked out", self.mobproc("enable", "--service", "all", code=4))
        self.assertEqual((PAM_D / "system-auth").read_text(), self.without)

    def test_lines_that_stay_are_said(self):
        self.mobproc("enable", "--service", "all")
        pathlib.Path("/run/stuck").touch()
        self.assertIn("take them out by hand", self.mobproc("disable", code=70))
        pathlib.Path("/run/stuck").unlink()
        self.mobproc("disable")
        self.assertEqual((PAM_D / "system-auth").read_text(), self.without)


if __name__ == "__main__":
    unittest.main()
