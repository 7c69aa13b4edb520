"""LoadCredential=: the socket's program with connections that are named as systemd names them."""
import os
import pwd
import secrets
import socket
import subprocess
import unittest

from fixtures import asking, build, fakebroker, scratch, tool
from fixtures.house import House

MOBPROC = build.program("mobproc")


def read_credential(path, name):
    """What systemd does: binds the name, connects, says nothing, reads to the end of file."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(20)
        if name is not None:
            connection.bind(name)
        connection.connect(path)
        data = b""
        while True:
            piece = connection.recv(4096)
            if not piece:
                return data
            data += piece


def named(credential, unit="backup.service"):
    """The name of systemd 252: exec_context_load_credential()."""
    return b"\0" + secrets.token_hex(8).encode() + b"/unit/%s/%s" % (unit.encode(),
                                                                    credential.encode())


class Credential(unittest.TestCase):
    def setUp(self):
        folder = scratch.folder("credential")
        folder.chmod(0o755)
        self.path = str(folder / "credential.sock")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(self.listener.close)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(5)

    def load(self, name, broker, uid=None, as_uid=None, environment=None):
        """(what came, how the program ended): one connection, as Accept=yes serves it."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                got = asking.as_uid(uid, read_credential, self.path, name)
                os.write(writing, got)
                code = 0
            finally:
                os._exit(code)
        os.close(writing)
        connection, _ = self.listener.accept()
        options = {} if as_uid is None else {"user": as_uid, "group": as_uid, "extra_groups": []}
        words = ["--socket", str(broker)] if broker else []
        with connection:
            ran = subprocess.run([MOBPROC, "credential", "systemd"] + words, stdin=connection,
                                 stdout=connection, stderr=subprocess.PIPE, check=False, timeout=30,
                                 env=dict({name: value for name, value in os.environ.items()
                                           if name.endswith("SAN_OPTIONS")}, **(environment or {})),
                                 **options)
        with os.fdopen(reading, "rb") as pipe:
            data = pipe.read()
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        return data, ran

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
            for credential in ("", "Tangoe", "a/b", "../x", "a\n", "\u00e9", "-x", "a" * 65):
                if len(named(credential)) < 108:
                    self.assert_empty(self.load(named(credential), broker.path), 1)
            self.assertEqual(broker.requests, [])
            data, _ = self.load(named("tangoe", "x" * 50 + "@1.service"), broker.path)
            self.assertEqual(data, tool.TOKEN.encode())

    def test_every_error_is_an_empty_credential(self):
        for error, code in (("NO_RECORD", 1), ("LOGIN_NEEDED", 3), ("OUTAGE", 5), ("LOCKED", 6)):
            with fakebroker.FakeBroker(fakebroker.answer(error, **tool.token_fields())) as broker:
                self.assert_empty(self.load(named("tangoe"), broker.path), code)

    def test_without_a_connection(self):
        ran = tool.execute([MOBPROC, "credential", "systemd"])
        self.assertEqual((ran.code, ran.out), (4, b""), ran)
