"""The configurations that the dialects' pages and help show, given to the tools as typed."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from fixtures import build, consumer, dialects, fakebroker, scratch, tool

PAGES = build.REPOSITORY / "helper"


def blocks(page):
    """What stands between .Bd -literal and .Ed, as a reader sees it."""
    text = (PAGES / page).read_text()
    found = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", text, re.MULTILINE | re.DOTALL)
    return [block.replace("\\e", "\\").replace("\\&", "") for block in found]


def run(*words, **more):
    return subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, timeout=60, **more)


class Pages(unittest.TestCase):
    def setUp(self):
        self.home = scratch.folder("pages")
        self.environment = {"HOME": str(self.home), "PATH": "/usr/sbin:/usr/bin:/bin"}

    def setup_tool(self, *words):
        return tool.execute([build.program("mobproc"), "setup", *words]).out.decode()

    def test_every_dialect_has_a_page_and_every_page_is_whole(self):
        table = (PAGES / "mobproc-credential.1").read_text()
        for name in list(dialects.READ) + ["systemd"]:
            self.assertRegex(table, r"\n\.It %s Ta " % name)
        for page in set(re.findall(r"Ta Xr (\S+) 1 Ta", table)):
            self.assertTrue((PAGES / (page + ".1")).is_file(), page)
        for name in ("docker", "cargo", "bazel", "goauth", "git"):
            self.assertTrue((PAGES / (name + "-credential-mobproc.1")).is_file(), name)

    def test_pages_of_what_carries_one_token_name_those_that_carry_all(self):
        for page in ("git-credential-mobproc.1", "docker-credential-mobproc.1",
                     "mobproc-kubernetes.1", "cargo-credential-mobproc.1", "mobproc-systemd.1"):
            text = (PAGES / page).read_text()
            for word in ("X-TNGO-TENANT", "client_id", "mobproc-credential 1"):
                self.assertIn(word, text, page)

    def test_each_dialect_without_the_headers_is_said_to_have_none(self):
        """The table of mobproc-credential(1), what it says of terraform, and README.md's sentence."""
        page = (PAGES / "mobproc-credential.1").read_text()
        carries = dict(re.findall(r"^\.It (\w+) Ta .* Ta ([\w ]+)$", page[:page.index(".El\n")],
                                  re.MULTILINE))
        alone = {name for name, what in carries.items() if what == "token"}
        self.assertEqual(alone, (set(dialects.READ) | {"systemd"}) - set(dialects.WITH_HEADERS))
        terraform = page[page.index(".Cm terraform\nis a"):page.index(".Sh ADDRESSES")]
        for word in ("X-TNGO-TENANT", "client_id", ".Cm curl , headers , bazel", ".Cm goauth"):
            self.assertIn(word, terraform)
        readme = " ".join((build.REPOSITORY / "README.md").read_text().split())
        first, second = re.search(r"([^.]*) have room for the token alone; ([^.]*)", readme).groups()
        for name in dialects.WITH_HEADERS:
            self.assertNotRegex(first, r"\b%s\b" % name)
        for name in alone:
            self.assertRegex(first, r"\b%s\b" % name.replace("kubernetes", "kubectl"))
            self.assertNotRegex(second, r"\b%s\b" % name)

    def test_docker(self):
        shown = blocks("docker-credential-mobproc.1")[0]
        self.assertEqual(json.loads(shown), {"credHelpers": {"registry.example.com": "mobproc"}})
        self.assertEqual(shown, self.setup_tool("docker", "https://registry.example.com/"))

    def test_cargo(self):
        shown = blocks("cargo-credential-mobproc.1")[0]
        self.assertIn('\ncredential-provider = ["/usr/bin/cargo-credential-mobproc"]\n', shown)
        python = shutil.which("python3", path=self.environment["PATH"])
        if run(python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))").returncode != 0:
            self.skipTest("python3 is older than 3.11, which brought tomllib")
        for text in (shown, self.setup_tool("cargo")):
            ran = run(python, "-c", "import sys, tomllib; tomllib.loads(sys.stdin.read())",
                      input=text.encode())
            self.assertEqual(ran.returncode, 0, ran.stdout)

    def test_bazel_and_go(self):
        lines = "".join(blocks("bazel-credential-mobproc.1"))
        self.assertIn("common --credential_helper=build.example.com="
                      "/usr/bin/bazel-credential-mobproc\n", lines)
        self.assertIn("go env -w GOAUTH=/usr/bin/goauth-credential-mobproc\n", lines)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_systemd(self):
        unit = self.home / "backup.service"
        unit.write_text(blocks("mobproc-systemd.1")[0].replace("/usr/local/bin/backup", "/bin/true"))
        ran = run("systemd-analyze", "verify", "--man=no", unit, env=self.environment)
        self.assertEqual(ran.returncode, 0, ran.stdout)
        self.assertNotIn(b"Unknown", ran.stdout)

    def test_kubectl_takes_the_commands(self):
        consumer.need("kubectl")
        kubectl = shutil.which("kubectl", path=self.environment["PATH"])
        if b"--exec-interactive-mode" not in run(kubectl, "config", "set-credentials", "--help").stdout:
            client = json.loads(run(kubectl, "version", "--client", "-o", "json").stdout)
            self.skipTest("kubectl 1.%s has not the options of setup" % client["clientVersion"]["minor"])
        for script in (blocks("mobproc-kubernetes.1")[0], self.setup_tool("kubectl")):
            config = self.home / "config"
            environment = dict(self.environment, KUBECONFIG=str(config))
            run(kubectl, "config", "set-context", "here", env=environment)
            run(kubectl, "config", "use-context", "here", env=environment)
            ran = run("sh", "-ec", script, env=environment)
            self.assertEqual(ran.returncode, 0, ran.stdout)
            shown = json.loads(run(kubectl, "config", "view", "-o", "json", env=environment).stdout)
            user, = shown["users"]
            self.assertEqual(user["user"]["exec"]["args"], ["credential", "kubernetes"])
            self.assertTrue(user["user"]["exec"]["provideClusterInfo"])
            self.assertEqual(shown["contexts"][0]["context"]["user"], "mobproc")
            config.unlink()

    def test_git_finds_the_helper_by_the_page_s_line(self):
        line, = re.findall(r"^\.Dl (git config --global credential\.helper mobproc)$",
                           (PAGES / "git-credential-mobproc.1").read_text(), re.MULTILINE)
        environment = dict(self.environment, PATH="%s:%s" % (
            pathlib.Path(build.program("mobproc")).parent, self.environment["PATH"]))
        self.assertEqual(run(*line.split(), env=environment).returncode, 0)
        with fakebroker.FakeBroker(tool.gives()) as broker:
            if tool.IS_ROOT:  # a variable does not choose root's broker
                run("git", "config", "--global", "credential.helper",
                    "mobproc --socket " + broker.path, env=environment)
            ran = run("git", "credential", "fill", input=b"url=https://git.example.com/\n\n",
                      env=dict(environment, MOBPROC_SOCKET=broker.path, **{
                          name: value for name, value in os.environ.items()
                          if name.endswith("SAN_OPTIONS")}))
            self.assertIn(b"password=" + tool.TOKEN.encode(), ran.stdout)
