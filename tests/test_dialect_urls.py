"""H1 to H3, H5, H6, H11: every address of dialects/urls through every dialect that is given
one, against a real broker with a real login. One answer for all of them."""
import ast
import concurrent.futures
import json
import pathlib
import re
import unittest

from fixtures import dialects, tool
from fixtures.house import House

HOSTS = ("https://git.example/ https://reg.example:8443/ https://api.example/v1/ "
         "https://xn--bcher-kva.example/ https://192.0.2.7/ https://[2001:db8::1]/")
ALIKE = ("curl", "headers", "json")  # read their argument with the words of `token`


def rows():
    """[(answer, what it is about, address)]"""
    path = pathlib.Path(__file__).resolve().parent / "dialects" / "urls"
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [(*line.split(None, 2)[:2], ast.literal_eval(line.split(None, 2)[2])) for line in lines]


def gives(answer, name):
    """Does the dialect give a token, by that word of the table?"""
    if answer.startswith("-"):
        return "-" + name != answer
    return answer == "yes" or name in answer.split(",")


def is_host_alone(address):
    return re.fullmatch("https://[^/?#]*/?", address) is not None


class Addresses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House(cls, {"hosts": HOSTS})
        cls.addClassCleanup(cls.house.__exit__, None, None, None)
        assert cls.house.login()["ERROR"] == "OK"
        cls.token = cls.house.mobproc("token", check=True).stdout.decode().strip()
        cls.rows = rows()
        cls.pool = concurrent.futures.ThreadPoolExecutor(4)
        cls.addClassCleanup(cls.pool.shutdown)

    def run_words(self, words, data, environment):
        done = self.house.mobproc(*words, stdin=data, environment=environment)
        return tool.Ran(done.returncode, done.stdout, done.stderr)

    def check_rows(self, name, chosen):
        """Each row's answer; an argument or a variable has no NUL, so such rows are left out."""
        if name not in ("docker", "bazel", "git"):
            chosen = [row for row in chosen if "\0" not in row[2]]
        answers = self.pool.map(lambda row: dialects.ask(name, row[2], self.run_words), chosen)
        for (expected, about, address), ran in zip(chosen, answers):
            with self.subTest(dialect=name, about=about, address=address):
                self.check_answer(name, ran, gives(expected, name))

    def check_answer(self, name, ran, is_given):
        self.assertEqual(dialects.token(name, ran), self.token if is_given else None, ran)
        if not is_given:
            self.assertNotIn(self.token.encode(), ran.out)

    def test_there_are_more_than_two_hundred(self):
        self.assertGreater(len(self.rows), 200)
        self.assertEqual(len(self.rows), len(set(row[1:] for row in self.rows)))
        words = {word.lstrip("-") for row in self.rows for word in row[0].split(",")}
        self.assertEqual(words, {"yes", "no", "docker", "git", "terraform"})

    def test_H1_H2_H3_H5_H6_H11_docker(self):
        self.check_rows("docker", self.rows)

    def test_H1_H2_H3_H5_H6_H11_kubernetes(self):
        self.check_rows("kubernetes", self.rows)

    def test_H1_H2_H3_H5_H6_H11_bazel(self):
        self.check_rows("bazel", self.rows)

    def test_H1_H2_H3_H5_H6_H11_goauth(self):
        # an argument that is no address is an account for the others, and nothing for goauth
        self.check_rows("goauth", self.rows)

    def test_H1_H2_H3_H5_H6_H11_token(self):
        self.check_rows("token", [row for row in self.rows if "://" in row[2]])

    def test_H1_H2_H3_H5_H6_H11_curl_headers_and_json(self):
        firsts = {row[:2]: row for row in reversed(self.rows) if "://" in row[2]}
        for name in ALIKE:
            self.check_rows(name, list(firsts.values()))

    def test_H1_H2_H3_H5_H6_H11_git(self):
        # git refuses to write a line end into a value, and the protocol has no way to say one
        self.check_rows("git", [row for row in self.rows if "\n" not in row[2]
                                and "\r\n" not in dialects.split(row[2])])

    def test_H1_H2_H3_H5_H6_H11_terraform(self):
        """It names hosts; an address with more than a host is none."""
        self.check_rows("terraform", [row for row in self.rows
                                      if is_host_alone(row[2]) or "://" not in row[2]])
        for _, about, address in self.rows:
            if "://" in address and "\0" not in address:
                ran = self.run_words(["credential", "terraform", "get", address], b"", {})
                with self.subTest(about=about, address=address):
                    self.check_answer("terraform", ran, False)

    def test_H1_H2_H3_H5_H6_H11_cargo(self):
        requests = "".join(dialects.cargo_request(prefix + address)
                           for _, _, address in self.rows for prefix in ("", "sparse+"))
        ran = self.run_words(["credential", "cargo", "--cargo-plugin"], requests.encode(), {})
        self.assertEqual(ran.code, 0, ran.err)
        answers = dialects.cargo_answers(ran.out)
        self.assertEqual(len(answers), 2 * len(self.rows))
        for i, (expected, about, address) in enumerate(self.rows):
            for answer in answers[2 * i:2 * i + 2]:
                with self.subTest(about=about, address=address, answer=answer):
                    self.assertEqual("Ok" in answer, gives(expected, "cargo"))
                    self.assertEqual(self.token in json.dumps(answer),
                                     gives(expected, "cargo"))
