"""What the documents print is typed as printed, and does what they say."""
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import time
import unittest

from fixtures import build, pam, people, printed
from fixtures.house import PASSWORD
from fixtures.person import Person
from fixtures.printed import GUIDES, PAGES
from fixtures.printed_machine import PrintedMachine

TABLE = build.REPOSITORY / "tests" / "examples.table"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class Row:
    """A line of the table. `option`: only where KEY --help does not name it; `?` alone: only where
    KEY is not installed."""

    def __init__(self, line):
        words, self.why = re.split("  +", line, maxsplit=1)
        self.key, self.has_condition, self.option = words.partition("?")

    def means(self, text):
        """A program, a whole command, or with an option: a command that begins so and uses it."""
        if self.option:
            return text.startswith(self.key + " ") and self.option in text
        return text == self.key or text.split()[0] == self.key

    def applies(self):
        if self.option:
            return not re.search(re.escape(self.option) + r"\b", usage(self.key))
        return not self.has_condition or not shutil.which(self.key)


def usage(words):
    """What the program that is typed says to WORDS --help; nothing where it is not installed."""
    return subprocess.run(["sh", "-c", words + " --help"], env={"PATH": PATH}, check=False, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()


def table():
    return [Row(line) for line in TABLE.read_text().splitlines()
            if line and not line.startswith("#")]


def is_left_out(command, rows):
    """Does a line of the table say that it is not typed here?"""
    return any(row.means(command.text) and row.applies() for row in rows)


def pattern(shown):
    """What is printed, with numbers and what stands in parentheses masked."""
    words = re.escape(shown.strip()).replace(r"\(the\ access\ token\)", r"\S+")
    return re.sub(r"\d+(\\ h\\ \d+\\ min|\\ min)", r"\\d+ (h \\d+ )?min", words)


class Typed(unittest.TestCase):
    """One machine for all; each document begins with alice logged in and nothing enabled."""

    @classmethod
    def setUpClass(cls):
        cls.machine = PrintedMachine()
        cls.addClassCleanup(cls.machine.close)
        cls.left_out = table()

    def setUp(self):
        self.machine.clean()
        self.addCleanup(self.machine.type_in, ["mobproc", "disable"])

    def type(self, command):
        """Exit code and output at a terminal; who asks for a password gets it."""
        uid = people.UIDS.get(command.user, 0)
        person = Person(self, ["bash", "-c", "set -o pipefail; " + command.text],
                        cwd=str(self.machine.home), user=uid, group=uid, extra_groups=[],
                        env={"PATH": PATH, "LANG": "C.UTF-8",
                             "HOME": "/home/" + command.user, "TERM": "dumb",
                             "XDG_RUNTIME_DIR": "/home/" + command.user})
        deadline, answered = time.monotonic() + 120, 0
        while person.process.poll() is None:
            self.assertLess(time.monotonic(), deadline,
                            (command, person.seen, self.machine.log()[-1500:]))
            person.read(0.05)
            if len(re.findall(rb"assword.*: ", person.seen)) > answered:
                answered += 1
                person.type_hidden(PASSWORD.encode() + b"\n")
        code = person.wait()
        return code, re.sub(r" *\r?\n", "\n", person.seen.decode())

    def serve(self, command):
        """A broker in the foreground: it serves until it is told to end."""
        folder = pathlib.Path(self.machine.home)
        process = subprocess.Popen(shlex.split(command.text), cwd=str(folder),
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        while not (folder / "run/broker.sock").exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        return process.wait(40), process.communicate()[0].decode()

    def check(self, document):
        part = 0
        for command in printed.commands(document):
            if command.part != part:  # another block begins where nothing waits
                self.machine.type_in(["mobproc", "disable"])
                part = command.part
            if is_left_out(command, self.left_out):
                continue
            with self.subTest(str(command)):
                run = self.serve if "--foreground" in command.text else self.type
                code, out = run(command)
                self.assertIn(code, (0, 1) if command.text == "mobproc doctor" else (0,), out)
                self.assertNotIn("errorCode", out)
                if command.printed:
                    self.assertRegex(out, pattern(command.printed))
                if "podman login" in command.text:
                    self.assertIn("Login Succeeded", out)


    # --- what is no command ---

    def test_each_snippet_is_judged(self):
        for document in PAGES + GUIDES:
            for text in printed.snippets(document):
                found = [way for beginning, way in SNIPPETS if re.match(beginning, text)]
                self.assertEqual(len(found), 1, (document, text))
                with self.subTest(document, snippet=text.splitlines()[0]):
                    if found[0]:
                        getattr(self, found[0])(text)

    def is_configuration(self, text):
        path = pathlib.Path("/etc/mobproc/printed.conf")
        path.write_text(text + "\n")
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", "/etc/mobproc/lab-ca.pem")
        said = self.machine.type_in(["mobprocd", "--check", "--config", str(path)])
        self.assertIn("1 account, no errors", said)

    def test_the_example_configuration(self):
        self.is_configuration((build.REPOSITORY / "packaging/mobproc.conf").read_text())

    def is_said_by_setup(self, text):
        """The tool's lines are those that mobproc setup shows."""
        tool_name = "docker" if text.startswith("{") else "bazel"
        host = re.search(r"\w+\.example\.com", text).group()
        said = self.machine.type_in(["mobproc", "setup", tool_name, "https://%s/" % host])
        self.assertTrue(said.startswith(text + "\n"), said)

    def names_programs(self, text):
        for path in re.findall(r"/usr/bin/[\w-]+", text):
            self.assertTrue(os.access(path, os.X_OK), path)

    def names_our_socket(self, text):
        unit = pathlib.Path("/usr/lib/systemd/system/mobproc-credential.socket")
        unit = unit if unit.exists() else pathlib.Path("/lib/systemd/system", unit.name)
        path = re.search(r"LoadCredential=\w+:(\S+)", text).group(1)
        self.assertIn("ListenStream=%s\n" % path, unit.read_text())

    def admits_the_right_ones(self, text):
        pathlib.Path("/etc/pam.d/printed").write_text(text + "\n")
        stack = pam.Stack.__new__(pam.Stack)
        stack.service, stack.folder = "printed", "/etc/pam.d"
        for user, password, comes_in in (("alice", PASSWORD, True), ("alice", "wrong", False),
                                         ("alice", people.LOCAL_PASSWORD, False),
                                         ("bob", people.LOCAL_PASSWORD, True),
                                         ("root", people.LOCAL_PASSWORD, True)):
            codes = stack.run("authenticate", "acct_mgmt", user=user, password=password).codes
            self.assertEqual(codes == ["PAM_SUCCESS"] * 2, comes_in, (user, codes))

    def ends_well(self, text):
        """A line of another stage, behind the ones that are shipped."""
        stage = {"password": "chauthtok", "session": "open_session"}[text.split()[0]]
        pathlib.Path("/etc/pam.d/printed").write_text(text + "\n%s required pam_permit.so\n"
                                                      % text.split()[0])
        stack = pam.Stack.__new__(pam.Stack)
        stack.service, stack.folder = "printed", "/etc/pam.d"
        self.assertEqual(stack.run(stage, user="bob").code, "PAM_SUCCESS")
        wanted = "PAM_AUTHTOK_ERR" if stage == "chauthtok" else "PAM_SUCCESS"
        self.assertEqual(stack.run(stage, user="alice").code, wanted)


# How a snippet begins, and who judges it; None: it is no example.
SNIPPETS = [
    (r"# a comment has a line of its own\n\[section\]", None),
    (r"[a-z_]+ = ", None),  # tests/unit/config_documents.c has each key and each of its examples
    (r"\[(mobproc|account reports)\]", "is_configuration"),
    (r'\{"credHelpers"|common --credential_helper', "is_said_by_setup"),
    (r"\[registries", "names_programs"),
    (r"- name: mobproc\n", "names_programs"),  # tests/test_consumer_kubectl.py gives it to kubectl
    (r"\[Service\]", "names_our_socket"),
    (r"ExecStartPre=", None),  # a line for that unit
    (r"auth ", "admits_the_right_ones"),
    (r"(password|session) [^=]", "ends_well"),
    (r"pam_mobproc\(sshd:auth\): ", None),  # tests/unit/log.c and test_pam_codes.py have the log
    (r" *sshd sudo login polkit", None),  # the picture
]


def _add(document):
    name = "test_" + re.sub(r"\W", "_", document.split("/")[-1])
    setattr(Typed, name, lambda self: self.check(document))


for _document in PAGES + GUIDES:
    if printed.commands(_document):
        _add(_document)


class Table(unittest.TestCase):
    def test_what_a_line_means_and_when_it_counts(self):
        for line, text, is_meant, counts in (
                ("ls  x", "ls --all", True, True), ("ls?  x", "ls --all", True, False),
                ("no-such?  x", "no-such", True, True), ("ls /  x", "ls / --all", False, True),
                ("ls /?--all  x", "ls / --all=x", True, False), ("ls?--all  x", "ls /", False, False),
                ("ls?--al  x", "ls --al", True, True), ("no-such?--all  x", "no-such -x --all", True, True)):
            row = Row(line)
            self.assertEqual((row.means(text), bool(row.applies())), (is_meant, counts), line)

    def test_each_line_is_about_something_that_is_printed(self):
        there = [command.text for document in PAGES + GUIDES
                 for command in printed.commands(document)]
        for row in table():
            self.assertTrue([text for text in there if row.means(text)], row.key)


class Spoken(unittest.TestCase):
    """Commands within a sentence: the verb and its options exist."""

    def usage(self, words):
        """What --help says of a program, or of its verb."""
        program = build.program(words[0])
        verb = [words[1]] if words[0] == "mobproc" and len(words) > 1 else []
        done = subprocess.run([program, *verb, "--help"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=20)
        self.assertEqual(done.returncode, 0, words)
        return done.stdout.decode()

    def test_each_verb_and_option_is_there(self):
        for guide in GUIDES + ["CONTRIBUTING.md", "SECURITY.md"]:
            for command in printed.spoken(guide):
                words = command.text.split()
                if words[0] not in ("mobproc", "mobprocd") or words[1:] == ["--version"]:
                    continue
                usage = self.usage(words)
                for option in re.findall(r"--[a-z][a-z-]*", command.text):
                    self.assertIn(option, usage, command)


if __name__ == "__main__":
    unittest.main()
