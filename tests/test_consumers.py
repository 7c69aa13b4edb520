"""Real tools with their helper: skopeo and podman read what docker-credential-mobproc says."""
import json
import os
import shutil
import subprocess
import unittest

from fixtures import build, fakebroker, tool

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
