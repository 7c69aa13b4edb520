"""curl calls an API that wants the three headers, with what mobproc prints as its input."""
from fixtures.consumer import SITUATIONS, ConsumerCase
from fixtures.house import CLIENT_ID
from fixtures.protected import Protected
from ping.elsewhere import Elsewhere
from ping.reply import Reply

TENANT = "XYZ"
# dialect, and how curl reads it
WAYS = (("curl", "-K"), ("headers", "-H@"))
# What the person reads; curl is not given a header then.
SAYS = {
    "wrong-host": "serves this address",
    "not-logged-in": "run: mobproc login",
    "ping-away": "the sign-in server cannot be reached",
    "broker-absent": "the broker (mobprocd) is not running",
    "vault-locked": "no key opens the vault",
}


class Api(Protected):
    """Says that it works; `redirect` sends whoever has a token elsewhere."""

    redirect = None

    def page(self, request):
        if self.redirect:
            return Reply(302, [("Location", self.redirect)])
        return Reply(200, [("Content-Type", "text/plain")], b"It works.\n")


class Curl(ConsumerCase):
    TOOL = "curl"

    def serve(self):
        return Api(self.house.ping)

    def call(self, dialect, option, *more, base=None):
        """mobproc credential DIALECT URL | curl OPTION- URL"""
        url = (base or self.server.base) + "/v1/orders"
        reads = {"-K": ["-K", "-"], "-H@": ["-H", "@-"]}[option]
        script = 'url=$1; dialect=$2; shift 2; mobproc credential "$dialect" "$url" | ' \
                 'curl -sS --fail --cacert "$CA" "$@" "$url"'
        return self.run_program("/bin/sh", "-c", script, "sh", url, dialect, *reads, *more,
                                environment={"CA": str(self.ca)})

    def sent(self):
        """The three headers of each request."""
        return [[request.header(name) for name in ("Authorization", "X-TNGO-TENANT", "client_id")]
                for request in self.server.requests]

    def test_the_three_headers_arrive(self):
        self.login()
        for dialect, option in WAYS:
            self.server.forget_requests()
            ran = self.assert_done(self.call(dialect, option))
            self.assertEqual(ran.out, b"It works.\n")
            (authorization, tenant, client_id), = self.sent()
            self.assertEqual((tenant, client_id), (TENANT, CLIENT_ID))
            self.assertTrue(self.house.ping.state.live(authorization.split(" ")[1]))

    def test_an_expired_token_is_refreshed_before_curl_sees_it(self):
        self.login_that_expires()
        for dialect, option in WAYS:
            self.assert_done(self.call(dialect, option))
        self.assertEqual(len(self.house.ping.posts("refresh_token")), 1)

    def test_without_a_token_the_reason_is_read(self):
        for situation in SITUATIONS:
            with self.subTest(situation), self.situation(situation):
                for dialect, option in WAYS:
                    self.assert_told(self.call(dialect, option), SAYS[situation], "401")
                self.assertEqual(self.sent(), [[None] * 3] * len(WAYS))

    def test_a_server_without_tls_gets_nothing(self):
        plain = self.started(Api(self.house.ping, plain=True))
        self.house.change({"hosts": "https://%s/" % plain.host})
        self.login()
        for dialect, option in WAYS:
            self.assert_told(self.call(dialect, option, base=plain.base), "serves this address")
        self.assert_no_token_came(plain)

    def test_a_redirect_is_not_followed_with_a_configuration(self):
        """Nor with -L: the configuration allows none."""
        trap = Elsewhere(self.house.ping.directory)
        self.addCleanup(trap.close)
        self.login()
        for self.server.redirect in (trap.https_url, trap.http_url):
            self.assertEqual(self.call("curl", "-K").code, 0)
            self.assert_told(self.call("curl", "-K", "-L"), "redirects")
        self.assertEqual(trap.requests, [])
        self.assertEqual(trap.connections, 0)
