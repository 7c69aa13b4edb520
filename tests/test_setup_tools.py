"""mobproc setup TOOL: the lines that a tool needs, and --apply, which keeps what is there."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

from fixtures import build, tool

FOLDER = os.path.dirname(build.program("mobproc"))
URL = "https://host.example.com:8443/team/"
FILES = {"git": ".gitconfig", "docker": ".docker/config.json", "cargo": ".cargo/config.toml",
         "bazel": ".bazelrc", "go": ".config/go/env"}
LINES = {
    "git": '[credential "https://host.example.com:8443"]\n'
           "\thelper = %s/git-credential-mobproc\n\tuseHttpPath = true\n" % FOLDER,
    "docker": '{"credHelpers": {"host.example.com:8443": "mobproc"}}\n',
    "cargo": '[registry]\nglobal-credential-providers = ["cargo:token", '
             '"%s/cargo-credential-mobproc"]\n' % FOLDER,
    "bazel": "common --credential_helper=host.example.com=%s/bazel-credential-mobproc\n" % FOLDER,
    "go": "GOAUTH=%s/goauth-credential-mobproc %s\n" % (FOLDER, URL),
    "curl": "mobproc credential curl %s | curl -K - %s\n" % (URL, URL),
    "systemd": "[Service]\nLoadCredential=ACCOUNT:/run/mobproc/credential.sock\n",
}


class SetupCase(tool.HelperCase):
    def setUp(self):
        self.home = self.folder().path

    def setup_tool(self, *words):
        return tool.execute([build.program("mobproc"), "setup", *words],
                            environment={"HOME": str(self.home)})

    def file(self, name):
        return self.home / FILES[name]

    def write(self, name, text):
        """What the person has there already."""
        path = self.file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def applied(self, name, *words):
        """The text of the file after --apply, which must say that it wrote it."""
        ran = self.setup_tool(name, *(words or [URL]), "--apply")
        self.assertEqual((ran.code, ran.out), (0, b""), ran)
        self.assertIn("is written", ran.err)
        return self.file(name).read_text()

    def assert_refused(self, name, words, path=None, code=4):
        path = path or self.file(name)
        before = path.read_bytes() if path.is_file() else None
        ran = self.setup_tool(name, URL, "--apply")
        self.assertEqual(ran.code, code, ran)
        self.assertIn(words, ran.err)
        self.assertEqual(path.read_bytes() if path.is_file() else None, before)
        left = [found.name for found in self.file(name).parent.glob("*")
                if found.name.endswith((".new", ".old"))]
        self.assertEqual(left, [])


class Lines(SetupCase):
    def test_each_tool_has_its_lines(self):
        for name, lines in LINES.items():
            ran = self.setup_tool(name, URL)
            self.assertEqual((ran.code, ran.out.decode()), (0, lines), name)
            self.assertEqual("--apply" in ran.err, name in FILES)
        self.assertEqual(list(self.home.glob("*")) + list(self.home.glob(".*")), [])

    def test_kubectl_is_told_by_its_own_command(self):
        lines = self.setup_tool("kubectl").out.decode().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertIn("--exec-command=%s/mobproc " % FOLDER, lines[0])
        self.assertIn("--exec-provide-cluster-info", lines[0])

    def test_the_path_is_sent_only_where_a_prefix_needs_it(self):
        for url, needs in (("https://h.example/", False), ("https://h.example", False),
                           ("https://h.example/a/", True)):
            self.assertEqual(b"useHttpPath" in self.setup_tool("git", url).out, needs)

    def test_some_need_an_address(self):
        for name in ("git", "docker", "bazel", "curl"):
            self.assert_failed(self.setup_tool(name), 2)
        for name in ("kubectl", "cargo", "go", "systemd"):
            self.assertEqual(self.setup_tool(name).code, 0, name)

    def test_addresses_that_would_mean_more_than_an_address(self):
        for url in ("http://h.example/", "h.example", "https://u@h.example/", 'https://h"/',
                    "https://h.example/a b", "https://h]x/\n", "https://h.example/$(id)",
                    "https://h.example/;x", "https://h.example/'", "https://h,x/", "https://H.example/",
                    "https://h%20/", "https://h.example/%41", "https://h=x/", "https://", "", "--x"):
            with self.subTest(url):
                self.assertEqual(self.setup_tool("git", url).out, b"")
                self.assertEqual(self.setup_tool("git", url).code, 2)

    def test_wrong_arguments(self):
        for words in (["svn"], ["git", URL, "more"], ["--apply"], ["git", URL, "--force"],
                      ["curl", URL, "--apply"], ["kubectl", "--apply"], ["systemd", "--apply"]):
            self.assert_failed(self.setup_tool(*words), 2)


class Apply(SetupCase):
    def test_a_new_file_is_nobody_else_s(self):
        for name in FILES:
            self.assertEqual(self.applied(name), LINES[name] if name != "docker" else
                             '{"credHelpers": {"host.example.com:8443": "mobproc"}}\n')
            self.assertEqual(self.file(name).stat().st_mode & 0o777, 0o600)
            self.assertFalse((self.home / (FILES[name] + ".old")).exists())

    def test_a_second_time_changes_nothing(self):
        for name in FILES:
            self.write(name, "{}" if name == "docker" else "# mine\n")
            self.applied(name)
            before = {path: (path.read_bytes(), path.stat().st_ino)
                      for path in self.file(name).parent.glob("*") if path.is_file()}
            ran = self.setup_tool(name, URL, "--apply")
            self.assertEqual(ran.code, 0)
            self.assertIn("already", ran.err)
            self.assertEqual(before, {path: (path.read_bytes(), path.stat().st_ino)
                                      for path in before})

    def test_what_is_there_stays(self):
        for name in ("git", "bazel", "go", "cargo"):
            for mine in ("# mine\n\n[x]\n\ta = b\n", "# no line feed at the end", "\t\r\n\xe9\n"):
                path = self.write(name, mine)
                path.chmod(0o644)
                end = "" if mine.endswith("\n") else "\n"
                self.assertEqual(self.applied(name), path.read_text())
                self.assertEqual(path.read_bytes().decode(), mine + end + LINES[name])
                self.assertEqual(path.stat().st_mode & 0o777, 0o644)
                self.assertEqual(pathlib.Path(str(path) + ".old").read_bytes().decode(), mine)

    def test_another_host_is_added(self):
        for name in ("git", "docker", "bazel"):
            self.applied(name)
            text = self.applied(name, "https://other.example/")
            self.assertIn("host.example.com", text)
            self.assertIn("other.example", text)

    def test_docker_s_members_stay_where_they_are(self):
        for text, rest in (
                ('{"auths": {"a": {"auth": "x"}}, "n": 1.50}', '"auths": {"a": {"auth": "x"}}, "n": 1.50}'),
                ('{"credHelpers": {}}\n', "}}\n"), ('{}', "}"), (" {\n}\n", "\n}\n"), ("", "}\n"),
                ('{\n\t"credHelpers": {\n\t\t"a": "b"\n\t},\n\t"z": [1]\n}\n',
                 '\n\t\t"a": "b"\n\t},\n\t"z": [1]\n}\n'),
                ('{"x": {"credHelpers": 1}, "cred\\u0048elpers": {"q": "r"}}', '"q": "r"}}')):
            with self.subTest(text):
                self.write("docker", text)
                after = self.applied("docker")
                wanted = json.loads(text or "{}")
                wanted.setdefault("credHelpers", {})["host.example.com:8443"] = "mobproc"
                self.assertEqual(json.loads(after), wanted)
                self.assertTrue(after.endswith(rest), after)
                pathlib.Path(str(self.file("docker")) + ".old").unlink()

    def test_docker_s_file_that_says_otherwise(self):
        for text, words in (('{"credHelpers": {"host.example.com:8443": "pass"}}', "another helper"),
                            ('{"credHelpers": []}', "not an object"), ("[]", "not a JSON object"),
                            ("{", "JSON"), ('{"a": 1, "a": 2}', "twice"), ("x", "JSON"),
                            ('{"credHelpers": {"host.example.com:8443": null}}', "another helper")):
            self.write("docker", text)
            self.assert_refused("docker", words)

    def test_a_file_that_tells_the_tool_otherwise(self):
        for name, text in (("go", "GOAUTH=netrc\n"), ("cargo", " [registry]\ndefault = 'x'\n"),
                           ("go", "GOFLAGS=-x\n  GOAUTH=off")):
            self.write(name, text)
            self.assert_refused(name, "by hand")

    def test_symbolic_links_and_what_is_no_file(self):
        for name in FILES:
            path = self.write(name, "")
            path.unlink()
            target = self.home / "target"
            target.write_text("{}")
            path.symlink_to(target)
            self.assert_refused(name, "symbolic link", target)
            path.unlink()
            os.mkfifo(str(path))
            self.assert_refused(name, "not a plain file")
            path.unlink()

    def test_what_others_can_change(self):
        self.write("docker", "{}").parent.chmod(0o777)
        self.assert_refused("docker", "others can change")

    @unittest.skipUnless(tool.IS_ROOT, "needs a second user")
    def test_somebody_else_s_file_and_folder(self):
        path = self.write("git", "# theirs\n")
        os.chown(str(path), tool.STRANGER, tool.STRANGER)
        self.assert_refused("git", "not a plain file of yours")
        self.write("docker", "{}")
        os.chown(str(self.home / ".docker"), tool.STRANGER, tool.STRANGER)
        self.assert_refused("docker", "others can change")

    @unittest.skipUnless(tool.IS_ROOT, "needs a second user")
    def test_L12_nothing_is_made_through_the_links_of_somebody_else_s_home(self):
        """As when root has kept his HOME."""
        victim = self.folder().path
        (self.home / ".config").symlink_to(victim)
        os.chown(str(self.home), tool.STRANGER, tool.STRANGER)
        for name in ("docker", "go"):
            self.assert_refused(name, "others can change HOME")
        self.assertEqual((os.listdir(str(victim)), os.listdir(str(self.home))), ([], [".config"]))

    def test_bytes_that_no_text_has_and_no_end(self):
        self.write("git", "a\0b")
        self.assert_refused("git", "NUL")
        self.write("git", "#" * (1024 * 1024 + 1))
        self.assert_refused("git", "longer")

    def test_without_a_home(self):
        for home in ("", "relative"):
            ran = tool.execute([build.program("mobproc"), "setup", "git", URL, "--apply"],
                               environment={"HOME": home})
            self.assert_failed(ran, 7)

    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_git_understands_it(self):
        self.write("git", "[user]\n\tname = A\n")
        self.applied("git")
        for key, value in (("credential.helper", "%s/git-credential-mobproc" % FOLDER),
                           ("credential.useHttpPath", "true")):
            said = subprocess.run(["git", "config", "--get-urlmatch", key, URL], check=True,
                                  env={"HOME": str(self.home), "PATH": os.environ["PATH"]},
                                  stdout=subprocess.PIPE).stdout.decode().strip()
            self.assertEqual(said, value)
