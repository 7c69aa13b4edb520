"""How much memory a reply can cost: the most that the nursery or a job of it ever took. Not with a
sanitizer, whose own memory is far more: tests/run knows.
"""
import tempfile
import unittest

from fixtures.courier import Courier, password_job
from test_courier import PASSWORD, USER, CourierCase

MOST = 32 * 1024  # KiB
# Runs a command and says how much memory it and its children took at most, in KiB.
MEASURE = ("import resource, signal, subprocess, sys\n"
           "child = subprocess.Popen(sys.argv[1:], pass_fds=[int(sys.argv[3])])\n"
           "signal.signal(signal.SIGTERM, lambda *_: child.terminate())\n"
           "child.wait()\n"
           "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n")


class Memory(CourierCase):
    NAMES = ("body_100mb", "endless_body", "endless_chunks", "endless_headers", "huge_header",
             "thousand_headers", "gzip_bomb", "description_10mb", "deep_nesting", "many_keys",
             "interim_flood", "body_65k", "token_64k", "long_token")

    def test_N8_no_reply_costs_more_than_32_mebibytes(self):
        self.courier.stop()
        path = self.enter(tempfile.TemporaryDirectory(prefix="mobproc-memory."))
        with Courier(path, wrapper=["/usr/bin/python3", "-S", "-c", MEASURE]) as courier:
            for name in self.NAMES:
                self.ping.behave(name)
                done = courier.do(password_job(self.ping, USER, PASSWORD, REMAINING_MS=8000))
                self.assertIn(done["ERROR"], ("OK", "OUTAGE", "DENIED"), name)
            _, said = courier.stop()
        self.assertLess(int(said.split()[-1]), MOST)


if __name__ == "__main__":
    unittest.main()
