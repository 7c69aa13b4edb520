"""The broker while the clock of the machine jumps."""
import os
import pathlib
import subprocess
import time
import unittest

from fixtures import build
from fixtures.house import House

ROOT = os.geteuid() == 0


def get(house):
    """What asking for a token is answered."""
    return house.ask("GET", ACCOUNT="tangoe")


class Clock(unittest.TestCase):
    """The machine's clock jumps; the monotonic one does not."""

    DAY, YEAR = 86400, 31557600
    JUMPS = {"a second": 1, "back a second": -1, "a day": DAY, "back a day": -DAY,
             "back ten years": -10 * YEAR, "1970": None, "2038": 2147483648, "2106": 4294967297}

    def house(self, all_clocks=False, start=True, **more):
        """A house whose broker's clock can be set with jump(), or all its clocks."""
        house = House(self, start=False, **more)
        self.addCleanup(house.__exit__, None, None, None)
        library = house.directory / "shift.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library),
                        str(pathlib.Path(__file__).with_name("shift_clock.c"))], check=True)
        self.shift = house.directory / "shift"
        options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        house.popen["env"] = dict(os.environ, LD_PRELOAD=str(library), ASAN_OPTIONS=options,
                                  MOBPROC_TEST_SHIFT=str(self.shift))
        if all_clocks:
            house.popen["env"]["MOBPROC_TEST_SHIFT_ALL"] = "1"
        if start:
            house.start()
        return house

    def house_slow_to_unlink(self):
        """A house whose broker ends when idle and then takes four seconds to remove its socket."""
        house = self.house(all_clocks=True, start=False, arguments=["--idle", "300"])
        wrapper = house.directory / "slow"
        # strace itself would wait for a clock that is ahead
        wrapper.write_text("#!/bin/sh\nlibrary=$LD_PRELOAD\nunset LD_PRELOAD\n"
                           "exec strace -E LD_PRELOAD=$library -D -qq -e signal=none -o /dev/null "
                           "-e trace=unlink -e inject=unlink:delay_enter=4000000 %s \"$@\"\n"
                           % build.program("mobprocd"))
        wrapper.chmod(0o755)
        house.popen["executable"] = str(wrapper)
        house.popen["env"]["ASAN_OPTIONS"] += ":detect_leaks=0"  # it cannot work below a tracer
        house.start()
        return house

    def wait_until(self, condition):
        deadline = time.monotonic() + 10
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def jump(self, seconds):
        """So many seconds ahead from now on; the whole file or none of it."""
        self.shift.with_name("shift-new").write_text("%d\n" % seconds)
        self.shift.with_name("shift-new").rename(self.shift)

    def seconds(self, jump):
        """How far that is from now."""
        if jump is None:
            return int(60 - time.time())
        return int(jump - time.time()) if jump > 1 << 30 else jump

    def test_who_comes_in_the_moment_of_an_idle_end_is_served(self):
        house = self.house_slow_to_unlink()

        def is_stopped():
            with open("/proc/%d/stat" % house.broker.pid, encoding="ascii") as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "t"

        self.wait_until(lambda: "event=started" in house.log_text())
        self.jump(400)
        self.wait_until(lambda: is_stopped() and (time.sleep(0.1) or is_stopped()))
        self.assertEqual(house.ask("LIST")["ERROR"], "OK")
        self.assertEqual(house.broker.wait(20), 0)
        house.broker = None
        self.assertFalse(house.socket.exists())

    @unittest.skipUnless(ROOT, "only root opens sessions")
    def test_a_login_whose_session_is_not_yet_open_is_not_forgotten(self):
        house = self.house(all_clocks=True, machine={"forget": "last-session"})
        who = {"uid": 0, "USER": house.me, "UID": house.uid}

        def second_login():
            """A session is open, somebody logs in once more, and then the first one ends."""
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(house.ask("SESSION_OPEN", **who)["ERROR"], "OK")
            time.sleep(1.1)
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(house.ask("SESSION_CLOSE", **who)["ERROR"], "OK")
            self.assertEqual(get(house)["ERROR"], "OK")
        with self.subTest("its session is opened, and closed"):
            second_login()
            time.sleep(1.1)
            self.assertEqual(house.ask("SESSION_OPEN", **who)["ERROR"], "OK")
            self.jump(130)
            get(house)
            self.assertEqual(get(house)["ERROR"], "OK")
            self.assertEqual(house.ask("SESSION_CLOSE", **who)["ERROR"], "OK")
            self.assertEqual(get(house)["ERROR"], "NO_RECORD")
        with self.subTest("its session never comes, twice"):
            second_login()
            self.jump(190)
            second_login()
            for seconds, error in ((240, "OK"), (270, "OK"), (330, "NO_RECORD")):
                self.jump(seconds)
                get(house)
                self.assertEqual(get(house)["ERROR"], error)

    def test_a_token_that_a_tool_refused_is_replaced_once_in_half_a_minute(self):
        house = self.house()
        house.login()
        tokens = [get(house)["ACCESS_TOKEN"]]
        for seconds, refreshes in ((10, 0), (31, 1), (40, 1), (75, 2)):
            self.jump(seconds)
            self.assertEqual(house.ask("ERASE", ACCOUNT="tangoe", ACCESS_TOKEN=tokens[-1])["ERROR"],
                             "OK")
            self.assertEqual(len(house.ping.posts("refresh_token")), refreshes and len(tokens) - 1)
            tokens.append(get(house)["ACCESS_TOKEN"])
            if tokens[-1] == tokens[-2]:
                tokens.pop()
            self.assertEqual(len(house.ping.posts("refresh_token")), refreshes)

    def test_L20_no_token_is_given_after_its_end(self):
        """Tokens are over on the server's clock; ours says something else."""
        for name, jump in self.JUMPS.items():
            with self.subTest(name):
                house = self.house()
                house.login()
                first = get(house)["ACCESS_TOKEN"]
                self.jump(self.seconds(jump))
                if abs(self.seconds(jump)) >= self.DAY:
                    house.ping.state.expire_access_tokens()
                for _ in range(10):
                    answer = get(house)
                    self.assertEqual(answer["ERROR"], "OK")
                    self.assertTrue(house.ping.state.live(answer["ACCESS_TOKEN"]))
                self.assertLessEqual(len(house.ping.posts("refresh_token")), 1)
                self.assertEqual(len(house.ping.posts("password")), 1)
                self.assertEqual(answer["ACCESS_TOKEN"] == first,
                                 abs(self.seconds(jump)) < self.DAY)

    def test_L20_a_jump_there_and_back_costs_two_refreshes(self):
        house = self.house()
        house.login()
        for jump in (self.DAY, 0, 0):
            self.jump(jump)
            for _ in range(5):
                self.assertEqual(get(house)["ERROR"], "OK")
        self.assertEqual(len(house.ping.posts("refresh_token")), 2)

    def test_a_complaint_during_a_refresh_keeps_the_new_pair(self):
        """git's erase of an old token: the pair that is on its way replaces it anyway."""
        house = self.house()
        house.ping.state.grace = 0
        house.ping.state.reuse_revokes = True
        house.login()
        token = get(house)["ACCESS_TOKEN"]
        self.jump(40)
        house.ping.hold(lambda request: request.kind == "refresh_token")
        refresh = house.later(house.ask, "REFRESH")
        self.assertTrue(house.ping.wait_held())
        erased = house.ask("ERASE", ACCOUNT="tangoe", ACCESS_TOKEN=token)
        self.assertEqual(erased["ERROR"], "OK")
        house.ping.release()
        self.assertEqual(refresh.result()["ERROR"], "OK")
        answer = get(house)
        self.assertEqual(answer["ERROR"], "OK")
        self.assertTrue(house.ping.state.live(answer["ACCESS_TOKEN"]))
        self.assertEqual(len(house.ping.posts("refresh_token")), 1)

    def test_L20_a_jump_during_a_request(self):
        for jump in (self.DAY, -10 * self.YEAR):
            with self.subTest(jump):
                house = self.house()
                house.login()
                house.ping.hold()
                asked = house.later(house.ask, "REFRESH")
                self.assertTrue(house.ping.wait_held())
                self.jump(jump)
                house.ping.release()
                self.assertEqual(asked.result()["ERROR"], "OK")
                self.assertEqual(get(house)["ERROR"], "OK")
                self.assertEqual(len(house.ping.posts("refresh_token")), 1)

    def test_L20_a_server_that_is_away_leaves_what_may_still_live(self):
        """The clock went back: whether the token lives cannot be known, and nobody can be asked."""
        house = self.house()
        house.login()
        self.jump(-self.DAY)
        house.ping.stop()
        self.assertEqual(get(house)["ERROR"], "OK")
        house.ping.start()


if __name__ == "__main__":
    unittest.main()
