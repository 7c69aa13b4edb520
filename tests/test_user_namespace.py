"""A caller inside a user namespace, who cannot see whose the broker is: lib/outside.h."""
import json
import os
import pathlib
import unittest

from fixtures import build, namespace, people, tool
from fixtures.house import PASSWORD, House

RUN = pathlib.Path("/run/mobproc")
ALICE, BOB = people.UIDS["alice"], people.UIDS["bob"]
REQUEST = b"protocol=https\nhost=git.example\n\n"
FOREIGN = "the broker's socket does not belong to root or to you"
PROGRAMS = ("mobproc", "git-credential-mobproc", "docker-credential-mobproc")


@unittest.skipUnless(tool.IS_ROOT, "needs root: a machine whose /run is its own")
class NamespaceCase(tool.HelperCase):
    """/run is empty, but for what a test binds to /run/mobproc."""

    @classmethod
    def setUpClass(cls):
        namespace.require()
        people.enter()
        people.mount_empty("/run")
        RUN.mkdir()

    def setUp(self):
        self.programs = self.folder(*(build.program(name) for name in PROGRAMS[:2]))
        (self.programs.path / PROGRAMS[2]).symlink_to(PROGRAMS[1])

    def bind(self, folder, place=RUN):
        """What stands in a folder is the machine's from now on."""
        place.mkdir(exist_ok=True)
        people.bind(str(folder), str(place))
        self.addCleanup(people.unmount, str(place))

    def inside(self, kind, *words, data=b"", uid=ALICE, environment=None):
        return namespace.execute(kind, uid, [self.programs.program(words[0]), *words[1:]], data,
                                 environment)


class Machine(NamespaceCase):
    """The machine's own broker."""

    def setUp(self):
        super().setUp()
        self.house = House(self)
        self.addCleanup(self.house.__exit__, None, None, None)
        self.bind(self.house.socket.parent)
        self.house.login("alice")
        self.token = self.house.mobproc("token", check=True).stdout.strip()

    def test_tools_get_the_token_of_who_asks_outside(self):
        for kind in namespace.KINDS:
            with self.subTest(kind):
                ran = self.inside(kind, "docker-credential-mobproc", "get", data=b"git.example")
                self.assertEqual(json.loads(ran.out)["Secret"].encode(), self.token, ran)
                ran = self.inside(kind, "git-credential-mobproc", "get", data=REQUEST)
                self.assertIn(b"password=" + self.token, ran.out, ran)
                ran = self.inside(kind, "mobproc", "list")
                self.assertIn(b"command://alice", ran.out, ran)
                self.assertEqual(self.inside(kind, "mobproc", "validate").code, 0)
        ran = self.inside("root", "docker-credential-mobproc", "get", data=b"git.example", uid=BOB)
        self.assertIn(b"credentials not found", ran.out)
        self.assertEqual(self.inside("root", "mobproc", "admin", "reload").code, 4)

    def test_a_token_that_is_over_is_refreshed(self):
        ran = self.inside("podman", "mobproc", "refresh")
        self.assertEqual((ran.code, len(self.house.ping.posts("refresh_token"))), (0, 1), ran)

    def test_doctor_says_what_is_asked(self):
        ran = self.inside("root", "mobproc", "doctor")
        self.assertIn("user namespace", ran.out.decode())
        self.assertNotIn("FAILED: socket folder", ran.out.decode())

    def test_L5_nothing_that_is_secret_goes_out(self):
        self.house.ping.forget_requests()
        erase = REQUEST.rstrip(b"\n") + b"\nusername=oauth2\npassword=" + self.token + b"\n\n"
        for kind in namespace.KINDS:
            with self.subTest(kind):
                ran = self.inside(kind, "mobproc", "login", "--password-stdin",
                                  data=PASSWORD.encode())
                self.assertEqual((ran.code, ran.out), (4, b""), ran)
                self.assertIn(FOREIGN, ran.err)
                self.inside(kind, "git-credential-mobproc", "erase", data=erase)
                self.assertEqual(self.inside(kind, "mobproc", "logout").code, 4)
        self.assertEqual(self.house.mobproc("token", check=True).stdout.strip(), self.token)
        self.assertEqual(self.house.ping.requests, [])


class Elsewhere(NamespaceCase):
    """Whatever is not exactly the machine's."""

    def setUp(self):
        super().setUp()
        self.fake = self.broker(tool.gives())
        self.bind(self.fake.folder)

    def assert_refused(self, kind="root", options=(), environment=None):
        ran = self.inside(kind, "mobproc", "token", *options, environment=environment)
        self.assertEqual((ran.code, ran.out), (4, b""), ran)
        self.assertIn(FOREIGN, ran.err)
        self.assertEqual(self.fake.requests, [])

    def assert_answered(self, kind="root"):
        ran = self.inside(kind, "mobproc", "token")
        self.assertEqual(ran.out.decode().strip(), tool.TOKEN, ran)
        self.fake.requests.clear()

    def test_whoever_owns_the_broker_outside(self):
        for path in (self.fake.folder, self.fake.path):
            os.chown(str(path), 500, 500)
        for kind in namespace.KINDS:
            self.assert_answered(kind)

    def test_L5_another_socket(self):
        self.bind(self.fake.folder, pathlib.Path("/run/other"))
        other = "/run/other/broker.sock"
        for kind in namespace.KINDS:
            self.assert_refused(kind, ["--socket", self.fake.path])
            self.assert_refused(kind, ["--socket", other])
            self.assert_refused(kind, ["--socket", "/run/./mobproc/broker.sock"])
        for kind in ("oneself", "nobody"):  # whoever is 0 has no variable
            self.assert_refused(kind, environment={"MOBPROC_SOCKET": other})

    def test_L5_a_folder_that_others_may_write(self):
        for folder in (str(self.fake.folder), "/run"):
            for mode in (0o1777, 0o775, 0o757):
                os.chmod(folder, mode)
                for kind in namespace.KINDS:
                    self.assert_refused(kind)
            os.chmod(folder, 0o755)
        self.assert_answered()

    def test_L5_a_folder_or_a_listener_of_a_stranger_who_has_a_number_inside(self):
        for path in (self.fake.folder, self.fake.path):
            os.chown(str(path), namespace.SUBORDINATE + 6, 500)
            self.assert_refused("podman")
            os.chown(str(path), 0, 0)
        self.assert_answered("podman")

    def container(self):
        """A root file system of alice's own; the words that run a program in it."""
        root = self.folder(build.program("git-credential-mobproc")).path
        for name in ("usr", "proc", "run/mobproc"):
            (root / name).mkdir(parents=True)
        for name in ("lib", "lib64"):
            (root / name).symlink_to("usr/" + name)
        (root / "run/mobproc/broker.sock").touch()
        for path in (root, *root.rglob("*")):
            os.chown(str(path), ALICE, ALICE, follow_symlinks=False)
        script = ("cd %s; mount --rbind /usr usr; mount --rbind /proc proc; "
                  "mount --bind /run/mobproc/broker.sock run/mobproc/broker.sock; "
                  "exec /usr/sbin/chroot . /git-credential-mobproc \"$1\"" % root)
        return ["unshare", "--mount", "/bin/sh", "-ec", script, "sh"]

    def test_L5_a_socket_that_a_container_of_hers_has_from_outside(self):
        """Its folders are her own, the socket in them is not."""
        container = self.container()
        for kind in ("root", "podman"):
            ran = namespace.execute(kind, ALICE, container + ["get"], REQUEST)
            self.assertIn(tool.TOKEN.encode(), ran.out, ran)
            self.assertEqual([asked.operation for asked in self.fake.requests], ["GET"])
            self.fake.requests.clear()
            ran = namespace.execute(kind, ALICE, container + ["erase"],
                                    REQUEST.rstrip(b"\n") + b"\nusername=oauth2\npassword=x\n\n")
            self.assertEqual((ran.out, self.fake.requests), (b"", []), ran)

    def test_L5_in_the_machine_s_own_namespace_nobody_is_no_root(self):
        for path in (self.fake.folder, self.fake.path):
            os.chown(str(path), 65534, 65534)
        for uid in (ALICE, 65534):
            ran = tool.execute([self.programs.program("mobproc"), "token"], user=uid, group=uid,
                               extra_groups=[])
            self.assertEqual((ran.code, ran.out), (4, b""), ran)
        self.assertEqual(self.fake.requests, [])

    def test_L5_a_proc_that_is_none(self):
        """Without it nobody can say what namespace this is."""
        script = 'mount -t tmpfs none /proc; %s; exec "$@"'
        for make in ("true", "mkdir /proc/self; echo 0 2001 1 >/proc/self/uid_map"):
            ran = namespace.execute("root", ALICE, [
                "unshare", "--mount", "/bin/sh", "-ec", script % make, "sh",
                self.programs.program("mobproc"), "token"])
            self.assertEqual(ran.out, b"", ran)  # a sanitizer wants /proc too: another exit code
            self.assertIn(FOREIGN, ran.err)
        self.assertEqual(self.fake.requests, [])


if __name__ == "__main__":
    unittest.main()
