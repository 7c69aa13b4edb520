"""mobproc enable when the power fails: what takes the lines out again is on the disk before they are in."""
import re
import shutil
import unittest

from fixtures import tool
from fixtures.rolloutcase import PAM_D, UNITS, RolloutCase


@unittest.skipUnless(shutil.which("strace"), "no strace here")
class Durable(RolloutCase):
    def test_each_new_name_is_on_the_disk_before_the_lines_are_in(self):
        trace = self.place / "trace"
        ran = tool.execute(["strace", "-qq", "-y", "-o", trace, "-e", "trace=mkdir,symlink,rename,fsync",
                            tool.MOBPROC, "enable", "--service", "sshd"],
                           environment={"PATH": "/usr/bin:/bin", "ASAN_OPTIONS": "detect_leaks=0"})
        self.assertEqual(ran.code, 0, ran)
        waiting, made = set(), []
        for line in trace.read_text().splitlines():
            call = re.match(r'(mkdir|symlink|rename)\((?:"[^"]*", )?"([^"]*)".*\)\s+= 0$', line)
            synced = re.match(r"fsync\(\d+<(.*)>\)\s+= 0$", line)
            if synced:
                waiting.discard(synced.group(1))
            elif call and call.group(2) == str(PAM_D / "sshd"):
                self.assertEqual(waiting, set())
                break
            elif call:
                made.append((call.group(1), call.group(2)))
                waiting.add(call.group(2).rpartition("/")[0])
        else:
            self.fail("the lines were not put in")
        for name in (("mkdir", "/var/lib/mobproc-rollout"),
                     ("mkdir", str(UNITS / "multi-user.target.wants")),
                     ("rename", "/var/lib/mobproc-rollout/sshd.state")):
            self.assertIn(name, made)


if __name__ == "__main__":
    unittest.main()
