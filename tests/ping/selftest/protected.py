"""The API with its three headers, and the git server."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from .. import Api, GitServer
from ..clients import TANGOE_ID
from .client import PingCase


class ProtectedApi(PingCase):
    """Every header is needed and must fit the token."""

    def setUp(self):
        super().setUp()
        self.api = Api(self.ping)
        self.api.start()
        self.addCleanup(self.api.close)
        self.headers = {"Authorization": "Bearer " + self.tokens()[0],
                        "X-TNGO-TENANT": "XYZ", "client_id": TANGOE_ID}
        self.ping = self.api   # self.post now talks to the API

    def status(self, **changes):
        """Ask with headers changed (None: left out)."""
        headers = dict(self.headers, **{name.replace("_", "-") if name != "client_id" else name:
                                        value for name, value in changes.items()})
        return self.post(b"", path="/mobproc/v1/me", method="GET", headers={
            name: value for name, value in headers.items() if value is not None})

    def test_all_three_fit(self):
        answer = self.status()
        members = json.loads(answer.body)
        self.assertEqual((200, "alice", "XYZ"), (answer.status, members["caller"],
                                                 members["tenant"]))
        self.assertEqual(1, len(self.api.requests))

    def test_each_is_needed(self):
        for name in ("Authorization", "X_TNGO_TENANT", "client_id"):
            for value in (None, ""):
                self.assertEqual(400, self.status(**{name: value}).status, name)

    def test_each_must_fit(self):
        for name, value in (("Authorization", "Bearer x"), ("X_TNGO_TENANT", "ABC"),
                            ("Authorization", "Basic x"), ("client_id", "other")):
            answer = self.status(**{name: value})
            self.assertEqual(403, answer.status, name)
            self.assertEqual(["errorCode", "id", "message", "status"],
                             list(json.loads(answer.body)))

    def test_expiry_is_noticed(self):
        self.api.state.expire_access_tokens()
        self.assertEqual(403, self.status().status)

    def test_elsewhere_is_nothing(self):
        self.assertEqual(404, self.post(b"", path="/other", method="GET").status)


@unittest.skipUnless(shutil.which("git"), "no git here")
class GitOverHttps(PingCase):
    """With the real git."""

    def setUp(self):
        super().setUp()
        self.server = GitServer(self.ping)
        self.server.start()
        self.addCleanup(self.server.close)
        self.home = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.home)

    def git(self, *arguments, token=None, header=None):
        """Exit status of git, which gets its token from a helper or a header."""
        settings = {"http.sslCAInfo": self.ping.ca, "credential.helper": "",
                    "user.name": "t", "user.email": "t@localhost"}
        words = [word for pair in settings.items() for word in ("-c", "%s=%s" % pair)]
        if token:
            words += ["-c", "credential.helper=!echo username=any; echo password=$TOKEN; :"]
        if header:
            words += ["-c", "http.extraHeader=" + header]
        # A clean environment: GIT_SSL_CAINFO would win over the setting above.
        environment = {"PATH": os.environ["PATH"], "HOME": self.home, "TOKEN": token or "",
                       "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1"}
        return subprocess.run(["git", *words, *arguments], cwd=self.home, env=environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              stdin=subprocess.DEVNULL, check=False).returncode

    def test_clone_and_push_with_basic(self):
        access, _ = self.tokens()
        self.assertEqual(0, self.git("clone", self.server.url, token=access))
        with open(os.path.join(self.home, "demo", "README"), encoding="ascii") as file:
            self.assertEqual("It works.\n", file.read())
        self.assertEqual(0, self.git("-C", "demo", "commit", "--allow-empty", "-m", "second"))
        self.assertEqual(0, self.git("-C", "demo", "push", token=access))
        self.assertEqual(0, self.git("--git-dir", self.server.path("demo.git"), "-c",
                                     "safe.directory=*", "rev-parse", "main~1"))
        self.assertEqual("none", self.server.kinds[0])
        self.assertEqual({"none", "basic"}, set(self.server.kinds))

    def test_bearer(self):
        access, _ = self.tokens()
        self.assertEqual(0, self.git("ls-remote", self.server.url,
                                     header="Authorization: Bearer " + access))
        self.assertEqual({"bearer"}, set(self.server.kinds))

    def test_no_or_dead_token(self):
        self.assertNotEqual(0, self.git("ls-remote", self.server.url))
        self.assertNotEqual(0, self.git("ls-remote", self.server.url, token="x"))
        self.ping, mine = self.server, self.ping
        answer = self.post(b"", path="/demo.git/info/refs?service=git-upload-pack", method="GET")
        self.ping = mine
        self.assertEqual((401, 'Basic realm="mobproc"'),
                         (answer.status, answer.headers["WWW-Authenticate"]))

    def test_further_repositories(self):
        access, _ = self.tokens()
        url = self.server.add("team/tool.git")
        self.assertEqual(0, self.git("ls-remote", url, token=access))
