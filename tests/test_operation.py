"""What an administrator watches: audit lines, the journal's catalog, metrics and their alerts."""
import os
import pathlib
import re
import stat
import unittest

from fixtures.house import CLIENT_ID, PASSWORD, House

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
CATALOG = REPOSITORY / "packaging/systemd/mobproc.catalog"
RULES = REPOSITORY / "packaging/prometheus/mobproc.rules.yml"
SAMPLE = re.compile(r'([a-z_]+)(?:\{([a-z]+)="([^"\\\n]*)"\})? ([0-9.e+-]+)')
SERVICE = """
[account robot]
token_endpoint = %s
client_id = %s
client_secret = file:%s
ca = %s
scope = MOBPROC
username = robot
password = file:%s
allow_users = *
"""


def samples(text):
    """{(name, label value): number} of a page in the exposition format; anything else fails."""
    found, kinds, helped = {}, {}, set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.add(line.split(" ")[2])
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            kinds[name] = kind
        else:
            name, _, value, number = SAMPLE.fullmatch(line).groups()
            family = re.sub("_(bucket|sum|count)$", "", name)
            assert (name if name in kinds else family) in helped, line
            assert (name, value) not in found, line
            found[name, value] = float(number)
    return found


def entries():
    """{MESSAGE_ID: text} of the catalog."""
    parts = re.split(r"(?m)^-- ([0-9a-f]{32})$", CATALOG.read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], parts[2::2]))


class Catalog(unittest.TestCase):
    """journalctl -x explains each event: source, table and catalog name the same ones."""

    @classmethod
    def setUpClass(cls):
        table = (REPOSITORY / "broker/journal.c").read_text(encoding="utf-8")
        cls.ids = dict(re.findall(r'\{"([a-z_-]+)", "([0-9a-f]{32})"\}', table))

    def test_each_event_that_is_logged_has_a_number(self):
        logged = set()
        for source in REPOSITORY.glob("broker/*.c"):
            logged |= set(re.findall(r'"event=([a-z_-]+)', source.read_text(encoding="utf-8")))
        logged |= {"grant", "validation"}  # broker/grant.c chooses
        self.assertEqual(logged - {"log-format-broken"}, set(self.ids))

    def test_each_number_is_explained_once(self):
        self.assertEqual(set(self.ids.values()), set(entries()))
        self.assertEqual(len(self.ids), len(entries()))
        for text in entries().values():
            self.assertRegex(text, r"^\nSubject: .{8,}\nDefined-By: pam_mobproc\n(.+\n)+\n(.+\n)+$")

    def test_the_fields_it_quotes_exist(self):
        logged = "".join(source.read_text(encoding="utf-8")
                         for source in REPOSITORY.glob("broker/*.c"))
        for field in re.findall("@MOBPROC_([A-Z_]+)@", CATALOG.read_text(encoding="utf-8")):
            self.assertIn(field.lower() + "=", logged)


class Audit(unittest.TestCase):
    """One line for each token that is given out."""

    def test_who_got_which_token(self):
        with House(self) as house:
            house.login()
            first = house.mobproc("token").stdout
            for verb in ("token", "refresh", "token"):
                self.assertEqual(0, house.mobproc(verb).returncode)
            log = house.log_text()
            lines = re.findall(r"event=token account=tangoe uid=(\d+) pid=\d+ program=(\S+) "
                               r"token=([0-9a-f]{16})$", log, re.MULTILINE)
            self.assertEqual([(str(house.uid), "mobproc")] * 3, [line[:2] for line in lines])
            self.assertEqual(lines[0][2], lines[1][2])
            self.assertNotEqual(lines[1][2], lines[2][2])
            self.assertNotIn(first.decode().strip(), log)

    def test_a_program_cannot_forge_a_line(self):
        with House(self) as house:
            house.login()
            house.ask("GET", ACCOUNT="tangoe", SERVICE="x uid=0\nevent=token uid=0")
            self.assertIn("program=x?uid?0?event?token?uid?0 token=", house.log_text())


class Metrics(unittest.TestCase):
    """mobproc metrics."""

    def ask(self, house, *words):
        """As root, who takes no socket from the environment."""
        return house.mobproc("metrics", "--socket", str(house.socket), *words, uid=os.geteuid())

    def metrics(self, house, *words):
        done = self.ask(house, *words)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        return done.stdout.decode()

    def test_what_happened_is_counted(self):
        with House(self) as house:
            before = samples(self.metrics(house))
            house.login()
            house.login(password="wrong")
            house.ask("GET", ACCOUNT="tangoe")
            house.ask("REFRESH", ACCOUNT="tangoe")
            after = samples(self.metrics(house))
            changed = {key: after[key] - before[key] for key in after
                       if after[key] != before[key] and not key[0].startswith("mobproc_login_dur")}
            self.assertEqual({("mobproc_logins_total", "ok"): 1,
                              ("mobproc_logins_total", "denied"): 1,
                              ("mobproc_tokens_given_total", None): 1,
                              ("mobproc_refreshes_total", "ok"): 1}, changed)
            self.assertEqual(2, after["mobproc_login_duration_seconds_count", None])
            self.assertEqual(2, after["mobproc_login_duration_seconds_bucket", "+Inf"])
            self.assertEqual((1, 1, 0), (after["mobproc_configuration_ok", None],
                                         after["mobproc_vault_open", None],
                                         after["mobproc_couriers", None]))

    def test_the_guard_and_a_request_under_way(self):
        with House(self) as house:
            house.login()
            for _ in range(3):
                house.login(password="wrong")
            house.ping.hold()
            asked = house.later(house.ask, "REFRESH", ACCOUNT="tangoe")
            self.assertTrue(house.ping.wait_held())
            found = samples(self.metrics(house))
            self.assertEqual(1, found["mobproc_guard_trips_total", None])
            self.assertEqual(1, found["mobproc_couriers", None])
            house.ping.release()
            asked.result()
            self.assertEqual(0, samples(self.metrics(house))["mobproc_couriers", None])

    def test_when_a_service_token_ends(self):
        with House(self) as house:
            house.ping.add_user("robot", PASSWORD)
            secret = house.directory / "robot"
            secret.write_text(PASSWORD)
            secret.chmod(0o600)
            house.change(more=SERVICE % (house.ping.url, CLIENT_ID,
                                         house.directory / "client-secret", house.ping.ca, secret))
            name = "mobproc_service_token_expiry_timestamp_seconds"
            self.assertEqual(0, samples(self.metrics(house))[name, "robot"])
            told = house.ask("GET", ACCOUNT="robot")
            self.assertEqual(told["EXPIRES_AT"], samples(self.metrics(house))[name, "robot"])

    def test_a_file_for_the_exporter_whole_or_not_at_all(self):
        with House(self) as house:
            path = house.directory / "mobproc.prom"
            self.assertEqual("", self.metrics(house, "--textfile", str(path)))
            self.assertIn(("mobproc_vault_open", None), samples(path.read_text(encoding="ascii")))
            self.assertEqual(0o644, stat.S_IMODE(path.stat().st_mode))
            house.stop()
            before = path.read_bytes()
            done = self.ask(house, "--textfile", str(path))
            self.assertEqual((5, before), (done.returncode, path.read_bytes()))
            self.assertEqual(1, len(list(house.directory.glob("mobproc.prom*"))))

    def test_a_folder_that_is_not_there(self):
        with House(self) as house:
            path = str(house.directory / "no" / "mobproc.prom")
            done = self.ask(house, "--textfile", path)
            self.assertEqual((70, "mobproc: %s: No such file or directory\n" % path),
                             (done.returncode, done.stderr.decode()))

    def test_the_example_alerts_ask_for_metrics_that_exist(self):
        with House(self) as house:
            there = {name for name, _ in samples(self.metrics(house))} | {
                "mobproc_service_token_expiry_timestamp_seconds"}
        asked = set(re.findall(r"mobproc_[a-z_]+", RULES.read_text(encoding="utf-8")))
        self.assertLessEqual(asked, there)
        self.assertGreater(len(asked), 5)


if __name__ == "__main__":
    unittest.main()
