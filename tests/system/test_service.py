"""The two units in a booted machine: who they see, what they hold, how they are replaced."""
import concurrent.futures
import json
import threading
import unittest

from . import estate, packages, roots
from .estate import LOCAL, PASSWORD, WRONG
from .states import CONFIGURATION

MANY = 50
CROWD = 6
LOAD = (("su", "bob", LOCAL, True), ("su", "root", LOCAL, True), ("su", "bob", WRONG, False),
        ("sudo", "bob", LOCAL, True), ("su", "mallory", PASSWORD, False),
        ("su", "carol", WRONG, False), ("su", "alice", PASSWORD, None),  # None: either
        ("sshd", "bob", LOCAL, True), ("sshd", "root", LOCAL, True), ("sshd", "bob", WRONG, False),
        ("sshd", "mallory", PASSWORD, False), ("sshd", "alice", PASSWORD, None))

machine = None
here = None


def setUpModule():
    global machine, here
    here = estate.the()
    machine = here.machine


def as_user(name, *words, **more):
    return here.as_user(name, *words, **more)


def uid(name):
    return int(machine.run("id", "-u", name))


class Load:
    """Logins of all kinds, again and again, until it is left; `wrong` has what should not have been."""

    def __init__(self):
        self.wrong = []
        self.counts = {}
        self.over = threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(len(LOAD))

    def __enter__(self):
        self.running = [self.pool.submit(self.go_on, *row) for row in LOAD]
        return self

    def __exit__(self, *_):
        self.over.set()
        for one in self.running:
            one.result()
        self.pool.shutdown()

    def go_on(self, way, user, password, wanted):
        while not self.over.is_set():
            got = here.enters(way, user, password)
            self.counts[way, user, wanted] = self.counts.get((way, user, wanted), 0) + 1
            if wanted is not None and got is not wanted:
                self.wrong.append((way, user, wanted, got))


class Callers(unittest.TestCase):
    def test_each_user_is_seen_with_the_uid_that_is_his(self):
        """SO_PEERCRED; with PrivateUsers=yes both were 65534."""
        for name in ("alice", "carol"):
            as_user(name, "mobproc", "login", "--password-stdin", stdin=PASSWORD + "\n")
            said = machine.run("journalctl", "-t", "mobprocd", "--no-pager", "-o", "cat")
            line = [one for one in said.splitlines() if "event=login result=ok" in one
                    and "service=mobproc" in one][-1]
            self.assertIn("user=%s uid=%d caller=%d " % (name, uid(name), uid(name)), line)

    def test_nobody_gets_what_is_anothers(self):
        as_user("alice", "mobproc", "login", "--password-stdin", stdin=PASSWORD + "\n")
        self.assertEqual(len(as_user("alice", "mobproc", "token").strip()), 28)
        done = machine.finish("runuser", "-u", "mallory", "--", "mobproc", "token")
        self.assertEqual(done.returncode, 1, done.stdout)
        for path in ("/var/lib/mobproc", "/etc/mobproc/secrets.d", "/run/mobproc/courier.sock"):
            done = machine.finish("runuser", "-u", "mallory", "--", "sh", "-c",
                                  "test -r %s || test -w %s" % (path, path))
            self.assertEqual(done.returncode, 1, path)

    def test_the_courier_cannot_see_the_vault_and_nobody_else_gives_it_orders(self):
        pid = machine.run("systemctl", "show", "-P", "MainPID", "mobproc-courier").strip()
        status = machine.run("cat", "/proc/%s/status" % pid)
        self.assertIn("CapEff:\t0000000000000000", status)
        self.assertIn("CapBnd:\t0000000000000000", status)
        self.assertIn("NoNewPrivs:\t1", status)
        said = machine.finish("nsenter", "-t", pid, "-m", "ls", "/var/lib/mobproc/secrets")
        self.assertNotEqual(said.returncode, 0, said.stdout)


class Replaced(unittest.TestCase):
    """Under load: local users and root always get in, nobody else does."""

    def under_load(self, *commands):
        with Load() as load:
            for command in commands:
                machine.shell(command)
        self.assertEqual(load.wrong, [])
        self.assertEqual(len(load.counts), len(LOAD))
        self.assertTrue(here.enters("su", "alice", PASSWORD))

    def test_restarted(self):
        self.under_load(*["systemctl restart mobprocd mobproc-courier; sleep 1"] * 8)

    def test_killed(self):
        self.under_load(*["systemctl kill -s KILL mobprocd mobproc-courier; sleep 1"] * 5)

    def test_upgraded(self):
        """The sockets stay: their inodes do."""
        before = machine.run("stat", "-c", "%i", "/run/mobproc/broker.sock", "/run/mobproc/courier.sock")
        as_user("alice", "mobproc", "login", "--password-stdin", stdin=PASSWORD + "\n")
        pid = machine.run("systemctl", "show", "-P", "MainPID", "mobprocd")
        self.under_load("dpkg -i /root/next/*.deb", "dpkg -i /root/next/*.deb")
        self.assertNotEqual(pid, machine.run("systemctl", "show", "-P", "MainPID", "mobprocd"))
        self.assertEqual(before, machine.run("stat", "-c", "%i", "/run/mobproc/broker.sock",
                                             "/run/mobproc/courier.sock"))
        self.assertEqual(len(as_user("alice", "mobproc", "token").strip()), 28)


class Configuration(unittest.TestCase):
    def test_broken_many_logins_repaired(self):
        machine.run("cp", "-p", CONFIGURATION, "/run/good")
        machine.shell("echo nonsense >> %s; systemctl restart mobprocd" % CONFIGURATION)
        people = (("alice", PASSWORD, False), ("bob", LOCAL, True))
        with concurrent.futures.ThreadPoolExecutor(CROWD) as pool:
            asked = [(pool.submit(here.enters, "su", *people[number % 2][:2]), people[number % 2][2])
                     for number in range(MANY)]
            for future, wanted in asked:
                self.assertIs(future.result(), wanted)
        machine.run("cp", "-p", "/run/good", CONFIGURATION)
        machine.run("mobproc", "admin", "reload")
        self.assertTrue(here.enters("su", "alice", PASSWORD))

    def test_a_start_that_fails_is_tried_again_and_paced(self):
        """Not given up, and not in a spin: about one start a second."""
        since = machine.run("date", "+%s").strip()
        machine.shell("mkdir -p /run/systemd/system/mobprocd.service.d; "
                      "printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > "
                      "/run/systemd/system/mobprocd.service.d/fail.conf; systemctl daemon-reload; "
                      "systemctl stop mobprocd.service")
        for _ in range(30):
            machine.finish("mobproc", "status")
        starts = machine.run("journalctl", "--since", "@" + since, "-u", "mobprocd", "-o", "json",
                             "--no-pager").count("mobprocd.service: Main process exited")
        elapsed = int(machine.run("date", "+%s")) - int(since) + 1
        machine.shell("rm -r /run/systemd/system/mobprocd.service.d; systemctl daemon-reload")
        self.assertGreater(starts, 2)
        self.assertLessEqual(starts, elapsed + 1)
        self.assertTrue(here.enters("su", "alice", PASSWORD))


class Credentials(unittest.TestCase):
    """What mobproc.conf names credential:NAME, and the vault's key, come from drop-ins."""

    DROP_IN = "/etc/systemd/system/mobprocd.service.d/credentials.conf"

    def with_credentials(self, lines, text):
        machine.run("cp", "-p", CONFIGURATION, "/run/good")
        self.addCleanup(machine.shell, "rm -r %s; cp -p /run/good %s; systemctl daemon-reload; "
                        "systemctl restart mobprocd" % (self.DROP_IN.rsplit("/", 1)[0], CONFIGURATION))
        machine.write(self.DROP_IN, "[Service]\n" + lines)
        machine.write(CONFIGURATION, text)
        machine.shell("systemctl daemon-reload; systemctl restart mobprocd")

    def configuration(self, secret):
        text = machine.run("cat", CONFIGURATION)
        return "\n".join("client_secret = " + secret if line.startswith("client_secret") else line
                         for line in text.splitlines()) + "\n"

    def test_a_client_secret(self):
        self.with_credentials("LoadCredential=client:/root/client-secret\n",
                              self.configuration("credential:client"))
        self.assertTrue(here.enters("su", "alice", PASSWORD))

    def test_an_encrypted_client_secret_and_vault_key(self):
        machine.shell("systemd-creds encrypt --with-key=host --name=client /root/client-secret "
                      "/etc/credstore.encrypted.client; head -c 32 /dev/urandom > /run/key; "
                      "systemd-creds encrypt --with-key=host --name=vault-key /run/key "
                      "/etc/credstore.encrypted.key; rm /run/key; systemctl stop mobprocd; "
                      "mv /var/lib/mobproc /var/lib/mobproc.aside")
        self.addCleanup(machine.shell, "systemctl stop mobprocd; rm -rf /var/lib/mobproc; "
                        "mv /var/lib/mobproc.aside /var/lib/mobproc")
        self.with_credentials("LoadCredentialEncrypted=client:/etc/credstore.encrypted.client\n"
                              "LoadCredentialEncrypted=vault-key:/etc/credstore.encrypted.key\n",
                              self.configuration("credential:client"))
        self.assertTrue(here.enters("su", "alice", PASSWORD))
        self.assertIn("credential", machine.run("mobproc", "status"))
        self.assertNotEqual(machine.finish("test", "-e", "/var/lib/mobproc/vault.key").returncode, 0)


class Tools(unittest.TestCase):
    def setUp(self):
        here.configure(hosts=here.ports["GIT_URL"].rsplit("/", 1)[0] + "/")
        as_user("alice", "mobproc", "login", "--password-stdin", stdin=PASSWORD + "\n")

    def git(self, *words, **more):
        return as_user("alice", "git", "-c", "credential.helper=/usr/bin/git-credential-mobproc",
                       "-c", "credential.useHttpPath=true", *words, **more)

    def test_git_clones_with_the_token(self):
        self.git("clone", "-q", here.ports["GIT_URL"], "/tmp/clone")
        self.addCleanup(machine.run, "rm", "-rf", "/tmp/clone")
        said = machine.run("cat", "/srv/ping/requests.jsonl")
        kinds = {dict(json.loads(line).get("headers", [])).get("Authorization", "").split(" ")[0]
                 for line in said.splitlines() if '"service": "git"' in line}
        self.assertIn("Basic" if roots.SUITE == "bookworm" else "Bearer", kinds)

    def test_git_asks_for_a_bearer_where_it_can(self):
        host = here.ports["GIT_URL"].split("/")[2]
        said = self.git("credential", "fill", stdin="capability[]=authtype\nprotocol=https\nhost=%s\n"
                        "path=demo.git\n\n" % host)
        if roots.SUITE == "bookworm":  # git 2.39 knows no kinds of credentials
            self.assertRegex(said, "(?m)^password=[A-Za-z0-9]{28}$")
            return
        self.assertIn("\nauthtype=Bearer\n", "\n" + said)
        self.assertRegex(said, "(?m)^credential=[A-Za-z0-9]{28}$")
        self.assertNotIn("password=", said)


class Traces(unittest.TestCase):
    def test_a_secret_is_found_wherever_it_is(self):
        """Among what is searched after each file of tests."""
        self.assertTrue(here.enters("su", "alice", PASSWORD))
        token = as_user("alice", "mobproc", "token").strip()
        self.assertIn("event=login result=ok", machine.run("journalctl", "--no-pager", "-o", "cat"))
        here.search({token})
        machine.write("/var/log/careless", "Authorization: Bearer %s\n" % token)
        with self.assertRaisesRegex(AssertionError, "a secret is in /var/log/careless\n$"):
            here.search({token})
        machine.run("rm", "/var/log/careless")
        machine.run("logger", "token=" + token)
        with self.assertRaisesRegex(AssertionError, "in the journal"):
            here.search({token})

    def test_systemd_finds_nothing_wrong_with_the_units(self):
        said = machine.run("systemd-analyze", "verify", "--man=no", "mobprocd.service", "mobprocd.socket",
                           "mobproc-courier.service", "mobproc-courier.socket", check=False)
        self.assertNotIn("mobproc", said)


if __name__ == "__main__":
    unittest.main()
