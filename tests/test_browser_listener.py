"""mobproc login --browser while it waits: who may talk to it, how, and what it serves."""
import base64
import hashlib
import os
import re
import socket
import unittest

from fixtures import asking, signin
from fixtures.browsercase import BrowserCase
from fixtures.signin import Waiting

ROOT = os.geteuid() == 0
FOREIGN = 100  # answers with another state that are refused, and no more


class Listener(BrowserCase):
    """Who may talk to the helper, and how."""

    def setUp(self):
        self.its_house = self.house()
        self.waiting = Waiting(self.its_house).__enter__()
        self.addCleanup(self.waiting.__exit__)

    def assert_still_waiting(self):
        """And the sign-in still works."""
        self.waiting.visit(self.waiting.sign_in())
        self.assertEqual(self.waiting.end()[0], 0)

    def answer(self):
        """A target that would be judged."""
        return "/callback?code=x&state=y"

    def test_the_start_page_leads_on_once(self):
        status, headers, _ = self.waiting.get(self.waiting.start)
        self.assertEqual(status, 303)
        self.assertTrue(headers["location"].startswith(self.its_house.ping.authorization_url))
        self.assertEqual((headers["cache-control"], headers["referrer-policy"]),
                         ("no-store", "no-referrer"))
        self.assertEqual(self.waiting.get(self.waiting.start)[0], 410)

    def test_another_start_page_is_none(self):
        other = "/" + ("0" if self.waiting.start[1] != "0" else "1") + self.waiting.start[2:]
        self.assertEqual(self.waiting.get(other)[0], 410)
        self.assertEqual(self.waiting.get("/")[0], 404)
        self.assertEqual(self.waiting.get("/favicon.ico")[0], 404)
        self.assert_still_waiting()

    def test_a_name_that_leads_to_127_0_0_1_is_not_ours(self):
        port = self.waiting.port
        for host in ("localhost:%d" % port, "evil.example:%d" % port, "127.0.0.1",
                     "127.0.0.1:%d" % (port + 1), "127.0.0.1:0%d" % port, "[::1]:%d" % port, "",
                     "127.0.0.1:%d, evil.example" % port):
            with self.subTest(host):
                for target in (self.waiting.start, self.answer()):
                    status, headers, text = self.waiting.get(target, Host=host)
                    self.assertEqual(status, 403)
                    self.assertNotIn("location", headers)
                    self.assertNotIn("state=", text)
        self.assert_still_waiting()

    def test_a_foreign_origin_is_refused(self):
        port = self.waiting.port
        for origin in ("https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:1",
                       "http://localhost:%d" % port, "https://127.0.0.1:%d" % port, ""):
            with self.subTest(origin):
                self.assertEqual(self.waiting.get(self.answer(), Origin=origin)[0], 403)
                self.assertEqual(self.waiting.ask("POST", "/token", "access_token=x&state=y",
                                                  Origin=origin)[0], 403)
        self.assertEqual(self.waiting.post("access_token=x", Origin=None)[0], 403)
        self.assert_still_waiting()

    def test_a_page_of_another_site_cannot_embed_it(self):
        for kind in ("image", "iframe", "script", "empty", "style"):
            with self.subTest(kind):
                self.assertEqual(self.waiting.get(self.answer(), Sec_Fetch_Dest=kind)[0], 403)
                self.assertEqual(self.waiting.get(self.waiting.start, Sec_Fetch_Dest=kind)[0], 403)
        self.assert_still_waiting()

    def test_other_methods_and_forms_are_refused(self):
        for method in ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "get"):
            with self.subTest(method):
                self.assertEqual(self.waiting.ask(method, self.waiting.start)[0], 405)
                self.assertEqual(self.waiting.ask(method, "/token")[0], 405)
        origin = "http://127.0.0.1:%d" % self.waiting.port
        self.assertEqual(self.waiting.ask("POST", "/callback", "", Origin=origin)[0], 405)
        self.assertEqual(self.waiting.post("code=x&state=y", Content_Type="text/plain")[0], 415)
        self.assertEqual(self.waiting.post("code=x", Content_Type="application/json")[0], 415)
        self.assert_still_waiting()

    def raw(self, data):
        """The status line's number for these bytes; 0 when there was none."""
        with socket.create_connection(("127.0.0.1", self.waiting.port), 10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            said = b""
            while True:
                try:
                    more = connection.recv(65536)
                except ConnectionResetError:
                    break
                if not more:
                    break
                said += more
        found = re.match(rb"HTTP/1\.1 (\d{3}) ", said)
        return int(found.group(1)) if found else 0

    def test_what_is_no_http_is_refused(self):
        host = b"Host: 127.0.0.1:%d\r\n" % self.waiting.port
        start = self.waiting.start.encode()
        for data, status in (
                (b"GET " + start + b" HTTP/1.1\r\n\r\n", 400),
                (b"GET " + start + b" HTTP/2.0\r\n" + host + b"\r\n", 505),
                (b"GET " + start + b"\r\n\r\n", 400),
                (b"GET  " + start + b" HTTP/1.1\r\n" + host + b"\r\n", 400),
                (b"GET http://127.0.0.1" + start + b" HTTP/1.1\r\n" + host + b"\r\n", 400),
                (b"GET " + start + b" HTTP/1.1\n" + host + b"\r\n\r\n", 400),
                (b"GET " + start + b" HTTP/1.1\r\n" + host + host + b"\r\n", 400),
                (b"GET " + start + b" HTTP/1.1\r\n" + host + b" folded: x\r\n\r\n", 400),
                (b"GET " + start + b" HTTP/1.1\r\n" + host + b"Host : x\r\n\r\n", 400),
                (b"GET " + start + b" HTTP/1.1\r\n" + host + b"X: a\x00b\r\n\r\n", 400),
                (b"GET " + start + b" HTTP/1.1\r\n" + host + b"X: a\rb\r\n\r\n", 400),
                (b"GET /callback?c\xc3\xa4 HTTP/1.1\r\n" + host + b"\r\n", 400),
                (b"GET /callback?a b HTTP/1.1\r\n" + host + b"\r\n", 400),
                (b"POST /token HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n", 501),
                (b"POST /token HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nContent-Length: 1\r\n"
                 b"\r\nx", 400),
                (b"POST /token HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n", 400),
                (b"POST /token HTTP/1.1\r\n" + host + b"Content-Length: +1\r\n\r\nx", 400),
                (b"POST /token HTTP/1.1\r\n" + host + b"Content-Length: 16385\r\n\r\n", 413),
                (b"POST /token HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999\r\n\r\n",
                 413),
                (b"GET /" + b"x" * 17000 + b" HTTP/1.1\r\n" + host + b"\r\n", 431),
                (b"GET / HTTP/1.1\r\n" + host + b"X: y\r\n" * 200 + b"\r\n", 431),
                (b"x" * 20000, 431), (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 0), (b"", 0),
                (b"GET / HTTP/1.1\r\n", 0)):
            with self.subTest(data[:60]):
                self.assertEqual(self.raw(data), status)
        self.assert_still_waiting()

    def test_silent_connections_are_in_nobodys_way(self):
        idle = [socket.create_connection(("127.0.0.1", self.waiting.port), 10) for _ in range(60)]
        for connection in idle:
            connection.sendall(b"GET /")
        self.assert_still_waiting()
        for connection in idle:
            connection.close()

    def test_an_answer_that_is_none_changes_nothing(self):
        for query in ("", "x=y", "code=x", "state=y", "error=access_denied", "code=x&code=x&state=y",
                      "code=x&state=y&state=y", "code=%zz&state=y", "code=%00&state=y",
                      "code=x&state=y&error=access_denied", "code=&state=y", "code=x&state=",
                      "access_token=t&state=y", "access_token=t&state=y&token_type=DPoP",
                      "access_token=t&token_type=Bearer&state=y&expires_in=-1",
                      "access_token=a%20b&token_type=Bearer&state=y", "error=a%20b&state=y",
                      "code=x%0d%0aX:y&state=y", "code=x&state=y%c3%a4"):
            with self.subTest(query):
                status, headers, _ = self.waiting.get("/callback?" + query)
                self.assertEqual(status, 200 if query in ("", "x=y") else 400)
                self.assertNotIn("x", headers)
                self.assertEqual(self.waiting.post(query)[0], 400)
        self.assert_still_waiting()

    def test_an_answer_of_another_sign_in_changes_nothing(self):
        """Any program and any page can send one; it must not end the sign-in of this person."""
        url = self.waiting.authorization()
        mine = signin.parameters(url)["state"]
        answers = ["code=x&state=%s", "error=access_denied&error_description=call+555&state=%s",
                   "access_token=t&token_type=Bearer&state=%s"]
        for state in ("y", "A" * 43, mine[:-1], mine + "A", mine[:-1] + ("A" if mine[-1] != "A" else "B"),
                      mine.swapcase(), "%26state%3d", mine + "%26"):
            for answer in answers:
                with self.subTest(answer, state=state):
                    status, _, page = self.waiting.get("/callback?" + answer % state)
                    self.assertEqual(status, 403)
                    self.assertIn("belongs to another sign-in", page)
                    self.assertNotIn("555", page)
                    status, _, text = self.waiting.post(answer % state)
                    self.assertEqual(status, 403)
                    self.assertIn("belongs to another sign-in", text)
        self.assertEqual(self.waiting.words.count("belongs to another sign-in"), 1)
        self.assertNotIn("step=finish", self.its_house.log_text())  # the broker was not asked
        self.waiting.visit(signin.at_the_page(self.its_house.ping, url,
                                              "command://" + self.its_house.me))
        self.assertEqual(self.waiting.end()[0], 0)

    def test_too_many_of_them_end_it(self):
        for number in range(FOREIGN):
            self.assertEqual(self.waiting.get(self.answer())[0], 403, number)
        self.assertIsNone(self.waiting.process.poll())
        self.assertIn("wrong state", self.waiting.get(self.answer())[2])
        code, words = self.waiting.end()
        self.assertEqual(code, 3)
        self.assertIn("wrong state", words)
        self.assertEqual(self.its_house.ping.posts("authorization_code"), [])
        self.assert_nothing(self.its_house)

    def test_nobody_listens_after_the_answer(self):
        answer = self.waiting.sign_in()
        self.assertEqual(self.waiting.visit(answer)[0], 200)
        self.assertEqual(self.waiting.end()[0], 0)
        with self.assertRaises(ConnectionError):
            self.waiting.visit(answer)
        self.assertEqual(len(self.its_house.ping.posts("authorization_code")), 1)

    @unittest.skipUnless(ROOT, "only root can be two people")
    def test_another_user_of_the_machine_is_not_served(self):
        for target in (self.waiting.start, self.answer()):
            with self.assertRaisesRegex(AssertionError, "RemoteDisconnected|ConnectionReset"):
                asking.as_uid(2002, self.waiting.get, target)
        status, _, _ = asking.as_uid(self.its_house.uid, self.waiting.get, self.waiting.start)
        self.assertEqual(status, 303)

    def test_only_127_0_0_1_is_listened_at(self):
        with open("/proc/net/tcp", encoding="ascii") as table:
            listening = [line.split()[1] for line in table if " 0A " in line]
        self.assertIn("0100007F:%04X" % self.waiting.port, listening)
        self.assertNotIn("00000000:%04X" % self.waiting.port, listening)


class Pages(BrowserCase):
    """The header and the text of what is served."""

    def test_every_page_is_strict_and_plain(self):
        house = self.house()
        with Waiting(house) as waiting:
            pages = {"not found": waiting.get("/x"), "collect": waiting.get("/callback"),
                     "refused": waiting.get("/callback?code=x"),
                     "done": waiting.visit(waiting.sign_in())}
        for name, (_, headers, text) in pages.items():
            with self.subTest(name):
                self.assertEqual(headers["cache-control"], "no-store")
                self.assertEqual(headers["referrer-policy"], "no-referrer")
                self.assertEqual(headers["x-content-type-options"], "nosniff")
                self.assertEqual(headers["content-type"], "text/html; charset=utf-8")
                self.assertEqual(self.policy(headers), self.expected(text))
                self.assertIn('<html lang="en">', text)
                self.assertEqual(len(re.findall("<h1>[^<]+</h1>", text)), 1)
                self.assertRegex(text, "<title>[^<]+ - mobproc</title>")
                self.assertNotRegex(text, r"(?i)https?:|src=|href=|onclick|<link|<img|@import|url\(")
                self.assertTrue(text.isascii())

    @staticmethod
    def policy(headers):
        return {part.strip() for part in headers["content-security-policy"].split(";")}

    @staticmethod
    def expected(text):
        """What the page may do: its own style, and its own script where it has one."""
        def hashed(tag):
            inside = re.search("<%s>(.*?)</%s>" % (tag, tag), text, re.DOTALL)
            digest = hashlib.sha256(inside.group(1).encode()).digest()
            return "'sha256-%s'" % base64.b64encode(digest).decode()

        policy = {"default-src 'none'", "base-uri 'none'", "form-action 'none'",
                  "frame-ancestors 'none'", "style-src " + hashed("style")}
        if "<script>" in text:
            policy |= {"connect-src 'self'", "script-src " + hashed("script")}
        return policy

    def test_the_script_is_on_the_collecting_page_only(self):
        house = self.house()
        with Waiting(house) as waiting:
            self.assertIn("<noscript>", waiting.get("/callback")[2])
            self.assertIn("<script>", waiting.get("/callback")[2])
            self.assertNotIn("<script>", waiting.get("/x")[2])


if __name__ == "__main__":
    unittest.main()
