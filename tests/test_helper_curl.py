"""mobproc curl and the headers formats against a real https server and the real curl."""
import http.server
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest

from fixtures import fakebroker, tool
from fixtures.tool import HelperCase

TENANT = 'back\\slash "quoted"'


class Api(http.server.ThreadingHTTPServer):
    """Records what it is asked; /wait answers when the test says so, /away redirects."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        certificate = str(folder / "certificate.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-days", "2", "-keyout",
                        certificate + ".key", "-out", certificate], check=True,
                       stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate + ".key")
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.ca = certificate
        self.url = "https://localhost:%d/" % self.server_address[1]
        self.requests = []
        self.arrived = threading.Event()
        self.go_on = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a client that gave up


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.command, self.path, list(self.headers.items()), body))
        if self.path == "/wait":
            self.server.arrived.set()
            self.server.go_on.wait(10)
        self.send_response({"/away": 302, "/missing": 404}.get(self.path, 200))
        if self.path == "/away":
            self.send_header("Location", self.server.url + "elsewhere")
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *unused):
        pass


@unittest.skipUnless(os.path.exists("/usr/bin/curl"), "curl is not installed")
class CurlCase(HelperCase):
    @classmethod
    def setUpClass(cls):
        cls.path = pathlib.Path(tempfile.mkdtemp(prefix="mobproc-curl-"))
        cls.addClassCleanup(shutil.rmtree, str(cls.path), True)
        cls.api = Api(cls.path)
        cls.addClassCleanup(cls.api.server_close)
        cls.addClassCleanup(cls.api.shutdown)

    def setUp(self):
        self.api.requests.clear()
        self.asked = self.broker(tool.gives(TENANT=TENANT))

    def curl(self, *words, account=(), **more):
        return tool.run(self.asked, "curl", *account, "--", "-sS", "--cacert", self.api.ca, *words,
                        **more)

    def assert_three_headers(self, headers):
        self.assertEqual([pair for pair in headers if pair[0] in
                          ("Authorization", "X-TNGO-TENANT", "client_id")],
                         [("Authorization", "Bearer " + tool.TOKEN), ("X-TNGO-TENANT", TENANT),
                          ("client_id", tool.CLIENT_ID)])


class Curl(CurlCase):
    def test_the_three_headers_arrive_byte_for_byte(self):
        ran = self.curl(self.api.url + "x")
        self.assertEqual((ran.code, ran.out), (0, b"ok\n"), ran)
        (method, path, headers, _), = self.api.requests
        self.assertEqual((method, path), ("GET", "/x"))
        self.assert_three_headers(headers)

    def test_standard_input_stays_the_users(self):
        self.curl("--data-binary", "@-", self.api.url, data=b"typed by the user\x00\xff")
        self.assertEqual(self.api.requests[0][3], b"typed by the user\x00\xff")
        self.assert_three_headers(self.api.requests[0][2])

    def test_the_account_and_the_ttl_are_asked_for(self):
        self.curl(self.api.url, account=("tangoe", "--min-ttl", "60"))
        self.assertEqual(self.asked.requests[0]["ACCOUNT"], "tangoe")
        self.assertEqual(self.asked.requests[0]["MIN_TTL"], 60)

    def test_the_exit_code_is_curls(self):
        self.assertEqual(self.curl("--fail", self.api.url + "missing").code, 22)
        self.assertEqual(self.curl("--no-such-option").code, 2)
        self.assertEqual(self.curl("--max-time", "3", "https://localhost:1/").code, 7)

    def test_a_redirect_is_shown_and_not_followed(self):
        ran = self.curl("-w", "%{http_code}", self.api.url + "away")
        self.assertEqual((ran.code, ran.out), (0, b"ok\n302"))
        self.assertEqual(len(self.api.requests), 1)

    def test_not_even_when_the_user_or_a_curlrc_says_so(self):
        (self.path / ".curlrc").write_text("location\nuser-agent = from-curlrc\n")
        ran = self.curl("-L", self.api.url + "away", environment={"HOME": str(self.path)})
        self.assertEqual(ran.code, 47)  # too many redirects
        ran = self.curl(self.api.url + "away", environment={"HOME": str(self.path)})
        self.assertEqual(ran.code, 0)
        self.assertEqual([path for _, path, _, _ in self.api.requests], ["/away", "/away"])
        self.assertNotIn("from-curlrc", str(self.api.requests))

    def test_http_is_not_spoken(self):
        ran = self.curl("http://localhost:%d/" % self.api.server_address[1])
        self.assertEqual(ran.code, 1)
        self.assertEqual(self.api.requests, [])

    def look_at_curl(self, closing=""):
        """(arguments, environment, [what its descriptors are]) while curl waits for an answer."""
        self.api.arrived.clear()
        self.api.go_on.clear()
        line = "exec %s curl --socket %s -- -sS --cacert %s %swait %s" % (
            tool.MOBPROC, self.asked.path, self.api.ca, self.api.url, closing)
        with tool.start(["/bin/sh", "-c", line], {"VISIBLE": "yes"}) as process:
            self.assertTrue(self.api.arrived.wait(10))
            entry = pathlib.Path("/proc/%d" % process.pid)
            told = ((entry / "cmdline").read_bytes(), (entry / "environ").read_bytes(),
                    [os.readlink(str(fd)) for fd in (entry / "fd").iterdir()])
            self.api.go_on.set()
            process.communicate(timeout=10)
        return told

    def test_H13_no_secret_is_in_arguments_or_environment_of_any_process(self):
        arguments, environment, descriptors = self.look_at_curl()
        self.assertRegex(arguments, b"^curl\0-q\0-K\0/dev/fd/[0-9]+\0")
        self.assertIn(b"VISIBLE", environment)
        for secret in (tool.TOKEN.encode(), tool.CLIENT_ID.encode(), TENANT.encode()):
            self.assertNotIn(secret, arguments + environment)
        self.assertFalse([name for name in descriptors if "memfd" in name], descriptors)

    def test_the_pipe_is_never_a_standard_descriptor(self):
        for closing in ("<&-", "2>&-", "<&- 2>&-"):
            arguments, _, _ = self.look_at_curl(closing)
            self.assertRegex(arguments, b"-K\0/dev/fd/([3-9]|[1-9][0-9]+)\0", closing)

    def test_path_is_not_searched(self):
        fake = self.path / "bin"
        fake.mkdir()
        (fake / "curl").write_text("#!/bin/sh\necho stolen\n")
        (fake / "curl").chmod(0o755)
        ran = self.curl(self.api.url, environment={"PATH": str(fake)}, cwd=str(fake))
        self.assertEqual(ran.out, b"ok\n")

    def test_the_longest_values_fit(self):
        self.asked.script = tool.gives(ACCESS_TOKEN='"' * 16384, TENANT="\\" * 1024,
                                       CLIENT_ID="x" * 1024)
        ran = self.curl(self.api.url)
        self.assertEqual(ran.code, 0, ran)
        self.assertEqual(dict(self.api.requests[0][2])["Authorization"], "Bearer " + '"' * 16384)


class Formats(CurlCase):
    """What headers prints is what curl takes."""

    def pipe(self, form, option):
        headers = tool.run(self.asked, "headers", "--format", form)
        subprocess.run(["/usr/bin/curl", "-q", "-sS", "--cacert", self.api.ca, option, "@-" if
                        option == "-H" else "-", self.api.url], input=headers.out, check=True,
                       stdout=subprocess.DEVNULL)
        self.assert_three_headers(self.api.requests[0][2])

    def test_plain_suits_curl_H(self):
        self.pipe("plain", "-H")

    def test_curl_suits_curl_K(self):
        self.pipe("curl", "-K")

    def dialect(self, name, *words):
        """What the dialect prints for the server's address, given to curl."""
        said = tool.run(self.asked, "credential", name, self.api.url)
        return tool.execute(["/usr/bin/curl", "-q", "-sS", "--cacert", self.api.ca, *words],
                            said.out)

    def test_both_dialects_carry_all_three(self):
        for name, words in (("curl", ["-K", "-"]), ("headers", ["-H", "@-"])):
            self.api.requests.clear()
            self.assertEqual(self.dialect(name, *words, self.api.url).out, b"ok\n")
            self.assert_three_headers(self.api.requests[0][2])

    def test_the_curl_dialect_goes_nowhere_else_whatever_the_user_says(self):
        ran = self.dialect("curl", "-L", "-K", "-", self.api.url + "away")
        self.assertEqual((ran.code, len(self.api.requests)), (47, 1), ran)
        ran = self.dialect("curl", "-K", "-", self.api.url.replace("https", "http"))
        self.assertEqual((ran.code, len(self.api.requests)), (1, 1), ran)


if __name__ == "__main__":
    unittest.main()
