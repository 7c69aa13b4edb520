"""git's own suite for credential helpers, with the outcome that git-suite.table says of each case.

`make git-suite` fetches it. Without a way to Debian's sources there is none, and nothing to run.
"""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import unittest

from fixtures import build, scratch
from fixtures.consumer import ConsumerCase, need
from ping.githttp import GitServer

SUITE = build.BUILD / "git-suite"
TABLE = pathlib.Path(__file__).resolve().parent / "git-suite.table"
OURS, ELSEWHERE = "https://example.com/", "https://elsewhere.example/"


def table():
    """{case: (word for elsewhere, word for ours)}"""
    lines = [line for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    return {" ".join(line.split()[:-2]): tuple(line.split()[-2:]) for line in lines}


class GitSuite(ConsumerCase):
    TOOL = "git"

    def serve(self):
        return GitServer(self.house.ping)  # nobody dials it

    def setUp(self):
        if not (SUITE / "ready").exists():
            self.skipTest("git's suite could not be fetched")
        super().setUp()
        # where the person can read it, whoever runs the tests
        self.suite = self.programs / "git-suite"
        shutil.copytree(str(SUITE), str(self.suite))

    def cases(self, hosts):
        """{case: whether it holds}, for a person who is logged in."""
        self.house.change({"hosts": hosts})
        self.login()
        script = 'cd "$SUITE/t" && exec /bin/sh ./t0303-credential-external.sh --root="$HOME"'
        ran = self.run_program(
            "/bin/sh", "-c", script,
            environment={"SUITE": str(self.suite), "GIT_TEST_INSTALLED": "/usr/bin",
                         "TEST_OUTPUT_DIRECTORY": str(self.home),
                         "GIT_TEST_CHAIN_LINT": "0", "GIT_TEST_CREDENTIAL_HELPER": "mobproc"})
        found = re.findall(r"^(ok|not ok) \d+ - helper \(mobproc\) (.*)$", ran.out.decode(), re.M)
        self.assertNotEqual(found, [], ran)
        return {case: word == "ok" for word, case in found}

    def check(self, column, hosts):
        wanted = {case: words[column] == "ok" for case, words in table().items()}
        self.assertEqual(self.cases(hosts), wanted)

    def test_of_addresses_that_are_nobody_s(self):
        self.check(0, ELSEWHERE)

    def test_of_addresses_that_are_ours(self):
        self.check(1, OURS)


class Fetching(unittest.TestCase):
    """However the machine names its sources: here a repository in a folder."""

    FILES = ["COPYING", "t/t0303-credential-external.sh", "t/lib-credential.sh", "t/test-lib.sh"]

    @classmethod
    def setUpClass(cls):
        need("apt-get")

    def setUp(self):
        self.folder = scratch.folder("git-suite")
        self.repository = self.folder / "repository"
        for name in self.FILES:
            path = self.folder / "git-1" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        self.repository.mkdir()
        original = self.repository / "git_1.orig.tar.gz"
        with tarfile.open(str(original), "w:gz") as archive:
            archive.add(str(self.folder / "git-1"), "git-1")
        description = self.repository / "git_1-1.dsc"
        description.write_text("Source: git\n")
        sums = "".join(" %s %d %s\n" % (hashlib.sha256(path.read_bytes()).hexdigest(),
                                       path.stat().st_size, path.name)
                       for path in (description, original))
        (self.repository / "Sources").write_text(
            "Package: git\nFormat: 3.0 (quilt)\nVersion: 1-1\nDirectory: .\nChecksums-Sha256:\n" + sums)

    def fetch(self, **files):
        """Runs it where apt has these files of sources. {name: text}; @ is the repository."""
        apt = self.folder / "apt"
        shutil.rmtree(str(apt), ignore_errors=True)
        (apt / "parts").mkdir(parents=True)
        for name, text in files.items():
            path = apt / "sources.list" if name == "list" else apt / "parts" / name.replace("_", ".")
            path.write_text(text.replace("@", "file:" + str(self.repository)))
        configuration = self.folder / "apt.conf"
        configuration.write_text('Dir::Etc::SourceList "%s";\nDir::Etc::SourceParts "%s";\n'
                                 % (apt / "sources.list", apt / "parts"))
        return subprocess.run([str(build.REPOSITORY / "tests/git-suite"), str(self.folder / "suite")],
                              env=dict(os.environ, APT_CONFIG=str(configuration)), check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)

    def test_sources_of_either_format(self):
        deb822 = "Types: deb\nURIs: @\nSuites: ./\nTrusted: yes\n"
        line = "deb [trusted=yes] @ ./\n"
        gone = "deb [trusted=yes] file:/nonexistent ./\n"
        for files in ({"list": "# the installer's\n#deb cdrom:[x]/ y main\ndeb cdrom:[x]/ y main\n\n" + line},
                      {"ours_list": line}, {"ours_sources": deb822}, {"list": "", "ours_sources": deb822},
                      {"list": line, "other_list": gone}):
            with self.subTest(files):
                ran = self.fetch(**files)
                self.assertEqual(ran.returncode, 0, ran.stdout)
                for name in self.FILES:
                    self.assertEqual((self.folder / "suite" / name).read_text(), name)
                shutil.rmtree(str(self.folder / "suite"))

    def test_no_sources_are_said(self):
        for files in ({}, {"list": "# nothing\n"}, {"list": "deb-src cdrom:[x]/ y main\n"}):
            ran = self.fetch(**files)
            self.assertEqual((ran.returncode, ran.stdout),
                             (1, b"git-suite: no sources of Debian's are known here\n"))
            self.assertFalse((self.folder / "suite" / "ready").exists())
