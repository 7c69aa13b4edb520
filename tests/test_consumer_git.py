"""git clones with the token; test_git asks more of it. Here: mobproc setup, and no token to be had."""
import shutil

from fixtures.consumer import SITUATIONS, ConsumerCase
from fixtures.protected import Protected
from ping.githttp import CHALLENGE, GitServer

# What the person reads. Where the helper says "quit", git asks nobody else.
SAYS = {
    "wrong-host": ["terminal prompts disabled"],
    "not-logged-in": ["run: mobproc login", "terminal prompts disabled"],
    "ping-away": ["the sign-in server cannot be reached", "told us to quit"],
    "broker-absent": ["the broker (mobprocd) is not running", "terminal prompts disabled"],
    "vault-locked": ["no key opens the vault", "told us to quit"],
}


class Plain(Protected):
    """A git server without TLS would begin like this."""

    CHALLENGE = CHALLENGE


class Git(ConsumerCase):
    TOOL = "git"

    def serve(self):
        return GitServer(self.house.ping)

    def setUp(self):
        super().setUp()
        self.setup_tool("git", self.server.base + "/")

    def environment(self):
        return dict(super().environment(), GIT_CONFIG_NOSYSTEM="1", GIT_TERMINAL_PROMPT="0",
                    GIT_SSL_CAINFO=str(self.ca))

    def clone(self, url=None):
        shutil.rmtree(str(self.home / "clone"), ignore_errors=True)
        return self.tool("clone", "-q", url or self.server.url, "clone")

    def test_a_clone_comes(self):
        self.login()
        self.assert_done(self.clone())
        self.assertEqual((self.home / "clone" / "README").read_text(), "It works.\n")

    def test_without_a_token_the_reason_is_read(self):
        for situation in SITUATIONS:
            with self.subTest(situation), self.situation(situation):
                self.assert_told(self.clone(), *SAYS[situation])
                self.assert_no_token_came()

    def test_no_other_helper_is_given_the_token(self):
        """git tells all of them what worked; `store` would write it down in clear."""
        own = (self.home / ".gitconfig").read_text()
        self.write(".gitconfig", "[credential]\n\thelper = store\n" + own)
        self.login()
        self.assert_done(self.clone())
        self.assertFalse((self.home / ".git-credentials").exists())

    def test_a_server_without_tls_gets_nothing(self):
        plain = self.started(Plain(self.house.ping, plain=True))
        self.house.change({"hosts": "https://%s/" % plain.host})
        self.write(".gitconfig", "[credential]\n\thelper = %s/git-credential-mobproc\n"
                   % self.programs)
        self.login()
        self.assert_told(self.clone(plain.base + "/demo.git"), "terminal prompts disabled")
        self.assertEqual(set(plain.kinds), {"none"})
