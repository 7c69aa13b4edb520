"""git-lfs sends and fetches a large file, with the token that git's helper gives."""
import hashlib
import shutil

from fixtures.consumer import SITUATIONS, ConsumerCase
from fixtures.lfsserver import LfsServer
from fixtures.protected import Protected

LARGE = b"large" * 1000
DIGEST = hashlib.sha256(LARGE).hexdigest()
# What the person reads, when git-lfs asks for the credentials.
SAYS = {
    "wrong-host": ["credentials"],
    "not-logged-in": ["credentials", "run: mobproc login"],
    "ping-away": ["the sign-in server cannot be reached"],
    "broker-absent": ["the broker (mobprocd) is not running"],
    "vault-locked": ["no key opens the vault"],
}


class GitLfs(ConsumerCase):
    TOOL = "git-lfs"

    def serve(self):
        return LfsServer(self.house.ping)

    def setUp(self):
        super().setUp()
        self.write(".gitconfig", "[user]\n\tname = Alice\n\temail = alice@example.com\n")
        self.setup_tool("git", self.server.base + "/")
        self.assert_done(self.git("lfs", "install", "--skip-repo"))

    def environment(self):
        return dict(super().environment(), GIT_CONFIG_NOSYSTEM="1", GIT_TERMINAL_PROMPT="0",
                    GIT_ASKPASS="/bin/false", GIT_SSL_CAINFO=str(self.ca))

    def git(self, *words):
        return self.run_program("/usr/bin/git", *words)

    def push(self):
        """A commit with a large file, from a new clone."""
        shutil.rmtree(str(self.home / "one"), ignore_errors=True)
        self.assert_done(self.git("clone", "-q", self.server.url, "one"))
        self.assert_done(self.git("-C", "one", "lfs", "track", "*.large"))
        (self.home / "one" / "a.large").write_bytes(LARGE)
        self.assert_done(self.git("-C", "one", "add", "."))
        self.assert_done(self.git("-C", "one", "commit", "-qm", "large"))
        return self.git("-C", "one", "push", "-q", "origin", "HEAD")

    def fetch(self):
        """The large files of the clone, anew."""
        shutil.rmtree(str(self.home / "one" / ".git" / "lfs"), ignore_errors=True)
        return self.git("-C", "one", "lfs", "fetch")

    def test_a_large_file_goes_and_comes(self):
        self.login()
        self.assert_done(self.push())
        self.assertEqual(self.server.files, {DIGEST: LARGE})
        self.assert_done(self.git("clone", "-q", self.server.url, "two"))
        self.assertEqual((self.home / "two" / "a.large").read_bytes(), LARGE)
        self.assertEqual(set(self.server.lfs_kinds) - {"none"}, {"basic"})

    def test_without_a_token_the_reason_is_read(self):
        self.login()
        self.assert_done(self.push())
        self.house.mobproc("logout", "--all")
        for situation in SITUATIONS:
            with self.subTest(situation), self.situation(situation):
                self.assert_told(self.fetch(), *SAYS[situation])
                self.assert_no_token_came()

    def test_a_server_without_tls_gets_nothing(self):
        self.login()
        self.assert_done(self.push())
        plain = self.started(Protected(self.house.ping, plain=True))
        self.house.change({"hosts": "%s/ https://%s/" % (self.server.base, plain.host)})
        self.setup_tool("git", "https://%s/" % plain.host)
        self.git("-C", "one", "config", "lfs.url", plain.base + "/files")
        self.assert_told(self.fetch(), "credentials")
        self.assertEqual(set(plain.kinds), {"none"})
