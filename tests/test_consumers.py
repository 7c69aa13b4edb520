"""Real tools with their helpers: skopeo, podman and kubectl."""
import json
import os
import shutil
import subprocess
import unittest

from fixtures import build, fakebroker, tool
from fixtures.api import Api

HOST = "registry.example.com"
# what podman keeps about containers, of which there are none, is gone with the mounts
PRIVATE = ["unshare", "--mount", "sh", "-c",
           'mount -t tmpfs none /run && mount -t tmpfs none /var/lib && exec "$@"', "sh"]


class Registries(tool.HelperCase):
    """Nothing is dialled: --get-login asks the helper and prints the name that it gives."""

    def setUp(self):
        self.asked = self.broker(tool.gives())
        self.home = self.folder()
        (self.home.path / "tools").mkdir()
        shutil.copy(build.program("git-credential-mobproc"),
                    self.home.program("tools/docker-credential-mobproc"))
        # root's broker is not named by a variable, so the helper is told by its arguments
        helper = self.home.path / "docker-credential-mobproc"
        helper.write_text('#!/bin/sh\nexec "%s" --socket "%s" "$@"\n' % (
            self.home.program("tools/docker-credential-mobproc"), self.asked.path))
        helper.chmod(0o755)
        self.own = self.home.path / "own"
        self.own.mkdir(mode=0o700)
        if tool.IS_ROOT:
            os.chown(str(self.own), tool.STRANGER, tool.STRANGER)
        (self.home.path / "auth.json").write_text(json.dumps({"credHelpers": {HOST: "mobproc"}}))

    def get_login(self, program, host=HOST):
        environment = {"PATH": "%s:/usr/bin:/bin" % self.home.path, "HOME": str(self.own),
                       "XDG_RUNTIME_DIR": str(self.own),
                       "REGISTRY_AUTH_FILE": str(self.home.path / "auth.json")}
        environment.update({name: value for name, value in os.environ.items()
                            if name.endswith("SAN_OPTIONS")})
        argv = PRIVATE + [program] if program == "podman" else [program]
        return subprocess.run(argv + ["login", "--get-login", host], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                              check=False, cwd="/",
                              **({} if program == "podman" else tool.as_somebody()))

    def programs(self):
        # podman without root leaves a process behind, in a user namespace where root is nobody
        wanted = ("skopeo", "podman") if tool.IS_ROOT else ("skopeo",)
        found = [name for name in wanted if shutil.which(name)]
        self.assertEqual(found, list(wanted))
        return found

    def test_they_take_the_name(self):
        for program in self.programs():
            ran = self.get_login(program)
            self.assertEqual((ran.returncode, ran.stdout), (0, b"oauth2\n"), (program, ran))
            self.assertEqual(self.asked.requests[-1]["HOST"], HOST)

    def test_not_found_is_not_logged_in(self):
        for program in self.programs():
            for error in ("NO_ACCOUNT", "NO_RECORD"):
                self.asked.script = fakebroker.answer(error)
                ran = self.get_login(program)
                self.assertNotEqual(ran.returncode, 0)
                self.assertIn(b"not logged in", ran.stdout, (program, ran))

    def test_any_other_error_is_shown(self):
        self.asked.script = fakebroker.answer("LOCKED", **tool.token_fields())
        for program in self.programs():
            ran = self.get_login(program)
            self.assertNotEqual(ran.returncode, 0)
            self.assertIn(b"vault key must be made available", ran.stdout, (program, ran))
            self.assertNotIn(tool.TOKEN.encode(), ran.stdout)

    def test_another_host_is_not_asked_about(self):
        for program in self.programs():
            self.assertNotEqual(self.get_login(program, "other.example.com").returncode, 0)
        self.assertEqual(self.asked.requests, [])


class Kubectl(tool.HelperCase):
    """kubectl with an API server on loopback; as root too, the helper is told by its arguments."""

    def setUp(self):
        self.asked = self.broker(tool.gives())
        self.home = self.folder()
        self.api = Api(self.home.path)
        self.addCleanup(self.api.server_close)
        self.addCleanup(self.api.shutdown)
        self.api.reply = b'{"major": "1"}'

    def kubectl(self, version, **plugin):
        """Asks the server for its version; the kubeconfig is JSON, which is YAML too."""
        plugin = dict({"apiVersion": "client.authentication.k8s.io/" + version,
                       "command": build.program("mobproc"), "provideClusterInfo": True,
                       "args": ["credential", "--socket", self.asked.path, "kubernetes"]}, **plugin)
        if version == "v1":
            plugin["interactiveMode"] = "Never"
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "here",
                  "clusters": [{"name": "here", "cluster": {
                      "server": self.api.url.rstrip("/"), "certificate-authority": self.api.ca}}],
                  "users": [{"name": "here", "user": {"exec": plugin}}],
                  "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}]}
        (self.home.path / "config").write_text(json.dumps(config))
        return tool.execute([shutil.which("kubectl"), "--kubeconfig",
                             str(self.home.path / "config"), "get", "--raw", "/version"],
                            environment={"HOME": str(self.home.path), "PATH": "/usr/bin:/bin"})

    def versions(self):
        """Debian 12's 1.20 knows the older one only."""
        if not shutil.which("kubectl"):
            self.skipTest("kubectl is not installed")
        said = tool.execute([shutil.which("kubectl"), "config", "set-credentials", "--help"],
                            environment={"HOME": str(self.home.path)}).out
        return ["v1beta1"] + (["v1"] if b"--exec-interactive-mode" in said else [])

    def sent(self):
        """The Authorization headers that the server got."""
        return [dict(headers).get("Authorization") for _, _, headers, _ in self.api.requests]

    def test_the_server_gets_the_bearer(self):
        for version in self.versions():
            self.api.requests.clear()
            ran = self.kubectl(version)
            self.assertEqual((ran.code, ran.out), (0, self.api.reply), ran)
            self.assertEqual(set(self.sent()), {"Bearer " + tool.TOKEN})
            self.assertEqual(self.asked.requests[-1]["HOST"], self.api.url.split("/")[2])

    def test_a_server_that_no_account_serves_gets_nothing(self):
        self.asked.script = fakebroker.answer("NO_ACCOUNT", **tool.token_fields())
        for version in self.versions():
            ran = self.kubectl(version)
            self.assertNotEqual(ran.code, 0)
            self.assertIn("serves this address", ran.err)
            self.assertEqual(self.api.requests, [])

    def test_an_account_s_name_may_be_an_argument(self):
        for version in self.versions():
            self.kubectl(version, provideClusterInfo=False, args=[
                "credential", "kubernetes", "--socket", self.asked.path, "tangoe"])
            self.assertEqual(self.asked.requests[-1]["ACCOUNT"], "tangoe")
            self.assertIn("Bearer " + tool.TOKEN, self.sent())
