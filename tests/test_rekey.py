"""mobproc admin rekey: everything under a new key, through kill -9 at every step."""
import os
import select
import shutil
import signal
import stat
import unittest

from fixtures import asking, build, wire
from fixtures.house import CLIENT_SECRET, House
from fixtures.sicknames import SickNames
from fixtures.traced import STEPS, Traced

ROOT = os.geteuid() == 0
ME = os.geteuid()
UNVALIDATED = {"validate": "off", "accept_unvalidated": "yes"}
GONE = 59999  # a uid of nobody


def get(house, **more):
    """What asking for a token is answered."""
    return house.ask("GET", **dict({"ACCOUNT": "tangoe"}, **more))["ERROR"]


def rekey(house):
    """What the broker answers to root, or to its own user."""
    return house.ask("REKEY", uid=ME)


def key_files(house):
    """{name: contents} of the keys beside the vault."""
    return {path.name: path.read_bytes() for path in house.state.glob("vault.key*")}


def key_id(house, path):
    """The key that a sealed file names (struct envelope_header, struct sealed_header)."""
    return (house.state / path).read_bytes()[5:21]


def record(house):
    """The path of the record of the person who logs in, below the state directory."""
    return "%d/tangoe" % house.uid


def of_another_key(house):
    """The person's record as if it were sealed with a key that nobody has."""
    data = bytearray((house.state / record(house)).read_bytes())
    data[6] ^= 1
    return bytes(data)


class Rekey(unittest.TestCase):
    def house(self, account=None, **more):
        return House(self, dict(UNVALIDATED, **(account or {})), **more)

    def test_every_record_has_a_new_key_and_opens(self):
        with self.house() as house:
            house.login()
            old_key, old_id = key_files(house), key_id(house, record(house))
            ran = house.mobproc("admin", "rekey", "--socket", str(house.socket), uid=ME)
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr.decode()),
                             (0, b"", "mobproc: sealed with the new key: 1 record, 0 secrets\n"))
            self.assertEqual(list(key_files(house)), ["vault.key"])
            self.assertNotEqual(key_files(house), old_key)
            self.assertNotEqual(key_id(house, record(house)), old_id)
            self.assertEqual(stat.S_IMODE((house.state / "vault.key").stat().st_mode), 0o600)
            self.assertEqual(get(house), "OK")
            house.stop()
            house.start()
            self.assertEqual(get(house), "OK")
            self.assertEqual(len(house.ping.posts()), 1)

    def test_the_old_key_opens_nothing_any_more(self):
        with self.house() as house:
            house.login()
            old = key_files(house)["vault.key"]
            rekey(house)
            house.stop()
            (house.state / "vault.key").write_bytes(old)
            house.start()
            self.assertEqual(get(house), "LOCKED")

    def test_sealed_secrets_and_services_are_rekeyed_too(self):
        with self.house({"client_secret": "sealed:client"}) as house:
            house.ping.add_user("robot", "beep beep beep")
            house.secrets.add("beep beep beep")
            house.configure(dict(UNVALIDATED, client_secret="sealed:client"),
                            more=service(house))
            house.reload()
            seal(house, "client", CLIENT_SECRET)
            seal(house, "robot", "beep beep beep")
            self.assertEqual(get(house, ACCOUNT="robot"), "OK")
            house.login()
            ids = [key_id(house, path) for path in
                   (record(house), "service/robot", "secrets/client", "secrets/robot")]
            self.assertEqual(len(set(ids)), 1)
            self.assertIn("2 records, 2 secrets", rekey(house)["TEXT"])
            for path in (record(house), "service/robot", "secrets/client", "secrets/robot"):
                self.assertNotEqual(key_id(house, path), ids[0], path)
            self.assertEqual(house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"], "OK")
            (house.state / "service" / "robot").unlink()
            self.assertEqual(get(house, ACCOUNT="robot"), "OK")

    def test_what_does_not_open_is_left_alone_and_counted(self):
        with self.house() as house:
            house.login()
            left = {record(house).replace("tangoe", "gone"): b"an account that is gone",
                    "%d/tangoe" % GONE: of_another_key(house),
                    "secrets/unused": b"nobody refers to it"}
            for path, data in left.items():
                (house.state / path).parent.mkdir(mode=0o700, exist_ok=True)
                (house.state / path).write_bytes(data)
                (house.state / path).chmod(0o600)
            self.assertEqual(rekey(house)["TEXT"],
                             "sealed with the new key: 1 record, 0 secrets; 2 records and 1 secret "
                             "did not open and were left alone")
            for path, data in left.items():
                self.assertEqual((house.state / path).read_bytes(), data)
            self.assertEqual(get(house), "OK")

    def test_users_who_are_not_found_keep_their_key(self):
        """Their directory service may only be away, and be back tomorrow."""
        house = self.house(start=False)
        names = SickNames(house)
        with house:
            house.start()
            house.login()
            before = (house.state / record(house)).read_bytes()
            house.reload()
            names.say("getpwuid")
            for _ in range(2):
                answer = rekey(house)
                self.assertEqual((answer["ERROR"], answer["TEXT"]),
                                 ("STORAGE", "records of uid %d have no user or account now; "
                                  "remove those that are gone for good; everything still opens, "
                                  "run it again" % house.uid))
                self.assertEqual(sorted(key_files(house)), ["vault.key", "vault.key.next"])
            self.assertEqual((house.state / record(house)).read_bytes(), before)
            names.mend()
            self.assertEqual(get(house), "OK")
            self.assertIn(": 1 record, ", rekey(house)["TEXT"])
            self.assertEqual(list(key_files(house)), ["vault.key"])
            self.assertEqual(get(house), "OK")

    def test_a_user_who_is_gone_for_good_must_be_removed(self):
        with self.house() as house:
            house.login()
            for uid in range(GONE - 10, GONE):
                shutil.copytree(str((house.state / record(house)).parent),
                                str(house.state / str(uid)))
            self.assertRegex(rekey(house)["TEXT"],
                             r"^records of uid 59\d{3}(, uid 59\d{3}){7} and 2 more have no user ")
            for uid in range(GONE - 10, GONE):
                shutil.rmtree(str(house.state / str(uid)))
            self.assertEqual(rekey(house)["ERROR"], "OK")
            self.assertEqual(get(house), "OK")

    def test_the_answer_to_a_refresh_under_way_still_fits(self):
        with self.house() as house:
            house.login()
            house.ping.hold(lambda request: "refresh" in str(request.parameters))
            refresh = house.later(house.ask, "REFRESH", ACCOUNT="tangoe")
            house.ping.wait_held()
            self.assertEqual(rekey(house)["ERROR"], "OK")
            house.ping.release()
            self.assertEqual(refresh.result()["ERROR"], "OK")
            self.assertEqual(house.ask("REFRESH", ACCOUNT="tangoe")["ERROR"], "OK")

    def at_once(self, house, *packets):
        """Sends them while the broker sleeps; the answers in the order in which they come."""
        os.kill(house.broker.pid, signal.SIGSTOP)
        connections = []
        for packet in packets:
            connections.append(asking.connect(house.socket))
            connections[-1].send(packet)
        os.kill(house.broker.pid, signal.SIGCONT)
        waiting, results = list(connections), []
        while waiting:
            ready, _, _ = select.select(waiting, [], [], 20)
            self.assertTrue(ready, "no answer")
            for connection in ready:
                message = wire.decode(asking.receive(connection))
                if message.operation == "RESULT":
                    results.append((connections.index(connection), message))
                    waiting.remove(connection)
                    connection.close()
        return results

    def crowd(self, house, number):
        """So many records more, which nobody can open: a rekey takes its time."""
        for uid in range(GONE - number, GONE):
            (house.state / str(uid)).mkdir(mode=0o700)
            path = house.state / str(uid) / "tangoe"
            path.write_bytes(of_another_key(house))
            path.chmod(0o600)

    def test_a_second_one_meanwhile_is_refused(self):
        with self.house() as house:
            house.login()
            self.crowd(house, 100)
            (_, first), (_, second) = self.at_once(house, wire.encode("REKEY"),
                                                   wire.encode("REKEY"))
            self.assertEqual((first["ERROR"], first["TEXT"]), ("BUSY", "a rekey is under way"))
            self.assertEqual(second["ERROR"], "OK")
            self.assertEqual(rekey(house)["ERROR"], "OK")

    def test_others_are_served_meanwhile(self):
        with self.house() as house:
            house.login()
            self.crowd(house, 200)
            answer = house.later(rekey, house)
            served = 0
            while not answer.done():
                self.assertEqual(house.ask("RELOAD", uid=ME)["ERROR"], "OK")
                served += 1
            self.assertIn("; 200 records and 0 secrets did not open", answer.result()["TEXT"])
            self.assertGreater(served, 5)

    @unittest.skipUnless(ROOT, "without root the broker's user is the person")
    def test_a_person_may_not(self):
        with self.house() as house:
            before = key_files(house)
            self.assertEqual(house.ask("REKEY")["ERROR"], "FORBIDDEN")
            self.assertEqual(house.mobproc("admin", "rekey").returncode, 4)
            self.assertEqual(key_files(house), before)


def service(house):
    """A service account whose password is sealed."""
    return ("[account robot]\ntoken_endpoint = %s\nclient_id = 376af94124f4400e9227c89937c12354\n"
            "client_secret = sealed:client\nusername = robot\npassword = sealed:robot\n"
            "validate = off\nallow_users = *\nca = %s\n" % (house.ping.url, house.ping.ca))


def seal(house, name, secret):
    """As mobproc admin seal does."""
    result = house.ask("SEAL", uid=ME, SECRET_NAME=name, PASSWORD=secret)
    if result["ERROR"] != "OK":
        raise AssertionError(result.all("TEXT"))


class Credential(unittest.TestCase):
    def test_the_key_file_goes_when_a_credential_came(self):
        with House(self, UNVALIDATED) as house:
            house.login()
            self.assertIn("not a stolen disk", house.ask("STATUS")["KEY_SOURCE"])
            house.stop()
            folder = house.directory / "credentials"
            folder.mkdir()
            (folder / "vault-key").write_bytes(os.urandom(32))
            (folder / "vault-key").chmod(0o600)
            house.popen["env"] = dict(os.environ, CREDENTIALS_DIRECTORY=str(folder))
            house.start()
            self.assertEqual(get(house), "OK")
            self.assertIn("rekey", house.ask("STATUS")["KEY_SOURCE"])
            self.assertIn(": 1 record, ", rekey(house)["TEXT"])
            self.assertEqual(key_files(house), {})
            self.assertNotIn("rekey", house.ask("STATUS")["KEY_SOURCE"])
            self.assertEqual(get(house), "OK")
            house.stop()
            house.start()
            self.assertEqual(get(house), "OK")
            self.assertEqual(len(house.ping.posts()), 1)


class Crash(unittest.TestCase):
    """kill -9, or an error, at each system call of a rekey that changes the disk."""

    def prepared(self, house):
        """A record and a sealed secret, saved; how often each call is made before and by a rekey."""
        seal(house, "client", CLIENT_SECRET)
        house.login()
        house.stop()
        house.save()
        house.begin("")
        before = house.calls()
        self.assertEqual(rekey(house)["ERROR"], "OK")
        after = house.calls()
        self.assertGreater(after["renameat"], before["renameat"] + 2)
        return [(name, nth) for name in STEPS for nth in range(before[name] + 1, after[name] + 1)]

    def assert_opens(self, house, step):
        self.assertEqual(get(house), "OK", step)
        self.assertEqual(house.login()["ERROR"], "OK", step)  # with the sealed client secret

    def assert_finishes(self, house, step):
        self.assertEqual(rekey(house)["ERROR"], "OK", step)
        self.assertEqual(list(key_files(house)), ["vault.key"], step)
        self.assertEqual(key_id(house, record(house)), key_id(house, "secrets/client"), step)
        self.assert_opens(house, step)

    def test_L18_kill_9_at_every_step(self):
        with Traced(self, dict(UNVALIDATED, client_secret="sealed:client")) as house:
            for step in self.prepared(house):
                house.begin("-e inject=%s:signal=KILL:when=%d" % step)
                with self.assertRaises((AssertionError, OSError), msg=step):
                    rekey(house)
                self.assertEqual(house.broker.wait(20), -signal.SIGKILL, step)
                house.broker = None
                house.start()
                self.assert_opens(house, step)
                self.assert_finishes(house, step)

    def test_L16_an_error_at_every_step_loses_nothing(self):
        with Traced(self, dict(UNVALIDATED, client_secret="sealed:client")) as house:
            for step in self.prepared(house):
                house.begin("-e inject=%s:error=EIO:when=%d" % step)
                self.assertIn(rekey(house)["ERROR"], ("STORAGE",), step)
                self.assert_opens(house, step)
                self.assert_finishes(house, step)

    def test_status_tells_that_one_did_not_end(self):
        with Traced(self, dict(UNVALIDATED, client_secret="sealed:client")) as house:
            last = [step for step in self.prepared(house) if step[0] == "renameat"][-1]
            house.begin("-e inject=%s:error=EIO:when=%d" % last)
            self.assertEqual(rekey(house)["ERROR"], "STORAGE")
            self.assertEqual(sorted(key_files(house)), ["vault.key", "vault.key.next"])
            self.assertIn("mobproc admin rekey", house.ask("STATUS")["KEY_SOURCE"])


if __name__ == "__main__":
    unittest.main()
