"""Every behaviour of a sign-in server, from the PAM stack to the vault: the module's code and words,
mobproc's exit code, how many POSTs carried the password, and what was sealed.

The 92 numbers are those of the simulated server (python3 tests/ping --list-behaviours, and the
settings named in tests/ping/behaviours/__init__.py). A behaviour that nobody expected is an outage.
"""
import os
import re
import unittest
import unittest.mock

import test_courier_replies as courier
import test_courier_validation as validation
import test_server_states
from fixtures import pam
from fixtures.wholeway import UNVALIDATED, WholeWay
from ping.behaviours import TABLE

ALL = bool(os.environ.get("MOBPROC_ALL"))  # every behaviour with the sanitized build, too
SLOW = {"accept_silence", "tls_slow", "silence", "silence_after_effect", "silence_mid_body",
        "slow_reply", "slow_headers", "slow_body"}
NO_POST = courier.NOTHING_SENT | {"accept_silence", "tls_slow"}

# How a token is validated where a behaviour is about that; the rest logs in without.
WAYS = {17: "BEARER", 18: "URL", 19: "INTROSPECT", 38: "BEARER", 39: "BEARER", 79: "BEARER",
        87: "BEARER", 88: "BEARER", 89: "BEARER"}
# What the policy adds to the courier's verdict: these claims are required and are not there, and
# this scope is wider than the one configured.
REFUSED = {"scope", "other_tenant", "no_tenant", "validation_flat", "claim"}

# Numbers that are no behaviour of one answer: test_server_states has a test with each in its name.
SETTINGS = {13, 16, 20, 21, 30, 34, 35, 36, 37, 46, 61, 62, 63, 64, 65, 66, 67, 70, 75, 76}
ELSEWHERE = {
    90: ("test_browser_listener.Listener.test_a_foreign_origin_is_refused",
         "test_browser_listener.Listener.test_a_name_that_leads_to_127_0_0_1_is_not_ours",
         "test_browser_listener.Listener.test_an_answer_of_another_sign_in_changes_nothing",
         "test_browser.Begin.test_a_wrong_state_ends_it_and_nothing_is_sent",
         "test_browser.Implicit.test_a_second_post_finds_nobody",
         "test_browser.Implicit.test_an_oversized_fragment_changes_nothing"),
    92: ("test_guard.Guard.test_P24_a_refusal_by_the_guard_takes_as_long_as_one_by_the_server",),
}


def expected(name):
    """The error that a login ends with."""
    number = TABLE[name].number
    if name in SLOW:
        return "OUTAGE"
    if number == 89:  # nobody asks for these documents without `issuer`: see test_discovery
        return "OK"
    if name in REFUSED:
        return "POLICY"
    if number not in WAYS:
        return courier.expected(name, is_refresh=False)[0]
    if name == "node_lag":  # a token that is a moment old is asked for once more
        return "OK"
    return validation.Replies().expected(WAYS[number], name)


def sanitized():
    """Was the module built with a sanitizer?"""
    return b"__asan_init" in (pam.BUILD / "pam_mobproc.so").read_bytes()


class Behaviours(WholeWay):
    """Numbers of the table of behaviours."""

    def names(self, numbers):
        """Their behaviours, in order; a few of each number for a slow build."""
        for number in numbers:
            found = [name for name, entry in TABLE.items() if entry.number == number]
            self.assertTrue(found, number)
            yield from found[:2] if sanitized() and not ALL else found

    def each(self, house, names):
        """A login for each; the first of a number through the helper as well."""
        seen = set()
        for name in names:
            number = TABLE[name].number
            with self.subTest(number=number, behaviour=name):
                self.forget(house)
                when = validation.KIND[WAYS[number]] if number in WAYS else None
                house.ping.behave(name, when=when)
                self.log_in(house, expected(name), 0 if name in NO_POST else 1)
                if number not in seen:
                    seen.add(number)
                    self.forget(house)
                    house.ping.behave(name, when=when)
                    self.helper(house, expected(name))

    def plain(self, *numbers, without=()):
        """Without validation."""
        self.each(self.house(UNVALIDATED),
                  [name for name in self.names(numbers) if name not in SLOW and name not in without])

    def test_success_shapes(self):
        self.plain(1, 2, 3, 8, 9, 11, 12, 14, 15, 22)

    def test_N15_lifetimes(self):
        self.plain(4, 5, 6, 7)

    def test_N16_errors_and_contradictions(self):
        self.plain(*range(23, 34), *range(40, 44))

    def test_N25_servers_that_ask_for_patience(self):
        self.plain(47)

    def test_N3_redirects(self):
        self.plain(50)

    def test_N8_endless_and_lying_replies(self):
        self.plain(10, 54, 55, 56, 83)

    def test_N9_codings(self):
        self.plain(53)

    def test_N11_what_is_no_single_http_reply(self):
        self.plain(44, 45, 48, 49, 51, 52, 57, 58, 59, 60)

    def test_N14_tokens_and_json(self):
        self.plain(81, 82, 84, 86)

    def test_P21_descriptions_and_echoes(self):
        self.plain(85, 91)

    def test_N22_connections_that_die(self):
        self.plain(68, 69, 73, 74, 77, 78, 80)

    def test_N10_slow_servers(self):
        house = self.house(dict(UNVALIDATED, timeout=2, connect_timeout=1))
        self.each(house, sorted(SLOW & set(self.names((68, 71, 72, 73, 74)))))

    def test_N17_what_validation_says(self):
        for way in ("BEARER", "URL", "INTROSPECT"):
            house = self.house()
            house.change({"validate": {"BEARER": "validate_bearer", "URL": "url",
                                       "INTROSPECT": "introspect"}[way],
                          "validate_url": house.ping.validator_url if way == "URL" else None,
                          "introspection_endpoint": house.ping.introspection_url},
                         {"guard_failures": 16})
            self.each(house, self.names(n for n, its in WAYS.items() if its == way))


class Complete(unittest.TestCase):
    """No number is forgotten."""

    def test_each_of_the_92_has_a_behaviour_and_a_test(self):
        named = {entry.number for entry in TABLE.values()}
        self.assertEqual(named | SETTINGS | set(ELSEWHERE), set(range(1, 93)))
        tests = " ".join(name for name in dir(test_server_states.Settings) if "test_" in name)
        found = {int(word) for word in re.findall(r"(?<=_)[0-9]{2}(?=_)", tests)}
        self.assertLessEqual(SETTINGS, found)

    def test_each_behaviour_of_the_table_is_tried(self):
        tried = set()
        case = Behaviours()
        case.each = lambda _house, names: tried.update(TABLE[name].number for name in names)
        case.house = lambda *_arguments, **_more: unittest.mock.MagicMock()
        for name in dir(Behaviours):
            if name.startswith("test_"):
                getattr(case, name)()
        self.assertEqual({entry.number for entry in TABLE.values()} - tried, {76})

    def test_what_is_tested_elsewhere_exists(self):
        for names in ELSEWHERE.values():
            for name in names:
                suite = unittest.defaultTestLoader.loadTestsFromName(name)
                self.assertEqual(suite.countTestCases(), 1)
        self.assertEqual(unittest.defaultTestLoader.errors, [])


if __name__ == "__main__":
    unittest.main()
