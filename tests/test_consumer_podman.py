"""podman pulls an image from a registry that wants the token: root's podman, with the token of a
service account that lists root; and a person's.

A person's podman asks its helpers inside a user namespace, where nobody can see who owns the
broker's socket: lib/outside.h. It gets the person's token from the machine's broker.
"""
import os
import pathlib
import unittest

from fixtures import people, tool
from fixtures.consumer import ELSEWHERE, PATIENCE, ConsumerCase
from fixtures.house import CLIENT_ID, PASSWORD
from fixtures.registry import Registry

RUN = pathlib.Path("/run/mobproc")
ACCOUNT = """
[account registry]
token_endpoint = %s
client_id = %s
client_secret = file:%s/client-secret
scope = MOBPROC
username = command://%s
password = file:%s/password
allow_users = root
hosts = %s
ca = %s
"""


@unittest.skipIf(os.geteuid() != 0, "needs root: whose podman works outside of a user namespace")
class Podman(ConsumerCase):
    TOOL = "podman"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people.private_mounts()
        # where root's podman writes, whatever it is told
        for path in ("/run", "/var/lib", "/etc/cni/net.d"):
            if os.path.isdir(path):
                people.mount_empty(path)
        RUN.mkdir()

    def serve(self):
        return Registry(self.house.ping)

    def setUp(self):
        super().setUp()
        password = self.house.directory / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        people.bind(str(self.house.socket.parent), str(RUN))  # root heeds no MOBPROC_SOCKET
        self.addCleanup(people.unmount, str(RUN))
        self.serves(self.server.base + "/")
        self.setup_tool("docker", self.server.base + "/")

    def serves(self, hosts):
        """An account of root's for these addresses."""
        house = self.house
        house.change({"hosts": ELSEWHERE}, more=ACCOUNT % (
            house.ping.url, CLIENT_ID, house.directory, house.me, house.directory, hosts,
            house.ping.ca))

    def environment(self):
        return dict(super().environment(), SSL_CERT_FILE=str(self.ca))

    def podman(self, *words):
        """Root's, with its storage in HOME; HOME is root's as well."""
        os.chown(str(self.home), 0, 0)
        storage = ["--storage-driver", "vfs", "--root", "%s/root" % self.home,
                   "--runroot", "%s/run" % self.home, "--tmpdir", "%s/tmp" % self.home,
                   "--cgroup-manager", "cgroupfs"]
        ran = tool.execute(["/usr/bin/podman"] + storage + list(words),
                           environment=self.environment(), seconds=PATIENCE, cwd=str(self.home))
        ran.said = ran.out.decode() + ran.err
        return ran

    def test_an_image_comes(self):
        for ask in ("basic", "bearer"):
            self.server.ask = ask
            self.assert_done(self.podman("pull", "-q", self.server.image))
            ran = self.assert_done(self.podman("images", "-q", self.server.image))
            self.assertNotEqual(ran.out, b"")
            self.assert_done(self.podman("rmi", self.server.image))
        self.assertIn("bearer", self.server.kinds)

    def test_who_is_logged_in(self):
        ran = self.assert_done(self.podman("login", "--get-login", self.server.host))
        self.assertEqual(ran.out, b"oauth2\n")

    def check_refusal(self, says_login, says_pull):
        """What --get-login and a pull say; no token came."""
        self.server.forget_requests()
        self.assert_told(self.podman("login", "--get-login", self.server.host), says_login)
        self.assert_told(self.podman("pull", "-q", self.server.image), says_pull)
        self.assert_no_token_came()

    def test_another_registry_s_token_stays_here(self):
        self.serves("https://localhost:1/")
        self.check_refusal("not logged into", "authentication required")

    def test_a_broker_that_cannot_help_is_read_about(self):
        self.house.ping.behave("html_503")
        away = "the sign-in server cannot be reached; try again later"
        self.check_refusal(away, away)
        self.house.stop()
        absent = "the broker (mobprocd) is not running"
        self.check_refusal(absent, absent)

    def test_a_registry_without_tls_gets_nothing(self):
        plain = self.started(Registry(self.house.ping, plain=True))
        self.serves("https://%s/" % plain.host)
        self.setup_tool("docker", "https://%s/" % plain.host)
        self.assert_told(self.podman("pull", "-q", plain.image), "HTTP response to HTTPS client")
        self.assertEqual(plain.requests, [])

    def person_s_podman(self, *words):
        """The person's own, which makes a user namespace for itself and its helpers."""
        person = str(self.house.uid)
        # it leaves a process behind, which ends with this namespace
        ran = tool.execute(
            ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
             "setpriv", "--reuid", person, "--regid", person, "--clear-groups",
             "podman", "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", *words],
            environment=self.environment(), seconds=PATIENCE, cwd=str(self.home))
        ran.said = ran.out.decode() + ran.err
        return ran

    def test_a_person_s_podman_gets_the_person_s_token(self):
        self.house.change({"hosts": self.server.base + "/"})
        self.login()
        ran = self.assert_done(self.person_s_podman("login", "--get-login", self.server.host))
        self.assertEqual(ran.out, b"oauth2\n")
        for ask in ("basic", "bearer"):
            self.server.ask = ask
            self.server.forget_requests()
            self.assert_done(self.person_s_podman("pull", "-q", self.server.image))
            self.assertIn(ask, self.server.kinds)
            self.assert_done(self.person_s_podman("rmi", self.server.image))

    def test_a_person_s_podman_is_told_why_it_gets_none(self):
        self.house.change({"hosts": self.server.base + "/"})
        self.assert_told(self.person_s_podman("login", "--get-login", self.server.host),
                         "not logged into")
        RUN.chmod(0o1777)
        self.assert_told(self.person_s_podman("login", "--get-login", self.server.host),
                         "the broker's socket does not belong to root or to you")
        self.assertEqual(self.server.requests, [])
