"""After a downgrade: files of a later program are refused, said, and left byte for byte."""
import os
import unittest

from fixtures.house import CLIENT_SECRET, House

MAGIC = 4  # bytes before the version in each format


def files(house):
    """{path: bytes} of everything that the state keeps."""
    return {path: path.read_bytes() for path in house.state.rglob("*")
            if path.is_file() and path.name != "lock" and path.stat().st_size > MAGIC}


def later(house, pattern):
    """Makes files look as if a later program had written them; returns the whole state."""
    chosen = [path for path in house.state.glob(pattern) if path.is_file()]
    assert chosen, "nothing matches %s" % pattern
    for path in chosen:
        data = bytearray(path.read_bytes())
        data[MAGIC] += 1
        path.write_bytes(bytes(data))
    return files(house)


class Later(unittest.TestCase):
    def as_before(self, house, before):
        now = files(house)
        self.assertEqual({str(path) for path in before}, {str(path) for path in now})
        for path, data in before.items():
            self.assertEqual(data, now[path], path)

    def test_L29_the_guard_s_count(self):
        with House(self) as house:
            house.login(password="wrong")
            before = later(house, "guard/*")
            self.assertEqual("STORAGE", house.login()["ERROR"])
            self.assertEqual(1, len(house.ping.posts()))
            self.as_before(house, before)

    def test_L29_the_key(self):
        with House(self) as house:
            house.login()
            house.stop()
            before = later(house, "vault.key")
            house.start()
            self.assertEqual("LOCKED", house.ask("GET", ACCOUNT="tangoe")["ERROR"])
            self.assertEqual("LOCKED", house.login()["ERROR"])
            self.as_before(house, before)

    def test_L29_a_record(self):
        with House(self) as house:
            house.login()
            before = later(house, str(house.uid) + "/tangoe")
            self.assertEqual("STORAGE", house.ask("GET", ACCOUNT="tangoe")["ERROR"])
            self.assertEqual("STORAGE", house.login()["ERROR"])
            self.as_before(house, before)

    def test_L29_a_sealed_secret(self):
        with House(self, account={"client_secret": "sealed:tangoe"}) as house:
            sealed = house.mobproc("admin", "seal", "tangoe", "--stdin", "--socket",
                                   str(house.socket), uid=os.geteuid(),
                                   stdin=CLIENT_SECRET.encode())
            self.assertEqual(0, sealed.returncode, sealed.stderr)
            self.assertEqual("OK", house.login()["ERROR"])
            before = later(house, "secrets/tangoe")
            house.reload()
            self.assertEqual("CONFIGURATION", house.login()["ERROR"])
            self.as_before(house, before)


if __name__ == "__main__":
    unittest.main()
