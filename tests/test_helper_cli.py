"""mobproc: what each verb asks, prints and returns; and what must not make it do otherwise."""
import errno
import json
import os
import socket
import time
import unittest

from fixtures import fakebroker, tool, wire
from fixtures.tool import IS_ROOT, HelperCase, as_somebody

EXIT_CODES = {
    "NO_ACCOUNT": 1, "NO_RECORD": 1,
    "AMBIGUOUS": 2, "TOO_LONG": 2,
    "LOGIN_NEEDED": 3,
    "FORBIDDEN": 4, "UNMAPPED": 4, "GUARD": 4, "DENIED": 4, "POLICY": 4, "BROKER_FOREIGN": 4,
    "OUTAGE": 5, "BROKER_ABSENT": 5, "BROKER_HUNG": 5, "BUSY": 5, "SYSTEM": 5,
    "LOCKED": 6,
    "CONFIGURATION": 7, "CLIENT": 7,
    "NOMEM": 70, "PROTOCOL": 70, "INTERRUPTED": 70, "STORAGE": 70, "INTERNAL": 70,
    "UNSUPPORTED": 70,
}
VERBS = {"login": ["login", "--password-stdin"], "logout": ["logout"], "token": ["token"],
         "headers": ["headers"], "curl": ["curl", "--", "https://localhost/"],
         "status": ["status"], "list": ["list"], "refresh": ["refresh"],
         "admin": ["admin", "reload"]}
CARGO = b'{"v":1,"registry":{"index-url":"sparse+https://git.example/"},"kind":"get"}\n'
PASSWORD = b"correct horse & battery=staple+%41"


class Errors(HelperCase):
    def test_every_error_of_every_verb_has_its_exit_code_and_prints_nothing(self):
        self.assertEqual(set(EXIT_CODES), set(fakebroker.ERRORS) - {"OK"})
        for error, code in EXIT_CODES.items():
            script = fakebroker.answer(error, VERDICT=fakebroker.ADMIT, **tool.token_fields())
            broker = self.broker(script)
            for words in VERBS.values():
                with self.subTest(error=error, verb=words[0]):
                    self.assert_failed(tool.run(broker, *words, data=PASSWORD), code)

    def test_no_result_has_a_code_too(self):
        for words in VERBS.values():
            with self.subTest(words[0]):
                broker = self.broker(fakebroker.actions(fakebroker.CLOSE))
                self.assert_failed(tool.run(broker, *words, data=PASSWORD), 5)

    def test_a_hung_broker_is_reported_within_two_seconds(self):
        broker = self.broker(fakebroker.actions(fakebroker.HANG))
        began = time.monotonic()
        self.assert_failed(tool.run(broker, "token"), 5)
        self.assertLess(time.monotonic() - began, 4)

    def test_texts_of_the_broker_are_shown_line_by_line_and_escaped(self):
        broker = self.broker(fakebroker.answer("CONFIGURATION",
                                               TEXT=["a.conf:1: bad\na.conf:2: w\x1b[31morse", "x"]))
        ran = tool.run(broker, "admin", "reload")
        self.assert_failed(ran, 7)
        self.assertEqual(ran.err.splitlines()[:3], [
            "mobproc: a.conf:1: bad", "mobproc: a.conf:2: w\\x1b[31morse", "mobproc: x"])

    def test_a_call_of_the_broker_s_that_failed_has_no_errno_of_ours(self):
        """errno is what some call before it left there; the broker says why, or nobody does."""
        broker = self.broker(fakebroker.answer("SYSTEM", TEXT=["not just now"]))
        words = "a system call of the broker failed; try again later"
        erase = b"protocol=https\nhost=git.example\nusername=tangoe\npassword=x\n\n"
        for name, ran in {
                "token": tool.run(broker, "token", "tangoe"),
                "git get": tool.git(broker, "get", erase),
                "git erase": tool.git(broker, "erase", erase, {"MOBPROC_ACCOUNT": "other"}),
                "docker": tool.run(broker, "credential", "docker", "get", data=b"git.example"),
                "cargo": tool.run(broker, "credential", "cargo", data=CARGO),
        }.items():
            with self.subTest(name):
                self.assertIn(words, ran.err + ran.out.decode())
                self.assertEqual(ran.err.splitlines()[0], "mobproc: not just now")
                self.assertEqual(ran.code, {"docker": 1, "cargo": 0}.get(name, 5))

    def test_a_call_of_ours_that_failed_has_its_errno(self):
        broker = self.broker(fakebroker.answer("SYSTEM"))
        os.unlink(broker.path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
            stream.bind(broker.path)
            stream.listen(1)
            ran = tool.run(broker, "token")
        self.assert_failed(ran, 70)
        self.assertEqual(ran.err, "mobproc: a system call failed: %s\n" % os.strerror(errno.EPROTOTYPE))

    def test_what_to_do_next_names_the_account(self):
        broker = self.broker(fakebroker.answer("LOGIN_NEEDED"))
        self.assertEqual(tool.run(broker, "token", "tangoe").err,
                         "mobproc: tangoe: a new login is needed; run: mobproc login tangoe\n")
        self.assertEqual(tool.run(broker, "token").err,
                         "mobproc: a new login is needed; run: mobproc login\n")

    @unittest.skipUnless(IS_ROOT, "only root can make a stranger listen")
    def test_a_stranger_who_listens_is_told_nothing(self):
        with fakebroker.ForeignBroker(tool.STRANGER) as broker:
            # root's socket file, so the peer is neither root nor its owner
            self.assert_failed(tool.run(broker, "token"), 4)

    def test_a_socket_in_a_folder_that_others_may_write_to_is_refused(self):
        broker = self.broker(tool.gives())
        os.chmod(str(broker.folder), 0o777)
        self.assert_failed(tool.run(broker, "token"), 4)
        self.assertEqual(broker.requests, [])


class Usage(HelperCase):
    WRONG = [
        [], ["frobnicate"], ["-x"], ["token", "--frobnicate"], ["token", "-x"],
        ["token", "a", "b"], ["token", "--json=yes"], ["token", "--min-ttl"],
        ["token", "--min-ttl", "-1"], ["token", "--min-ttl", "x"], ["token", "--min-ttl", ""],
        ["token", "--min-ttl", "2147483648"], ["token", "--min-ttl", "99999999999999999999"],
        ["token", "--password-stdin"], ["token", "--socket"], ["status", "tangoe"],
        ["logout", "a", "--all"], ["headers", "--format", "xml"], ["curl", "tangoe"],
        ["curl", "tangoe", "--"], ["curl", "https://localhost/"], ["credential"],
        ["credential", "git"], ["credential", "svn", "get"], ["credential", "git", "get", "x"],
        ["admin"], ["admin", "explode"], ["setup", "tangoe"], ["setup", "--config"], ["login", "--password", "secret"],
        ["login", "tangoe", "secret"],
    ]

    def test_wrong_arguments(self):
        for words in self.WRONG:
            with self.subTest(words):
                self.assert_failed(tool.execute([tool.MOBPROC] + words), 2)

    def test_an_unknown_option_shows_the_usage_of_its_verb(self):
        ran = tool.execute([tool.MOBPROC, "token", "--frobnicate"])
        self.assertIn("unknown option: --frobnicate", ran.err)
        self.assertIn("usage: mobproc token [ACCOUNT]", ran.err)

    def test_every_verb_has_help_and_version(self):
        verbs = set(VERBS) | {"credential", "validate", "setup"}
        general = tool.execute([tool.MOBPROC, "--help"])
        for verb in verbs:
            ran = tool.execute([tool.MOBPROC, verb, "--help"])
            self.assertEqual((ran.code, ran.err), (0, ""), verb)
            self.assertTrue(ran.out.startswith(b"usage: mobproc %s " % verb.encode()), ran)
            self.assertIn(ran.out.splitlines()[1], general.out)
            ran = tool.execute([tool.MOBPROC, verb, "--version"])
            self.assertEqual(ran.code, 0)
            self.assertTrue(ran.out.startswith(b"mobproc "), ran)

    def test_a_name_that_no_account_can_have_is_not_asked_for(self):
        broker = self.broker(tool.gives())
        for name in ("Tangoe", "", "a/b", "../a", "x" * 65, "a b", ".a"):
            self.assert_failed(tool.run(broker, "token", name), 1)
        self.assertEqual(broker.requests, [])

    def test_no_verb_takes_the_option_of_another(self):
        for words in (["metrics", "--apply"], ["setup", "--textfile", "x"], ["setup", "--also-local-users"],
                      ["disable", "--also-local-users"]):
            ran = tool.execute([tool.MOBPROC, *words])
            self.assert_failed(ran, 2)
            self.assertIn("unknown option: --", ran.err)

    def test_options_stand_before_or_after_the_account(self):
        broker = self.broker(tool.gives())
        for words in (["--json", "tangoe", "--min-ttl", "5"], ["--min-ttl=5", "--json", "tangoe"],
                      ["tangoe", "--min-ttl", "5", "--json"]):
            ran = tool.run(broker, "token", *words)
            self.assertEqual(json.loads(ran.out)["access_token"], tool.TOKEN)
            self.assertEqual(broker.requests[-1]["ACCOUNT"], "tangoe")
            self.assertEqual(broker.requests[-1]["MIN_TTL"], 5)

    def test_a_socket_path_that_is_too_long(self):
        self.assert_failed(tool.execute([tool.MOBPROC, "token", "--socket", "/" + "x" * 108]), 2)


class Token(HelperCase):
    def test_plain_is_the_bare_token_and_a_newline(self):
        ran = tool.run(self.broker(tool.gives()), "token")
        self.assertEqual((ran.code, ran.out, ran.err), (0, tool.TOKEN.encode() + b"\n", ""))

    def test_an_account_is_named_and_nothing_else_is_asked(self):
        broker = self.broker(tool.gives())
        tool.run(broker, "token", "tangoe", environment={"MOBPROC_ACCOUNT": "other"})
        self.assertEqual(sorted(name for name, _ in broker.requests[0].fields),
                         ["ACCOUNT", "REMAINING_MS", "SERVICE"])
        self.assertEqual(broker.requests[0]["ACCOUNT"], "tangoe")

    def test_without_one_the_session_s_account_is_a_hint(self):
        broker = self.broker(tool.gives())
        tool.run(broker, "token", environment={"MOBPROC_ACCOUNT": "other"})
        tool.run(broker, "token", environment={"MOBPROC_ACCOUNT": "Not/A/Name"})
        self.assertEqual([(r.get("ACCOUNT"), r.get("PREFERRED")) for r in broker.requests],
                         [(None, "other"), (None, None)])

    def test_json(self):
        ran = tool.run(self.broker(tool.gives()), "token", "--json")
        told = json.loads(ran.out)
        self.assertLessEqual(abs(told.pop("expires_in") - (fakebroker.EXPIRES_AT - time.time())), 2)
        self.assertEqual(told, {"account": "tangoe", "access_token": tool.TOKEN,
                                "token_type": "Bearer", "expires_at": fakebroker.EXPIRES_AT,
                                "tenant": tool.TENANT, "client_id": tool.CLIENT_ID})

    def test_what_is_not_said_is_not_in_the_json(self):
        ran = tool.run(self.broker(tool.gives(TENANT=None, CLIENT_ID=None)), "token", "--json")
        self.assertFalse({"tenant", "client_id"} & set(json.loads(ran.out)))

    def test_what_must_not_be_printed_is_not(self):
        now = int(time.time())
        for change in ({"EXPIRES_AT": now}, {"EXPIRES_AT": now - 1}, {"EXPIRES_AT": None},
                       {"ACCESS_TOKEN": "a\nb"}, {"ACCESS_TOKEN": ""}, {"ACCESS_TOKEN": None},
                       {"TENANT": "a\rb"}, {"TENANT": "a\nX-Evil: 1"}, {"CLIENT_ID": "a\x7f"},
                       {"CLIENT_ID": "\x1b[2J"}, {"ACCOUNT": None}):
            broker = self.broker(tool.gives(**change))
            for words in (["token"], ["token", "--json"], ["headers"], ["headers", "--format=curl"],
                          ["headers", "--format=json"], ["curl", "--", "https://localhost/"]):
                with self.subTest(change=change, words=words):
                    self.assert_failed(tool.run(broker, *words), 70)


class Headers(HelperCase):
    def test_plain(self):
        ran = tool.run(self.broker(tool.gives()), "headers")
        self.assertEqual(ran.out.decode(), "Authorization: Bearer %s\nX-TNGO-TENANT: %s\n"
                         "client_id: %s\n" % (tool.TOKEN, tool.TENANT, tool.CLIENT_ID))

    def test_plain_is_the_default(self):
        broker = self.broker(tool.gives())
        self.assertEqual(tool.run(broker, "headers").out,
                         tool.run(broker, "headers", "--format", "plain").out)

    def test_curl_quotes_what_curl_would_read_as_more(self):
        broker = self.broker(tool.gives(ACCESS_TOKEN='a"b\\c', TENANT='\\" x = y', CLIENT_ID="\\"))
        self.assertEqual(tool.run(broker, "headers", "--format", "curl").out.decode(),
                         'header = "Authorization: Bearer a\\"b\\\\c"\n'
                         'header = "X-TNGO-TENANT: \\\\\\" x = y"\n'
                         'header = "client_id: \\\\"\n')

    def test_json(self):
        told = json.loads(tool.run(self.broker(tool.gives()), "headers", "--format", "json").out)
        self.assertEqual(told, {"Authorization": "Bearer " + tool.TOKEN,
                                "X-TNGO-TENANT": tool.TENANT, "client_id": tool.CLIENT_ID})

    def test_an_account_without_tenant_has_two_headers(self):
        for tenant in (None, ""):
            broker = self.broker(tool.gives(TENANT=tenant))
            for form in ("plain", "curl", "json"):
                ran = tool.run(broker, "headers", "--format", form)
                self.assertEqual(ran.code, 0)
                self.assertNotIn(b"TENANT", ran.out)
                self.assertIn(b"client_id", ran.out)

    def test_the_longest_values_are_whole(self):
        broker = self.broker(tool.gives(ACCESS_TOKEN='"' * 16384, TENANT="\\" * 1024,
                                        CLIENT_ID="é" * 512))
        self.assertEqual(len(tool.run(broker, "headers", "--format", "curl").out),
                         len('header = "Authorization: Bearer "\n') + 32768 +
                         len('header = "X-TNGO-TENANT: "\n') + 2048 +
                         len('header = "client_id: "\n') + 1024)

    def test_json_never_changes_a_header(self):
        broker = self.broker(tool.gives(TENANT="\udcff\udcfe"))
        self.assert_failed(tool.run(broker, "headers", "--format", "json"), 70)
        self.assertIn(b"X-TNGO-TENANT: \xff\xfe\n", tool.run(broker, "headers").out)


class Records(HelperCase):
    def entries(self):
        now = int(time.time())
        return [
            tool.record(ACCOUNT="tangoe", REMOTE_NAME="command://alice", TENANT="XYZ",
                        EXPIRES_AT=now + 7049, HAS_REFRESH=1, LOGIN_AT=now - 60,
                        OBTAINED_AT=now - 50, SESSIONS=2, CLIENT_ID="abc"),
            tool.record(ACCOUNT="doubt", EXPIRES_AT=now - 1, HAS_REFRESH=1, DOUBT_SINCE=now - 5),
            tool.record("LOGIN_NEEDED", ACCOUNT="old", EXPIRES_AT=now - 9, HAS_REFRESH=0),
            tool.record("NO_RECORD", ACCOUNT="new"),
            tool.record("STORAGE", ACCOUNT="torn"),
            tool.record("LOCKED", ACCOUNT="shut"),
        ]

    def ask(self, verb, *words, **fields):
        self.asked = self.broker(fakebroker.answer("OK", **fields))
        return tool.run(self.asked, verb, *words)

    def test_the_table(self):
        ran = self.ask("status", RECORD=self.entries(), KEY_SOURCE="a key file beside the vault",
                       CONFINEMENT="broker: seccomp", TEXT="mind the gap")
        self.assertEqual(ran.out.decode().splitlines(), [
            "ACCOUNT  LOGIN            TOKEN                 REFRESH  STATE",
            "tangoe   command://alice  valid for 1 h 57 min  yes      ready",
            "doubt    -                expired               yes      refresh in doubt",
            "old      -                expired               no       login needed",
            "new      -                none                  no       not logged in",
            "torn     -                none                  no       record unreadable",
            "shut     -                none                  no       locked",
            "vault key: a key file beside the vault",
            "confined: broker: seccomp"])
        self.assertEqual((ran.code, ran.err), (0, "mobproc: mind the gap\n"))
        self.assertEqual(self.asked.requests[0].operation, "STATUS")

    def test_the_json(self):
        ran = self.ask("status", "--json", RECORD=self.entries(), KEY_SOURCE="k",
                       CONFINEMENT="broker: seccomp", TEXT=["a", "b"])
        told = json.loads(ran.out)
        self.assertEqual([one["state"] for one in told["accounts"]],
                         ["ready", "refresh_in_doubt", "login_needed", "no_record", "storage",
                          "locked"])
        first = told["accounts"][0]
        self.assertEqual((first["account"], first["login"], first["tenant"], first["client_id"],
                          first["has_refresh"], first["sessions"]),
                         ("tangoe", "command://alice", "XYZ", "abc", True, 2))
        self.assertEqual(first["expires_at"] - first["obtained_at"], 7099)
        self.assertEqual(first["expires_at"] - first["login_at"], 7109)
        self.assertIn("doubt_since", told["accounts"][1])
        self.assertEqual((told["key_source"], told["notes"]), ("k", ["a", "b"]))
        self.assertEqual("broker: seccomp", told["confinement"])

    def test_list_asks_for_a_list(self):
        ran = self.ask("list", RECORD=self.entries()[:1])
        self.assertEqual(len(ran.out.splitlines()), 2)
        self.assertEqual(self.asked.requests[0].operation, "LIST")

    def test_nothing_stored_is_no_error(self):
        for verb in ("list", "status"):
            ran = self.ask(verb)
            self.assertEqual((ran.code, ran.out), (0, b""))
            self.assertNotEqual(ran.err, "")
            self.assertEqual(json.loads(self.ask(verb, "--json").out), {"accounts": []})

    def test_hostile_names_are_escaped(self):
        record = [tool.record(ACCOUNT="a", REMOTE_NAME="x\x1b[2J\r\n\udcff")]
        ran = self.ask("status", RECORD=record, KEY_SOURCE="k\x07")
        self.assertIn(b"x\\x1b[2J\\x0d\\x0a\\xff", ran.out)
        self.assertIn(b"vault key: k\\x07\n", ran.out)
        told = json.loads(self.ask("status", "--json", RECORD=record).out)
        self.assertEqual(told["accounts"][0]["login"], "x\\x1b[2J\\x0d\\x0a\\xff")

    def test_a_malformed_record_prints_nothing(self):
        good = self.entries()[0]
        for bad in (b"", b"garbage", good[:-1], good + b"\x00", tool.record(),
                    wire.encode("RESULT", ERROR="OK", ACCOUNT="a"),
                    tool.record(ACCOUNT="A"), tool.record(ACCOUNT="a", LOGIN_AT=b"short")):
            for words in (["list"], ["status", "--json"]):
                with self.subTest(bad=bad, words=words):
                    self.assert_failed(self.ask(*words, RECORD=[good, bad]), 70)

    def test_many_records_are_all_there(self):
        records = [tool.record("NO_RECORD", ACCOUNT="a%d" % i) for i in range(150)]
        self.assertEqual(len(self.ask("list", RECORD=records).out.splitlines()), 151)
        self.assertEqual(len(json.loads(self.ask("list", "--json", RECORD=records).out)["accounts"]),
                         150)

    @unittest.skipUnless(IS_ROOT, "only root may give --user")
    def test_root_may_ask_about_somebody(self):
        for verb in ("list", "status", "refresh", "logout"):
            self.ask(verb, "--user", "alice")
            self.assertEqual(self.asked.requests[0]["TARGET"], "alice")

    def test_nobody_else_may(self):
        folder = self.folder(tool.MOBPROC)
        broker = self.broker(fakebroker.answer("OK"))
        for verb in ("list", "status", "refresh", "logout"):
            ran = tool.run(broker, verb, "--user", "alice", program=folder.program("mobproc"),
                           **as_somebody())
            self.assert_failed(ran, 4)
        self.assertEqual(broker.requests, [])


class Changes(HelperCase):
    """logout, refresh, admin reload."""

    def test_logout_names_the_account_or_none(self):
        broker = self.broker(fakebroker.answer("OK"))
        for words in (["logout"], ["logout", "tangoe"]):
            ran = tool.run(broker, *words)
            self.assertEqual((ran.code, ran.out), (0, b""))
        self.assertEqual([(r.operation, r.get("ACCOUNT")) for r in broker.requests],
                         [("LOGOUT", None), ("LOGOUT", "tangoe")])

    def test_logout_all_goes_through_the_list_and_past_a_failure(self):
        def script(request):
            if request.operation == "LIST":
                return [fakebroker.ACCEPTED, fakebroker.result("OK", RECORD=[
                    tool.record(ACCOUNT=name) for name in ("a", "b", "c")])]
            error = "OUTAGE" if request["ACCOUNT"] == "b" else "OK"
            return [fakebroker.ACCEPTED, fakebroker.result(error)]
        broker = self.broker(script)
        ran = tool.run(broker, "logout", "--all")
        self.assertEqual((ran.code, ran.out), (5, b""))
        self.assertEqual([r.get("ACCOUNT") for r in broker.requests], [None, "a", "b", "c"])

    def test_logout_all_of_nothing(self):
        broker = self.broker(fakebroker.answer("OK"))
        self.assertEqual(tool.run(broker, "logout", "--all").code, 0)
        self.assertEqual([r.operation for r in broker.requests], ["LIST"])

    def test_refresh_says_how_long_the_new_token_lives(self):
        broker = self.broker(fakebroker.answer("OK", EXPIRES_AT=int(time.time()) + 125))
        ran = tool.run(broker, "refresh", "tangoe")
        self.assertEqual((ran.code, ran.out, ran.err),
                         (0, b"", "mobproc: the new token is valid for 2 min\n"))
        self.assertEqual(broker.requests[0]["ACCOUNT"], "tangoe")

    def test_reload(self):
        broker = self.broker(fakebroker.answer("OK"))
        self.assertEqual(tool.run(broker, "admin", "reload").code, 0)
        self.assertEqual(broker.requests[0].operation, "RELOAD")


if __name__ == "__main__":
    unittest.main()
