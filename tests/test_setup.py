"""mobproc setup: a configuration from the answers to a few questions."""
import contextlib
import ctypes
import glob
import os
import pathlib
import pwd
import re
import shutil
import stat
import subprocess
import unittest

from fixtures import build, people, scratch, tool
from fixtures.house import CLIENT_ID, CLIENT_SECRET, House
from fixtures.person import Person
from fixtures.tool import HelperCase

PR_SET_CHILD_SUBREAPER = 36
ROOT = os.geteuid() == 0
ME = pwd.getpwuid(os.geteuid()).pw_name
ANSWERS = {"environment": "production", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
           "tenant": "XYZ", "scope": "", "source_system": "", "users": "alice @staff",
           "credentials": None, "anyway": None}
PRODUCTION = """# Written by mobproc setup; see mobproc.conf(5).

[mobproc]
login_account = tangoe

[account tangoe]
environment = production
client_id = %s
client_secret = file:%s
scope = MOBPROC
tenant = XYZ
source_system = command
allow_users = alice @staff
# The addresses that get the token.
hosts = https://tngo-mobproc.cloudhub.io/mobproc/
"""


def lines(**changes):
    """The answers as standard input."""
    answers = dict(ANSWERS, **changes)
    return "".join(answers[name] + "\n" for name in ANSWERS if answers[name] is not None).encode()


# As root on a machine with a group for the broker, in a mount namespace with an /etc of its own.
SYSTEM = """set -e
mount -t tmpfs -o mode=755 tmpfs "$1"
cp /etc/passwd /etc/nsswitch.conf /etc/ld.so.cache "$1"
grep -v '^mobproc:' /etc/group > "$1/group"
printf 'mobproc:x:7777:\nour:x:2002:\ntheir:x:2001:alice\n' >> "$1/group"
printf 'alice:x:2001:2001::/:/bin/sh\nbob:x:2002:2002::/:/bin/sh\nlow:x:999:999::/:/bin/sh\n' >> "$1/passwd"
printf 'root:$6$r:1::::::\nalice:*:1::::::\nbob:$6$b:1::::::\nlow:$6$l:1::::::\n' > "$1/shadow"
mount --bind "$1" /etc
"$2" setup --no-probe
stat -c '%n %a %U:%G' /etc/mobproc /etc/mobproc/mobproc.conf /etc/mobproc/secrets.d/tangoe
"""


class Setup(HelperCase):
    def setUp(self):
        self.config = scratch.folder("setup") / "etc" / "mobproc.conf"
        self.secret = self.config.parent / "secrets.d" / "tangoe"

    def run_setup(self, data, *words):
        return tool.execute([tool.MOBPROC, "setup", "--no-probe", "--config", str(self.config),
                             *words], data)

    def told(self):
        """{key: value} of what was written."""
        return dict(re.findall(r"^(\w+) = (.*)$", self.config.read_text(), re.M))

    def files(self):
        folder = self.config.parent.parent
        return {str(path.relative_to(folder)): path.read_bytes()
                for path in folder.rglob("*") if path.is_file()}

    def mode(self, path):
        return stat.S_IMODE(path.stat().st_mode)

    def assert_refused(self, ran, code, words):
        self.assert_failed(ran, code)
        self.assertIn(words, ran.err)
        self.assertEqual(self.files(), {})

    # --- what is written ---

    def test_the_answers_become_a_configuration(self):
        ran = self.run_setup(lines())
        self.assertEqual((ran.code, ran.out), (0, b""), ran)
        self.assertEqual(re.sub(r"minimum_uid = .*\n", "", self.config.read_text()),
                         PRODUCTION % (CLIENT_ID, self.secret))
        self.assertEqual(self.secret.read_bytes(), CLIENT_SECRET.encode())
        self.assertIn("1 account, no errors", ran.err)
        self.assertRegex(ran.err, r"(?m)^mobproc: %s is written; next: .*%s$"
                         % (re.escape(str(self.config)), "mobproc check USER" if ROOT else "mobproc login"))

    def test_the_modes(self):
        umask = os.umask(0)
        self.addCleanup(os.umask, umask)
        self.run_setup(lines())
        self.assertEqual(self.mode(self.config), 0o644)
        self.assertEqual(self.mode(self.secret), 0o600)
        self.assertEqual(self.mode(self.secret.parent), 0o700)
        self.assertEqual(self.mode(self.config.parent), 0o755 if ROOT else 0o700)

    def test_the_secret_is_in_its_file_only(self):
        ran = self.run_setup(lines())
        self.assertNotIn(CLIENT_SECRET, ran.err)
        self.assertEqual([name for name, data in self.files().items()
                          if CLIENT_SECRET.encode() in data], ["etc/secrets.d/tangoe"])

    def test_each_answer_arrives(self):
        url = "https://ping.example.com/as/token.oauth2"
        for name, value, key in (("environment", "qa", "environment"),
                                 ("environment", url, "token_endpoint"),
                                 ("client_id", "another", "client_id"),
                                 ("tenant", "ABC", "tenant"), ("scope", "A B", "scope"),
                                 ("source_system", "platform", "source_system"),
                                 ("users", "*", "allow_users")):
            with self.subTest(name, value=value):
                ran = self.run_setup(lines(**{name: value}), "--force")
                self.assertEqual(ran.code, 0, ran)
                self.assertEqual(self.told()[key], value)
        self.assertNotIn("environment = " + url, self.config.read_text())

    def test_a_blank_line_takes_the_default(self):
        self.run_setup(lines(environment="", tenant=""))
        told = self.told()
        self.assertEqual((told["environment"], told["scope"], told["source_system"]),
                         ("production", "MOBPROC", "command"))
        self.assertNotIn("tenant", told)

    def test_blanks_around_an_answer_do_not_count(self):
        self.run_setup(lines(tenant="  XYZ ", users=" alice "))
        self.assertEqual((self.told()["tenant"], self.told()["allow_users"]), ("XYZ", "alice"))

    def test_a_relative_path_is_below_the_working_directory(self):
        self.config.parent.mkdir()
        ran = tool.execute([tool.MOBPROC, "setup", "--no-probe", "--config", "mobproc.conf"],
                           lines(),
                           cwd=str(self.config.parent))
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual(self.told()["client_secret"], "file:%s" % self.secret)

    # --- what is not ---

    def test_answers_that_cannot_be_right(self):
        for changes, words in (({"environment": "prod"}, "is not production, qa or https://"),
                               ({"environment": "http://x/y"}, "is not production, qa"),
                               ({"client_id": ""}, "is missing: Client id"),
                               ({"client_id": "a b"}, "has a blank"),
                               ({"client_secret": ""}, "the client secret is empty"),
                               ({"client_secret": "a\tb"}, "control byte"),
                               ({"client_secret": "x" * 1025}, "too long"),
                               ({"tenant": "x" * 1025}, "too long"),
                               ({"tenant": "a\tb"}, "printable"), ({"tenant": "ä"}, "printable"),
                               ({"source_system": "tangoe"}, "command, rivermine or platform"),
                               ({"users": None}, "ended before the answer to: Who may log in"),
                               ({"users": "alice\nbob"}, "neither yes nor no"),
                               ({"credentials": "no", "anyway": "maybe"}, "neither yes nor no"),
                               ({"credentials": "", "anyway": "no\nx"}, "more lines than")):
            with self.subTest(changes):
                self.assert_refused(self.run_setup(lines(**changes)), 2, words)

    @unittest.skipUnless(ROOT, "others have a default")
    def test_root_must_say_who_may_log_in(self):
        self.assert_refused(self.run_setup(lines(users="")), 2, "is missing: Who may log in")

    def test_what_mobprocd_refuses_does_not_stay(self):
        ran = self.run_setup(lines(users="* alice"))
        self.assertEqual((ran.code, ran.out, self.files()), (7, b"", {}), ran)
        self.assertRegex(ran.err, r"^mobproc: mobproc.conf:\d+: allow_users: .*\n"
                         r"mobproc: the configuration is not right; nothing was changed\n$")
        self.run_setup(lines())
        before = self.files()
        self.assertEqual(self.run_setup(lines(users="* alice"), "--force").code, 7)
        self.assertEqual(self.files(), before)

    def test_an_existing_configuration_is_not_overwritten(self):
        self.run_setup(lines())
        before = self.files()
        ran = self.run_setup(lines(tenant="ABC"))
        self.assert_failed(ran, 4)
        self.assertIn("--force", ran.err)
        self.assertEqual(self.files(), before)

    def test_with_force_it_is_kept(self):
        self.run_setup(lines())
        before = self.files()
        self.assertEqual(self.run_setup(lines(tenant="ABC", client_secret="new"), "--force").code, 0)
        self.assertEqual(self.told()["tenant"], "ABC")
        after = self.files()
        self.assertEqual(after["etc/mobproc.conf.old"], before["etc/mobproc.conf"])
        self.assertEqual(after["etc/secrets.d/tangoe.old"], CLIENT_SECRET.encode())
        self.assertEqual(after["etc/secrets.d/tangoe"], b"new")
        self.assertEqual(len(after), 4)
        self.assertEqual(self.mode(self.config.parent / "secrets.d" / "tangoe.old"), 0o600)

    def test_a_link_is_replaced_and_not_followed(self):
        self.config.parent.mkdir()
        target = self.config.parent / "elsewhere"
        target.write_text("untouched")
        self.config.symlink_to(target)
        self.assert_failed(self.run_setup(lines()), 4)
        self.assertEqual(self.run_setup(lines(), "--force").code, 0)
        self.assertEqual(target.read_text(), "untouched")
        self.assertFalse(self.config.is_symlink())

    def test_files_with_the_names_of_ours_stay(self):
        self.run_setup(lines())
        for path in (self.config, self.secret):
            for suffix in (".old", ".new"):
                pathlib.Path(str(path) + suffix).write_text("mine")
        before = self.config.read_text()
        ran = self.run_setup(lines(client_id="another"), "--force")
        self.assertIn("is kept as %s.old.1\n" % self.config, ran.err)
        self.assertIn("is kept as %s.old.1\n" % self.secret, ran.err)
        self.assertEqual(pathlib.Path(str(self.config) + ".old.1").read_text(), before)
        for path in (self.config, self.secret):
            for suffix in (".old", ".new"):
                self.assertEqual(pathlib.Path(str(path) + suffix).read_text(), "mine")

    @unittest.skipUnless(ROOT, "needs root: folders of somebody else's")
    def test_L12_root_is_not_led_by_the_links_of_somebody_else(self):
        """His folder, with or without a link for the secret in it; and one that he has not made yet."""
        elsewhere = scratch.folder("elsewhere")
        folder = self.config.parent
        for name in ("a link", "no link", "a folder of his below root's", "all may write"):
            with self.subTest(name):
                shutil.rmtree(str(folder), ignore_errors=True)
                folder.mkdir()
                if name == "a link":
                    (folder / "secrets.d").symlink_to(elsewhere)
                if name == "a folder of his below root's":
                    (folder / "secrets.d").mkdir()
                    os.chown(folder / "secrets.d", tool.STRANGER, 0)
                elif name == "all may write":
                    folder.chmod(0o1777)
                else:
                    os.chown(folder, tool.STRANGER, tool.STRANGER)
                before = self.files()
                ran = self.run_setup(lines())
                self.assert_failed(ran, 4)
                self.assertIn("others can change", ran.err)
                self.assertEqual((self.files(), os.listdir(elsewhere)), (before, []))

    def test_a_link_of_one_s_own_is_followed(self):
        elsewhere = scratch.folder("elsewhere")
        self.config.parent.mkdir()
        self.secret.parent.symlink_to(elsewhere)
        self.assertEqual(self.run_setup(lines()).code, 0)
        self.assertEqual(os.listdir(elsewhere), ["tangoe"])

    @unittest.skipUnless(ROOT, "needs root: the system's own configuration")
    def test_the_group_of_the_system_broker_reads_the_secret(self):
        ran = self.set_the_system_up()
        self.assertEqual(ran.out.decode(), "/etc/mobproc 755 root:root\n"
                         "/etc/mobproc/mobproc.conf 644 root:root\n"
                         "/etc/mobproc/secrets.d/tangoe 640 root:mobproc\n", ran)

    def set_the_system_up(self, **answers):
        folder = scratch.folder("etc")
        return tool.execute(["unshare", "--mount", "--propagation", "private", "sh", "-c", SYSTEM,
                             "sh", str(folder), tool.MOBPROC], lines(**answers),
                            {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})

    @unittest.skipUnless(ROOT, "needs root: the system's own configuration")
    def test_local_people_whom_it_names_are_named(self):
        """bob has a local password; the machine's only administrator may be such a bob."""
        for users, bob in (("*", True), ("alice bob", True), ("@our", True), ("alice", False),
                           ("@their", False), ("@nobody-knows bobby", False)):
            with self.subTest(users):
                ran = self.set_the_system_up(users=users)
                self.assertEqual(ran.code, 0, ran)
                self.assertEqual("WARNING: allow_users = %s names people who have a local password: bob\n"
                                 % users in ran.err, bob, ran.err)
                self.assertEqual("WARNING" in ran.err, bob, ran.err)

    # --- at a terminal ---

    def test_a_person_is_asked_again_and_the_secret_is_not_shown(self):
        person = Person(self, [tool.MOBPROC, "setup", "--no-probe", "--config",
                               str(self.config)])
        for question, answer in ((b"token endpoint) [production]: ", b"prod"),
                                 (b"is not production, qa or https://", b"qa"),
                                 (b"Client id: ", b""), (b"is missing: Client id", b"me"),
                                 (b"Enter the client secret: ", b"s3cret"),
                                 (b"Once more: ", b"s3cret"),
                                 (b"Tenant, blank for none: ", b""),
                                 (b"Scope [MOBPROC]: ", b""), (b"platform) [command]: ", b""),
                                 (b"Who may log in", b"alice")):
            person.expect(question)
            person.type(answer + b"\n")
        self.assertEqual(person.wait(), 0, person.seen)
        self.assertNotIn(b"s3cret", person.seen)
        self.assertEqual((self.told()["environment"], self.told()["client_id"]), ("qa", "me"))
        self.assertEqual(self.secret.read_bytes(), b"s3cret")


class Private(HelperCase):
    """A person without root, with a configuration of his own."""

    def setUp(self):
        self.home = scratch.folder("home")
        self.environment = {"HOME": str(self.home)}
        if ROOT:
            os.chown(str(self.home), tool.STRANGER, tool.STRANGER)

    def run_setup(self, data, **environment):
        return tool.execute([tool.MOBPROC, "setup", "--no-probe"], data, dict(self.environment, **environment),
                            **tool.as_somebody())

    def name(self):
        return pwd.getpwuid(tool.STRANGER if ROOT else os.geteuid()).pw_name

    def test_it_stands_where_the_private_broker_looks(self):
        with House(self, start=False):  # makes people
            self.assertEqual(self.run_setup(lines(users="")).code, 0)
            folder = self.home / ".config" / "mobproc"
            text = (folder / "mobproc.conf").read_text()
            self.assertIn("\nallow_users = %s\n" % self.name(), text)
            self.assertIn("\nclient_secret = file:%s/secrets.d/tangoe\n" % folder, text)
            self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)

    def test_the_xdg_directory_counts(self):
        with House(self, start=False):
            ran = self.run_setup(lines(), XDG_CONFIG_HOME=str(self.home / "xdg"))
            self.assertEqual(ran.code, 0, ran)
            self.assertTrue((self.home / "xdg" / "mobproc" / "mobproc.conf").exists())
            self.assertFalse((self.home / ".config").exists())


class Running(unittest.TestCase):
    """With a broker."""

    def answers(self, house):
        return lines(environment=house.ping.url, users="*")

    def trust(self, house):
        """What setup does not ask: the authority of the simulated server."""
        house.config.write_text(house.config.read_text() + "ca = %s\nvalidate = off\n"
                                "accept_unvalidated = yes\n" % house.ping.ca)

    def run_setup(self, house, *words):
        return tool.execute([build.program("mobproc"), "setup", "--config", str(house.config),
                             "--accept-unreachable", *words], self.answers(house))

    def test_a_login_works_with_what_was_written(self):
        with House(self, start=False) as house:
            house.config.unlink()
            ran = self.run_setup(house)
            self.assertEqual(ran.code, 0, ran)
            self.trust(house)
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")

    def test_a_broker_that_runs_seals_the_secret(self):
        with House(self) as house:
            ran = self.run_setup(house, "--force", "--socket", str(house.socket))
            self.assertEqual(ran.code, 0, ran)
            self.assertIn("\nclient_secret = sealed:tangoe\n", house.config.read_text())
            self.assertFalse((house.directory / "secrets.d").exists())
            self.assertTrue((house.state / "secrets" / "tangoe").exists())
            self.trust(house)
            house.reload()
            self.assertEqual(house.login()["ERROR"], "OK")

    def test_a_broker_of_another_configuration_is_told_apart(self):
        with House(self) as house:
            other = pathlib.Path(str(house.config) + ".other")
            ran = tool.execute([build.program("mobproc"), "setup", "--config", str(other),
                                "--no-probe", "--socket", str(house.socket)],
                               self.answers(house))
            self.assertEqual(ran.code, 1, ran)
            self.assertIn("the client secret is not stored", ran.err)
            self.assertEqual(list(house.state.glob("secrets/*")), [])


class Probed(unittest.TestCase):
    """The way to the server is gone before anything is written."""

    @classmethod
    def setUpClass(cls):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        if ROOT:
            people.enter()
            people.mount_empty("/run")  # other tests' rehearsals are none of ours

    def setUp(self):
        self.config = scratch.folder("setup") / "mobproc.conf"

    def orphans(self):
        """Brokers and couriers that setup left behind: they have become our children."""
        found = []
        for path in glob.glob("/proc/self/task/*/children"):
            for pid in pathlib.Path(path).read_text().split():
                with contextlib.suppress(OSError):
                    found.append(pathlib.Path("/proc/%s/comm" % pid).read_text().strip())
        return [name for name in found if name.startswith("mobproc")]

    def run_setup(self, house, *words, **answers):
        answers = dict({"environment": house.ping.url, "users": "*"}, **answers)
        ran = tool.execute([tool.MOBPROC, "setup", "--config", str(self.config), *words],
                           lines(**answers))
        self.assertEqual(self.orphans(), [])
        if ROOT:
            self.assertEqual(glob.glob("/run/mobproc-rehearsal-*"), [])
        return ran

    def test_what_does_not_work_is_said_and_nothing_is_written(self):
        """The certificate is of an authority that this machine does not know."""
        with House(self, start=False) as house:
            for answers in ({}, {"credentials": "no"}, {"credentials": "", "anyway": "no"}):
                ran = self.run_setup(house, **answers)
                self.assertEqual((ran.code, ran.out), (5, b""), ran)
                self.assertIn("FAILED  server of tangoe, tls: ", ran.err)
                self.assertIn("        -> set ca to the authority", ran.err)
                self.assertIn("nothing was changed", ran.err)
                self.assertEqual(list(self.config.parent.iterdir()), [])

    def test_it_is_written_all_the_same(self):
        with House(self, start=False) as house:
            for words, answers in (((), {"credentials": "no", "anyway": "yes"}),
                                   (("--accept-unreachable",), {})):
                ran = self.run_setup(house, "--force", *words, **answers)
                self.assertEqual(ran.code, 0, ran)
                self.assertIn("FAILED  server of tangoe, tls: ", ran.err)
                self.assertTrue(self.config.exists())
                self.config.unlink()

    def test_a_person_is_asked(self):
        for answer, code in (("no", 5), ("yes", 0)):
            with House(self, start=False) as house:
                person = Person(self, [tool.MOBPROC, "setup", "--config", str(self.config)])
                for question, text in ((b"[production]: ", house.ping.url), (b"Client id: ", "me"),
                                       (b"client secret: ", "s3cret"), (b"Once more: ", "s3cret"),
                                       (b"for none: ", ""), (b"[MOBPROC]: ", ""),
                                       (b"[command]: ", ""), (b"may log in", "alice"),
                                       (b"all the same (yes or no) [no]: ", answer)):
                    person.expect(question)
                    person.type(text.encode() + b"\n")
                self.assertEqual(person.wait(), code, person.seen)
                self.assertEqual(self.config.exists(), code == 0)

    @unittest.skipUnless(ROOT, "needs root: the authorities of a private mount namespace")
    def test_a_server_that_answers(self):
        with House(self, start=False) as house:
            people.mount_empty("/etc/ssl/certs")
            self.addCleanup(people.unmount, "/etc/ssl/certs")
            shutil.copy(house.ping.ca, "/etc/ssl/certs/ca.pem")
            shutil.copy(house.ping.ca, "/etc/ssl/certs/ca-certificates.crt")
            subprocess.run(["openssl", "rehash", "/etc/ssl/certs"], check=True,
                           stderr=subprocess.DEVNULL)
            ran = self.run_setup(house)
            self.assertEqual(ran.code, 0, ran)
            for step in ("tls", "clock", "client", "validation"):
                self.assertIn("ok      server of tangoe, %s: " % step, ran.err)
            self.assertEqual(house.ping.posts("password"), [])
            self.config.unlink()
            ran = self.run_setup(house, client_secret="wrong")
            self.assertEqual(ran.code, 5, ran)
            self.assertIn("FAILED  server of tangoe, client: ", ran.err)


# As root on a machine with systemd's units and an /etc of its own; the host key stands in $1/key.
CREDENTIALS = """set -e
mkdir "$1/etc" "$1/key"
mount -t tmpfs -o mode=755 tmpfs "$1/etc"
cp -r /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache /etc/ssl "$1/etc"
echo 0123456789abcdef0123456789abcdef > "$1/etc/machine-id"
mkdir -p "$1/etc/systemd/system"
mount --bind "$1/etc" /etc
mount -t tmpfs -o mode=755 tmpfs /var/lib
mkdir /var/lib/systemd /var/lib/mobproc
mount --bind "$1/key" /var/lib/systemd
"$2" setup --no-probe
cd /etc/mobproc
stat -c '%n %a %U' . mobproc.conf credentials credentials/*
grep -r client_secret mobproc.conf
! grep -rF "$3" /etc/mobproc /etc/systemd
cat /etc/systemd/system/mobprocd.service.d/*.conf
systemd-creds decrypt --name=client-secret credentials/client-secret - 2> /dev/null; echo
systemd-creds decrypt --name=vault-key credentials/vault-key - 2> /dev/null | wc -c
sha256sum credentials/vault-key > /etc/sum
echo a broker was started before >&2
touch /var/lib/mobproc/vault.key
"$2" setup --no-probe --force < "$4"
sha256sum --quiet -c /etc/sum
head -c 500 /dev/urandom | base64 > credentials/vault-key
sha256sum credentials/vault-key | sed s/key/key.old/ > /etc/sum
"$2" setup --no-probe --force < "$4"
sha256sum --quiet -c /etc/sum
systemd-creds decrypt --name=vault-key credentials/vault-key - 2> /dev/null | wc -c
"""


@unittest.skipUnless(ROOT and os.path.exists("/usr/bin/systemd-creds"), "needs root and systemd-creds")
class Credentials(HelperCase):
    def test_secret_and_key_are_encrypted_credentials(self):
        folder = scratch.folder("credentials")
        answers = folder / "answers"
        answers.write_bytes(lines(credentials="yes"))
        with open(answers, "rb") as stdin:
            ran = tool.execute(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                                CREDENTIALS, "sh", str(folder), tool.MOBPROC, CLIENT_SECRET,
                                str(answers)], None, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                               stdin=stdin)
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual(ran.out.decode(), """. 755 root
mobproc.conf 644 root
credentials 700 root
credentials/client-secret 600 root
credentials/vault-key 600 root
client_secret = credential:client-secret
# Written by mobproc setup.
[Service]
LoadCredentialEncrypted=client-secret:/etc/mobproc/credentials/client-secret
LoadCredentialEncrypted=vault-key:/etc/mobproc/credentials/vault-key
%s
32
32
""" % CLIENT_SECRET)
        self.assertNotIn(CLIENT_SECRET, ran.err)
        self.assertIn("vault-key does not open on this machine: a new key takes its place", ran.err)
        for part, words in zip(ran.err.split("a broker was started before\n"), (0, 2)):
            self.assertEqual(part.count("vault.key still opens the vault; to remove it: mobproc admin rekey"),
                             words, part)

    def test_elsewhere_there_are_none(self):
        config = scratch.folder("setup") / "mobproc.conf"
        ran = tool.execute([tool.MOBPROC, "setup", "--no-probe", "--config", str(config)],
                           lines(credentials="yes"))
        self.assertEqual(ran.code, 0, ran)
        self.assertIn("no systemd credentials here", ran.err)
        self.assertIn("client_secret = file:", config.read_text())


if __name__ == "__main__":
    unittest.main()
