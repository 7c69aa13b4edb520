"""Wrong passwords: few reach the sign-in server, whatever happens, and each is sent once."""
import os
import time
import unittest

from fixtures.house import House

WRONG = "not the password"
FAR = "198.51.100.7"

# What the sign-in server does, and what the broker says of it. Nobody looked at the password:
FREE = {
    "html_403": "OUTAGE", "html_429": "OUTAGE", "html_500": "OUTAGE", "html_502": "OUTAGE",
    "html_503": "OUTAGE", "html_504": "OUTAGE",
    "apigee_fault_403": "OUTAGE", "apigee_fault_500": "OUTAGE", "mulesoft_403": "OUTAGE",
    "mulesoft_503": "OUTAGE", "tangoe_403": "OUTAGE",
    "too_many_requests": "OUTAGE", "retry_after_503": "OUTAGE", "server_error_500": "OUTAGE",
    "empty_503": "OUTAGE",
    "tls_abort": "OUTAGE", "tls_close": "OUTAGE", "plain_http": "OUTAGE", "tls_alert": "OUTAGE",
    "invalid_client_401": "CLIENT", "unauthorized_client": "CLIENT", "invalid_scope": "CLIENT",
}
# Somebody may have looked, or did:
CHARGED = {
    "wrong_password": "DENIED", "account_locked": "DENIED", "mfa_required_401": "DENIED",
    "empty_403": "DENIED",
    "rst_after_request": "OUTAGE", "close_after_request": "OUTAGE", "close_before_effect": "OUTAGE",
    "rst_mid_body": "OUTAGE", "no_close_notify_mid_body": "OUTAGE",
    "html_200": "OUTAGE", "error_with_200": "OUTAGE", "token_type_dpop": "OUTAGE",
}
# Anything that makes some client send a request again.
INVITATIONS = [
    ("rst_after_request", {}), ("close_after_request", {}), ("close_before_effect", {}),
    ("close_when_reused", {}), ("cut_reply", {"at": 20, "how": "fin"}), ("rst_mid_body", {}),
    ("negotiate_401", {}), ("ntlm_401", {}), ("digest_401", {}), ("basic_401", {}),
    ("bearer_401", {}), ("invalid_client_challenge", {}), ("proxy_407", {}),
    ("status", {"code": 408}), ("status", {"code": 421}), ("status", {"code": 425}),
    ("redirect_307_self", {}), ("redirect_308_self", {}), ("redirect_302_self", {}),
    ("redirect_307_https", {}), ("redirect_307_http", {}), ("retry_after_503", {}),
    ("status", {"code": 417}), ("http_1_0", {}), ("http2_frames", {}), ("switching_101", {}),
]


class GuardCase(unittest.TestCase):
    """A house whose server never locks anybody out: what is refused, the guard refused."""

    def house(self, *arguments, **more):
        house = House(self, *arguments, **more)
        house.ping.state.users.lock_after = 0
        return house

    @staticmethod
    def sent(house):
        """How many passwords reached the server."""
        return len(house.ping.posts("password"))

    def errors(self, house, count, **more):
        """Wrong passwords, one after another: what each was answered."""
        return [house.login(password=WRONG, **more)["ERROR"] for _ in range(count)]


class Guard(GuardCase):
    def test_after_two_wrong_passwords_the_right_one_is_not_sent_either(self):
        with self.house() as house:
            self.assertEqual(self.errors(house, 2), ["DENIED", "DENIED"])
            for result in (house.login(password=WRONG), house.login()):
                self.assertEqual((result["ERROR"], result["VERDICT"]), ("GUARD", "DENY"))
            self.assertEqual(self.sent(house), 2)
            self.assertEqual(house.ping.connections, 2)

    def test_P36_a_loop_costs_two_posts(self):
        with self.house() as house:
            self.assertEqual(self.errors(house, 40).count("GUARD"), 38)
            self.assertEqual(self.sent(house), 2)

    def test_guard_failures_is_how_many_are_sent(self):
        with self.house(machine={"guard_failures": 1}) as house:
            self.assertEqual(self.errors(house, 3), ["DENIED", "GUARD", "GUARD"])
            self.assertEqual(self.sent(house), 1)
            house.change(machine={"guard_failures": 4})
            self.assertEqual(self.errors(house, 5), ["DENIED"] * 3 + ["GUARD"] * 2)
            self.assertEqual(self.sent(house), 4)

    def test_guard_window_is_for_how_long(self):
        """The same two seconds are over for one house and not for the other."""
        with self.house(machine={"guard_failures": 1, "guard_window": 3}) as short, \
                self.house(machine={"guard_failures": 1, "guard_window": 3600}) as long:
            for house in (short, long):
                self.assertEqual(self.errors(house, 2), ["DENIED", "GUARD"])
            time.sleep(3)
            self.assertEqual(short.login()["ERROR"], "OK")
            self.assertEqual(long.login()["ERROR"], "GUARD")

    def test_tries_from_afar_do_not_use_up_the_console_s(self):
        with self.house() as house:
            self.assertEqual(self.errors(house, 3, RHOST=FAR), ["DENIED", "DENIED", "GUARD"])
            self.assertEqual(house.login(RHOST="203.0.113.9")["ERROR"], "GUARD")
            for here in ({}, {"RHOST": "localhost"}, {"RHOST": "127.0.0.1"}, {"RHOST": "::1"}):
                self.assertEqual(house.login(**here)["ERROR"], "OK", here)
            # and a login at the console does not set the strangers free
            self.assertEqual(house.login(RHOST=FAR)["ERROR"], "GUARD")

    def test_tries_at_the_console_do_not_use_up_the_remote_ones(self):
        with self.house() as house:
            self.assertEqual(self.errors(house, 3), ["DENIED", "DENIED", "GUARD"])
            self.assertEqual(house.login(RHOST=FAR)["ERROR"], "OK")
            self.assertEqual(house.login()["ERROR"], "GUARD")

    def test_P36_with_one_failure_each_both_together_stay_below_the_server_s_three(self):
        with self.house(machine={"guard_failures": 1}) as house:
            self.assertEqual(self.errors(house, 3), ["DENIED", "GUARD", "GUARD"])
            self.assertEqual(self.errors(house, 3, RHOST=FAR), ["DENIED", "GUARD", "GUARD"])
            self.assertEqual(self.sent(house), 2)

    def test_it_survives_a_restart(self):
        for way in ("stop", "kill"):
            with self.subTest(way), self.house() as house:
                self.errors(house, 2)
                self.errors(house, 2, RHOST=FAR)
                getattr(house, way)()
                house.start()
                self.assertEqual(house.login()["ERROR"], "GUARD")
                self.assertEqual(house.login(RHOST=FAR)["ERROR"], "GUARD")
                self.assertEqual(self.sent(house), 4)

    def test_a_password_is_charged_before_it_is_sent(self):
        """kill -9 while the server thinks: the try counts."""
        with self.house(machine={"guard_failures": 1}) as house:
            house.ping.hold()
            asked = house.later(house.login)
            self.assertTrue(house.ping.wait_held())
            house.kill()
            house.ping.release()
            self.assertIsInstance(asked.exception(), AssertionError)  # no answer came
            house.start()
            self.assertEqual(house.login()["ERROR"], "GUARD")
            self.assertEqual(self.sent(house), 1)

    def test_a_success_gives_its_own_unit_back_and_no_other(self):
        with self.house() as house:
            self.errors(house, 1)
            for _ in range(4):
                self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(self.errors(house, 2), ["DENIED", "GUARD"])

    def test_what_nobody_looked_at_costs_nothing(self):
        with self.house(machine={"guard_failures": 1}) as house:
            for name, error in FREE.items():
                house.ping.next(name)
                self.assertEqual(house.login(RHOST=FAR)["ERROR"], error, name)
                self.assertEqual(house.ping.queued, 0, name)
                self.assertEqual(house.login(RHOST=FAR)["ERROR"], "OK", name)

    def test_a_server_that_is_away_costs_nothing(self):
        with self.house(machine={"guard_failures": 1}) as house:
            house.ping.stop()
            self.assertEqual(self.errors(house, 3), ["OUTAGE"] * 3)
            house.ping.start()
            house.ping.tls(certificate="expired")
            self.assertEqual(self.errors(house, 2), ["OUTAGE"] * 2)
            house.ping.tls()
            self.assertEqual(house.login()["ERROR"], "OK")

    def test_what_somebody_may_have_looked_at_stays_charged(self):
        with self.house(machine={"guard_failures": 1}) as house:
            for name, error in CHARGED.items():
                house.ping.next(name)
                self.assertEqual(house.login()["ERROR"], error, name)
                self.assertEqual(house.login()["ERROR"], "GUARD", name)
                self.forget(house)

    def test_another_endpoint_has_its_own_budget(self):
        more = "\n[account other]\ntoken_endpoint = %s\nclient_id = x\nclient_auth = none\n" \
               "source_system = command\nallow_users = *\n"
        with self.house() as house:
            house.change(more=more % (house.ping.base + "/another"))
            self.errors(house, 2)
            house.ping.forget_requests()
            self.assertEqual(house.login(ACCOUNT="other")["ERROR"], "OUTAGE")
            self.assertEqual(house.login(ACCOUNT="tangoe")["ERROR"], "GUARD")

    @unittest.skipUnless(os.geteuid() == 0, "needs root: two people log in")
    def test_other_people_are_not_concerned(self):
        with self.house() as house:
            self.assertEqual(self.errors(house, 3, name="alice"), ["DENIED", "DENIED", "GUARD"])
            self.assertEqual(house.login("bob")["ERROR"], "OK")
            self.assertEqual(self.errors(house, 3, name="bob"), ["DENIED", "DENIED", "GUARD"])

    def test_P24_a_refusal_by_the_guard_takes_as_long_as_one_by_the_server(self):
        with self.house(machine={"guard_failures": 1}) as house:
            house.ping.behave("late_answer", seconds=0.7)
            self.errors(house, 1)
            began = time.monotonic()
            self.assertEqual(self.errors(house, 1), ["GUARD"])
            self.assertGreater(time.monotonic() - began, 0.6)

    @unittest.skipUnless(os.geteuid() == 0, "needs root: several users log in")
    def test_P24_a_refusal_without_the_server_takes_as_long_as_one_by_it(self):
        """A user who is not allowed, a right name with sshd's stand-in or none, and a locked one."""
        with self.house({"allow_users": "alice"}, {"guard_failures": 1}) as house:
            house.ping.behave("late_answer", seconds=0.7)
            self.errors(house, 1)
            for name, uid, password, error in (("bob", 2002, WRONG, "UNMAPPED"),
                                               ("nobody-here", 2005, WRONG, "UNMAPPED"),
                                               ("alice", 2001, "\b\n\r\x7fINCORRECT", "DENIED"),
                                               ("alice", 2001, None, "DENIED"),
                                               ("alice", 2001, WRONG, "GUARD")):
                began = time.monotonic()
                given = {"PASSWORD": password} if password else {}
                result = house.ask("LOGIN", uid=0, USER=name, UID=uid, **given)
                self.assertEqual((result["ERROR"], result["VERDICT"]), (error, "DENY"))
                self.assertGreater(time.monotonic() - began, 0.6, name)
            self.assertEqual(self.sent(house), 1)

    @unittest.skipUnless(os.geteuid() == 0, "needs root: several users log in")
    def test_P24_who_comes_from_elsewhere_is_not_refused_as_soon_as_who_sits_here(self):
        """Here the connection is made ahead; there a soon refusal would mean: not one of ours."""
        with self.house({"allow_users": "alice"}, {"guard_failures": 16}) as house:
            for rhost, seconds in (("192.0.2.7", 0.7), ("", 0)):
                house.ping.behave("late_answer", seconds=seconds)
                house.ask("LOGIN", uid=0, USER="alice", UID=2001, PASSWORD=WRONG, RHOST=rhost)
            began = time.monotonic()
            result = house.ask("LOGIN", uid=0, USER="bob", UID=2002, PASSWORD=WRONG,
                               RHOST="192.0.2.7")
            self.assertEqual(result["ERROR"], "UNMAPPED")
            self.assertGreater(time.monotonic() - began, 0.6)

    @staticmethod
    def forget(house):
        """As if the window were over."""
        for file in (house.state / "guard").iterdir():
            file.unlink()


class Once(GuardCase):
    def test_N22_every_password_is_posted_once(self):
        with self.house({"timeout": 5}, {"guard_failures": 16}) as house:
            for name, options in INVITATIONS:
                Guard.forget(house)
                house.ping.forget_requests()
                house.ping.behave(name, **options)
                house.login()
                asked = [request for request in house.ping.requests
                         if request.kind != "validate_bearer"]
                self.assertEqual([request.kind for request in asked], ["password"],
                                 (name, options))
                self.assertEqual(house.ping.elsewhere.requests, [], (name, options))


if __name__ == "__main__":
    unittest.main()
