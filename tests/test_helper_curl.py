"""mobproc curl and the headers formats against a real https server and the real curl."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from fixtures import fakebroker, tool
from fixtures.api import Api
from fixtures.tool import HelperCase

TENANT = 'back\\slash "quoted"'


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
