"""The module in a poor or hostile host: small limits, many handles, foreign symbols, somebody's home."""
import os
import re
import tempfile
import subprocess
import unittest

from fixtures import fakebroker, pam, scratch
from fixtures.pamcase import PASSWORD, ROOT, PamCase

STEPS = ("authenticate", "setcred", "acct_mgmt", "open_session", "close_session")
ROUNDS = int(os.environ.get("MOBPROC_ROUNDS", "200"))  # 10000 for a long run
LIMITS = ["nofile=%d" % number for number in (3, 4, 5, 6, 7, 8, 10, 12, 16)]
LIMITS += ["nproc=0", "fsize=0", "stack=65536", "memlock=0"]
ADDRESS_SPACE = ["as=%d" % (mebibytes << 20) for mebibytes in (8, 16, 32, 64)]
WITHOUT_LEAK_CHECK = {"ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}  # it opens files
REFUSALS = {"PAM_AUTHINFO_UNAVAIL", "PAM_AUTH_ERR", "PAM_USER_UNKNOWN", "PAM_BUF_ERR",
            "PAM_SERVICE_ERR", "PAM_SYSTEM_ERR", "PAM_PERM_DENIED", "PAM_SESSION_ERR", "PAM_ABORT",
            "PAM_CONV_ERR", "PAM_MODULE_UNKNOWN"}


def sanitized():
    """Was the module built with a sanitizer?"""
    return b"__asan_init" in (pam.BUILD / "pam_mobproc.so").read_bytes()


class Poor(PamCase):
    def run_under(self, limit, script):
        """The outcome of all steps in a host with that limit; the host must end by itself."""
        with fakebroker.FakeBroker(script) as broker:
            stack = pam.module("socket=" + broker.path, *self.range)
            outcome = stack.run(*STEPS, user=self.user, password=PASSWORD,
                                options=["--limit", limit], environment=WITHOUT_LEAK_CHECK)
        self.assertEqual(outcome.returncode, 0, (limit, outcome.output, outcome.stderr))
        self.assertEqual(outcome.changed, [], limit)
        self.assertEqual(len(outcome.codes), len(STEPS), limit)
        return outcome

    def test_L27_small_limits_end_in_an_answer(self):
        for limit in LIMITS + ([] if sanitized() else ADDRESS_SPACE):
            with self.subTest(limit):
                for code in self.run_under(limit, fakebroker.admit).codes:
                    self.assertIn(code, REFUSALS | {"PAM_SUCCESS"})

    def test_L27_and_never_in_a_yes_that_the_broker_did_not_say(self):
        for limit in LIMITS + ([] if sanitized() else ADDRESS_SPACE):
            with self.subTest(limit):
                outcome = self.run_under(limit, fakebroker.answer("DENIED"))
                self.assertIn(outcome.codes[0], REFUSALS)
                self.assertIn(outcome.codes[2], REFUSALS)

    def test_P18_many_handles_one_after_another(self):
        """libpam unloads the module at each pam_end(); in a jail without fork and threads."""
        with fakebroker.FakeBroker() as broker:
            stack = pam.module("socket=" + broker.path, *self.range)
            outcome = stack.run("authenticate", "acct_mgmt", user=self.user, password=PASSWORD,
                                options=["--jail", "--rounds", str(ROUNDS)])
        self.check(outcome)
        self.assertEqual(outcome.codes, ["PAM_SUCCESS"] * 2 * ROUNDS)

    def test_P18_many_handles_without_a_broker(self):
        stack = pam.module("socket=/nonexistent/broker.sock", *self.range)
        outcome = stack.run("authenticate", user=self.user, password=PASSWORD,
                            options=["--jail", "--rounds", str(ROUNDS)])
        self.check(outcome)
        self.assertEqual(outcome.codes, ["PAM_AUTHINFO_UNAVAIL"] * ROUNDS)


class Symbols(PamCase):
    """A host that has functions with the names of ours, or with everybody's favourite ones."""

    def library(self):
        """A library, loaded before all others, whose every function ends the process."""
        shown = subprocess.run(["nm", str(pam.BUILD / "pam_mobproc.so")], stdout=subprocess.PIPE,
                               check=True).stdout.decode()
        names = set(re.findall(r" t ([a-z][a-z0-9_]*)$", shown, re.MULTILINE))
        names = {name for name in names if not re.search(r"asan|ubsan|sanitizer|module_[cd]tor|tm_clones|"
                                                         r"frame_dummy|dtors|register", name)}
        self.assertIn("secret_new", names)
        self.assertGreater(len(names), 40)
        names |= {"error_log", "free_all", "json_object_get", "json_object_put", "log_message",
                  "curl_easy_init", "config_read", "debug", "die", "fatal", "xmalloc"}
        folder = scratch.folder("symbols")
        source = folder / "foreign.c"
        source.write_text("void abort(void);\n" +
                          "".join("void %s(void) { abort(); }\n" % name for name in sorted(names)))
        library = folder / "foreign.so"
        subprocess.run(["cc", "-w", "-fno-builtin", "-shared", "-fPIC", "-o", str(library), str(source)],
                       check=True)
        return str(library)

    def test_P17_a_host_with_functions_of_the_same_names(self):
        with fakebroker.FakeBroker() as broker:
            stack = pam.module("socket=" + broker.path, *self.range)
            outcome = stack.run(*STEPS, user=self.user, password=PASSWORD,
                                environment={"LD_PRELOAD": self.library()})
        self.check(outcome)
        self.assertEqual(outcome.codes[:3], ["PAM_SUCCESS"] * 3)


@unittest.skipUnless(ROOT, "needs root: a user's home is somebody else's")
class Files(PamCase):
    """What the module opens, as strace sees it."""

    def traced(self):
        """The calls of a login, with a home that is a trap."""
        home = scratch.folder("home", 0o777)
        for name in (".netrc", ".curlrc", ".config", ".cache", ".mobproc", ".pam_environment"):
            os.mkfifo(str(home / name), 0o666)
        trace = home / "trace"
        wrapper = scratch.folder("strace") / "pamhost"
        wrapper.write_text("#!/bin/sh\nexec strace -qq -s 4096 -e trace=%%file,socket -o %s %s \"$@\"\n"
                           % (trace, pam.installed() / "pamhost"))
        wrapper.chmod(0o755)
        with fakebroker.FakeBroker() as broker:
            stack = pam.module("socket=" + broker.path, *self.range)
            options = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "TMPDIR": str(home)}
            if sanitized():
                options.update(WITHOUT_LEAK_CHECK)
            outcome = stack.run(*STEPS, user="alice", password=PASSWORD, environment=options,
                                program=wrapper)
        self.check(outcome)
        self.assertEqual(outcome.codes[0], "PAM_SUCCESS")
        return home, stack.folder, broker.folder, trace.read_text()

    def test_P12_L26_nothing_below_a_home_or_another_users_path_is_opened(self):
        home, stack, broker, trace = self.traced()
        paths = set(re.findall(r'"(/[^"]*)"', trace))
        self.assertIn("socket(AF_UNIX, SOCK_SEQPACKET", trace)
        allowed = ("/lib", "/usr/", "/etc/", "/proc/", "/dev/", "/sys/", "/run/", "/var/run/", "/var/db/",
                   "/var/lib/", "/selinux", str(stack), str(broker), str(pam.installed()),
                   str(pam.BUILD / "profiles"))  # of make coverage
        odd = {path for path in paths if not path.startswith(allowed)
               and path not in ("/", "/tmp", "/nonexistent", tempfile.gettempdir())}
        self.assertEqual(odd, set())
        self.assertNotIn(str(home), trace.split("execve", 1)[1].split("\n", 1)[1])

    def test_P14_every_socket_of_ours_is_closed_on_exec(self):
        trace = self.traced()[3]
        ours = re.findall(r"socket\(AF_UNIX, (SOCK_SEQPACKET[^,]*),", trace)
        self.assertGreaterEqual(len(ours), 3)
        for kind in ours:
            self.assertIn("SOCK_CLOEXEC", kind)


if __name__ == "__main__":
    unittest.main()
