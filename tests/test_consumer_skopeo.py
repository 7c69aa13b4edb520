"""skopeo copies an image from a registry that wants the token."""
import json

from fixtures.consumer import SITUATIONS, ConsumerCase
from fixtures.registry import HELLO_LAYER, Registry

# What the person reads, who gets no image.
SAYS = {
    "wrong-host": ["authentication required"],
    "not-logged-in": ["authentication required", "run: mobproc login"],
    "ping-away": ["the sign-in server cannot be reached; try again later"],
    "vault-locked": ["no key opens the vault"],
    "broker-absent": ["the broker (mobprocd) is not running"],
}


class Skopeo(ConsumerCase):
    TOOL = "skopeo"

    def serve(self):
        return Registry(self.house.ping)

    def setUp(self):
        super().setUp()
        self.setup_tool("docker", self.server.base + "/")

    def environment(self):
        return dict(super().environment(), SSL_CERT_FILE=str(self.ca))

    def copy(self, *options, image=None):
        return self.tool("--insecure-policy", "copy", *options,
                         "docker://" + (image or self.server.image), "dir:%s/image" % self.home)

    def copied_layer(self):
        manifest = json.loads((self.home / "image" / "manifest.json").read_text())
        layer, = manifest["layers"]
        return (self.home / "image" / layer["digest"].split(":")[1]).read_bytes()

    def test_an_image_comes_with_the_token_as_password(self):
        self.login()
        self.assert_done(self.copy())
        self.assertEqual(self.copied_layer(), HELLO_LAYER)
        self.assertEqual(self.server.kinds, ["none", "basic", "basic", "basic"])

    def test_an_image_comes_with_a_ticket_that_the_token_bought(self):
        self.server.ask = "bearer"
        self.login()
        self.assert_done(self.copy())
        self.assertEqual(self.copied_layer(), HELLO_LAYER)
        self.assertEqual(self.server.kinds, ["none", "basic", "bearer", "bearer", "bearer"])

    def test_an_expired_token_is_refreshed_before_skopeo_sees_it(self):
        self.login_that_expires()
        self.assert_done(self.copy())
        self.assertEqual(len(self.house.ping.posts("refresh_token")), 1)

    def test_who_is_logged_in(self):
        self.login()
        ran = self.assert_done(self.tool("login", "--get-login", self.server.host))
        self.assertEqual(ran.out, b"oauth2\n")

    def test_without_a_token_the_reason_is_read(self):
        for situation in SITUATIONS:
            with self.subTest(situation), self.situation(situation):
                self.assert_told(self.copy(), *SAYS[situation])
                self.assert_no_token_came()

    def test_a_registry_without_tls_gets_nothing(self):
        plain = self.started(Registry(self.house.ping, plain=True))
        self.house.change({"hosts": "https://%s/" % plain.host})
        self.setup_tool("docker", "https://%s/" % plain.host)
        self.login()
        self.assert_told(self.copy(image=plain.image), "HTTP response to HTTPS client")
        self.assertEqual(plain.requests, [])
        # the helper cannot know, so its page warns: whoever turns TLS off shows the token
        self.assert_done(self.copy("--src-tls-verify=false", image=plain.image))
        self.assertIn("basic", plain.kinds)
