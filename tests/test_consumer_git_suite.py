"""git's own suite for credential helpers, with the outcome that git-suite.table says of each case.

`make git-suite` fetches it. Without a way to Debian's sources there is none, and nothing to run.
"""
import pathlib
import re
import shutil

from fixtures import build
from fixtures.consumer import ConsumerCase
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
