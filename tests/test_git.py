"""Real git against a real https git server that wants the token."""
import os
import shutil
import subprocess
import time
import unittest

from ping.githttp import GitServer

from fixtures import build
from fixtures.house import House


class Git(unittest.TestCase):
    def setUp(self):
        self.house = House(self)
        self.addCleanup(self.house.__exit__, None, None, None)
        self.server = GitServer(self.house.ping)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.house.configure({"hosts": self.server.base + "/"})
        self.house.reload()
        self.work = self.house.directory / "work"
        self.work.mkdir()
        self.tools = self.house.directory / "tools"
        self.tools.mkdir()
        # whoever runs the tests: alice must be able to read and run what git runs
        shutil.copy(build.program("git-credential-mobproc"), str(self.tools))
        shutil.copy(self.house.ping.ca, str(self.tools / "ca.pem"))
        (self.tools / "ca.pem").chmod(0o644)
        (self.work / ".gitconfig").write_text(
            "[credential]\n\thelper = %s\n[http]\n\tsslCAInfo = %s\n"
            "[user]\n\tname = Alice\n\temail = alice@example.com\n"
            % (self.tools / "git-credential-mobproc", self.tools / "ca.pem"))
        if os.geteuid() == 0:
            os.chown(str(self.work), self.house.uid, self.house.uid)

    def git(self, *arguments, expect=0, stdin=b""):
        """Runs git as the person; its output. Nothing of the caller's environment reaches it."""
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.work), "LANG": "C.UTF-8",
                       "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
                       "GIT_ASKPASS": "/bin/false", "MOBPROC_SOCKET": str(self.house.socket)}
        environment.update({name: value for name, value in os.environ.items()
                            if name.endswith("SAN_OPTIONS")})
        options = {"user": self.house.uid, "group": self.house.uid, "extra_groups": []} \
            if os.geteuid() == 0 else {}
        done = subprocess.run(["git", *arguments], input=stdin, env=environment, timeout=60,
                              cwd=str(self.work), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, **options)
        output = done.stdout.decode(errors="replace")
        self.assertEqual(done.returncode, expect, output)
        return output

    def test_clone_and_push_with_the_token_of_a_login(self):
        self.assertEqual(self.house.login()["ERROR"], "OK")
        self.git("clone", "-q", self.server.url, "clone")
        (self.work / "clone" / "new").write_text("new\n")
        self.git("-C", "clone", "add", "new")
        self.git("-C", "clone", "commit", "-qm", "new")
        self.git("-C", "clone", "push", "-q", "origin", "HEAD")
        self.assertIn("basic", self.server.kinds)
        self.assertEqual(len(self.house.ping.posts("refresh_token")), 0)

    def test_without_a_login_git_is_told_to_stop(self):
        output = self.git("clone", "-q", self.server.url, "clone", expect=128)
        self.assertIn("mobproc login", output)
        self.assertNotIn("basic", self.server.kinds)

    def test_an_expired_token_is_refreshed_before_git_sees_it(self):
        self.house.ping.state.lifetime = 3
        self.assertEqual(self.house.login()["ERROR"], "OK")
        self.house.ping.state.lifetime = 7200
        time.sleep(2.2)
        self.git("clone", "-q", self.server.url, "clone")
        self.assertEqual(len(self.house.ping.posts("refresh_token")), 1)

    def test_another_server_never_gets_the_token(self):
        self.house.configure({"hosts": "https://git.example/"})
        self.house.reload()
        self.assertEqual(self.house.login()["ERROR"], "OK")
        self.git("clone", "-q", self.server.url, "clone", expect=128)
        self.assertEqual(set(self.server.kinds), {"none"})

    def test_a_path_prefix_needs_usehttppath(self):
        self.house.configure({"hosts": self.server.url + "/"})
        self.house.reload()
        self.assertEqual(self.house.login()["ERROR"], "OK")
        self.git("clone", "-q", self.server.url, "one", expect=128)
        self.git("-c", "credential.useHttpPath=true", "clone", "-q", self.server.url, "two")

    def test_fill_says_when_the_token_ends(self):
        self.assertEqual(self.house.login()["ERROR"], "OK")
        output = self.git("credential", "fill", stdin=(
            "protocol=https\nhost=%s\n\n" % self.server.base.split("//")[1]).encode())
        lines = dict(line.split("=", 1) for line in output.splitlines())
        self.assertEqual(lines["username"], "oauth2")
        self.assertTrue(self.house.ping.state.live(lines["password"]))

    def test_a_token_that_the_server_refused_is_asked_for_again(self):
        """git erases what got 401; the helper drops it only if it is old enough, so nothing loops."""
        self.assertEqual(self.house.login()["ERROR"], "OK")
        self.house.ping.state.expire_access_tokens()
        for _ in range(3):
            self.git("clone", "-q", self.server.url, "clone", expect=128)
        self.assertEqual(len(self.house.ping.posts("refresh_token")), 0)


if __name__ == "__main__":
    unittest.main()
