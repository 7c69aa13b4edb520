"""mobproc enable, confirm, disable: who gets in while it is tried, and how it is taken back."""
import ctypes
import json
import os
import pathlib
import shutil
import stat
import subprocess
import unittest

from fixtures import fakebroker, people, tool
from fixtures.pamcase import PASSWORD
from fixtures.rolloutcase import DEBIAN, KEPT, PAM_D, UNITS, RolloutCase, overlay

BOB = people.LOCAL_PASSWORD
IN = [True, True]
PR_SET_CHILD_SUBREAPER = 36
REDHAT = {
    "sshd": "#%PAM-1.0\nauth       substack     password-auth\nauth       include      postlogin\n"
            "account    required     pam_nologin.so\naccount    include      password-auth\n",
    "password-auth": "auth        required      pam_env.so\n"
                     "auth        sufficient    pam_unix.so nullok nodelay\n"
                     "auth        required      pam_deny.so\n"
                     "account     required      pam_unix.so\n",
    "postlogin": "auth        optional      pam_permit.so\n",
}


class Service(RolloutCase):
    def test_the_shipped_lines_go_in_front_of_the_local_modules(self):
        for service, jump in (("sshd", 2), ("sudo", 2), ("login", 2), ("su", 2)):
            with self.subTest(service):
                self.mobproc("enable", "--service", service)
                self.assertEqual(self.ours(service), [
                    "success=%d user_unknown=ignore authinfo_unavail=ignore default=die" % jump,
                    "success=ok user_unknown=ignore authinfo_unavail=ignore ignore=ignore "
                    "default=bad"])
                text = (PAM_D / service).read_text()
                self.assertIn("pam_mobproc.so\n# END mobproc\n@include common-auth", text)
                self.assertIn("pam_mobproc.so\n# END mobproc\n@include common-account", text)
                self.mobproc("disable")
                self.untouched()

    def test_nobody_is_locked_out_without_a_broker(self):
        for service in ("sshd", "sudo", "login", "su"):
            self.mobproc("enable", "--service", service)
            for user, password, wanted in (("bob", BOB, True), ("rootlike", BOB, True),
                                           ("bob", "wrong", False), ("alice", PASSWORD, False),
                                           ("rootlike", "wrong", service == "su")):
                with self.subTest(service, user=user, password=password):
                    if service == "su" and not wanted:
                        continue  # this host is root, and pam_rootok takes its word
                    self.assertEqual(self.login(service, user, password)[0], wanted)
            self.mobproc("disable")

    def test_with_a_broker_the_right_people_get_in(self):
        self.mobproc("enable", "--service", "sshd")
        os.mkdir("/run/mobproc")
        for script, alice in ((fakebroker.admit, True), (fakebroker.answer("DENIED"), False)):
            with fakebroker.FakeBroker(script) as broker:
                os.symlink(broker.path, "/run/mobproc/broker.sock")
                self.assertEqual(self.login("sshd", "alice", PASSWORD), [alice, alice])
                self.assertEqual(self.login("sshd", "rootlike", BOB), IN)
                os.unlink("/run/mobproc/broker.sock")

    def test_it_is_taken_back_when_nobody_confirms(self):
        said = self.mobproc("enable", "--service", "sshd", "--rollback", "1s")
        self.assertIn("Keep a root shell open", said)
        self.assertIn("mobproc confirm", said)
        self.wait_untouched()
        self.assertEqual(list(UNITS.glob("**/*rollback*")), [])

    def test_it_is_taken_back_although_the_terminal_is_gone(self):
        """The shell, its session and its group end at once, as when a connection breaks."""
        subprocess.run(["setsid", "sh", "-c", "%s enable --service sshd --rollback 1; kill -HUP 0"
                        % tool.MOBPROC], stderr=subprocess.DEVNULL, check=False)
        self.wait_untouched()

    def test_whoever_waits_goes_when_nothing_does(self):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.addCleanup(ctypes.CDLL(None).prctl, PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        self.mobproc("enable", "--service", "sshd")
        self.mobproc("confirm")
        self.assertEqual(os.waitstatus_to_exitcode(os.wait()[1]), 0)  # its parent is gone: ours now

    def test_confirm_keeps_it(self):
        self.mobproc("enable", "--service", "sshd")
        self.assertIn("sshd: the lines stay", self.mobproc("confirm"))
        self.assertEqual(list(UNITS.glob("**/*rollback*")), [])
        self.assertIn("nothing waits", self.mobproc("confirm"))
        self.mobproc("disable", "--unconfirmed")
        self.assertEqual(len(self.ours("sshd")), 2)
        self.mobproc("disable", "--service", "sshd")
        self.untouched()

    def test_a_new_boot_takes_it_back(self):
        """What the unit for the next boot runs, with the state of another boot."""
        self.mobproc("enable", "--service", "sshd")
        unit = UNITS / "mobproc-rollback.service"
        command = [line[10:] for line in unit.read_text().splitlines() if line[:10] == "ExecStart="]
        self.assertEqual(command, ["%s disable --unconfirmed" % tool.MOBPROC])
        link = UNITS / "multi-user.target.wants" / "mobproc-rollback.service"
        self.assertEqual(os.path.realpath(str(link)), str(unit))
        self.mobproc("disable", "--unconfirmed")
        self.assertEqual(len(self.ours("sshd")), 2)
        state = KEPT / "sshd.state"
        state.write_text(state.read_text().replace("-", "0"))
        self.mobproc("disable", "--unconfirmed")
        self.untouched()
        self.assertFalse(unit.exists() or os.path.lexists(str(link)))

    def test_doctor_knows_of_it(self):
        def look():
            ran = tool.execute([tool.MOBPROC, "doctor", "--json"])
            return [(check["result"], check.get("mend", "")) for check in
                    json.loads(ran.out)["checks"] if check["what"] == "rollout sshd"]
        self.assertEqual(look(), [])
        self.mobproc("enable", "--service", "sshd")
        self.assertEqual(look()[0][0], "warning")
        state = (KEPT / "sshd.state").read_text()
        (KEPT / "sshd.state").write_text("pending 1 then\n")
        self.assertEqual(look(), [("failed", "mobproc disable --unconfirmed")])
        (KEPT / "sshd.state").write_text(state)
        self.mobproc("confirm")
        self.assertEqual(look(), [("ok", "")])

    def test_a_substack_is_jumped_over_whole(self):
        """As Red Hat has them."""
        for name, text in REDHAT.items():
            (PAM_D / name).write_text(text)
        self.mobproc("enable", "--service", "sshd")
        self.assertIn("success=1 ", self.ours("sshd")[0])
        for user, password, wanted in (("bob", BOB, True), ("rootlike", BOB, True),
                                       ("bob", "wrong", False), ("alice", PASSWORD, False)):
            self.assertEqual(self.login("sshd", user, password)[0], wanted)
        os.mkdir("/run/mobproc")
        with fakebroker.FakeBroker() as broker:
            os.symlink(broker.path, "/run/mobproc/broker.sock")
            self.assertEqual(self.login("sshd", "alice", PASSWORD), IN)
        self.mobproc("disable")
        self.assertEqual((PAM_D / "sshd").read_text(), REDHAT["sshd"])

    def test_a_crash_before_the_lines_were_in(self):
        """Everything is kept and waits, and then the power fails."""
        self.mobproc("enable", "--service", "sshd")
        shutil.copy(KEPT / "sshd.before", PAM_D / "sshd")
        (PAM_D / "sshd").chmod(0o644)
        (PAM_D / ".sshd.new").write_bytes((KEPT / "sshd.after").read_bytes()[:100])
        (KEPT / "sshd.state").write_text("pending 600 another-boot\n")
        self.mobproc("disable", "--unconfirmed")
        (PAM_D / ".sshd.new").unlink()  # no service has such a name
        self.untouched()
        self.assertEqual(list(KEPT.glob("*.*")), [])

    def test_a_late_confirm_takes_it_back(self):
        self.mobproc("enable", "--service", "sshd")
        (KEPT / "sshd.state").write_text("pending 1 then\n")
        self.assertIn("too late", self.mobproc("confirm", code=4))
        self.untouched()

    def test_a_state_that_nobody_understands_is_taken_back(self):
        self.mobproc("enable", "--service", "sshd")
        (KEPT / "sshd.state").write_text("")
        self.mobproc("disable", "--unconfirmed")
        self.untouched()

    def test_owner_and_mode_stay(self):
        os.chmod(PAM_D / "sshd", 0o640)
        os.chown(PAM_D / "sshd", 0, 12)
        for words in (("enable", "--service", "sshd"), ("disable",)):
            self.mobproc(*words)
            info = (PAM_D / "sshd").stat()
            self.assertEqual((stat.S_IMODE(info.st_mode), info.st_gid), (0o640, 12))

    def test_the_copies_are_for_root(self):
        self.mobproc("enable", "--service", "sshd")
        self.assertEqual(stat.S_IMODE(KEPT.stat().st_mode), 0o700)
        self.assertEqual((KEPT / "sshd.before").read_text(), DEBIAN["sshd"])
        for path in KEPT.iterdir():
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)

    def test_what_others_wrote_since_stays(self):
        self.mobproc("enable", "--service", "sshd")
        with open(PAM_D / "sshd", "a") as service:
            service.write("# by somebody else\n")
        self.assertIn("only our lines", self.mobproc("disable"))
        self.assertEqual((PAM_D / "sshd").read_text(), DEBIAN["sshd"] + "# by somebody else\n")

    def test_twice_is_once(self):
        self.mobproc("enable", "--service", "sshd")
        self.mobproc("confirm")
        before = self.files()
        self.assertIn("has the lines already", self.mobproc("enable", "--service", "sshd"))
        self.assertEqual(self.files(), before)
        self.mobproc("disable")
        self.assertIn("nothing that mobproc enable put there", self.mobproc("disable"))

    def test_one_at_a_time(self):
        self.mobproc("enable", "--service", "sshd")
        self.assertIn("sshd waits", self.mobproc("enable", "--service", "sudo", code=4))
        self.mobproc("confirm")
        self.mobproc("enable", "--service", "sudo")
        self.mobproc("disable", "--service", "sudo")
        self.assertEqual((len(self.ours("sshd")), self.ours("sudo")), (2, []))


class Refused(RolloutCase):
    """Nothing is changed, and nothing waits."""

    def refuse(self, words, code, *arguments):
        before = self.files()
        self.assertIn(words, self.mobproc("enable", *arguments, code=code))
        self.assertEqual(self.files(), before)
        self.assertEqual(list(KEPT.glob("*.*")) + list(UNITS.iterdir()), [])

    def test_arguments(self):
        for arguments, words in (((), "--service takes"), (("--service", "../x"), "--service takes"),
                                 (("--service", "common-auth"), "part of many"),
                                 (("--service", "sshd", "--rollback", "0"), "one second"),
                                 (("--service", "sshd", "--rollback", "25h"), "one day"),
                                 (("--service", "sshd", "--rollback", "soon"), "not a time")):
            with self.subTest(arguments):
                self.refuse(words, 2, *arguments)

    def test_stacks_that_cannot_be_proven(self):
        for name, text, words in (
                ("nothing after them", "auth required pam_unix.so\naccount required pam_unix.so\n",
                 "locked out"),
                ("no account stage", "@include common-auth\n", "no module for local passwords"),
                ("jumped over", "auth [success=2 default=ignore] pam_succeed_if.so user = x\n"
                 "auth optional pam_cap.so\n@include common-auth\n@include common-account\n",
                 "jumps over"),
                ("let in before", "auth sufficient pam_permit.so\n@include common-auth\n"
                 "@include common-account\n", "locked out or let in"),
                ("a line that is wrong", "auth [nonsense] pam_cap.so\n@include common-auth\n"
                 "@include common-account\n", "wrong already")):
            with self.subTest(name):
                (PAM_D / "test").write_text(text)
                self.refuse(words, 4, "--service", "test")

    def test_files_that_are_not_roots_alone(self):
        (PAM_D / "link").symlink_to("sshd")
        shutil.copy(PAM_D / "sshd", PAM_D / "open")
        (PAM_D / "open").chmod(0o666)
        shutil.copy(PAM_D / "sshd", PAM_D / "foreign")
        os.chown(PAM_D / "foreign", 2001, 0)
        for name in ("link", "open", "foreign"):
            self.refuse("root's alone", 4, "--service", name)
        self.refuse("there is no such service", 2, "--service", "missing")

    def test_without_the_module(self):
        module = self.security / "pam_mobproc.so"
        shutil.move(str(module), "/run/module")
        try:
            self.refuse("not even root", 7, "--service", "sshd")
        finally:
            shutil.move("/run/module", str(module))

    def test_others_than_root(self):
        with fakebroker.FakeBroker() as _:
            folder = tool.Folder(tool.MOBPROC)
            self.addCleanup(folder.close)
            for verb in (["enable", "--service", "sshd"], ["confirm"], ["disable"]):
                ran = tool.execute([folder.program("mobproc"), *verb], **tool.as_somebody())
                self.assertEqual(ran.code, 4, ran)
                self.assertIn("only root", ran.err)
        self.untouched()

    def test_nothing_waits_when_systemd_does_not(self):
        """systemd is there but does not take the timer: this machine's is not running."""
        os.makedirs("/run/systemd/system")
        self.refuse("systemd-run", 70, "--service", "sshd")


class Systemd(RolloutCase):
    """Where systemd runs, its timer takes the lines out; a script stands for systemd-run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        programs = overlay(cls.place / "bin", "/usr/bin")
        for name in ("systemd-run", "systemctl"):
            program = programs / name
            program.write_text("#!/bin/sh\necho %s \"$@\" >> /run/calls\n" % name)
            program.chmod(0o755)

    def test_the_timer_is_set_and_stopped(self):
        os.makedirs("/run/systemd/system")
        self.mobproc("enable", "--service", "sshd", "--rollback", "2m")
        self.mobproc("confirm")
        calls = pathlib.Path("/run/calls").read_text().splitlines()
        self.assertEqual(len(calls), 2, calls)
        self.assertIn(" --on-active=120s ", calls[0])
        self.assertTrue(calls[0].endswith(" %s disable --unconfirmed" % tool.MOBPROC), calls)
        self.assertEqual(calls[1], "systemctl stop mobproc-rollback-timer.timer")


if __name__ == "__main__":
    unittest.main()
