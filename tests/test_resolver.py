"""What names resolve to (ATTACKS N23): the certificate decides who the server is, not the name service."""
import contextlib
import os
import selectors
import socket
import subprocess
import threading
import unittest

from fixtures import build, people, scratch
from fixtures.house import PASSWORD, House
from test_e2e_pam import PamCase, alone

ROOT = os.geteuid() == 0
AWAY = "PAM_AUTHINFO_UNAVAIL"
OK = "PAM_SUCCESS"


def has_ipv6():
    """Is there ::1 here?"""
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def relay(port):
    """[::1]:port leads to 127.0.0.1:port."""
    listening = socket.create_server(("::1", port), family=socket.AF_INET6)

    def copy(client):
        with client, socket.create_connection(("127.0.0.1", port)) as server, \
                selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in selector.select():
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    key.data.sendall(data)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=copy, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@unittest.skipUnless(ROOT, "needs root: a hosts file of its own")
class Names(PamCase):
    @classmethod
    def setUpClass(cls):
        people.enter()
        folder = scratch.folder("names")
        cls.hosts = folder / "hosts"
        cls.hosts.write_text("")
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions attempts:1 timeout:1\n")
        people.bind(cls.hosts, "/etc/hosts")
        people.bind(folder / "resolv.conf", os.path.realpath("/etc/resolv.conf"))

    @classmethod
    def tearDownClass(cls):
        people.unmount("/etc/hosts")
        people.unmount(os.path.realpath("/etc/resolv.conf"))

    def outcome(self, name, lines):
        """A login at a server of that name, which leads to these addresses."""
        self.hosts.write_text("127.0.0.1 localhost\n" +
                              "".join("%s %s\n" % (address, name) for address in lines))
        with House(self, start=False) as house:
            house.configure({"token_endpoint": "https://%s:%d/as/token.oauth2"
                                               % (name, house.ping.port)})
            house.start()
            with relay(house.ping.port) if "::1" in lines else contextlib.nullcontext():
                code = self.run_stack(alone(house), "authenticate", user=house.me,
                                      password=PASSWORD).code
            self.assertEqual(code == OK, house.ping.application_bytes > 0)
            return code

    def test_N23_loopback_counts_for_a_certificate_of_that_name_only(self):
        self.assertEqual(OK, self.outcome("ping.test", ["127.0.0.1"]))
        self.assertEqual(AWAY, self.outcome("evil.test", ["127.0.0.1"]))

    @unittest.skipUnless(has_ipv6(), "no ::1 here")
    def test_N23_an_address_of_ipv6_alone(self):
        self.assertEqual(OK, self.outcome("ping.test", ["::1"]))

    def test_N23_no_such_name(self):
        self.assertEqual(AWAY, self.outcome("nowhere.test", []))

    def test_N23_a_thousand_addresses(self):
        many = ["127.1.%d.%d" % (i // 250, i % 250 + 1) for i in range(1000)]
        self.assertEqual(OK, self.outcome("ping.test", ["127.0.0.1"] + many))
        self.assertEqual(AWAY, self.outcome("evil.test", many + ["127.0.0.1"]))


class Configured(unittest.TestCase):
    def test_N23_a_host_is_written_in_ascii(self):
        with House(self, start=False) as house:
            for host in ("pïng.test", "ping\u3002test", "p\u0456ng.test", "ping_test", "PING.test",
                         "127.1", "0x7f.1", "2130706433", "ping.test."):
                house.configure({"token_endpoint": "https://%s/token" % host})
                done = subprocess.run([build.program("mobprocd"), "--check", "--config",
                                       str(house.config)], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, check=False)
                self.assertEqual(7, done.returncode, host)
                self.assertIn(b": token_endpoint: ", done.stderr)
            house.configure({"token_endpoint": "https://xn--png-lwa.test/token"})
            done = subprocess.run([build.program("mobprocd"), "--check", "--config",
                                   str(house.config)], stdout=subprocess.PIPE, check=False)
            self.assertEqual(0, done.returncode)


if __name__ == "__main__":
    unittest.main()
