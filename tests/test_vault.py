"""The vault behind the running broker: tampered with, without its key, on a full disk."""
import os
import pathlib
import stat
import time
import unittest

from fixtures import asking, people
from fixtures.house import House

ROOT = os.geteuid() == 0
OTHER_ACCOUNT = """
[account other]
token_endpoint = %s
client_id = 376af94124f4400e9227c89937c12354
client_secret = file:%s/client-secret
source_system = command
allow_users = *
ca = %s
"""
REFUSED = {"STORAGE", "LOCKED"}


def record(house, uid=None, account="tangoe"):
    """The path of a record."""
    return house.state / str(house.uid if uid is None else uid) / account


def get(house, **more):
    """What asking for a token is answered."""
    return house.ask("GET", **dict({"ACCOUNT": "tangoe"}, **more))["ERROR"]


def files_below(folder):
    """{relative path: contents} of all files."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file()}


def overwrite(path, data):
    """Other bytes in the same file: owner and mode stay."""
    with open(str(path), "r+b") as file:
        file.write(data)
        file.truncate()


class Tampering(unittest.TestCase):
    def assert_no_token(self, house, what):
        answer = house.ask("GET", ACCOUNT="tangoe")
        self.assertIn(answer["ERROR"], REFUSED, what)
        self.assertNotIn("ACCESS_TOKEN", answer, what)

    def test_L21_one_flipped_bit_anywhere(self):
        with House(self) as house:
            house.login()
            path, sound = record(house), record(house).read_bytes()
            for at in range(len(sound)):
                bit = 1 << (at * 5 % 8)
                overwrite(path, sound[:at] + bytes([sound[at] ^ bit]) + sound[at + 1:])
                self.assert_no_token(house, "byte %d of %d, bit %d" % (at, len(sound), bit))
            overwrite(path, sound)
            self.assertEqual(get(house), "OK")
            self.assertEqual(house.ping.posts("refresh_token"), [])

    def test_L21_cut_and_prolonged(self):
        with House(self) as house:
            house.login()
            path, sound = record(house), record(house).read_bytes()
            for length in list(range(0, 80)) + list(range(80, len(sound), 16)) + [len(sound) - 1]:
                overwrite(path, sound[:length])
                self.assert_no_token(house, "%d bytes left" % length)
            for more in (b"\0", b"\n", b"x" * 64, b"\0" * (1 << 20)):
                overwrite(path, sound + more)
                self.assert_no_token(house, "%d bytes more" % len(more))

    def test_a_login_puts_a_damaged_record_right(self):
        with House(self) as house:
            house.login()
            for damage in (b"", b"x", b"MPVT\x01", os.urandom(300)):
                overwrite(record(house), damage)
                self.assert_no_token(house, damage)
                self.assertEqual(house.login()["ERROR"], "OK")
                self.assertEqual(get(house), "OK")

    def test_a_logout_forgets_a_damaged_record(self):
        with House(self) as house:
            house.login()
            overwrite(record(house), os.urandom(300))
            self.assertEqual(house.ask("LOGOUT")["ERROR"], "OK")
            self.assertEqual(get(house), "NO_RECORD")
            self.assertFalse(record(house).exists())

    def test_L29_a_later_format_is_left_alone(self):
        """After a downgrade: the newer program's record is not ours to overwrite."""
        with House(self) as house:
            house.login()
            later = bytearray(record(house).read_bytes())
            later[4] += 1
            overwrite(record(house), bytes(later))
            self.assert_no_token(house, "a later version")
            self.assertEqual(house.login()["ERROR"], "STORAGE")
            self.assertEqual(record(house).read_bytes(), bytes(later))

    @unittest.skipUnless(ROOT, "needs root: two people log in")
    def test_L22_alice_and_bob_swap_files(self):
        with House(self) as house:
            alice, bob = people.UIDS["alice"], people.UIDS["bob"]
            house.login("alice")
            house.login("bob")
            one, two = (record(house, uid).read_bytes() for uid in (alice, bob))
            overwrite(record(house, alice), two)
            overwrite(record(house, bob), one)
            for uid in (alice, bob):
                self.assertEqual(get(house, uid=uid), "STORAGE")
            overwrite(record(house, alice), one)
            self.assertEqual(get(house, uid=alice), "OK")
            self.assertEqual(get(house, uid=bob), "STORAGE")

    def test_L22_a_record_fits_its_account_only(self):
        with House(self) as house:
            house.change(more=OTHER_ACCOUNT % (house.ping.url, house.directory, house.ping.ca))
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(house.login(ACCOUNT="other")["ERROR"], "OK")
            mine, other = record(house), record(house, account="other")
            overwrite(other, mine.read_bytes())
            self.assertEqual(get(house, ACCOUNT="other"), "STORAGE")
            self.assertEqual(get(house, ACCOUNT="tangoe"), "OK")

    def test_L22_a_record_fits_its_endpoint_and_client_only(self):
        """A token must not go to whoever is configured next under the same account name."""
        for change in ({"client_id": "another"}, {"token_endpoint": "{base}/another"}):
            with self.subTest(change), House(self) as house:
                house.login()
                house.change({key: value.format(base=house.ping.base)
                              for key, value in change.items()})
                self.assertEqual(get(house), "STORAGE")
                self.assertEqual(house.ask("REFRESH")["ERROR"], "STORAGE")
                self.assertEqual(house.ping.posts("refresh_token"), [])
                house.change()
                self.assertEqual(get(house), "OK")

    def test_another_mapping_erases(self):
        with House(self) as house:
            house.login()
            house.change({"source_system": "rivermine"})
            self.assertEqual(get(house), "NO_RECORD")
            self.assertFalse(record(house).exists())
            self.assertIn("event=record_erased reason=mapping_changed", house.log_text())
            house.change()
            self.assertEqual(get(house), "NO_RECORD")

    def test_P12_what_is_no_file_of_ours_is_not_read(self):
        with House(self) as house:
            house.login()
            path, sound = record(house), record(house).read_bytes()
            copy = house.directory / "copy"
            copy.write_bytes(sound)
            copy.chmod(0o600)
            plants = {"a symbolic link": lambda: path.symlink_to(copy),
                      "a hard link": lambda: os.link(str(copy), str(path)),
                      "a FIFO": lambda: os.mkfifo(str(path), 0o600),
                      "a directory": path.mkdir}
            for name, plant in plants.items():
                with self.subTest(name):
                    path.unlink()
                    plant()
                    began = time.monotonic()
                    self.assert_no_token(house, name)
                    self.assertLess(time.monotonic() - began, 2)
                    if path.is_dir() and not path.is_symlink():
                        path.rmdir()
                        path.touch()
            self.assertEqual(copy.read_bytes(), sound)
            path.unlink()
            for mode, expected in ((0o600, "OK"), (0o640, "STORAGE"), (0o606, "STORAGE")):
                path.write_bytes(sound)
                path.chmod(mode)
                self.assertEqual(get(house), expected, oct(mode))


class Key(unittest.TestCase):
    """STATE/vault.key while there are records."""

    def without_key(self, house, spoil):
        """Logs in, stops, spoils the key file, starts; what the records and the key were."""
        house.login()
        house.stop()
        before = files_below(house.state / str(house.uid))
        key = (house.state / "vault.key").read_bytes()
        spoil(house.state / "vault.key")
        house.start()
        return before, key

    def test_L25_a_bad_key_locks_and_the_right_one_opens_again(self):
        spoilers = {"missing": lambda path: path.unlink(),
                    "short": lambda path: overwrite(path, path.read_bytes()[:-1]),
                    "long": lambda path: overwrite(path, path.read_bytes() + b"x"),
                    "empty": lambda path: overwrite(path, b""),
                    "zero": lambda path: overwrite(path, path.read_bytes()[:6] + bytes(32)),
                    "no key file": lambda path: overwrite(path, b"x" * 38),
                    "readable for all": lambda path: path.chmod(0o644)}
        for name, spoil in spoilers.items():
            with self.subTest(name), House(self) as house:
                before, key = self.without_key(house, spoil)
                for answer in (get(house), house.login()["ERROR"], house.ask("REFRESH")["ERROR"],
                               house.ask("LOGOUT")["ERROR"]):
                    self.assertEqual(answer, "LOCKED")
                self.assertEqual(len(house.ping.posts("password")), 1)
                self.assertEqual(house.ping.posts("refresh_token"), [])
                status = house.mobproc("status")
                self.assertIn(b"key", status.stdout + status.stderr)
                self.assertEqual(files_below(house.state / str(house.uid)), before)
                (house.state / "vault.key").write_bytes(key)
                (house.state / "vault.key").chmod(0o600)
                self.assertEqual(get(house), "LOCKED")
                house.reload()
                self.assertEqual(get(house), "OK")
                self.assertEqual(house.login()["ERROR"], "OK")

    def test_L25_another_key(self):
        with House(self) as house:
            before, key = self.without_key(
                house, lambda path: overwrite(path, path.read_bytes()[:6] + os.urandom(32)))
            for _ in range(2):
                self.assertEqual(get(house), "LOCKED")
            self.assertEqual(files_below(house.state / str(house.uid)), before)
            house.stop()
            overwrite(house.state / "vault.key", key)
            house.start()
            self.assertEqual(get(house), "OK")

    def test_L25_a_valid_but_wrong_key_is_mended_by_a_reload(self):
        with House(self) as house:
            house.login()
            key = house.state / "vault.key"
            right = key.read_bytes()
            wrong = right[:-1] + bytes([right[-1] ^ 1])
            for contents, expected in ((wrong, "LOCKED"), (right, "OK")):
                key.write_bytes(contents)
                house.reload()
                self.assertEqual(house.ask("GET")["ERROR"], expected)

    def test_a_key_is_made_once_and_only_for_an_empty_vault(self):
        with House(self) as house:
            key = (house.state / "vault.key").read_bytes()
            house.login()
            house.ask("LOGOUT")
            house.stop()
            house.start()
            self.assertEqual((house.state / "vault.key").read_bytes(), key)
            house.login()
            house.kill()
            (house.state / "vault.key").unlink()
            house.start()
            self.assertFalse((house.state / "vault.key").exists())

    def test_a_credential_of_the_service_manager_seals_instead(self):
        with House(self, start=False) as house:
            folder = house.directory / "credentials"
            folder.mkdir()
            (folder / "vault-key").write_bytes(os.urandom(32))
            (folder / "vault-key").chmod(0o600)
            house.popen["env"] = dict(os.environ, CREDENTIALS_DIRECTORY=str(folder))
            house.start()
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertIn("systemd credential", house.ask("STATUS")["KEY_SOURCE"])
            self.assertFalse((house.state / "vault.key").exists())
            house.stop()
            del house.popen["env"]
            house.start()
            self.assertEqual(get(house), "LOCKED")


class Files(unittest.TestCase):
    def modes(self, house):
        """{relative path: mode} of the state directory and all in it."""
        return {str(path.relative_to(house.directory)): stat.S_IMODE(path.lstat().st_mode)
                for path in [house.state] + sorted(house.state.rglob("*"))
                if not path.is_socket()}

    def test_L10_only_the_owner_whatever_the_umask(self):
        for mask in (0o000, 0o022, 0o077, 0o777):
            with self.subTest(oct(mask)), House(
                    self, popen={"preexec_fn": lambda mask=mask: os.umask(mask)}) as house:
                house.login()
                house.login(password="wrong one")
                house.ask("REFRESH")
                if ROOT:
                    house.ask("SESSION_OPEN", uid=0, USER=house.me, UID=house.uid)
                modes = self.modes(house)
                self.assertIn("state/%d/tangoe" % house.uid, modes)
                self.assertIn("state/vault.key", modes)
                for path, mode in modes.items():
                    kind = (house.directory / path).is_dir()
                    self.assertEqual(oct(mode), oct(0o700 if kind else 0o600), path)

    def test_L12_a_state_directory_that_others_may_write_is_refused(self):
        with House(self, start=False) as house:
            house.state.mkdir()
            house.state.chmod(0o777)
            with self.assertRaisesRegex(AssertionError, "it must be a directory of this user"):
                house.start()
            self.assertEqual(list(house.state.iterdir()), [])

    def test_L18_what_a_crash_left_half_written_is_swept(self):
        with House(self) as house:
            house.login()
            house.kill()
            left = [house.state / ".tmp-vault.key", record(house).parent / ".tmp-tangoe",
                    house.state / "guard" / ".tmp-x"]
            for path in left:
                path.write_bytes(b"half of something")
            house.start()
            self.assertEqual([path for path in left if path.exists()], [])
            self.assertEqual(get(house), "OK")

    def test_L23_an_older_record_costs_one_refresh_at_most(self):
        """A backup was put back: the refresh token in it was rolled long ago."""
        with House(self) as house:
            house.ping.state.grace = 0
            house.login()
            old = record(house).read_bytes()
            house.ask("REFRESH")
            overwrite(record(house), old)
            house.ping.state.expire_access_tokens()
            self.assertEqual(house.ask("REFRESH")["ERROR"], "LOGIN_NEEDED")
            self.assertEqual(house.ask("REFRESH")["ERROR"], "LOGIN_NEEDED")
            self.assertEqual(len(house.ping.posts("refresh_token")), 2)
            self.assertEqual(house.login()["ERROR"], "OK")
            self.assertEqual(get(house), "OK")


    def test_L23_older_records_across_a_restart(self):
        """One and two generations back: a refresh or a login, never somebody else's token."""
        for back in (1, 2):
            with self.subTest(back), House(self) as house:
                house.ping.state.grace = 0
                house.login()
                kept = [record(house).read_bytes()]
                for _ in range(2):
                    house.ask("REFRESH")
                    kept.append(record(house).read_bytes())
                house.stop()
                overwrite(record(house), kept[-1 - back])
                house.start()
                house.ping.forget_requests()
                house.ping.state.expire_access_tokens()
                for _ in range(3):
                    self.assertEqual(house.ask("REFRESH")["ERROR"], "LOGIN_NEEDED")
                self.assertEqual(len(house.ping.posts("refresh_token")), 1)
                self.assertEqual(house.login()["ERROR"], "OK")
                self.assertEqual(get(house), "OK")


@unittest.skipUnless(ROOT, "needs root: mounts a small file system")
class FullDisk(unittest.TestCase):
    """L16: STATE is a file system of 64 KiB."""

    def setUp(self):
        people.enter()
        self.house = House(self, start=False)
        self.addCleanup(self.house.__exit__, None, None, None)
        self.house.state.mkdir()
        people.mount_empty(self.house.state, "size=64k,mode=700")
        self.addCleanup(people.unmount, str(self.house.state))
        self.house.start()
        self.house.ping.state.users.lock_after = 0
        self.filler = self.house.state / "filler"

    def leave(self, pages):
        """Fills the disk up to so many pages."""
        with open(str(self.filler), "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
            file.truncate(max(0, file.tell() - 4096 * pages))
        free = os.statvfs(str(self.house.state))
        self.assertEqual(free.f_bavail * free.f_bsize, 4096 * pages)

    def token(self):
        """The token that GET gives."""
        return self.house.ask("GET", ACCOUNT="tangoe").get("ACCESS_TOKEN")

    def test_L16_a_login_is_refused_and_the_old_record_stays(self):
        house = self.house
        house.ping.behave("jwt_4k")  # a record of two pages; the guard needs one
        self.assertEqual(house.login()["ERROR"], "OK")
        old, sealed = self.token(), record(house).read_bytes()
        answers = []
        for pages in range(4):
            self.leave(pages)
            house.ping.forget_requests()
            result = house.login()
            answers.append((result["ERROR"], len(house.ping.posts("password"))))
            if result["ERROR"] == "OK":
                break
            self.assertEqual(result["VERDICT"], "DENY")
            self.assertEqual(record(house).read_bytes(), sealed)
            self.assertEqual(self.token(), old)
            self.assertEqual([path for path in house.state.rglob(".tmp-*")], [])
        # no room to charge the guard: nothing sent; no room for the record: not admitted
        self.assertEqual(answers, [("STORAGE", 0), ("STORAGE", 1), ("OK", 1)])
        self.assertNotEqual(self.token(), old)
        self.filler.unlink()
        self.assertEqual(house.login()["ERROR"], "OK")

    def test_L16_a_refresh_that_could_not_be_kept_is_not_begun(self):
        house = self.house
        house.login()
        old = self.token()
        self.leave(0)
        self.assertEqual(house.ask("REFRESH")["ERROR"], "STORAGE")
        self.assertEqual(len(house.ping.posts("refresh_token")), 0)
        self.assertEqual(self.token(), old)
        self.filler.unlink()
        self.assertEqual(house.ask("REFRESH")["ERROR"], "OK")
        self.assertNotEqual(self.token(), old)

    def test_P30_a_full_disk_does_not_keep_a_start_from_answering(self):
        house = self.house
        house.login()
        house.stop()
        self.leave(0)
        house.start()
        self.assertIsNotNone(self.token())
        self.assertEqual(house.ask("LOGOUT")["ERROR"], "OK")


if __name__ == "__main__":
    unittest.main()
