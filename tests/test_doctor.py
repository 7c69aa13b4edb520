"""mobproc doctor: each line says what, the result, and what mends it. Exit 0 ok, 1 warned, 2 failed."""
import json
import os
import re
import socket
import unittest

from fixtures import build, fakebroker, pam, scratch, tool
from fixtures.house import CLIENT_ID, CLIENT_SECRET, House
from fixtures.tool import IS_ROOT, HelperCase

MODULE = build.program("pam_mobproc.so")
KEY_SOURCE = "key file vault.key beside the vault"


def status(*records, **fields):
    """A broker that answers STATUS with these records, and probes nothing."""
    more = {"KEY_SOURCE": KEY_SOURCE, "VAULT_STATE": 0}
    more.update(fields)
    answers = {"STATUS": fakebroker.answer("OK", RECORD=list(records), **more),
               "PROBE": fakebroker.answer("FORBIDDEN")}
    return lambda request: answers[request.operation](request)


def ready(account="tangoe", **fields):
    return tool.record(ACCOUNT=account, EXPIRES_AT=fakebroker.EXPIRES_AT, HAS_REFRESH=1, **fields)


class DoctorCase(HelperCase):
    def setUp(self):
        self.pam = scratch.folder("pam.d")  # the machine's own stacks are no part of a test

    def doctor(self, script, *words, **how):
        """Its findings, {what: (result, words, mend)}; the last of a name wins. And .code."""
        broker = script if hasattr(script, "path") else self.broker(script)
        ran = tool.run(broker, "doctor", "--json", "--pam-directory", str(self.pam), *words, **how)
        self.assertEqual(ran.err, "", ran)
        whole = json.loads(ran.out)
        self.checks = whole["checks"]
        self.assertEqual({"ok": 0, "warning": 1, "failed": 2}[whole["result"]], ran.code)
        results = [check["result"] for check in self.checks]
        self.assertEqual(whole["result"], next(
            (word for word in ("failed", "warning") if word in results), "ok"))
        for check in self.checks:
            if check["result"] != "ok":
                self.assertTrue(check.get("mend"), check)
        return ran

    def find(self, what):
        found = [check for check in self.checks if check["what"] == what]
        self.assertEqual(len(found), 1, self.checks)
        return found[0]

    def assert_found(self, what, result, words="", mend=""):
        check = self.find(what)
        self.assertEqual(check["result"], result, check)
        self.assertIn(words, check["words"])
        self.assertIn(mend, check.get("mend", ""))


class Broker(DoctorCase):
    def setUp(self):
        super().setUp()
        (self.pam / "login").write_text(Pam.AUTH + Pam.ACCOUNT)

    def test_a_healthy_broker_is_ok(self):
        self.assertEqual(self.doctor(status(ready())).code, 0)
        self.assert_found("socket", "ok", "named by --socket")
        self.assert_found("broker", "ok")
        self.assert_found("vault key", "ok", KEY_SOURCE)
        self.assert_found("account tangoe", "ok", "ready")
        self.assert_found("clock", "ok")

    def test_lines_for_people_say_the_same(self):
        broker = self.broker(status(tool.record("NO_RECORD", ACCOUNT="tangoe")))
        ran = tool.run(broker, "doctor", "--pam-directory", str(self.pam))
        self.assertEqual(ran.code, 1, ran)
        lines = ran.out.decode().splitlines()
        at = lines.index("warning account tangoe: not logged in")
        self.assertEqual(lines[at + 1].strip(), "-> mobproc login tangoe")
        self.assertIn("ok      broker: it answers", lines)

    def test_remote_text_is_escaped(self):
        broker = self.broker(status(KEY_SOURCE="a\x1b[31m\nFAILED"))
        ran = tool.run(broker, "doctor", "--pam-directory", str(self.pam))
        self.assertNotIn(b"\x1b", ran.out)
        self.assertIn(b"a\\x1b[31m\\x0aFAILED", ran.out)

    def test_nobody_listens(self):
        broker = self.broker(fakebroker.admit)
        broker._listener.shutdown(socket.SHUT_RDWR)
        self.assertEqual(self.doctor(broker).code, 2)
        self.assert_found("broker", "failed", "nobody listens", "start mobprocd")

    def test_there_is_no_socket(self):
        broker = self.broker(fakebroker.admit)
        os.unlink(broker.path)
        self.assertEqual(self.doctor(broker).code, 2)
        self.assert_found("broker", "failed", "no socket", "start mobprocd")

    def test_a_broker_that_hangs(self):
        self.assertEqual(self.doctor(fakebroker.actions(fakebroker.HANG)).code, 2)
        self.assert_found("broker", "failed", "", "restart mobprocd")

    @unittest.skipUnless(IS_ROOT, "needs root")
    def test_a_stranger_who_listens(self):
        with fakebroker.ForeignBroker(tool.STRANGER) as broker:
            self.assertEqual(self.doctor(broker).code, 2)
        self.assert_found("broker", "failed", "", "remove the socket")

    def test_a_folder_that_others_can_change(self):
        with fakebroker.FakeBroker(status(), folder_mode=0o777) as broker:
            self.assertEqual(self.doctor(broker).code, 2)
            self.assertEqual(broker.requests, [])
            self.assert_found("socket folder", "failed", str(broker.folder),
                              "chmod go-w %s" % broker.folder)

    def test_a_broker_that_refuses(self):
        for error, mend in (("CONFIGURATION", "mobprocd --check"), ("UNSUPPORTED", "one release"),
                            ("BUSY", "try again")):
            with self.subTest(error):
                self.assertEqual(self.doctor(fakebroker.answer(error)).code, 2)
                self.assert_found("broker", "failed", "", mend)

    def test_states_of_an_account(self):
        for record, code, result, mend in (
                (tool.record("NO_RECORD", ACCOUNT="tangoe"), 1, "warning", "mobproc login tangoe"),
                (tool.record("LOGIN_NEEDED", ACCOUNT="tangoe"), 1, "warning",
                 "mobproc login tangoe"),
                (ready(DOUBT_SINCE=1), 1, "warning", "mobproc refresh tangoe"),
                (tool.record("STORAGE", ACCOUNT="tangoe"), 2, "failed", "mobproc logout tangoe"),
                (tool.record("LOCKED", ACCOUNT="tangoe"), 2, "failed", "key")):
            with self.subTest(mend):
                self.assertEqual(self.doctor(status(record)).code, code)
                self.assert_found("account tangoe", result, "", mend)

    def test_a_locked_vault(self):
        self.assertEqual(self.doctor(status(VAULT_STATE=fakebroker.ERRORS["LOCKED"],
                                            KEY_SOURCE="all zero")).code, 2)
        self.assert_found("vault key", "failed", "locked: all zero", "mobproc admin reload")

    def test_one_account_only(self):
        both = status(ready(), tool.record("STORAGE", ACCOUNT="other"))
        self.assertEqual(self.doctor(both, "tangoe").code, 0)
        self.assertEqual(self.doctor(both).code, 2)
        self.assertEqual(self.doctor(both, "third").code, 2)
        self.assert_found("accounts", "failed", "third", "allow_users")

    @unittest.skipUnless(IS_ROOT, "needs root")
    def test_a_person_for_whom_no_account_is(self):
        folder = self.folder(tool.MOBPROC)
        self.doctor(status())
        self.assertNotIn("accounts", [check["what"] for check in self.checks])
        self.assertEqual(self.doctor(status(), program=folder.program("mobproc"),
                                     **tool.as_somebody()).code, 1)
        self.assert_found("accounts", "warning", "", "allow_users")

    def test_why_this_socket(self):
        broker = self.broker(status(ready()))
        for environment in ({"MOBPROC_SOCKET": broker.path}, {}):
            ran = tool.execute([tool.MOBPROC, "doctor", "--json", "--pam-directory",
                                str(self.pam)], environment=environment)
            self.checks = json.loads(ran.out)["checks"]
            if IS_ROOT:
                self.assert_found("socket", "ok", "for root no variable decides")
            elif environment:
                self.assert_found("socket", "ok", "MOBPROC_SOCKET")
            else:
                self.assert_found("socket", "ok", "the system's")


class Configuration(DoctorCase):
    def setUp(self):
        super().setUp()
        self.place = scratch.folder("configuration")
        self.config = self.place / "mobproc.conf"
        (self.place / "secrets.d").mkdir()
        self.secret = self.place / "secrets.d" / "tangoe"
        self.secret.write_text("0123456789abcdef\n")
        self.secret.chmod(0o600)
        self.write("environment = qa")

    def write(self, line):
        self.config.write_text(
            "[mobproc]\nlogin_account = tangoe\n\n[account tangoe]\n%s\n"
            "client_id = c\nclient_secret = file:%s\nallow_users = *\nscope = MOBPROC\n"
            "tenant = XYZ\n" % (line, self.secret))
        self.config.chmod(0o644)

    def look(self, **how):
        self.doctor(status(ready()), "--config", str(self.config), **how)
        return [check for check in self.checks if check["what"] in ("configuration", "secret")]

    def test_every_error_that_mobprocd_sees_is_a_line(self):
        self.assertEqual([check["result"] for check in self.look()], ["ok"], self.checks)
        self.write("environment = qa\ntenannt = x\nclient_auth = maybe")
        found = self.look()
        self.assertEqual([check["result"] for check in found], ["failed", "failed"], found)
        for check, line in zip(found, (6, 7)):
            self.assertIn("%s:%d:" % (self.config, line), check["words"])
            self.assertIn("mobproc admin reload", check["mend"])

    def test_a_secret_that_mobprocd_refuses(self):
        self.secret.unlink()
        self.assertIn("client_secret", self.look()[0]["words"])

    def test_there_is_none(self):
        self.config.unlink()
        self.assertEqual([check["mend"] for check in self.look()], ["mobproc setup"])

    def test_modes(self):
        for path, mode, mend in ((self.config, 0o664, "chmod go-w"), (self.secret, 0o604, "chmod"),
                                 (self.secret, 0o620, "chmod"), (self.place, 0o777, "namei -l")):
            with self.subTest("%s %o" % (path.name, mode)):
                before = path.stat().st_mode & 0o7777
                path.chmod(mode)
                found = [check for check in self.look() if mend in check.get("mend", "")]
                self.assertTrue(found, self.checks)
                self.assertIn(str(path), found[0]["mend"])
                path.chmod(before)

    @unittest.skipUnless(IS_ROOT, "needs root: the system's own configuration")
    def test_the_user_who_will_read_it_is_missing(self):
        """Root can read it, which says little; in a mount namespace with an /etc of its own."""
        folder = scratch.folder("etc")
        script = ('set -e; mount -t tmpfs -o mode=755 tmpfs "$1"; mkdir "$1/mobproc"; cp "$2" "$1/mobproc"; '
                  'cp /etc/nsswitch.conf /etc/ld.so.cache "$1"; grep -v ^mobproc: /etc/passwd > "$1/passwd"; '
                  '$4 >> "$1/passwd"; mount --bind "$1" /etc; exec "$3" doctor --json')
        for user, result in (("true", "warning"), ("echo mobproc:x:0:0::/:/bin/sh", "ok")):
            ran = tool.execute(["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh",
                                folder, self.config, tool.MOBPROC, user],
                               environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            found = [check for check in json.loads(ran.out)["checks"] if check["what"] == "configuration"]
            self.assertEqual([check["result"] for check in found], [result], ran)
            self.assertEqual("no user mobproc" in found[0]["words"], result == "warning")

    @unittest.skipUnless(IS_ROOT, "needs root")
    def test_a_secret_that_a_stranger_can_read(self):
        folder = self.folder(tool.MOBPROC)
        how = dict(program=folder.program("mobproc"), **tool.as_somebody())
        self.assertEqual([check["result"] for check in self.look(**how)], [])
        self.secret.chmod(0o644)
        self.assertIn("you can read", self.look(**how)[0]["words"])

    @unittest.skipUnless(IS_ROOT, "needs root")
    def test_a_configuration_of_somebody_else(self):
        os.chown(str(self.config), tool.STRANGER, -1)
        self.assertIn("chown root", self.look()[0]["mend"])


class Pam(DoctorCase):
    AUTH = ("auth [success=2 user_unknown=ignore authinfo_unavail=ignore default=die] %s\n"
            "auth [success=1 default=ignore] pam_unix.so\n"
            "auth requisite pam_deny.so\n"
            "auth required pam_permit.so\n" % MODULE)
    ACCOUNT = ("account [success=ok user_unknown=ignore authinfo_unavail=ignore ignore=ignore "
               "default=bad] %s\n"
               "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
               "account requisite pam_deny.so\n"
               "account required pam_permit.so\n" % MODULE)

    def look(self, auth=AUTH, account=ACCOUNT, service="sshd"):
        """What is wrong with this service: [(what without the folder, result, words, mend)]."""
        (self.pam / service).write_text(auth + account)
        self.doctor(status(ready()))
        return [(check["what"].replace(str(self.pam) + "/", ""), check["result"], check["words"],
                 check.get("mend", "")) for check in self.checks if check["what"][:4] == "pam "]

    def wrong(self, **lines):
        return [found for found in self.look(**lines) if found[1] != "ok"]

    def test_the_lines_that_are_shipped_are_right(self):
        for name in ("common-auth", "common-account"):
            (self.pam / name).write_text(pam.shipped(name))
        (self.pam / "login").write_text("@include common-auth\n@include common-account\n")
        self.doctor(status(ready()))
        self.assertEqual([check["result"] for check in self.checks
                          if check["what"].startswith("pam ")], ["ok", "ok"], self.checks)

    def test_these_lines_are_right(self):
        self.assertEqual([(what, result) for what, result, _, _ in self.look()],
                         [("pam auth sshd:1", "ok"), ("pam account sshd:5", "ok")])

    def test_a_substack_is_right(self):
        """As Red Hat's password-auth: the jump counts it as one."""
        (self.pam / "local").write_text("auth sufficient pam_unix.so\nauth required pam_deny.so\n")
        auth = self.AUTH.splitlines(True)[0].replace("success=2", "success=1")
        self.assertEqual(self.wrong(auth=auth + "auth substack local\nauth required pam_permit.so\n"),
                         [])

    def test_no_service_names_it(self):
        (self.pam / "login").write_text("auth required pam_unix.so\n")
        self.assertEqual(self.doctor(status(ready())).code, 1)
        self.assert_found("pam", "warning", "no service")

    def test_each_mistake_in_an_auth_stack_is_found(self):
        line = "auth required pam_mobproc.so\n"
        unix = "auth [success=1 default=ignore] pam_unix.so\n"
        ours = self.AUTH.splitlines(True)[0]
        deny, permit = "auth requisite pam_deny.so\n", "auth required pam_permit.so\n"
        for name, auth, words in (
                ("a line in between", self.AUTH.replace(unix, unix + "auth optional pam_cap.so\n"),
                 "a right password is refused"),
                ("past the end", self.AUTH.replace("success=2", "success=9"),
                 "a right password is refused"),
                ("no line agrees", self.AUTH.replace("success=2", "success=3"), "no line agrees"),
                ("on pam_deny", self.AUTH.replace("success=2", "success=1"), "pam_deny.so"),
                ("bare required", line.replace("pam_mobproc.so", MODULE) + unix + deny + permit,
                 "root and local users are locked out"),
                ("user_unknown dies", self.AUTH.replace("user_unknown=ignore ", ""),
                 "root and local users are locked out"),
                ("broker away", self.AUTH.replace("authinfo_unavail=ignore ", ""),
                 "local passwords do not work"),
                ("no pam_deny", ours.replace("success=2", "success=1").replace("=die", "=ignore") +
                 permit + permit, "a wrong password gets in"),
                ("not reached", "auth required pam_unix.so\n" + self.AUTH,
                 "a right password is refused"),
                ("too early", "auth sufficient pam_permit.so\n" + self.AUTH,
                 "a wrong password gets in"),
                ("after unix", unix + ours.replace("success=2", "success=1") + deny + permit,
                 "root and local users are locked out")):
            with self.subTest(name):
                found = self.wrong(auth=auth)
                self.assertTrue(any(words in entry[2] for entry in found), found)

    def test_each_mistake_in_an_account_stack_is_found(self):
        for name, account, words in (
                ("optional", re.sub(r"\[.*?\] " + re.escape(MODULE), "optional " + MODULE,
                                    self.ACCOUNT, 1), "a refusal by the policy is thrown away"),
                ("sufficient unix first", "account sufficient pam_unix.so\n" + self.ACCOUNT,
                 "a refusal by the policy is thrown away"),
                ("required", re.sub(r"\[.*?\] " + re.escape(MODULE), "required " + MODULE,
                                    self.ACCOUNT, 1), "root and local users are refused"),
                ("ignore", self.ACCOUNT.replace("ignore=ignore default", "default"),
                 "ssh key")):
            with self.subTest(name):
                found = self.wrong(account=account)
                self.assertTrue(any(words in entry[2] for entry in found), found)

    def test_a_condition_before_it_is_tried_both_ways(self):
        gate = ("auth [success=1 default=ignore] pam_succeed_if.so user ingroup staff\n"
                "auth requisite pam_deny.so\n")
        skip = "auth [success=4 default=ignore] pam_succeed_if.so user ingroup staff\n"
        for auth in (gate + self.AUTH, skip + self.AUTH):
            self.assertEqual(self.wrong(auth=auth), [])

    def test_modules_that_do_not_apply_change_nothing(self):
        for line in ("auth sufficient pam_rootok.so\n", "auth required pam_env.so\n",
                     "auth optional pam_faildelay.so\n", "-auth optional pam_gnome_keyring.so\n"):
            with self.subTest(line):
                self.assertEqual(self.wrong(auth=line + self.AUTH), [])

    def test_what_it_says_mends_it(self):
        broken = [self.AUTH.replace("success=2", "success=%d" % jump) for jump in (1, 3, 9)]
        broken.append(self.AUTH.replace("auth requisite", "auth optional pam_cap.so\nauth requisite"))
        broken.append(re.sub(r"\[success=2.*?\]", "required", self.AUTH))
        for auth in broken:
            with self.subTest(auth.splitlines()[0][:40]):
                lines = auth.splitlines(True)
                for _ in range(2):  # a line in between can break two jumps
                    mend = (self.wrong(auth="".join(lines)) or [("", "", "", "")])[0][3]
                    self.follow(mend, lines)
                self.assertEqual(self.wrong(auth="".join(lines)), [])

    def follow(self, mend, lines):
        """Does what the doctor said."""
        number = re.search(r"in line (\d+) of", mend)
        jump = re.search(r"write (success=\d+) instead of (success=\d+)", mend)
        control = re.search(r"write the control (\[.*\])", mend)
        if jump:
            at = int(number.group(1)) - 1
            lines[at] = lines[at].replace(jump.group(2), jump.group(1))
        elif control:
            lines[int(number.group(1)) - 1] = "auth %s %s\n" % (control.group(1), MODULE)

    def test_a_module_that_is_not_there(self):
        gone = str(self.pam / "gone" / "pam_mobproc.so")
        found = self.wrong(auth=self.AUTH.replace(MODULE, gone))
        self.assertIn("not there", found[0][2])
        found = self.wrong(auth=self.AUTH.replace(MODULE, gone).replace("auth [s", "-auth [s", 1))
        self.assertEqual((found[0][1], "not there" in found[0][2]), ("warning", True), found)

    def test_a_module_that_others_can_change(self):
        place = scratch.folder("module")
        copy = place / "pam_mobproc.so"
        copy.write_bytes(b"")
        copy.chmod(0o666)
        found = self.wrong(auth=self.AUTH.replace(MODULE, str(copy)))
        self.assertIn("others than root can change", found[0][2])

    def test_arguments_that_the_module_refuses(self):
        for argument, words in (("nullok", "nullok: unknown"), ("timeout=99", "out_of_range"),
                                ("debug debug", "duplicate"), ("secret=hunter2", "secret: unknown")):
            with self.subTest(argument):
                found = self.wrong(auth=self.AUTH.replace(MODULE, MODULE + " " + argument))
                self.assertIn(words, found[0][2])
                self.assertIn("minimum_uid=", found[0][3])
                self.assertNotIn("hunter2", str(found))

    def test_a_stage_without_the_other(self):
        self.assertIn("without an account line", self.wrong(account="")[0][2])
        found = self.wrong(auth="auth required pam_unix.so\n")
        self.assertIn("without an auth line", found[0][2])

    def test_a_line_that_libpam_does_not_understand(self):
        found = self.wrong(auth="auth reqired pam_env.so\n" + self.AUTH)
        self.assertEqual(found[0][0], "pam auth sshd:1")
        self.assertIn("libpam refuses", found[0][2])

    def test_what_packages_leave_behind_is_no_service(self):
        for name in ("sshd.dpkg-old", "sshd~", ".sshd", "sshd.rpmsave"):
            (self.pam / name).write_text("auth required %s nullok\n" % MODULE)
        self.assertEqual(self.wrong(), [])

    def test_an_included_file_is_judged_where_it_is_included(self):
        (self.pam / "part").write_text("auth [success=1 user_unknown=ignore "
                                       "authinfo_unavail=ignore default=die] %s\n" % MODULE)
        auth = ("auth include part\nauth required pam_unix.so\nauth optional pam_permit.so\n")
        self.assertEqual(self.wrong(auth=auth), [])


# sshd with a configuration, keys and a folder of its own, in a mount namespace.
SSHD = """set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f /run/key
printf 'HostKey /run/key\n%s\n' "$1" > /run/config
mount --bind /run/config /etc/ssh/sshd_config
shift
exec "$@"
"""


# on Debian packaging/deps installs it, and tests/permitted-skips permits only the other reason
@unittest.skipUnless(os.path.exists("/usr/sbin/sshd"), "%sno sshd here" % (
    "" if os.path.exists("/etc/debian_version") else "not Debian: "))
class Sshd(DoctorCase):
    def setUp(self):
        super().setUp()
        (self.pam / "sshd").write_text(Pam.AUTH + Pam.ACCOUNT)

    def look(self, settings):
        broker = self.broker(status(ready()))
        ran = tool.execute(["unshare", "--mount", "--propagation", "private", "sh", "-c", SSHD,
                            "sh", settings, tool.MOBPROC, "doctor", "--json", "--pam-directory",
                            str(self.pam), "--socket", broker.path],
                           environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
        self.checks = json.loads(ran.out)["checks"]
        return ran.code

    @unittest.skipUnless(IS_ROOT, "needs root: sshd -T")
    def test_does_sshd_ask_pam_for_a_password(self):
        for settings, result, words, mend in (
                ("UsePAM yes\nKbdInteractiveAuthentication yes", "ok", "are yes", ""),
                ("UsePAM yes\nKbdInteractiveAuthentication no", "ok", "messages", ""),
                ("UsePAM no", "failed", "no effect", "UsePAM yes"),
                ("UsePAM yes\nKbdInteractiveAuthentication no\nPasswordAuthentication no",
                 "failed", "nobody can give a password", "KbdInteractiveAuthentication yes"),
                ("UsePAM perhaps", "warning", "unsupported option", "sshd -T")):
            with self.subTest(settings):
                self.assertEqual(self.look(settings), {"ok": 0, "warning": 1, "failed": 2}[result])
                self.assert_found("sshd", result, words, mend)

    @unittest.skipUnless(IS_ROOT, "needs root: sshd -T")
    def test_a_service_without_our_lines_is_none_of_our_business(self):
        (self.pam / "login").write_text(Pam.AUTH + Pam.ACCOUNT)
        (self.pam / "sshd").write_text("auth required pam_unix.so\n")
        self.look("UsePAM no")
        self.assertNotIn("sshd", [check["what"] for check in self.checks])

    @unittest.skipUnless(IS_ROOT, "needs root: somebody else")
    def test_for_a_person_it_is_not_looked_at(self):
        folder = self.folder(tool.MOBPROC)
        self.doctor(status(ready()), program=folder.program("mobproc"), **tool.as_somebody())
        self.assert_found("sshd", "ok", "it tells root only")


class Network(unittest.TestCase):
    """A real broker, a real courier, a simulated PingFederate."""

    def setUp(self):
        self.stacks = scratch.folder("pam.d")
        (self.stacks / "sshd").write_text(Pam.AUTH + Pam.ACCOUNT)

    def doctor(self, house, **how):
        """Its exit code, and {step: (result, words, mend)} of the server of tangoe."""
        words = ["--socket", str(house.socket), "--pam-directory", str(self.stacks)]
        ran = house.mobproc("doctor", "--json", *words, uid=os.geteuid(), **how)
        self.checks = json.loads(ran.stdout)["checks"]
        return ran.returncode, {
            check["what"].split(", ")[1]: (check["result"], check["words"], check.get("mend"))
            for check in self.checks if check["what"].startswith("server of tangoe, ")}

    def assert_ends_with(self, steps, step, words=""):
        """The way ended here, with a mend."""
        self.assertEqual(list(steps)[-1], step, steps)
        self.assertEqual(steps[step][0], "failed", steps)
        self.assertIn(words, steps[step][1])
        self.assertTrue(steps[step][2])

    def test_a_good_way(self):
        with House(self) as house:
            _, steps = self.doctor(house)
            self.assertEqual({name: result for name, (result, _, _) in steps.items()},
                             dict.fromkeys(("dns", "tcp", "tls", "clock", "client", "validation"),
                                           "ok"), steps)
            self.assertRegex(steps["tls"][1], "ends in 36[0-9][0-9] days")
            self.assertEqual(house.ping.posts("password"), [])
            self.assertEqual(len(house.ping.requests), 2)
            self.assertEqual(house.ask("LIST").all("RECORD"), [])

    def test_before_and_after_a_login(self):
        with House(self) as house:
            words = ["doctor", "--socket", str(house.socket), "--pam-directory", str(self.stacks),
                     "--config", str(house.config)]
            ran = house.mobproc(*words)
            self.assertEqual(ran.returncode, 1, ran)
            self.assertIn(b"mobproc login tangoe", ran.stdout)
            house.login()
            ran = house.mobproc(*words)
            self.assertEqual(ran.returncode, 0, ran)
            self.assertIn(b"account tangoe: ready", ran.stdout)

    @unittest.skipUnless(IS_ROOT, "needs root")
    def test_only_root_and_the_owner_may_probe(self):
        with House(self) as house:
            for fields in ({}, {"ACCOUNT": "tangoe"}):
                self.assertEqual(house.ask("PROBE", uid=house.uid, **fields)["ERROR"], "FORBIDDEN")
                self.assertEqual(house.ask("PROBE", uid=0, **fields)["ERROR"], "OK")
            self.assertEqual(house.ask("PROBE", uid=0, ACCOUNT="other")["ERROR"], "NO_ACCOUNT")

    def test_a_client_that_is_refused(self):
        with House(self) as house:
            (house.directory / "client-secret").write_text("another secret\n")
            code, steps = self.doctor(house)
            self.assertEqual(code, 2)
            self.assert_ends_with(steps, "client", "invalid_client")
            self.assertNotIn("another secret", json.dumps(self.checks))

    def test_a_client_that_may_not_do_everything(self):
        with House(self) as house:
            for grants, step, result in ((("password", "refresh_token"), "validation", "failed"),
                                         (("password", "validate_bearer"), "client", "warning")):
                with self.subTest(step):
                    house.ping.add_client(CLIENT_ID, CLIENT_SECRET, grants=grants)
                    _, steps = self.doctor(house)
                    self.assertEqual(steps[step][0], result, steps)
                    self.assertIn("unauthorized_client", steps[step][1])

    def test_without_validation_nothing_is_validated(self):
        with House(self, {"validate": "off", "accept_unvalidated": "yes"}) as house:
            _, steps = self.doctor(house)
            self.assertEqual(list(steps)[-1], "client")

    def test_introspection_is_tried(self):
        with House(self) as house:
            house.change({"validate": "introspect",
                          "introspection_endpoint": house.ping.introspection_url})
            _, steps = self.doctor(house)
            self.assertEqual(steps["validation"][0], "ok", steps)

    def test_a_name_without_an_address(self):
        with House(self, {"token_endpoint": "https://nowhere.invalid/", "connect_timeout": 2,
                          "validate": "off", "accept_unvalidated": "yes"}) as house:
            _, steps = self.doctor(house)
            self.assert_ends_with(steps, "dns")

    def test_a_server_that_is_away(self):
        with House(self) as house:
            house.ping.stop()
            _, steps = self.doctor(house)
            self.assert_ends_with(steps, "tcp")
            house.ping.start()

    def test_certificates(self):
        with House(self) as house:
            for kind, result in (("ending", "warning"), ("expired", "failed"),
                                 ("unknown_ca", "failed"), ("wrong_host", "failed")):
                with self.subTest(kind):
                    house.ping.tls(certificate=kind)
                    _, steps = self.doctor(house)
                    self.assertEqual(steps.get("tls", [""])[0], result, steps)
                    self.assertEqual("client" in steps, result == "warning")

    def test_a_server_that_says_nothing_before_tls(self):
        with House(self, {"connect_timeout": 1}) as house:
            house.ping.behave("accept_silence")
            _, steps = self.doctor(house)
            self.assert_ends_with(steps, "tls")

    def test_a_ca_that_cannot_be_read(self):
        with House(self, {"ca": "/nonexistent/ca.pem"}) as house:
            _, steps = self.doctor(house)
            self.assert_ends_with(steps, "endpoint", "CA")

    def test_the_clock_against_the_servers_date(self):
        with House(self) as house:
            for seconds, result, words in ((50, "ok", "behind"), (120, "warning", "behind"),
                                           (-120, "warning", "ahead"), (600, "failed", "behind")):
                with self.subTest(seconds):
                    house.ping.behave("date_skew", seconds=seconds)
                    _, steps = self.doctor(house)
                    self.assertEqual(steps["clock"][0], result, steps)
                    self.assertIn(words, steps["clock"][1])

    def test_a_gateway_answers_instead(self):
        with House(self) as house:
            house.ping.behave("html_page")
            _, steps = self.doctor(house)
            self.assert_ends_with(steps, "client", "HTTP 503")

    def test_a_server_that_gives_tokens_to_everybody(self):
        with House(self) as house:
            house.ping.behave("status", code=200, media_type="application/json",
                              body='{"access_token": "a-token-for-anybody", "token_type": "Bearer"}')
            _, steps = self.doctor(house)
            self.assert_ends_with(steps, "client", "everybody")
            self.assertNotIn("a-token-for-anybody", json.dumps(self.checks))

    def test_a_secret_that_the_broker_cannot_read(self):
        with House(self) as house:
            (house.directory / "client-secret").unlink()
            code, steps = self.doctor(house)
            self.assertEqual((code, steps), (2, {}))
            self.assertIn("client secret", json.dumps(
                [check for check in self.checks if check["what"] == "server of tangoe"]))


if __name__ == "__main__":
    unittest.main()
