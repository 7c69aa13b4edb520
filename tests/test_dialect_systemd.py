"""LoadCredential=: the socket's program with connections that are named as systemd names them."""
import itertools
import os
import pwd
import secrets
import unittest

from fixtures import dialects, fakebroker, scratch, tool
from fixtures.house import House
from fixtures.manager import CredentialSocket, named


class Credential(unittest.TestCase):
    def setUp(self):
        self.socket = CredentialSocket()
        self.addCleanup(self.socket.__exit__)
        self.load = self.socket.load

    def assert_empty(self, loaded, code):
        data, ran = loaded
        self.assertEqual((data, ran.returncode), (b"", code), ran.stderr)
        self.assertTrue(ran.stderr.startswith(b"mobproc: "), ran.stderr)

    def test_one_s_own_manager_gets_one_s_own_token(self):
        with House(self) as house:
            house.login()
            token = house.mobproc("token", check=True).stdout.strip()
            data, ran = self.load(named("tangoe"), house.socket, uid=house.uid, as_uid=house.uid)
            self.assertEqual((data, ran.returncode, ran.stderr), (token, 0, b""))

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_L1_each_gets_his_own_and_nobody_another_s(self):
        more = ("\n[account robot]\ntoken_endpoint = %s\nclient_id = x\nclient_auth = none\n"
                "scope = MOBPROC\nallow_users = root\nusername = robot\n"
                "password = file:%s\nvalidate = off\naccept_unvalidated = yes\nca = %s\n")
        with House(self, start=False) as house:
            house.ping.add_user("robot", "beep beep beep")
            house.ping.add_client("x", auth="none")
            house.secrets.add("beep beep beep")
            password = house.directory / "robot"
            password.write_text("beep beep beep\n")
            password.chmod(0o600)
            house.configure(more=more % (house.ping.url, password, house.ping.ca))
            house.start()
            house.login("alice")
            alice, bob = (pwd.getpwnam(name).pw_uid for name in ("alice", "bob"))
            data, ran = self.load(named("tangoe"), house.socket, uid=alice)
            self.assertTrue(house.ping.state.live(data.decode()), ran.stderr)
            self.assert_empty(self.load(named("tangoe"), house.socket, uid=bob), 1)
            self.assert_empty(self.load(named("robot"), house.socket, uid=alice), 4)
            data, ran = self.load(named("robot"), house.socket, uid=0)
            self.assertTrue(house.ping.state.live(data.decode()), ran.stderr)
            self.assert_empty(self.load(named("tangoe"), house.socket, uid=0), 4)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_L1_strangers_and_nobody_are_refused(self):
        with fakebroker.FakeBroker(tool.gives()) as broker:
            self.assert_empty(self.load(named("tangoe"), broker.path, uid=65534), 4)
            self.assert_empty(self.load(named("tangoe"), broker.path, uid=2005, as_uid=2004), 4)
            self.assert_empty(self.load(named("tangoe"), broker.path, uid=0, as_uid=2004), 4)
            self.assertEqual(broker.requests, [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_H14_whoever_was_root_asks_no_broker_that_a_variable_names(self):
        with fakebroker.FakeBroker(tool.gives()) as broker:
            data, _ = self.load(named("tangoe"), None, uid=2004,
                                environment={"MOBPROC_SOCKET": broker.path, "HOME": "/tmp"})
            self.assertNotIn(tool.TOKEN.encode(), data)
            self.assertEqual(broker.requests, [])

    def test_names_that_systemd_does_not_give(self):
        tag = secrets.token_hex(8).encode()
        names = [None, b"\0" + tag, b"\0" + tag + b"/unit/", b"\0" + tag + b"/unit/a.service",
                 b"\0" + tag + b"/unit//tangoe", b"\0/unit/a.service/tangoe",
                 b"\0" + tag + b"/UNIT/a.service/tangoe", b"\0x" + tag + b"/unit/a.service/tangoe",
                 b"\0" + tag + b"/unit/a.service\0/tangoe", b"\0" + tag + b" /unit/a/tangoe",
                 str(scratch.folder("name") / "unit").encode()]
        with fakebroker.FakeBroker(tool.gives()) as broker:
            for name in names:
                with self.subTest(name):
                    self.assert_empty(self.load(name, broker.path), 4)
            self.assertEqual(broker.requests, [])

    def test_an_id_that_no_account_can_have(self):
        with fakebroker.FakeBroker(tool.gives()) as broker:
            for credential in ("", "Tangoe", "a/b", "../x", "\u00e9", "-x", "a" * 65):
                if len(named(credential)) < 108:
                    self.assert_empty(self.load(named(credential), broker.path), 1)
            self.assertEqual(broker.requests, [])
            data, _ = self.load(named("tangoe", "x" * 50 + "@1.service"), broker.path)
            self.assertEqual(data, tool.TOKEN.encode())

    def test_H1_H2_a_control_byte_anywhere(self):
        with fakebroker.FakeBroker(tool.gives()) as broker:
            for control, field in itertools.product(dialects.CONTROLS, ("unit/", "a.service", "tangoe")):
                name = b"\0" + secrets.token_hex(8).encode() + b"/unit/a.service/tangoe"
                for changed in (control + field, field[:3] + control + field[3:], field + control):
                    with self.subTest(repr(changed)):
                        self.assert_empty(self.load(name.replace(field.encode(), changed.encode()),
                                                    broker.path), 4)
            self.assertEqual(broker.requests, [])

    def test_every_error_is_an_empty_credential(self):
        for error, code in (("NO_RECORD", 1), ("LOGIN_NEEDED", 3), ("OUTAGE", 5), ("LOCKED", 6)):
            with fakebroker.FakeBroker(fakebroker.answer(error, **tool.token_fields())) as broker:
                self.assert_empty(self.load(named("tangoe"), broker.path), code)

    def test_without_a_connection(self):
        ran = tool.execute([tool.MOBPROC, "credential", "systemd"])
        self.assertEqual((ran.code, ran.out), (4, b""), ran)
