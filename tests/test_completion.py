"""The shells complete what --help knows, asked as they ask."""
import os
import re
import shutil
import subprocess
import unittest

from fixtures import build, scratch, tool

MOBPROC = build.program("mobproc")
SHELLS = ("bash", "zsh", "fish")
# what each shell does when a person presses Tab behind these words
ASK = {
    "bash": 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mobproc; '
            'printf "%s\\n" "${COMPREPLY[@]}"',
    # the shell itself leaves out what does not begin like the word
    "zsh": 'function compadd { shift; print -l -- "$@"; }; function _files { print -l -- *; }; '
           'function _describe { print -l -- ${${(P)2}%%:*}; }; '
           'script=$1; shift; words=("$@"); CURRENT=$#; source $script',
    "fish": 'source $argv[1]; complete -C "$argv[2..]"',
}


def run(*words, **more):
    return subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, timeout=30, **more)


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = scratch.folder("completion")
        (cls.home / "afile").write_text("")
        for shell in SHELLS:
            done = run(MOBPROC, "completion", shell)
            assert done.returncode == 0 and not done.stderr, done
            (cls.home / shell).write_bytes(done.stdout)

    def complete(self, shell, *words):
        """The words that are offered for the last one."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "TERM": "dumb"}
        script = self.home / shell
        argv = {"bash": ["bash", "-c", ASK["bash"], script, *words],
                "zsh": ["zsh", "-f", "-c", ASK["zsh"], "zsh", script, *words],
                "fish": ["fish", "--no-config", "-c", ASK["fish"], script, " ".join(words)]}[shell]
        done = run(*argv, env=environment, cwd=str(self.home))
        self.assertEqual((done.returncode in (0, 1), done.stderr), (True, b""), (shell, words, done))
        offered = {line.split("\t")[0] for line in done.stdout.decode().split("\n")} - {""}
        return {word for word in offered if word.startswith(words[-1])}

    def each_shell(self):
        return [shell for shell in SHELLS if shutil.which(shell)]

    def test_all_three_are_here(self):
        self.assertEqual(self.each_shell(), list(SHELLS))

    def verbs(self):
        text = run(MOBPROC, "--help").stdout.decode()
        return set(re.findall(r"^  ([a-z]+) ", text, re.MULTILINE))

    def test_every_verb_of_help(self):
        for shell in self.each_shell():
            offered = self.complete(shell, "mobproc", "")
            self.assertEqual({word for word in offered if word[0] != "-"}, self.verbs())
            self.assertEqual(self.complete(shell, "mobproc", "lo"), {"login", "logout"})

    def test_the_options_of_every_verb_and_no_other(self):
        for shell in self.each_shell():
            for verb in self.verbs():
                offered = self.complete(shell, "mobproc", verb, "--")
                for option in offered | {"--frobnicate"}:
                    # --help first: behind an option it would be that one's value, and the verb run
                    said = tool.execute([MOBPROC, verb, "--help", option]).err
                    self.assertEqual("unknown option" in said and verb != "credential",
                                     option not in offered and verb != "credential", (verb, option))
                usage = tool.execute([MOBPROC, verb, "--help"]).out.decode().splitlines()[0]
                self.assertLessEqual(set(re.findall(r"--[a-z-]+", usage)), offered, verb)

    def test_dialects_tools_and_what_admin_does(self):
        for shell in self.each_shell():
            self.assertLessEqual({"git", "docker", "kubernetes", "cargo"},
                                 self.complete(shell, "mobproc", "credential", ""))
            self.assertEqual(self.complete(shell, "mobproc", "setup", "k"), {"kubectl"})
            self.assertEqual(self.complete(shell, "mobproc", "admin", "re"), {"reload", "rekey"})
            self.assertNotIn("reload", self.complete(shell, "mobproc", "admin", "seal", "re"))

    def test_files_behind_an_option_that_names_one(self):
        for shell in self.each_shell():
            self.assertEqual(self.complete(shell, "mobproc", "setup", "--config", "af"), {"afile"})

    def test_usage(self):
        for words in ([], ["tcsh"], ["bash", "zsh"]):
            ran = tool.execute([MOBPROC, "completion"] + words)
            self.assertEqual((ran.code, ran.out), (2, b""), ran)
        self.assertNotIn(b"completion", run(MOBPROC, "--help").stdout)

    def test_they_are_installed(self):
        target = scratch.folder("install-completion")
        subprocess.run(["make", "-s", "install", "O=%s" % build.BUILD, "DESTDIR=%s" % target],
                       cwd=str(build.REPOSITORY), check=True, timeout=600,
                       env=dict(os.environ, MAKEFLAGS="", SANITIZE=""))
        for shell, path in (("bash", "bash-completion/completions/mobproc"),
                            ("zsh", "zsh/site-functions/_mobproc"),
                            ("fish", "fish/vendor_completions.d/mobproc.fish")):
            self.assertEqual((target / "usr/share" / path).read_bytes(),
                             (self.home / shell).read_bytes())
