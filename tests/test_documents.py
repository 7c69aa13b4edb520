"""What is written is true as far as a program can tell: pages that lint, names that exist."""
import importlib.machinery
import importlib.util
import pathlib
import re
import subprocess
import unittest

from fixtures import build

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
PAGES = sorted(path for suffix in "158" for path in REPOSITORY.glob("*/*." + suffix))
PROGRAMS = {"mobproc": 1, "git-credential-mobproc": 1, "mobprocd": 8, "mobproc-courier": 8,
            "pam_mobproc": 8, "mobproc.conf": 5}
# pages of other packages, which mandoc looks for on this machine
ELSEWHERE = re.compile(r"referenced manual not found|lacks .* entry|\.so (is fragile|request failed)")


def attacks():
    """tests/attacks as a module."""
    loader = importlib.machinery.SourceFileLoader("attacks", str(REPOSITORY / "tests/attacks"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("attacks", loader))
    loader.exec_module(module)
    return module


class Manual(unittest.TestCase):
    def test_each_page_is_clean(self):
        for page in PAGES:
            if page.read_text(encoding="utf-8").startswith(".so "):
                continue
            with self.subTest(page.name):
                said = subprocess.run(["mandoc", "-T", "lint", str(page)], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, check=False).stdout.decode()
                self.assertEqual([], [line for line in said.splitlines()
                                      if not ELSEWHERE.search(line)])

    def test_no_mark_of_the_writer_s_is_shown(self):
        for page in PAGES:
            shown = subprocess.run(["mandoc", "-T", "ascii", str(page)], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, check=False).stdout.decode()
            self.assertEqual([], [line for line in shown.splitlines() if ".&" in line], page.name)

    def test_each_program_has_one(self):
        there = {page.name for page in PAGES}
        for name, section in PROGRAMS.items():
            self.assertIn("%s.%d" % (name, section), there)

    def test_they_refer_to_pages_of_ours_that_exist(self):
        there = {(page.stem, page.suffix[1:]) for page in PAGES}
        for page in PAGES:
            for name, section in re.findall(r"^\.Xr (\S*mobproc\S*) (\d)", page.read_text(), re.M):
                self.assertIn((name, section), there, page.name)


class Options(unittest.TestCase):
    """A page names the options and variables that there are, and no others."""
    pages = {"mobproc": "helper/mobproc.1", "mobprocd": "broker/mobprocd.8",
             "mobproc-courier": "courier/mobproc-courier.8"}
    of_curl = {"next", "max-redirs", "proto"}

    def test_options(self):
        for program, page in self.pages.items():
            said = subprocess.run([build.program(program), "--help"], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False).stdout.decode()
            there = set(re.findall(r"--([a-z][a-z-]*)", said)) - {"help", "version"}
            text = (REPOSITORY / page).read_text(encoding="utf-8")
            named = set(re.findall(r"Fl -([a-z][a-z-]*)", text)) - {"help", "version"}
            self.assertEqual(named - (self.of_curl if program == "mobproc" else set()), there, page)

    def test_variables(self):
        for room in ("helper", "broker", "courier"):
            sources = "".join(path.read_text() for path in (REPOSITORY / room).glob("*.c"))
            pages = "".join(path.read_text(encoding="utf-8") for path in PAGES
                            if path.parent.name == room)
            for name in re.findall(r'(?:getenv|absolute|user_path)\([^")]*"([A-Z_]+)"', sources):
                self.assertRegex(pages, r"[ $]%s\b" % name, room)


class Security(unittest.TestCase):
    """SECURITY.md: each promise says how it is kept, and names its tests."""

    @classmethod
    def setUpClass(cls):
        cls.text = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
        cls.tests = attacks().existing()
        cls.promises = []
        for part in cls.text.split("\n## ")[1:]:
            if not part.startswith("What is not protected"):
                cls.promises += re.findall(r"^- (.*?)(?=\n- |\n\n|\Z)", part, re.M | re.S)

    def test_each_promise_says_how(self):
        for promise in self.promises:
            self.assertRegex(promise, r"(?s)\.\s+How:\s+\w.*\w\.\s+\(", promise[:60])

    def test_each_promise_has_a_test_that_exists(self):
        self.assertGreater(len(self.promises), 25)
        for promise in self.promises:
            with self.subTest(promise[:60]):
                match = re.search(r"\.\s+\(([^()]+)\)\s*$", promise)
                self.assertIsNotNone(match, "no test")
                for name in re.split(r",\s+", match.group(1)):
                    self.assertIn(name, self.tests)


class Paths(unittest.TestCase):
    def test_files_that_are_named_exist(self):
        for document in ("CONTRIBUTING.md", "README.md", "SECURITY.md", "packaging/ROLLOUT.md"):
            text = (REPOSITORY / document).read_text(encoding="utf-8")
            for path in re.findall(r"`((?:lib|pam_mobproc|helper|broker|courier|tests|packaging)/"
                                   r"[\w./-]+)`", text):
                if not re.search("NAME", path):
                    self.assertTrue((REPOSITORY / path).exists(), (document, path))

    def test_targets_that_are_named_exist(self):
        targets = re.findall(r"(?m)^([a-z][a-z-]*):", (REPOSITORY / "Makefile").read_text())
        for document in ("CONTRIBUTING.md", "README.md"):
            text = (REPOSITORY / document).read_text(encoding="utf-8")
            for target in re.findall(r"(?m)(?:`|^|&& )make ([a-z][a-z-]*)", text):
                self.assertIn(target, targets, document)


if __name__ == "__main__":
    unittest.main()
