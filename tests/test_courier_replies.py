"""The courier against every misbehaviour that the simulated server knows.

What is not named here must be an outage: an unexpected answer is never a grant and never a wrong
password (DESIGN.md section 7). But it may mean that the refresh token has been rotated.
"""
import unittest

from fixtures import wire
from fixtures.courier import TANGOE_ID, TANGOE_SECRET, refresh_job
from ping.behaviours import TABLE
from test_courier import PASSWORD, USER, CourierCase

# Behaviours about validation, or that only time out (test_courier.Time).
NOT_HERE = {name for name, behaviour in TABLE.items()
            if behaviour.number in (17, 18, 19, 38, 39, 79, 87, 88, 89)}
NOT_HERE |= {"accept_silence", "tls_slow", "silence", "silence_after_effect", "silence_mid_body",
             "slow_reply", "slow_headers", "slow_body"}

OK = set("""
    seed_reply seed_literal guide_order no_refresh_token no_expires_in expires_in_string
    expires_in_1 expires_in_2_31 expires_in_2_31_minus_1 token_type token_type_lower
    token_type_upper jwt_4k extra_members narrower_scope scope same_refresh_token
    no_refresh_on_refresh escapes crlf_tail whitespace
    interim continue_100 early_hints_103 chunked chunked_trailers chunked_extensions
    chunk_endless_extension content_length no_length no_close_notify thousand_headers extra_headers
    http_1_0 close_after_reply close_when_reused wrong_charset upper_case_content_type
    late_answer refresh_deadlock date_skew
    refresh_token_null refresh_token_empty token_quote refresh_token_quote token_apostrophe
    refresh_token_apostrophe token_backslash refresh_token_backslash
""".split())

STATUSES = ("400", "401", "403")
INVALID_GRANT = set("""
    invalid_grant_400 invalid_grant_401 invalid_grant_403 oauth_error wrong_password unknown_user
    account_locked account_expired account_disabled password_expired must_reset_password
    not_permitted_now try_again_later localised_text dead_refresh_token echo_secrets
    description description_ansi description_formats description_crlf description_del
    description_c1 description_bidi description_empty
""".split())
CLIENT = {"invalid_client_challenge", "invalid_scope", "unauthorized_client", "empty_400",
          "empty_401"}
CLIENT |= {"%s_%s" % (word, status) for status in STATUSES
           for word in ("invalid_client", "invalid_scope", "unauthorized_client")}
# A password is refused by these; of a refresh token they say nothing.
MALFORMED = {"grant_type_missing", "unsupported_grant_type"}
MALFORMED |= {"%s_%s" % (word, status) for status in STATUSES
              for word in ("invalid_request", "unsupported_grant_type")}
OTHER = {"empty_403"}
OTHER |= {"%s_%s" % (word, status) for status in STATUSES
          for word in ("access_denied", "interaction_required", "mfa_required")}

# No complete answer came.
NOTHING_SENT = {"tls_abort", "tls_close", "tls_alert", "plain_http"}
MAYBE_SENT = set("""
    rst_after_request close_after_request close_before_effect cut_reply rst_mid_body
    no_close_notify_mid_body chunked_without_end
    chunk_size_negative chunk_size_overflow chunk_size_2_63 chunk_size_not_hex chunk_size_0x
    chunk_size_empty chunk_without_crlf
    length_too_long length_negative length_not_a_number length_2_64 length_duplicate length_list
    length_and_chunked huge_header nul_in_header bare_cr_header folded_header nameless_header
    colonless_header second_status_line endless_headers interim_flood switching_101
    raw http_0_9 http_3_0 http2_frames status_garbage status_missing status_4_digits ssh_banner
    long_token token_64k refresh_token_64k deep_nesting deep_objects deep_unclosed many_keys
    big_body body_100mb body_65k endless_body endless_chunks description_10mb
""".split())

# A whole answer, but none of a server that may have granted something: a refusal, or a page.
WORDS = {"400": ("access_denied", "interaction_required", "mfa_required", "server_error",
                 "temporarily_unavailable")}
WORDS["200"] = WORDS["400"] + ("invalid_client", "invalid_grant", "invalid_request",
                               "invalid_scope", "unauthorized_client", "unsupported_grant_type")
NO_GRANT = {"%s_%s" % (word, status) for alike, statuses in (("400", STATUSES),
                                                             ("200", ("200", "500", "503")))
            for word in WORDS[alike] for status in statuses}
NO_GRANT |= {"redirect_%d_%s" % (code, where) for code in (301, 302, 303, 307, 308)
             for where in ("https", "http", "self")}
NO_GRANT |= {"html_%d" % status for status in (200, 400, 401, 403, 404, 429, 500, 502, 503, 504)}
NO_GRANT |= {"%s_401" % scheme for scheme in ("basic", "bearer", "digest", "negotiate", "ntlm")}
NO_GRANT |= {"too_many_requests" + after for after in (
    "", "_absent", "_date", "_garbage", "_huge", "_negative", "_overflow", "_seconds", "_zero")}
NO_GRANT |= set("""
    apigee_fault_401 apigee_fault_403 apigee_fault_500 apigee_rewrapped mulesoft_401 mulesoft_403
    mulesoft_503 tangoe_403 proxy_407 method_not_allowed_405 unsupported_media_415
    retry_after_503 redirect status html_page
    empty_403 empty_500 empty_503 description_invalid_utf8 description_nul
    error_bool error_empty error_list error_not_a_string error_null error_number error_object
    error_with_200
""".split())

LIFETIMES = {"no_expires_in": None, "expires_in_string": 7200, "expires_in_1": 1,
             "expires_in_2_31": 86400, "expires_in_2_31_minus_1": 86400}
RETRY_AFTER = {"too_many_requests": 30, "too_many_requests_seconds": 30, "retry_after_503": 30,
               "too_many_requests_huge": 3600, "too_many_requests_absent": None,
               "too_many_requests_zero": None, "too_many_requests_negative": None,
               "too_many_requests_garbage": None}


def expected(name, is_refresh):
    """(error, progress) for a behaviour."""
    progress = "NOTHING_SENT" if name in NOTHING_SENT else "ANSWERED"
    if name in OK:
        return "OK", progress
    if name in INVALID_GRANT or (name in MALFORMED | OTHER and not is_refresh):
        return "DENIED", progress
    if name in CLIENT or name in MALFORMED:
        return "CLIENT", progress
    if progress == "ANSWERED" and name not in NO_GRANT:
        progress = "MAYBE_SENT"
    return "OUTAGE", progress


class EveryBehaviour(CourierCase):
    def each(self, is_refresh):
        for name in sorted(set(TABLE) - NOT_HERE):
            with self.subTest(name):
                self.ping.behave(None)
                refresh = self.fresh_refresh_token()
                self.ping.forget_requests()
                self.ping.behave(name)
                done = (self.courier.do(refresh_job(self.ping, refresh)) if is_refresh
                        else self.login())
                self.assertEqual(expected(name, is_refresh), (done["ERROR"], done["PROGRESS"]),
                                 done.get("DETAIL"))
                self.check(name, done)
        self.assertEqual(0, self.ping.elsewhere.connections)

    def fresh_refresh_token(self):
        state = self.ping.state
        return state.password(state.clients[TANGOE_ID], USER, PASSWORD, "MOBPROC").refresh

    def check(self, name, done):
        self.assertEqual(0 if name in NOTHING_SENT else 1, len(self.ping.posts()))
        self.assertEqual([], self.ping.faults)
        self.assertEqual(done["ERROR"] == "OK", "ACCESS_TOKEN" in done)
        said = done.get("DETAIL", "") + done.get("OAUTH_ERROR", "")
        self.assertTrue(said.isascii() and said.isprintable(), said)
        for secret in (PASSWORD, TANGOE_SECRET):
            self.assertNotIn(secret, said)
        if done["ERROR"] == "OK":
            self.assertTrue(self.ping.state.live(done["ACCESS_TOKEN"]))
        else:
            self.assertFalse({"REFRESH_TOKEN", "EXPIRES_IN", "SCOPE"} & set(dict(done.fields)))
        if name in LIFETIMES:
            self.assertEqual(LIFETIMES[name], done.get("EXPIRES_IN"))
        if name in RETRY_AFTER:
            self.assertEqual(RETRY_AFTER[name], done.get("RETRY_AFTER"))

    def test_with_a_password(self):
        self.each(is_refresh=False)

    def test_with_a_refresh_token(self):
        self.each(is_refresh=True)

    def test_the_table_names_behaviours_that_exist(self):
        named = (OK | INVALID_GRANT | CLIENT | MALFORMED | OTHER | NOTHING_SENT | MAYBE_SENT
                 | NO_GRANT | set(LIFETIMES) | set(RETRY_AFTER))
        self.assertEqual(set(), named - set(TABLE))


class WhatIsSaid(CourierCase):
    def test_a_description_is_quoted_escaped_and_cut(self):
        self.ping.behave("description", text="ü\\" + "a" * 300)
        self.assertEqual("HTTP 400, invalid_grant: \\xc3\\xbc\\x5c" + "a" * 188,
                         self.login()["DETAIL"])

    def test_a_description_with_control_characters_is_left_out(self):
        for name in ("ansi", "crlf", "del"):
            self.ping.behave("description_" + name)
            self.assertEqual("HTTP 400, invalid_grant", self.login()["DETAIL"])

    def test_a_description_that_holds_a_secret_is_left_out(self):
        for text in (PASSWORD, "no: %s!" % PASSWORD, "correct+horse", TANGOE_SECRET):
            self.ping.behave("description", text=text)
            self.assertEqual("HTTP 400, invalid_grant", self.login()["DETAIL"])
        self.ping.behave("description", text="r" * 42)
        done = self.courier.do(refresh_job(self.ping, "r" * 42))
        self.assertEqual("HTTP 400, invalid_grant", done["DETAIL"])

    def test_a_password_echoed_as_the_error_word_is_not_passed_on(self):
        self.ping.behave("oauth_error", error="hunter2")
        done = self.login("hunter2")
        self.assertEqual(("DENIED", "HTTP 400"), (done["ERROR"], done["DETAIL"]))
        self.assertNotIn("OAUTH_ERROR", done)
        self.assertEqual("hunter2", self.login("other")["OAUTH_ERROR"])

    def test_a_known_error_word_survives_a_password_that_is_part_of_it(self):
        self.ping.behave("oauth_error", error="invalid_grant")
        self.assertEqual("invalid_grant", self.login("grant")["OAUTH_ERROR"])

    def test_N25_retry_after_as_a_date(self):
        self.ping.behave("too_many_requests_date")
        self.assertTrue(25 <= self.login()["RETRY_AFTER"] <= 31)
        self.ping.behave("too_many_requests_date", seconds=-100)
        self.assertNotIn("RETRY_AFTER", self.login())

    def test_a_scope_in_the_reply_is_passed_on(self):
        self.ping.behave("scope", value="A B")
        self.assertEqual("A B", self.login()["SCOPE"])

    def test_the_answer_is_a_packet_of_ours(self):
        done = self.login()
        self.assertEqual("JOB_DONE", done.operation)
        self.assertTrue({name for name, _ in done.fields} <= set(wire.TAGS))


if __name__ == "__main__":
    unittest.main()
