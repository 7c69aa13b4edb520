"""mobproc setup TOOL: the lines that a tool needs, and --apply, which keeps what is there."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

from fixtures import build, fakebroker, tool

FOLDER = os.path.dirname(build.program("mobproc"))
URL = "https://host.example.com:8443/team/"
FILES = {"git": ".gitconfig", "docker": ".docker/config.json", "cargo": ".cargo/config.toml",
         "bazel": ".bazelrc", "go": ".config/go/env", "terraform": ".terraformrc"}
# {variable of a tool's own: (tool, what it names, and below it, the file)}
VARIABLES = {"GIT_CONFIG_GLOBAL": ("git", "named", None), "DOCKER_CONFIG": ("docker", "folder", "config.json"),
             "CARGO_HOME": ("cargo", "folder", "config.toml"), "GOENV": ("go", "named", None),
             "XDG_CONFIG_HOME": ("go", "folder", "go/env"),
             "TF_CLI_CONFIG_FILE": ("terraform", "named", None)}
LINK = ".terraform.d/plugins/terraform-credentials-mobproc"
LINES = {
    "git": '[credential "https://host.example.com:8443"]\n'
           "\thelper =\n\thelper = %s/git-credential-mobproc\n\tuseHttpPath = true\n" % FOLDER,
    "docker": '{"credHelpers": {"host.example.com:8443": "mobproc"}}\n',
    "cargo": '[registry]\nglobal-credential-providers = ["cargo:token", '
             '"%s/cargo-credential-mobproc"]\n' % FOLDER,
    "bazel": "common --credential_helper=host.example.com=%s/bazel-credential-mobproc\n" % FOLDER,
    "go": "GOAUTH=%s/goauth-credential-mobproc %s\n" % (FOLDER, URL),
    "terraform": 'credentials_helper "mobproc" {}\n',
    "curl": "mobproc credential curl %s | curl -K - %s\n" % (URL, URL),
    "systemd": "[Service]\nLoadCredential=ACCOUNT:/run/mobproc/credential.sock\n",
}


class SetupCase(tool.HelperCase):
    def setUp(self):
        self.home = self.folder().path

    def setup_tool(self, *words, **variables):
        return tool.execute([build.program("mobproc"), "setup", *words],
                            environment=dict({"HOME": str(self.home)}, **variables))

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
        self.assertIn("--apply runs them", self.setup_tool("kubectl").err)

    def test_the_path_is_sent_only_where_a_prefix_needs_it(self):
        for url, needs in (("https://h.example/", False), ("https://h.example", False),
                           ("https://h.example/a/", True)):
            self.assertEqual(b"useHttpPath" in self.setup_tool("git", url).out, needs)

    def test_some_need_an_address(self):
        for name in ("git", "docker", "bazel", "curl"):
            self.assert_failed(self.setup_tool(name), 2)
        for name in ("kubectl", "cargo", "go", "terraform", "systemd"):
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
                      ["curl", URL, "--apply"], ["systemd", "--apply"]):
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
        for name in ("git", "bazel", "go", "cargo", "terraform"):
            for mine in ("# mine\n\n[x]\n\ta = b\n", "# no line feed at the end", "\t\r\n\xe9\n"):
                path = self.write(name, mine)
                path.chmod(0o644)
                end = "" if mine.endswith("\n") else "\n"
                self.assertEqual(self.applied(name), path.read_text())
                self.assertEqual(path.read_bytes().decode(), mine + end + LINES[name])
                self.assertEqual(path.stat().st_mode & 0o777, 0o644)
                old = pathlib.Path(str(path) + ".old")
                self.assertEqual(old.read_bytes().decode(), mine)
                old.unlink()

    def test_files_with_the_names_of_ours_stay(self):
        """NAME.old and NAME.new may be the person's own; an earlier NAME.old is."""
        for name in FILES:
            with self.subTest(name):
                path = self.write(name, "{}" if name == "docker" else "# mine\n")
                mine = path.read_bytes()
                others = {pathlib.Path(str(path) + suffix): suffix.encode()
                          for suffix in (".old", ".old.1", ".new")}
                for other, text in others.items():
                    other.write_bytes(text)
                ran = self.setup_tool(name, URL, "--apply")
                self.assertIn("kept as %s.old.2\n" % path, ran.err)
                self.assertEqual({other: other.read_bytes() for other in others}, others)
                self.assertEqual(pathlib.Path(str(path) + ".old.2").read_bytes(), mine)
                self.assertEqual(list(path.parent.glob(".%s.new" % path.name)), [])

    def test_a_hundred_of_them(self):
        path = self.write("bazel", "# mine\n")
        for number in range(100):
            pathlib.Path(str(path) + (".old.%d" % number if number else ".old")).touch()
        ran = self.setup_tool("bazel", URL, "--apply")
        self.assertEqual(ran.code, 4, ran)
        self.assertIn("File exists; nothing was changed", ran.err)
        self.assertEqual(path.read_text(), "# mine\n")

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
                           ("go", "GOFLAGS=-x\n  GOAUTH=off"),
                           ("terraform", 'credentials_helper "other" {}\n')):
            self.write(name, text)
            self.assert_refused(name, "by hand")

    def test_a_second_table_of_toml_s(self):
        """However its name is written: two of them are no TOML."""
        for mine in ("[registry]\n", "  [ registry ]\n", '["registry"]\n', "[ 'registry'.x]\n",
                     'registry.default = "x"\n', '"registry" . default = "x"\n',
                     "a = 1\n\tregistry={default = 'x'}\n"):
            with self.subTest(mine):
                self.write("cargo", mine)
                self.assert_refused("cargo", "a line begins with registry; add these by hand")
        self.write("cargo", "[registries.mine]\nindex = 'https://host.example/'\n# registry\n")
        self.assertIn("cargo-credential-mobproc", self.applied("cargo"))

    def test_what_goes_on_would_swallow_the_lines(self):
        for name, mine in (("git", "[alias]\n\tx = !a \\\n"), ("git", "[alias]\n\tx = a \\"),
                           ("bazel", "build --a \\\n"), ("bazel", "build --a \\\r\n"),
                           ("cargo", "a = \"\"\"b \\\n"), ("cargo", 'a = """b\n'),
                           ("cargo", "a = '''b\n")):
            with self.subTest(name, mine=mine):
                self.write(name, "").write_bytes(mine.encode())
                self.assert_refused(name, "; nothing was changed")
        for name, mine in (("git", "[alias]\n\tx = a \\\n\n"), ("cargo", 'a = """b\n"""\n')):
            self.write(name, mine)
            self.assertTrue(self.applied(name).endswith(LINES[name]))

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

    def test_terraform_finds_the_program_by_a_link(self):
        ran = self.setup_tool("terraform")
        self.assertIn("~/%s has to be a link to %s/git-credential-mobproc" % (LINK, FOLDER), ran.err)
        self.applied("terraform")
        link = self.home / LINK
        self.assertEqual(os.readlink(str(link)), FOLDER + "/git-credential-mobproc")
        with fakebroker.FakeBroker(tool.gives()) as broker:
            ran = tool.execute([str(link), "--socket", broker.path, "get", "host.example.com"])
            self.assertEqual(json.loads(ran.out), {"token": tool.TOKEN})
        self.assertNotIn("link", self.setup_tool("terraform", "--apply").err)

    def test_where_terraform_s_file_is_refused_no_link_is_made(self):
        path = self.write("terraform", 'credentials_helper "other" {}\n')
        self.assert_refused("terraform", "by hand")
        path.write_text("# a \\\n")
        self.assert_refused("terraform", "ends in a backslash")
        path.unlink()
        path.symlink_to("elsewhere")
        self.assert_refused("terraform", "symbolic link")
        self.assertEqual([found.name for found in self.home.iterdir()], [path.name])

    def test_where_terraform_s_file_cannot_be_written_no_link_stays(self):
        path = self.write("terraform", "# mine\n")
        for number in range(100):
            pathlib.Path(str(path) + (".old.%d" % number if number else ".old")).touch()
        ran = self.setup_tool("terraform", "--apply")
        self.assertEqual((ran.code, ran.err), (4, "mobproc: %s: File exists; nothing was changed\n" % path))
        self.assertFalse(os.path.lexists(str(self.home / LINK)))
        self.assertEqual(path.read_text(), "# mine\n")

    def test_a_link_that_was_there_stays_where_the_file_is_refused(self):
        self.applied("terraform")
        self.write("terraform", 'credentials_helper "other" {}\n')
        self.assertEqual(self.setup_tool("terraform", "--apply").code, 4)
        self.assertTrue(os.path.islink(str(self.home / LINK)))

    def test_something_else_of_the_link_s_name(self):
        link = self.home / LINK
        link.parent.mkdir(parents=True)
        for make in (link.touch, lambda: link.symlink_to("/bin/true"), link.mkdir,
                     lambda: link.parent.chmod(0o777)):
            make()
            self.assert_refused("terraform", "nothing was changed")
            if link.is_dir():
                link.rmdir()
            elif link.exists():
                link.unlink()
        self.assertEqual(os.listdir(str(link.parent)), [])

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


class Variables(SetupCase):
    """A tool that is told by a variable where its file is reads no other."""

    def setUp(self):
        super().setUp()
        self.folder_named = self.home / "folder"
        self.folder_named.mkdir()

    def values(self):
        """(variable, tool, value, file)"""
        for variable, (name, named, below) in VARIABLES.items():
            value = self.folder_named if below else self.folder_named / named
            yield variable, name, str(value), value / below if below else value

    def test_each_is_followed(self):
        for variable, name, value, path in self.values():
            ran = self.setup_tool(name, URL, **{variable: value})
            self.assertIn("belongs into %s, as %s says" % (path, variable), ran.err)
            ran = self.setup_tool(name, URL, "--apply", **{variable: value})
            self.assertEqual((ran.code, ran.out), (0, b""), ran)
            self.assertIn("%s is written" % path, ran.err)
            self.assertEqual(path.read_text(), LINES[name])
            self.assertFalse(self.file(name).exists())
            path.unlink()

    def test_one_that_names_no_path_is_refused(self):
        for variable, name, _, _ in self.values():
            for value in ("off", "./x", "x" * 5000, "/" + "x" * 5000):
                ran = self.setup_tool(name, URL, "--apply", **{variable: value})
                self.assert_failed(ran, 7)
                self.assertIn(variable + " does not say", ran.err)
        self.assertEqual(list(self.folder_named.iterdir()), [])

    def test_an_empty_one_is_none_but_for_git(self):
        for variable, name, _, _ in self.values():
            ran = self.setup_tool(name, URL, "--apply", **{variable: ""})
            self.assertEqual(ran.code, 7 if name == "git" else 0, ran)
            self.assertEqual(self.file(name).exists(), name != "git")

    def test_goenv_wins_over_the_folder(self):
        self.setup_tool("go", "--apply", GOENV=str(self.folder_named / "env"),
                        XDG_CONFIG_HOME=str(self.folder_named))
        self.assertEqual([path.name for path in self.folder_named.iterdir()], ["env"])

    def test_a_folder_that_is_not_there(self):
        for variable, name, value, _ in self.values():
            value = value.replace("/folder", "/none")
            ran = self.setup_tool(name, URL, "--apply", **{variable: value})
            self.assertEqual(ran.code, 4, ran)
            self.assertIn("No such file or directory; nothing was changed", ran.err)
        self.assertFalse((self.home / "none").exists())

    def assert_others(self):
        for variable, name, value, path in self.values():
            ran = self.setup_tool(name, URL, "--apply", **{variable: value})
            self.assertEqual(ran.code, 4, ran)
            self.assertIn("others can change %s; nothing was changed" % variable, ran.err)
            self.assertFalse(path.exists())

    def test_a_folder_that_others_can_change(self):
        self.folder_named.chmod(0o777)
        self.assert_others()

    @unittest.skipUnless(tool.IS_ROOT, "needs a second user")
    def test_L12_root_with_somebody_else_s_variables(self):
        os.chown(str(self.folder_named), tool.STRANGER, tool.STRANGER)
        self.assert_others()

    @unittest.skipUnless(shutil.which("git"), "git is not installed")
    def test_git_reads_what_was_written(self):
        environment = {"GIT_CONFIG_GLOBAL": str(self.folder_named / "config")}
        self.setup_tool("git", URL, "--apply", **environment)
        said = subprocess.run(["git", "config", "--get-urlmatch", "credential.helper", URL],
                              env=dict(environment, HOME=str(self.home), PATH=os.environ["PATH"]),
                              check=True, stdout=subprocess.PIPE).stdout.decode()
        self.assertEqual(said, "%s/git-credential-mobproc\n" % FOLDER)


class Kubectl(SetupCase):
    """kubectl writes its own file. Here a stand-in does, which notes what it was told;
    tests/test_consumer_kubectl.py has the real one."""

    BEFORE = "apiVersion: v1\n# mine\n"
    SETS = "echo 'User \"mobproc\" set.'\n"
    WRITES = ('file=${KUBECONFIG:-$HOME/.kube/config}\nmkdir -p "${file%/*}"\n'
              'printf "# mine\\nusers: mobproc\\n" >"$file"\n' + SETS)
    REFUSES = "echo 'Error: unknown flag: --exec-interactive-mode' >&2\nexit 1\n"
    HAS_NO_CONTEXT = ("case $2 in set-context) echo 'error: no current context is set' >&2; exit 1;; "
                      "esac\n" + WRITES)

    def setUp(self):
        super().setUp()
        self.bin = self.home / "bin"
        self.bin.mkdir(mode=0o755)
        self.config = self.home / ".kube/config"
        self.environment = {"HOME": str(self.home), "PATH": "%s:/usr/bin:/bin" % self.bin}

    def install(self, body, folder=None):
        """The stand-in."""
        path = (folder or self.bin) / "kubectl"
        path.write_text("#!/bin/sh\n(for word; do printf '%%s\\n' \"$word\"; done; echo) "
                        ">>'%s'\n%s" % (self.home / "told", body))
        path.chmod(0o755)
        return path

    def told(self):
        """The commands that it got, each as its words."""
        noted = self.home / "told"
        text = noted.read_text() if noted.exists() else ""
        return [command.split("\n") for command in text.split("\n\n") if command]

    def write_config(self, text=BEFORE):
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_text(text)

    def run_setup(self, **variables):
        return tool.execute([build.program("mobproc"), "setup", "kubectl", "--apply"],
                            environment=dict(self.environment, **variables))

    def assert_not_run(self, words, code=4, **variables):
        ran = self.run_setup(**variables)
        self.assert_failed(ran, code)
        self.assertIn(words, ran.err)
        self.assertIn("nothing was changed", ran.err)
        self.assertEqual(self.told(), [])

    def left_over(self):
        return sorted(path.name for path in self.config.parent.glob("config?*"))

    def test_it_is_told_what_is_printed(self):
        self.install(self.WRITES)
        self.write_config()
        self.config.chmod(0o640)
        ran = self.run_setup()
        self.assertEqual((ran.code, ran.out), (0, b""), ran)
        printed = self.setup_tool("kubectl").out.decode().splitlines()
        self.assertEqual([["kubectl"] + words for words in self.told()],
                         [line.split() for line in printed])
        for words in ("kubectl: User \"mobproc\" set.", "is written; the one before is kept as .old"):
            self.assertIn(words, ran.err)
        old = self.home / ".kube/config.old"
        self.assertEqual((old.read_text(), old.stat().st_mode & 0o777), (self.BEFORE, 0o640))
        self.assertNotEqual(self.config.read_text(), self.BEFORE)
        self.assertEqual(self.left_over(), ["config.old"])

    def test_a_new_file_and_a_second_time(self):
        self.install(self.WRITES)
        ran = self.run_setup()
        self.assertEqual((ran.code, ".old" in ran.err), (0, False), ran)
        ran = self.run_setup()
        self.assertEqual(ran.code, 0)
        self.assertIn("says so already", ran.err)
        self.assertEqual(self.left_over(), [])

    def test_kubeconfig_is_kubectl_s_to_heed(self):
        self.install(self.WRITES)
        elsewhere = self.home / "else where"
        elsewhere.write_text(self.BEFORE)
        ran = self.run_setup(KUBECONFIG=str(elsewhere))
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual((self.home / "else where.old").read_text(), self.BEFORE)
        self.assertFalse(self.config.exists())
        self.install(self.SETS)
        ran = self.run_setup(KUBECONFIG="%s:%s" % (elsewhere, self.config))
        self.assertEqual(ran.code, 4, ran)  # the folder of the second is not there
        self.write_config()
        ran = self.run_setup(KUBECONFIG=":%s:%s" % (elsewhere, self.config))
        self.assertEqual(ran.code, 0, ran)
        self.assertIn("several files", ran.err)
        self.assertEqual(self.left_over(), [])

    def test_one_that_knows_the_option_not_changes_nothing(self):
        self.install(self.REFUSES)
        self.write_config()
        ran = self.run_setup()
        self.assert_failed(ran, 4)
        self.assertIn("kubectl: Error: unknown flag: --exec-interactive-mode", ran.err)
        self.assertIn("nothing was changed", ran.err)
        self.assertEqual(len(self.told()), 1)
        self.assertEqual((self.config.read_text(), self.left_over()), (self.BEFORE, []))

    def test_one_that_crashes(self):
        self.install("kill -9 $$\n")
        ran = self.run_setup()
        self.assert_failed(ran, 4)
        self.assertIn("could not be run", ran.err)

    def test_without_a_current_context_the_rest_is_said(self):
        self.install(self.HAS_NO_CONTEXT)
        self.write_config()
        ran = self.run_setup()
        self.assert_failed(ran, 4)
        for words in ("no current context", "kubectl config set-context NAME --user=mobproc",
                      "is written; the one before is kept"):
            self.assertIn(words, ran.err)
        self.assertEqual((self.home / ".kube/config.old").read_text(), self.BEFORE)

    def test_no_kubectl(self):
        for path in ("/nonexistent", "", ":", "bin", ".", str(self.home)):
            self.assert_not_run("no kubectl", 7, PATH=path)
        (self.bin / "kubectl").mkdir()
        self.assert_not_run("no kubectl", 7, PATH=str(self.bin))

    def test_one_that_others_could_change_is_not_run(self):
        program = self.install(self.WRITES)
        for path, mode in ((self.bin, 0o777), (self.bin, 0o1777), (program, 0o775)):
            path.chmod(mode)
            self.assert_not_run("%s is not run" % program, PATH=str(self.bin))
            path.chmod(0o755)
        (self.home / "open").mkdir()
        (self.home / "open").chmod(0o777)
        target = self.install(self.WRITES, self.home / "open")
        program.unlink()
        program.symlink_to(target)
        self.assert_not_run("%s is not run" % program, PATH=str(self.bin))
        (self.home / "good").mkdir()
        self.install(self.WRITES, self.home / "good")
        ran = self.run_setup(PATH="%s:%s" % (self.bin, self.home / "good"))
        self.assertEqual(ran.code, 0, ran)

    def test_no_file_that_could_be_somebody_else_s(self):
        self.install(self.WRITES)
        self.write_config()
        self.config.rename(self.home / "target")
        self.config.symlink_to(self.home / "target")
        self.assert_not_run("symbolic link")
        self.config.unlink()
        os.mkfifo(str(self.config))
        self.assert_not_run("not a plain file")
        self.config.unlink()
        self.config.parent.chmod(0o777)
        self.assert_not_run("others can change its folder")
        self.assert_not_run("others can change its folder", KUBECONFIG=str(self.config))
        self.assert_not_run("others can change its folder", KUBECONFIG="/etc/x:%s" % self.config)
        self.assert_not_run("No such file", KUBECONFIG=str(self.home / "none/config"))

    @unittest.skipUnless(tool.IS_ROOT, "needs a second user")
    def test_L12_root_s_kubectl_writes_into_nobody_else_s_home(self):
        """As when root has kept his HOME, his PATH or his KUBECONFIG."""
        program = self.install(self.WRITES)
        self.write_config()
        os.chown(str(program), tool.STRANGER, tool.STRANGER)
        self.assert_not_run("is not run", PATH=str(self.bin))
        os.chown(str(program), 0, 0)
        os.chown(str(self.config), tool.STRANGER, tool.STRANGER)
        self.assert_not_run("not a plain file of yours")
        os.chown(str(self.config.parent), tool.STRANGER, tool.STRANGER)
        self.assert_not_run("others can change its folder", KUBECONFIG=str(self.config))
        self.assert_not_run("others can change its folder")
        os.chown(str(self.home), tool.STRANGER, tool.STRANGER)
        folder = self.folder().path
        self.install(self.WRITES, folder)
        self.assert_not_run("others can change HOME", PATH=str(folder))
