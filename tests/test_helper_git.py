"""The git dialect: git-credential-mobproc, `mobproc credential git`, and git itself."""
import itertools
import os
import shutil
import subprocess
import time
import unittest

from fixtures import fakebroker, tool

ADDRESS = [("protocol", "https"), ("host", "git.example.com")]
FIELDS = ["protocol", "host", "path", "username", "password", "credential", "capability[]",
          "wwwauth[]", "unheard-of"]
CONTROLS = [b"\x00", b"\x0b", b"\x1b", b"\x7f", b"\x01", "\u2028".encode(), "\u2029".encode(),
            "\u0085".encode(), b"\r"]


def ask(*pairs):
    return "".join("%s=%s\n" % pair for pair in pairs).encode()


def reply(ran):
    """The lines of a reply as pairs; every one must be whole."""
    assert ran.out.endswith(b"\n"), ran
    return [tuple(line.split("=", 1)) for line in ran.out.decode().splitlines()]


class GitCase(unittest.TestCase):
    script = staticmethod(tool.gives())

    def setUp(self):
        self.broker = fakebroker.FakeBroker(self.script)
        self.addCleanup(self.broker.close)

    def get(self, data, **more):
        return tool.git(self.broker, "get", data, **more)

    def assert_silent(self, ran, code=0):
        self.assertEqual((ran.code, ran.out), (code, b""), ran)

    def assert_refused(self, ran):
        self.assertNotEqual(ran.code, 0, ran)
        self.assertEqual(ran.out, b"", ran)
        self.assertTrue(ran.err.startswith("mobproc: "), ran)


class Get(GitCase):
    def test_without_a_username_it_is_oauth2_with_the_token_and_its_expiry(self):
        ran = self.get(ask(*ADDRESS))
        self.assertEqual(reply(ran), [("username", "oauth2"), ("password", tool.TOKEN),
                                      ("password_expiry_utc", str(fakebroker.EXPIRES_AT))])
        self.assertEqual((ran.code, ran.err), (0, ""))

    def test_the_address_goes_to_the_broker_as_it_came(self):
        self.get(ask(("protocol", "https"), ("host", "Git.Example.COM:8443"), ("path", "a/b.git")))
        request = self.broker.requests[0]
        self.assertEqual(request.operation, "GET")
        self.assertEqual([request.get(name) for name in ("SCHEME", "HOST", "PATH", "ACCOUNT",
                                                         "PREFERRED", "USER", "UID")],
                         ["https", "Git.Example.COM:8443", "a/b.git", None, None, None, None])

    def test_an_empty_path_is_no_path(self):
        self.get(ask(*ADDRESS, ("path", "")))
        self.assertNotIn("PATH", self.broker.requests[0])

    def test_a_username_is_echoed(self):
        for username in ("alice", "Alice Smith", "a=b", "x" * 1000):
            with self.subTest(username):
                ran = self.get(ask(*ADDRESS, ("username", username)))
                self.assertEqual(reply(ran)[0], ("username", username))

    def test_an_empty_username_is_none(self):
        ran = self.get(ask(*ADDRESS, ("username", "")))
        self.assertEqual(reply(ran)[0], ("username", "oauth2"))

    def test_with_the_capability_it_is_a_bearer_in_the_order_git_wants(self):
        ran = self.get(ask(*ADDRESS, ("capability[]", "authtype"), ("capability[]", "state")))
        self.assertEqual(reply(ran), [
            ("capability[]", "authtype"), ("authtype", "Bearer"), ("credential", tool.TOKEN),
            ("ephemeral", "1"), ("password_expiry_utc", str(fakebroker.EXPIRES_AT))])

    def test_an_empty_capability_clears_the_list(self):
        ran = self.get(ask(*ADDRESS, ("capability[]", "authtype"), ("capability[]", "")))
        self.assertEqual(reply(ran)[0], ("username", "oauth2"))

    def test_another_capability_is_not_authtype(self):
        for name in ("state", "authtypes", "AUTHTYPE", "auth"):
            ran = self.get(ask(*ADDRESS, ("capability[]", name)))
            self.assertEqual(reply(ran)[0], ("username", "oauth2"), name)

    def test_both_programs_answer_alike(self):
        data = ask(*ADDRESS, ("username", "alice"))
        other = tool.run(self.broker, "credential", "git", "get", data=data)
        self.assertEqual(self.get(data).out, other.out)

    def test_unknown_operations_are_silent(self):
        for operation in ("approve", "list", "GET", "get2"):
            self.assert_silent(tool.git(self.broker, operation, ask(*ADDRESS)))
        self.assertEqual(self.broker.requests, [])

    def test_the_capability_operation_names_authtype(self):
        ran = tool.git(self.broker, "capability")
        self.assertEqual((ran.code, ran.out), (0, b"version 0\ncapability authtype\n"))

    def test_store_reads_everything_and_changes_nothing(self):
        for data in (b"", ask(*ADDRESS, ("password", "x")), b"\x00\r\xff" * 1000, b"x" * 300000):
            self.assert_silent(tool.git(self.broker, "store", data))
        self.assertEqual(self.broker.requests, [])


class Account(GitCase):
    """Which account is preferred: the username, then MOBPROC_ACCOUNT."""

    def preferred(self, username=None, session=None):
        pairs = ADDRESS + ([("username", username)] if username is not None else [])
        environment = {"MOBPROC_ACCOUNT": session} if session is not None else {}
        ran = self.get(ask(*pairs), environment=environment)
        self.assertEqual(ran.code, 0, ran)
        return [request.get("PREFERRED") for request in self.broker.requests]

    def test_a_username_that_names_an_account_selects_it(self):
        self.assertEqual(self.preferred("tangoe"), ["tangoe"])

    def test_the_account_of_the_session_is_a_hint(self):
        self.assertEqual(self.preferred(None, "tangoe"), ["tangoe"])

    def test_the_username_comes_first(self):
        self.assertEqual(self.preferred("tangoe", "other"), ["tangoe"])

    def test_a_username_that_names_no_account_leaves_the_hint(self):
        self.assertEqual(self.preferred("oauth2", "tangoe"), ["oauth2", "tangoe"])

    def test_the_same_name_is_asked_once(self):
        self.assertEqual(self.preferred("x", "x"), ["x"])

    def test_names_that_no_account_can_have_are_not_sent(self):
        for name in ("Alice", "-x", ".x", "a b", "x" * 65, "", "a/b", "é"):
            self.assertEqual(self.preferred(name, name)[-1:], [None], name)


class Nothing(GitCase):
    """H3, H6: what matches nothing is answered with nothing, and nobody is asked."""

    def test_H3_every_subset_of_the_address(self):
        values = {"protocol": [None, "", "https"], "host": [None, "", "git.example.com"],
                  "path": [None, "", "a.git"], "username": [None, "", "alice"]}
        for combination in itertools.product(*values.values()):
            given = [(name, value) for name, value in zip(values, combination)
                     if value is not None]
            asked = len(self.broker.requests)
            ran = self.get(ask(*given))
            whole = combination[0] == "https" and combination[1] == "git.example.com"
            with self.subTest(given):
                self.assertEqual(ran.code, 0, ran)
                self.assertEqual(bool(ran.out), whole)
                self.assertEqual(len(self.broker.requests) > asked, whole)

    def test_H6_only_https(self):
        for protocol in ("http", "file", "ssh", "ftp", "smtp", "HTTPS", "https ", "https:", "httpss",
                         "cert", "javascript"):
            with self.subTest(protocol):
                self.assert_silent(self.get(ask(("protocol", protocol), ADDRESS[1])))
        self.assertEqual(self.broker.requests, [])

    def test_an_empty_request(self):
        for data in (b"", b"\n", b"\r\n", b"\n" + ask(*ADDRESS)):
            self.assert_silent(self.get(data))
            self.assert_silent(tool.git(self.broker, "erase", data))
        self.assertEqual(self.broker.requests, [])


class Hostile(GitCase):
    """H1, H2, H7: bytes that end a line for somebody else, and requests without end."""

    def test_H1_H2_control_bytes_in_every_field(self):
        for field, control in itertools.product(FIELDS, CONTROLS):
            for value in (control + b"b", b"a" + control + b"b", b"ab" + control):
                if value.endswith(b"\r"):
                    value += b"\r"  # one CR before the LF belongs to the line end
                data = ask(*ADDRESS) + field.encode() + b"=" + value + b"\n"
                for operation in ("get", "erase"):
                    with self.subTest(field=field, value=value, operation=operation):
                        self.assert_refused(tool.git(self.broker, operation, data))
        self.assertEqual(self.broker.requests, [])

    def test_H1_H2_control_bytes_in_a_key(self):
        for control in CONTROLS + [b"\t"]:
            self.assert_refused(self.get(ask(*ADDRESS) + b"un" + control + b"known=x\n"))

    def test_a_line_feed_makes_a_line_of_its_own(self):
        for field in FIELDS:
            self.assert_refused(self.get(ask(*ADDRESS) + field.encode() + b"=a\nb\n"))

    def test_H1_H2_percent_encoded_control_bytes_in_an_address(self):
        codes = ("%00", "%0a", "%0A", "%0d", "%0D%0A", "%0b", "%1b", "%1F", "%7f", "%7F")
        for field, code in itertools.product(FIELDS[:4], codes):
            for value in (code, "a" + code + "b", "a" + code):
                with self.subTest(field=field, value=value):
                    self.assert_refused(self.get(ask(*ADDRESS, (field, value))))
        self.assertEqual(self.broker.requests, [])

    def test_a_plain_percent_in_a_path_is_fine(self):
        for path in ("a%20b", "%", "a%2", "100%", "%zz", "%41"):
            self.assertEqual(self.get(ask(*ADDRESS, ("path", path))).code, 0, path)

    def test_H2_one_carriage_return_before_the_line_feed_is_dropped(self):
        self.get(b"protocol=https\r\nhost=h\r\n\r\n")
        self.assertEqual(self.broker.requests[0]["HOST"], "h")

    def test_H7_no_final_line_feed_is_needed(self):
        self.get(b"protocol=https\nhost=h")
        self.assertEqual(self.broker.requests[0]["HOST"], "h")

    def test_what_follows_a_blank_line_is_not_read(self):
        self.get(ask(*ADDRESS) + b"\nhost=evil\n\x00garbage")
        self.assertEqual(self.broker.requests[0]["HOST"], "git.example.com")

    def test_H7_the_last_value_of_a_key_counts(self):
        self.get(ask(*ADDRESS, ("host", "first"), ("host", "last"), ("host", "later")))
        self.assertEqual(self.broker.requests[0]["HOST"], "later")

    def test_an_empty_last_value_counts_too(self):
        self.assert_silent(self.get(ask(*ADDRESS, ("host", ""))))
        self.assertEqual(self.broker.requests, [])

    def test_H7_unknown_keys_are_ignored(self):
        ran = self.get(ask(("url", "https://evil/"), ("quit", "1"), *ADDRESS, ("state[]", "x:y"),
                           ("hosts", "evil"), ("hos", "evil"), ("continue", "1")))
        self.assertEqual(reply(ran)[1], ("password", tool.TOKEN))
        self.assertEqual(self.broker.requests[0]["HOST"], "git.example.com")

    def test_a_tab_in_a_value_that_is_not_used_is_fine(self):
        ran = self.get(ask(*ADDRESS, ("wwwauth[]", "Basic\trealm=x")))
        self.assertEqual(ran.code, 0, ran)
        for field in FIELDS[:7]:
            self.assert_refused(self.get(ask(*ADDRESS, (field, "a\tb"))))

    def test_lines_that_are_none(self):
        for line in (b"host", b"=x", b"=", b"host:x", b" "):
            self.assert_refused(self.get(ask(*ADDRESS) + line + b"\n"))

    def test_a_long_line_does_not_bleed_into_the_next(self):
        for length in (1000, 4095, 4096, 4097, 8192, 65535 - len("wwwauth[]=\n")):
            ran = self.get(ask(("wwwauth[]", "x" * length), *ADDRESS))
            self.assertEqual(ran.code, 0, (length, ran))
            self.assertEqual(self.broker.requests[-1]["HOST"], "git.example.com")

    def test_a_line_of_65536_bytes_is_refused(self):
        for end in ("\n", ""):
            line = "wwwauth[]=" + "x" * (65535 - len("wwwauth[]=")) + end
            self.assert_refused(self.get(ask(*ADDRESS) + line.encode()))

    def test_H7_a_line_of_a_mebibyte_and_100000_lines_are_refused(self):
        self.assert_refused(self.get(ask(*ADDRESS) + b"x=" + b"y" * (1 << 20) + b"\n"))
        self.assert_refused(self.get(ask(*ADDRESS) + b"x=y\n" * 100000))
        self.assert_refused(self.get(b"x=y\n" * 1025 + ask(*ADDRESS)))

    def test_H7_noise_costs_no_memory(self):
        """The most that a run of it took, in KiB (getrusage(2) counts what ran before exec, too)."""
        with open(tool.GIT_HELPER, "rb") as program:
            if b"__asan_init" in program.read():
                return  # a sanitizer's own memory is far more
        measure = ("import os, resource, subprocess, sys; "
                   "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
                   "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        used = []
        for data in (b"", b"host=" + b"x" * (1 << 24), b"a=b\n" * 200000, os.urandom(1 << 22)):
            done = tool.execute(["/usr/bin/env", "-i", "/usr/bin/python3", "-S", "-c", measure,
                                 tool.GIT_HELPER, "get"], data)
            used.append(int(done.out))
        self.assertLess(max(used) - used[0], 1024)

    def test_a_mebibyte_of_long_lines_is_refused(self):
        self.assert_refused(self.get((b"x=" + b"y" * 60000 + b"\n") * 20 + ask(*ADDRESS)))

    def test_a_host_or_path_that_no_message_can_carry(self):
        self.assert_refused(self.get(ask(ADDRESS[0], ("host", "h" * 301))))
        self.assert_refused(self.get(ask(*ADDRESS, ("path", "p" * 4097))))
        self.assertEqual(self.get(ask(ADDRESS[0], ("host", "h" * 300), ("path", "p" * 4096))).code,
                         0)

    def test_H7_binary_noise(self):
        noise = bytes((i * 197 + i // 256) % 256 for i in range(5000))
        for start in range(0, 256, 8):
            self.assert_refused(self.get(ask(*ADDRESS) + b"x=" + noise[start:] + b"\n"))

    def test_H4_messages_show_no_control_byte(self):
        ran = tool.execute([tool.MOBPROC, "credential", "g\x1b[2Jit", "get"])
        self.assertEqual(ran.code, 2)
        self.assertIn("\\x1b", ran.err)
        self.assertNotIn("\x1b", ran.err)


class Answer(GitCase):
    """What the broker must not be able to make us print."""

    def assert_nothing_for(self, **changes):
        with fakebroker.FakeBroker(tool.gives(**changes)) as broker:
            ran = tool.git(broker, "get", ask(*ADDRESS))
            self.assert_refused(ran)

    def test_H8_an_expired_token(self):
        now = int(time.time())
        for expires_at in (0, 1, now - 3600, now - 1, now, None):
            with self.subTest(expires_at):
                self.assert_nothing_for(EXPIRES_AT=expires_at)

    def test_a_token_of_other_bytes(self):
        for token in (None, "", "a b", "a\nhost=evil", "a\rb", "a\x7fb", "tokén", "a\tb",
                      "x" * 16385):
            with self.subTest(token):
                self.assert_nothing_for(ACCESS_TOKEN=token)

    def test_no_account_or_one_that_cannot_be(self):
        for account in (None, "", "Tangoe", "a\nb"):
            self.assert_nothing_for(ACCOUNT=account)

    def test_the_longest_token_is_whole(self):
        token = "x" * 16384
        with fakebroker.FakeBroker(tool.gives(ACCESS_TOKEN=token)) as broker:
            ran = tool.git(broker, "get", ask(*ADDRESS, ("username", "u" * 60000)))
        self.assertEqual(dict(reply(ran))["password"], token)
        self.assertEqual(dict(reply(ran))["username"], "u" * 60000)

    def test_a_broker_that_says_something_else(self):
        scripts = [[b"garbage"], [fakebroker.ACCEPTED, b"garbage"], [fakebroker.ACCEPTED],
                   [fakebroker.CLOSE], [fakebroker.ACCEPTED, fakebroker.ACCEPTED],
                   [fakebroker.result("OK", **tool.token_fields())], [b"x" * 70000],
                   [fakebroker.ACCEPTED, fakebroker.result(4242, **tool.token_fields())],
                   [fakebroker.ACCEPTED, fakebroker.result(None, **tool.token_fields())]]
        for script in scripts:
            with fakebroker.FakeBroker(fakebroker.actions(*script)) as broker:
                self.assert_refused(tool.git(broker, "get", ask(*ADDRESS)))


class Refusals(unittest.TestCase):
    """A host that is not ours: silence. Ours without a token: quit=1. Else nothing and a message."""

    SILENT = {"NO_ACCOUNT"}
    HINT = {"NO_RECORD"}  # ours, but nothing is stored: git may ask somebody else
    QUIT = {"LOCKED", "OUTAGE", "LOGIN_NEEDED", "STORAGE", "DENIED", "CLIENT", "POLICY"}
    CODES = {"AMBIGUOUS": 2, "CONFIGURATION": 7, "FORBIDDEN": 4, "UNMAPPED": 4, "BUSY": 5}

    def test_every_error(self):
        for error in sorted(set(fakebroker.ERRORS) - {"OK"}):
            # a token beside an error is never looked at
            script = fakebroker.answer(error, TEXT="said by the broker", **tool.token_fields())
            with self.subTest(error), fakebroker.FakeBroker(script) as broker:
                ran = tool.git(broker, "get", ask(*ADDRESS))
                self.assertNotIn(tool.TOKEN, str(ran))
                if error in self.SILENT:
                    self.assertEqual((ran.code, ran.out, ran.err), (0, b"", ""))
                    continue
                self.assertIn("mobproc: said by the broker\n", ran.err)
                if error in self.HINT:
                    self.assertEqual((ran.code, ran.out), (0, b""))
                elif error in self.QUIT:
                    self.assertEqual((ran.code, ran.out), (0, b"quit=1\n"))
                else:
                    self.assertEqual(ran.out, b"")
                    self.assertNotEqual(ran.code, 0)
                    self.assertEqual(ran.code, self.CODES.get(error, ran.code))

    def test_a_login_that_is_needed_names_the_command(self):
        with fakebroker.FakeBroker(fakebroker.answer("LOGIN_NEEDED")) as broker:
            self.assertIn("run: mobproc login", tool.git(broker, "get", ask(*ADDRESS)).err)

    def test_no_broker(self):
        broker = fakebroker.FakeBroker()
        broker.close()
        ran = tool.git(broker, "get", ask(*ADDRESS))
        self.assertEqual((ran.code, ran.out), (5, b""))
        self.assertIn("not running", ran.err)

    def test_an_ambiguous_username_leaves_the_hint(self):
        def script(request):
            error = "OK" if request.get("PREFERRED") == "tangoe" else "AMBIGUOUS"
            return [fakebroker.ACCEPTED, fakebroker.result(error, **tool.token_fields())]
        with fakebroker.FakeBroker(script) as broker:
            ran = tool.git(broker, "get", ask(*ADDRESS, ("username", "bob")),
                           environment={"MOBPROC_ACCOUNT": "tangoe"})
        self.assertEqual(reply(ran)[:2], [("username", "bob"), ("password", tool.TOKEN)])


class Erase(GitCase):
    script = staticmethod(fakebroker.answer("OK"))

    def erase(self, *more, **options):
        ran = tool.git(self.broker, "erase", ask(*ADDRESS, *more), **options)
        self.assert_silent(ran)
        return self.broker.requests

    def test_the_refused_token_is_named(self):
        request, = self.erase(("password", tool.TOKEN), ("path", "a"))
        self.assertEqual((request.operation, request["SCHEME"], request["HOST"], request["PATH"],
                          request["ACCESS_TOKEN"]),
                         ("ERASE", "https", "git.example.com", "a", tool.TOKEN))

    def test_a_bearer_is_in_credential(self):
        request, = self.erase(("credential", tool.TOKEN), ("authtype", "Bearer"))
        self.assertEqual(request["ACCESS_TOKEN"], tool.TOKEN)

    def test_without_a_token_nothing_is_asked(self):
        self.assertEqual(self.erase(), [])
        self.assertEqual(self.erase(("password", "")), [])
        self.assertEqual(self.erase(("credential", "")), [])

    def test_what_cannot_be_a_token_is_not_sent(self):
        self.assertEqual(self.erase(("password", "correct horse")), [])

    def test_an_incomplete_address_erases_nothing(self):
        for pairs in ([], ADDRESS[:1], ADDRESS[1:], [("protocol", "http"), ADDRESS[1]]):
            ran = tool.git(self.broker, "erase", ask(*pairs, ("password", tool.TOKEN)))
            self.assert_silent(ran)
        self.assertEqual(self.broker.requests, [])

    def test_each_account_that_may_have_given_it_is_asked(self):
        requests = self.erase(("password", tool.TOKEN), ("username", "oauth2"),
                              environment={"MOBPROC_ACCOUNT": "tangoe"})
        self.assertEqual([request["PREFERRED"] for request in requests], ["oauth2", "tangoe"])

    def test_what_went_wrong_with_one_account_is_said(self):
        for first, second, code in (("OUTAGE", "NO_RECORD", 5), ("NO_RECORD", "OUTAGE", 5),
                                    ("LOCKED", "OK", 6), ("OK", "LOCKED", 6), ("OUTAGE", "LOCKED", 5),
                                    ("NO_RECORD", "AMBIGUOUS", 0), ("OK", "NO_RECORD", 0)):
            answers = {"oauth2": first, "tangoe": second}
            with fakebroker.FakeBroker(lambda request, answers=answers: [
                    fakebroker.ACCEPTED, fakebroker.result(answers[request["PREFERRED"]])]) as broker:
                ran = tool.git(broker, "erase", ask(*ADDRESS, ("password", tool.TOKEN),
                                                    ("username", "oauth2")),
                               environment={"MOBPROC_ACCOUNT": "tangoe"})
            self.assertEqual((ran.code, ran.out, ran.err != ""), (code, b"", code != 0), (first, ran))
            self.assertEqual(len(broker.requests), 2)

    def test_an_address_of_somebody_else_is_silent(self):
        for error in ("NO_ACCOUNT", "NO_RECORD", "AMBIGUOUS"):
            with fakebroker.FakeBroker(fakebroker.answer(error)) as broker:
                ran = tool.git(broker, "erase", ask(*ADDRESS, ("password", tool.TOKEN)))
                self.assertEqual((ran.code, ran.out, ran.err), (0, b"", ""))


class RealGit(GitCase):
    """git itself reads what we write."""

    def git(self, words, data, environment=None, **more):
        environment = dict({"PATH": os.environ["PATH"], "HOME": "/nonexistent",
                            "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"},
                           **(environment or {}))
        helper = "%s --socket %s" % (tool.GIT_HELPER, self.broker.path)
        return subprocess.run(["git", "-c", "credential.helper=" + helper] + words, input=data,
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=20, check=False, **more)

    def setUp(self):
        super().setUp()
        if not shutil.which("git"):
            self.skipTest("git is not installed")

    def test_git_credential_fill_gets_the_token(self):
        ran = self.git(["credential", "fill"], b"url=https://git.example.com/a.git\n\n")
        self.assertEqual(ran.returncode, 0, ran)
        lines = ran.stdout.decode().splitlines()
        self.assertIn("password=" + tool.TOKEN, lines)
        self.assertIn("username=oauth2", lines)
        self.assertNotIn("PATH", self.broker.requests[0])

    def test_with_use_http_path_the_prefix_arrives(self):
        self.git(["-c", "credential.useHttpPath=true", "credential", "fill"],
                 b"url=https://git.example.com/group/a.git\n\n")
        self.assertEqual(self.broker.requests[0]["PATH"], "group/a.git")

    def test_approve_stores_nothing_and_reject_erases(self):
        data = (ask(*ADDRESS) + b"username=oauth2\npassword=%s\n\n" % tool.TOKEN.encode())
        self.assertEqual(self.git(["credential", "approve"], data).returncode, 0)
        self.assertEqual(self.broker.requests, [])
        self.assertEqual(self.git(["credential", "reject"], data).returncode, 0)
        self.assertEqual([request.operation for request in self.broker.requests], ["ERASE"])

    def test_quit_keeps_git_from_asking_a_person(self):
        self.broker.script = fakebroker.answer("OUTAGE")
        ran = self.git(["credential", "fill"], b"url=https://git.example.com/\n\n",
                       {"GIT_ASKPASS": "/bin/echo"})
        self.assertEqual(ran.returncode, 128)
        self.assertEqual(ran.stdout, b"")
        self.assertIn(b"quit", ran.stderr)

    def test_a_stranger_s_host_is_left_to_the_next_helper(self):
        self.broker.script = fakebroker.answer("NO_ACCOUNT")
        ran = self.git(["-c", "credential.helper=!echo password=other; echo username=u; :",
                        "credential", "fill"], b"url=https://elsewhere.example/\n\n")
        self.assertIn(b"password=other", ran.stdout, ran)


class Arguments(unittest.TestCase):
    def test_usage_errors(self):
        for words in ([], ["--socket"], ["--frobnicate", "get"], ["get", "store"], ["-x"]):
            ran = tool.execute([tool.GIT_HELPER] + words)
            self.assertEqual((ran.code, ran.out), (2, b""), words)
            self.assertIn("usage: git-credential-mobproc", ran.err)

    def test_help_and_version(self):
        for word, start in (("--help", b"usage: git-credential-mobproc"),
                            ("--version", b"git-credential-mobproc ")):
            ran = tool.execute([tool.GIT_HELPER, word])
            self.assertEqual((ran.code, ran.err), (0, ""))
            self.assertTrue(ran.out.startswith(start))

    def test_it_is_one_static_program(self):
        if not shutil.which("readelf"):
            self.skipTest("readelf is not installed")
        listed = subprocess.run(["readelf", "-lhd", tool.GIT_HELPER], stdout=subprocess.PIPE,
                                check=True).stdout.decode()
        self.assertIn("DYN (", listed)
        with open(tool.GIT_HELPER, "rb") as file:
            if b"__asan_init" in file.read():  # a sanitizer build is never static
                return
        self.assertNotIn("INTERP", listed)
        self.assertNotIn("NEEDED", listed)


if __name__ == "__main__":
    unittest.main()
