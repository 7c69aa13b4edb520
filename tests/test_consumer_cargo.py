"""cargo fetches a crate from a registry that wants the token."""
import re
import shutil
import unittest

from fixtures import tool
from fixtures.consumer import SITUATIONS, ConsumerCase
from fixtures.crates import Crates

PROVIDERS = (1, 74)  # the first version with credential providers
MANIFEST = """
[package]
name = "user"
version = "0.1.0"
edition = "2021"

[dependencies]
ours = { version = "1", registry = "ours" }
"""
# What the person reads, below cargo's own words.
SAYS = {
    "wrong-host": ["no token found for `ours`"],
    "not-logged-in": ["no token found for `ours`", "run: mobproc login"],
    "ping-away": ["the sign-in server cannot be reached"],
    "broker-absent": ["the broker (mobprocd) is not running"],
    "vault-locked": ["no key opens the vault"],
}


class Cargo(ConsumerCase):
    TOOL = "cargo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        said = tool.execute(["/usr/bin/cargo", "--version"]).out.decode()
        version = tuple(int(part) for part in re.search(r"(\d+)\.(\d+)", said).groups())
        if version < PROVIDERS:
            raise unittest.SkipTest("this cargo has no credential providers")

    def serve(self):
        return Crates(self.house.ping)

    def setUp(self):
        super().setUp()
        self.use(self.server)

    def use(self, server):
        """A crate that wants one of this registry, which setup makes known to cargo."""
        self.write("user/Cargo.toml", MANIFEST)
        self.write("user/src/lib.rs", "")
        self.write("user/.cargo/config.toml", '[registries.ours]\nindex = "%s"\n' % server.index)
        self.setup_tool("cargo", server.base.replace("http:", "https:") + "/index/")

    def environment(self):
        return dict(super().environment(), CARGO_HTTP_CAINFO=str(self.ca), CARGO_TERM_COLOR="never",
                    CARGO_NET_RETRY="0")

    def fetch(self):
        """With nothing known yet."""
        shutil.rmtree(str(self.home / ".cargo" / "registry"), ignore_errors=True)
        return self.run_program("/bin/sh", "-c", "cd user && exec /usr/bin/cargo fetch")

    def fetched(self):
        return [path.name for path in self.home.glob(".cargo/registry/src/*/*")]

    def test_a_crate_comes(self):
        self.login()
        self.assert_done(self.fetch())
        self.assertEqual(self.fetched(), ["ours-1.0.0"])
        self.assertEqual(set(self.server.kinds[1:]), {"bearer"})

    def test_an_expired_token_is_refreshed_before_cargo_sees_it(self):
        self.login_that_expires()
        self.assert_done(self.fetch())
        self.assertEqual(len(self.house.ping.posts("refresh_token")), 1)

    def test_without_a_token_the_reason_is_read(self):
        for situation in SITUATIONS:
            with self.subTest(situation), self.situation(situation):
                self.assert_told(self.fetch(), *SAYS[situation])
                self.assert_no_token_came()

    def test_a_registry_without_tls_gets_nothing(self):
        plain = self.started(Crates(self.house.ping, plain=True))
        self.house.change({"hosts": "https://%s/" % plain.host})
        self.use(plain)
        self.login()
        self.assert_told(self.fetch(), "no token found for `ours`")
        self.assertEqual(set(plain.kinds), {"none"})

    def test_cargo_s_own_login_says_whose_it_is(self):
        script = "cd user && exec /usr/bin/cargo login --registry ours"
        ran = self.run_program("/bin/sh", "-c", script, data=b"canary-typed\n")
        self.assert_told(ran, "mobproc login and logout do it")
        self.assertNotIn("canary-typed", ran.said)
