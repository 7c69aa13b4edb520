"""Signing in with a browser: what the broker says and keeps, and both flows to their end."""
import os
import time
import unittest
from urllib.parse import parse_qs, urlsplit

from fixtures import signin
from fixtures.browsercase import BrowserCase
from fixtures.house import PASSWORD
from fixtures.signin import Waiting, parameters, replaced

ROOT = os.geteuid() == 0
URI = "http://127.0.0.1:8750/callback"


class Begin(BrowserCase):
    """What the broker says and keeps; no helper."""

    def begin(self, house, uri=URI, uid=None, **more):
        return house.ask("BEGIN_BROWSER", uid=uid, REDIRECT_URI=uri, **more)

    def finish(self, house, begun, uid=None, **fields):
        return house.ask("FINISH_BROWSER", uid=uid, HANDLE=begun["HANDLE"], **fields)

    def state(self, begun):
        return parameters(begun["URL"])["state"]

    def test_the_request_for_a_code_is_that_of_rfc_7636(self):
        house = self.house()
        url = self.begin(house)["URL"]
        asked = parse_qs(urlsplit(url).query)
        self.assertEqual(url.split("?")[0], house.ping.authorization_url)
        self.assertEqual(sorted(asked), ["client_id", "code_challenge", "code_challenge_method",
                                         "redirect_uri", "response_type", "scope", "state"])
        self.assertEqual((asked["response_type"], asked["code_challenge_method"],
                          asked["redirect_uri"], asked["scope"]),
                         (["code"], ["S256"], [URI], ["MOBPROC"]))
        for word in ("state", "code_challenge"):
            self.assertRegex(asked[word][0], r"^[A-Za-z0-9_-]{43}$")

    def test_no_word_is_used_twice(self):
        house = self.house()
        begun = [self.begin(house) for _ in range(4)]
        words = [one["HANDLE"] for one in begun]
        words += [value for one in begun for name, value in parameters(one["URL"]).items()
                  if name in ("state", "code_challenge")]
        self.assertEqual(len(set(words)), 12)

    def test_the_implicit_request_has_no_challenge(self):
        house = self.house({"browser_flow": "implicit"})
        asked = parameters(self.begin(house)["URL"])
        self.assertEqual(asked["response_type"], "token")
        self.assertNotIn("code_challenge", asked)

    def test_the_port_is_told_before_anything_begins(self):
        house = self.house({"redirect_port": "8751"})
        told = house.ask("BEGIN_BROWSER")
        self.assertEqual((told["ERROR"], told["REDIRECT_URI"], told["ACCOUNT"]),
                         ("OK", "http://127.0.0.1:8751/callback", "tangoe"))
        self.assertNotIn("HANDLE", told)
        self.configure(house)
        house.reload()
        self.assertEqual(house.ask("BEGIN_BROWSER")["REDIRECT_URI"],
                         "http://127.0.0.1:0/callback")

    def test_only_our_own_address_is_a_redirect_address(self):
        house = self.house()
        for uri in ("http://localhost:8750/callback", "https://127.0.0.1:8750/callback",
                    "http://127.0.0.1/callback", "http://127.0.0.1:0/callback",
                    "http://127.0.0.1:08750/callback", "http://127.0.0.1:65536/callback",
                    "http://127.0.0.1:8750/callback/", "http://127.0.0.1:8750/callback?x=y",
                    "http://127.0.0.1:8750/callback#x", "http://127.0.0.1:8750@evil.example/callback",
                    "http://127.0.0.1:+8750/callback", "http://127.0.0.2:8750/callback",
                    "http://127.0.0.1:4294976046/callback", " " + URI, URI + " "):
            with self.subTest(uri):
                self.assertEqual(self.begin(house, uri)["ERROR"], "PROTOCOL")
        self.configure(house, {"redirect_port": "8751"})
        house.reload()
        self.assertEqual(self.begin(house)["ERROR"], "PROTOCOL")
        self.assertEqual(self.begin(house, "http://127.0.0.1:8751/callback")["ERROR"], "OK")

    def test_an_account_without_a_page_or_without_validation_is_refused(self):
        house = self.house({"authorization_endpoint": None})
        said = self.begin(house)
        self.assertEqual(said["ERROR"], "CONFIGURATION")
        self.assertIn("authorization_endpoint", said["TEXT"])
        self.configure(house, {"validate": "off", "accept_unvalidated": "yes"})
        house.reload()
        self.assertEqual(self.begin(house)["ERROR"], "POLICY")

    def test_who_is_not_listed_begins_nothing(self):
        house = self.house({"allow_users": "bob"})
        self.assertEqual(self.begin(house)["ERROR"], "UNMAPPED")
        self.assertEqual(self.begin(house, ACCOUNT="none")["ERROR"], "NO_ACCOUNT")
        if ROOT:
            self.assertEqual(self.begin(house, uid=0)["ERROR"], "UNMAPPED")
            self.assertEqual(self.begin(house, uid=2002)["ERROR"], "OK")

    def test_a_wrong_state_ends_it_and_nothing_is_sent(self):
        house = self.house()
        begun = self.begin(house)
        state = self.state(begun)
        wrong = self.finish(house, begun, STATE=state[:-1] + ("A" if state[-1] != "A" else "B"),
                            CODE="x")
        self.assertEqual(wrong["ERROR"], "LOGIN_NEEDED")
        self.assertIn("state", wrong["TEXT"])
        self.assertEqual(self.finish(house, begun, STATE=state, CODE="x")["ERROR"], "LOGIN_NEEDED")
        for other in (None, "", state + "A", state[:-1]):
            begun = self.begin(house)
            self.assertEqual(self.finish(house, begun, STATE=other, CODE="x")["ERROR"],
                             "LOGIN_NEEDED")
        self.assertEqual(house.ping.requests, [])

    def test_an_answer_that_was_not_asked_for_ends_it_too(self):
        for flow, fields in (("code", {"ACCESS_TOKEN": "t"}),
                             ("code", {"ACCESS_TOKEN": "t", "CODE": "x"}),
                             ("implicit", {"CODE": "x"}),
                             ("implicit", {"CODE": "x", "ACCESS_TOKEN": "t"}),
                             ("implicit", {"ACCESS_TOKEN": "a b"})):
            with self.subTest(flow=flow, fields=sorted(fields)):
                house = self.house({"browser_flow": flow})
                begun = self.begin(house)
                state = self.state(begun)
                self.assertEqual(self.finish(house, begun, STATE=state, **fields)["ERROR"],
                                 "PROTOCOL")
                self.assertEqual(self.finish(house, begun, STATE=state, CODE="x")["ERROR"],
                                 "LOGIN_NEEDED")
                self.assertEqual(house.ping.requests, [])

    def test_one_that_came_to_nothing_is_over(self):
        house = self.house()
        begun = self.begin(house)
        state = self.state(begun)
        self.assertEqual(self.finish(house, begun, STATE=state)["ERROR"], "DENIED")
        self.assertEqual(self.finish(house, begun, STATE=state, CODE="x")["ERROR"], "LOGIN_NEEDED")

    @unittest.skipUnless(ROOT, "only root can be two people")
    def test_a_sign_in_belongs_to_who_began_it(self):
        house = self.house()
        begun = self.begin(house)
        state = self.state(begun)
        self.assertEqual(self.finish(house, begun, uid=2002, STATE=state)["ERROR"], "LOGIN_NEEDED")
        self.assertEqual(self.finish(house, begun, uid=0, STATE=state)["ERROR"], "LOGIN_NEEDED")
        self.assertEqual(self.finish(house, begun, STATE=state)["ERROR"], "DENIED")

    def test_a_fifth_one_takes_the_place_of_the_first(self):
        house = self.house()
        begun = [self.begin(house) for _ in range(5)]
        ends = [self.finish(house, one, STATE=self.state(one))["ERROR"] for one in begun]
        self.assertEqual(ends, ["LOGIN_NEEDED"] + ["DENIED"] * 4)

    def test_a_reload_ends_it(self):
        house = self.house()
        begun = self.begin(house)
        house.reload()
        said = self.finish(house, begun, STATE=self.state(begun), CODE="x")
        self.assertEqual(said["ERROR"], "LOGIN_NEEDED")
        self.assertIn("configuration", said["TEXT"])

    def test_a_broker_that_ends_when_idle_waits_for_it(self):
        house = self.house(arguments=["--idle", "1"])
        begun = self.begin(house)
        time.sleep(2.5)
        self.assertIsNone(house.broker.poll())
        self.assertEqual(self.finish(house, begun, STATE=self.state(begun))["ERROR"], "DENIED")
        self.assertEqual(house.broker.wait(20), 0)

    def test_a_handle_is_needed(self):
        house = self.house()
        self.assertEqual(house.ask("FINISH_BROWSER", STATE="x", CODE="y")["ERROR"], "PROTOCOL")
        self.assertEqual(house.ask("FINISH_BROWSER", HANDLE="x" * 43)["ERROR"], "LOGIN_NEEDED")


class CodeFlow(BrowserCase):
    """From the command to the token, with the simulated sign-in page."""

    def test_a_person_signs_in(self):
        house = self.house()
        with Waiting(house) as waiting:
            status, headers, page = waiting.visit(waiting.sign_in())
            code, words = waiting.end()
        self.assertEqual((status, code), (200, 0), words)
        self.assertIn("You are signed in", page)
        self.assertIn("tangoe", page)
        self.assertIn("close this window", page)
        self.assertRegex(words, r"signed in to tangoe; the token is valid for 1 h 59 min\n$")
        post, = house.ping.posts("authorization_code")
        self.assertEqual(sorted(name for name, _ in post.body_parameters),
                         ["client_id", "client_secret", "code", "code_verifier", "grant_type",
                          "redirect_uri"])
        self.assertEqual(post.query, "")
        self.assertEqual(self.token(house), next(iter(house.ping.state._access)))
        self.assertEqual(house.ping.faults, [])
        self.assertIn("text/html", headers["content-type"])

    def test_the_token_can_be_refreshed(self):
        house = self.house()
        with Waiting(house) as waiting:
            waiting.visit(waiting.sign_in())
            waiting.end()
        before = self.token(house)
        time.sleep(5.1)  # one of a moment ago would be new enough
        self.assertEqual(house.mobproc("refresh").returncode, 0)
        self.assertNotIn(self.token(house), (before, None))

    def test_it_is_no_login_for_the_account_stage(self):
        house = self.house({"account_without_login": "deny"})
        with Waiting(house) as waiting:
            waiting.visit(waiting.sign_in())
            waiting.end()
        uid = 0 if ROOT else house.uid
        said = house.ask("ACCOUNT_CHECK", uid=uid, USER=house.me, UID=house.uid, SERVICE="test")
        self.assertEqual((said["VERDICT"], said["ERROR"]), ("DENY", "POLICY"))
        house.login()
        said = house.ask("ACCOUNT_CHECK", uid=uid, USER=house.me, UID=house.uid, SERVICE="test")
        self.assertEqual(said["VERDICT"], "ADMIT")

    def refused(self, house, exit_code, words, **more):
        """Signs in, and is refused; the page's text."""
        with Waiting(house) as waiting:
            status, _, page = waiting.visit(waiting.sign_in(**more))
            code, said = waiting.end()
        self.assertEqual(code, exit_code, said)
        self.assertIn("You are not signed in", page)
        self.assertGreaterEqual(status, 400)
        self.assertRegex(said, words)
        self.assert_nothing(house)
        return page

    def test_another_users_token_is_refused_and_revoked(self):
        house = self.house()
        self.refused(house, 4, "somebody", name="command://bob")
        self.assertTrue(house.ping.wait_until(
            lambda: any(r.path.endswith("revoke_token.oauth2") for r in house.ping.requests)))

    def test_the_same_name_in_another_source_system_is_another_user(self):
        house = self.house()
        house.ping.add_user("rivermine://" + house.me, PASSWORD)
        self.refused(house, 4, "somebody", name="rivermine://" + house.me)

    def test_another_tenants_user_is_refused(self):
        house = self.house()
        house.ping.add_user("command://" + house.me, PASSWORD, tenant="ABC")
        self.refused(house, 4, "somebody")

    def test_without_an_identifier_nobody_is_anybody(self):
        house = self.house()
        del house.ping.add_user("command://" + house.me, PASSWORD).claims["identifier"]
        self.refused(house, 4, "somebody")

    def test_require_identifier_decides_when_it_is_there(self):
        house = self.house({"require_identifier": "api.%u.xyz"})
        house.ping.add_user("command://" + house.me, PASSWORD,
                            identifier="api.%s.xyz" % house.me)
        with Waiting(house) as waiting:
            waiting.visit(waiting.sign_in())
            self.assertEqual(waiting.end()[0], 0)
        house.mobproc("logout")
        house.ping.add_user("command://" + house.me, PASSWORD, identifier=house.me)
        self.refused(house, 4, "somebody")

    def test_a_persons_refusal_is_shown(self):
        house = self.house()
        page = self.refused(house, 4, "access_denied: User denied access", action="cancel")
        self.assertIn("access_denied: User denied access", page)
        self.assertEqual(house.ping.posts(), [])

    def test_the_words_of_a_server_stay_words(self):
        house = self.house()
        evil = "<script>alert(1)</script>\"'&\x1b[31m\r\nX: y\u202e" + "x" * 5000
        house.ping.sign_in.alter = lambda found: {
            "error": "access_denied", "error_description": evil, "state": found["state"]}
        page = self.refused(house, 4, r"access_denied: <script>alert\(1\)</script>")
        self.assertNotIn("<script>", page)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\\x1b[31m\\x0d\\x0a", page)
        self.assertNotIn("\x1b", page)

    def test_each_error_has_its_exit_code(self):
        house = self.house()
        for error, code in (("server_error", 5), ("temporarily_unavailable", 5),
                            ("invalid_scope", 7), ("unauthorized_client", 7), ("mfa_failed", 4)):
            with self.subTest(error):
                house.ping.sign_in.alter = lambda found, error=error: {
                    "error": error, "state": found["state"]}
                self.refused(house, code, "answered: " + error)

    def test_an_answer_with_a_wrong_state_is_nobodys(self):
        """Not even its words are shown, and the right one may still come."""
        house = self.house()
        for answer in ({"error": "access_denied", "error_description": "call 555"},
                       {"code": "x"}):
            with Waiting(house, "--timeout", "1") as waiting:
                house.ping.sign_in.alter = lambda _, answer=answer: dict(answer, state="A" * 43)
                status, _, page = waiting.visit(waiting.sign_in())
                code, words = waiting.end()
            self.assertEqual((status, code), (403, 5), words)
            self.assertIn("wrong state", page)
            self.assertIn("wrong state", words)
            self.assertNotIn("555", page + words)
        self.assertEqual(house.ping.posts("authorization_code"), [])
        self.assert_nothing(house)

    def test_somebody_elses_code_is_refused(self):
        house = self.house()
        other = self.house()
        begun = other.ask("BEGIN_BROWSER", REDIRECT_URI=URI)["URL"]
        begun = begun.replace(other.ping.base, house.ping.base)
        theirs = parameters(signin.at_the_page(house.ping, begun, "command://" + house.me))["code"]
        house.ping.sign_in.alter = lambda found: dict(found, code=theirs)
        self.refused(house, 4, "refused")

    def test_a_code_that_is_no_code_is_refused(self):
        house = self.house()
        house.ping.sign_in.alter = lambda found: dict(found, code="nonsense")
        self.refused(house, 4, "refused")

    def test_an_outage_is_one(self):
        house = self.house()
        house.ping.behave("html_503", when="authorization_code")
        self.refused(house, 5, "cannot be reached")

    def test_a_helper_that_was_killed_leaves_nothing(self):
        house = self.house()
        with Waiting(house) as waiting:
            house.ping.hold(lambda request: request.kind == "authorization_code")
            answer = waiting.sign_in()
            later = house.later(waiting.visit, answer)
            self.assertTrue(house.ping.wait_held())
            waiting.process.kill()
            waiting.process.wait()
            house.ping.release()
            self.assertIsNotNone(later.exception(20))
        self.assertTrue(house.ping.wait_until(
            lambda: any(r.path.endswith("revoke_token.oauth2") for r in house.ping.requests)))
        self.assert_nothing(house)


class Implicit(BrowserCase):
    """The token comes through the browser; http.client does what the script does."""

    IMPLICIT = {"browser_flow": "implicit"}

    def fragment(self, waiting, **more):
        answer = waiting.sign_in(**more)
        self.assertEqual(urlsplit(answer).query, "")
        self.assertEqual(waiting.visit(answer)[0], 200)
        return urlsplit(answer).fragment

    def test_a_person_signs_in_and_has_to_again(self):
        house = self.house(self.IMPLICIT)
        with Waiting(house, environment={"TZ": "UTC"}) as waiting:
            status, headers, text = waiting.post(self.fragment(waiting))
            code, words = waiting.end()
        self.assertEqual((status, code), (200, 0), words)
        self.assertTrue(headers["content-type"].startswith("text/plain"))
        self.assertTrue(text.startswith("You are signed in\n"))
        again = r"it cannot be renewed: sign in again at \d\d:\d\d"
        self.assertRegex(text, again)
        self.assertRegex(words, again)
        self.assertIsNotNone(self.token(house))
        self.assertIn(b"sign in again", house.mobproc("status").stdout)
        self.assertEqual(house.ping.posts("authorization_code"), [])

    def test_a_second_post_finds_nobody(self):
        house = self.house(self.IMPLICIT)
        with Waiting(house) as waiting:
            fragment = self.fragment(waiting)
            self.assertEqual(waiting.post(fragment)[0], 200)
            with self.assertRaises(ConnectionError):
                waiting.post(fragment)

    def refused(self, house, exit_code, alter=None, **more):
        with Waiting(house) as waiting:
            house.ping.sign_in.alter = alter
            status, _, text = waiting.post(self.fragment(waiting, **more))
            code, words = waiting.end()
        self.assertEqual(code, exit_code, words)
        self.assertGreaterEqual(status, 400)
        self.assertTrue(text.startswith("You are not signed in\n"), text)
        self.assert_nothing(house)

    def test_another_users_token_is_refused(self):
        self.refused(self.house(self.IMPLICIT), 4, name="command://bob")

    def test_an_answer_with_a_wrong_state_changes_nothing(self):
        house = self.house(self.IMPLICIT)
        with Waiting(house) as waiting:
            answer = self.fragment(waiting)
            wrong = replaced("#" + answer, state="A" * 43)[1:]
            status, _, text = waiting.post(wrong)
            self.assertEqual(status, 403)
            self.assertIn("wrong state", text)
            self.assertEqual(waiting.post(answer)[0], 200)
            self.assertEqual(waiting.end()[0], 0)

    def test_a_token_that_the_server_does_not_know_is_refused(self):
        house = self.house(self.IMPLICIT)
        self.refused(house, 4, alter=lambda found: dict(found, access_token="stolen"))

    def test_a_token_of_another_client_is_refused(self):
        house = self.house(self.IMPLICIT)
        other = house.ping.add_client("other", "secret")
        user = house.ping.state.users["command://" + house.me]
        token = house.ping.state.implicit(other, user, None).access
        self.refused(house, 4, alter=lambda found: dict(found, access_token=token))

    def test_a_refusal_may_stand_in_the_query(self):
        house = self.house(self.IMPLICIT)
        house.ping.sign_in.in_query = True
        with Waiting(house) as waiting:
            status, _, page = waiting.visit(waiting.sign_in(action="cancel"))
            code, words = waiting.end()
        self.assertEqual((status, code), (403, 4))
        self.assertIn("access_denied", page)
        self.assertIn("access_denied", words)

    def test_an_oversized_fragment_changes_nothing(self):
        house = self.house(self.IMPLICIT)
        with Waiting(house) as waiting:
            fragment = self.fragment(waiting)
            self.assertEqual(waiting.post("x" * 16385)[0], 413)
            self.assertEqual(waiting.post("access_token=" + "x" * 16000 + "&state=y")[0], 400)
            self.assertEqual(waiting.post(fragment)[0], 200)

    def test_the_shorter_life_is_believed(self):
        house = self.house(self.IMPLICIT)
        for said, most in (("100", 100), ("99999", 7200), (None, 7200)):
            with self.subTest(said):
                house.ping.sign_in.alter = lambda found, said=said: {
                    name: value for name, value in dict(found, expires_in=said).items() if value}
                with Waiting(house) as waiting:
                    waiting.post(self.fragment(waiting))
                    self.assertEqual(waiting.end()[0], 0)
                record = house.ask("LIST")
                self.assertNotEqual(record.all("RECORD"), [])
                left = house.ask("GET", ACCOUNT="tangoe")["EXPIRES_AT"] - time.time()
                self.assertTrue(most - 60 < left <= most + 1, left)


if __name__ == "__main__":
    unittest.main()
