"""mobproc.conf: every key changes something that can be seen, both ways."""
import base64
import collections
import grp
import os
import pathlib
import re
import socket
import subprocess
import time
import unittest
from urllib.parse import unquote_plus

from fixtures import build, wire
from fixtures.house import CLIENT_ID, CLIENT_SECRET, House
from fixtures.proxy import Proxy
from test_courier_transport import pin

ROOT = os.geteuid() == 0
ME = 2001 if ROOT else os.geteuid()
GROUP = "alice" if ROOT else grp.getgrgid(os.getgid()).gr_name
WRONG = "not the password"
ROBOT = "a robot's own password"
AWKWARD = "s:e%63 r+t&="  # a secret that basic and basic_raw send differently


def forget_tries(house):
    """As if the guard's window were over."""
    for file in (house.state / "guard").iterdir():
        file.unlink()


def login(house):
    """What a login with the right password is answered."""
    forget_tries(house)
    return house.login()["ERROR"]


def sent(name):
    """What a login sends under that name, None when it is left out."""
    def look(house):
        login(house)
        return house.ping.posts("password")[-1].get(name)
    return look


def client_authentication(house):
    """How the client showed itself, and whether the server liked it."""
    error = login(house)
    post = house.ping.posts("password")[-1]
    header = post.header("Authorization")
    if header is None:
        return ("none" if post.get("client_secret") is None else "body"), error
    secret = base64.b64decode(header.split(" ")[1]).decode().split(":", 1)[1]
    return ("basic_raw" if secret == AWKWARD else
            "basic" if unquote_plus(secret) == AWKWARD else "?"), error


def tries(house):
    """How many wrong passwords are sent before the guard refuses."""
    forget_tries(house)
    house.ping.forget_requests()
    for _ in range(5):
        house.login(password=WRONG)
    return len(house.ping.posts("password"))


def connects(house):
    """What the proxy hears of a login: (Proxy-Authorization of each CONNECT, answer)."""
    house.proxy.requests.clear()
    error = login(house)
    heads = [head.decode().split("\r\n") for head in house.proxy.requests]
    return tuple(line[27:] for head in heads for line in head
                 if line.startswith("Proxy-Authorization: Basic ")), len(heads), error


def shown(house):
    """Whose certificate the server is shown by a login, and what it says."""
    house.ping.tls(client_certificate="request")
    error = login(house)
    house.ping.tls()
    return house.ping.posts("password")[-1].client_certificate, error


def after_a_second(house):
    """Is a wrong password forgotten after a second?"""
    forget_tries(house)
    house.login(password=WRONG)
    time.sleep(1.1)
    return house.login()["ERROR"]


def after_the_last_session(house):
    """What is left of a login when its only session closes."""
    login(house)
    asked = {"uid": 0, "USER": house.me, "UID": house.uid}
    house.ask("SESSION_OPEN", **asked)
    house.ask("SESSION_CLOSE", **asked)
    return house.ask("GET", ACCOUNT="tangoe")["ERROR"]


def tenant(house):
    """The tenant that comes with a token."""
    login(house)
    return house.ask("GET", ACCOUNT="tangoe").get("TENANT")


def by_address(house):
    """May https://git.example/ have the token?"""
    login(house)
    return house.ask("GET", SCHEME="https", HOST="git.example")["ERROR"]


def late(house):
    """A login at a server that takes a good two seconds."""
    house.ping.next("late_answer", seconds=2.3)
    return login(house)


def gives_up_connecting(house):
    """Within two seconds, where nobody answers a TLS handshake?"""
    house.ping.next("accept_silence")
    began = time.monotonic()
    login(house)
    return time.monotonic() - began < 2


def lifetime(house):
    """How long a token lives when the server does not say, to ten seconds."""
    house.ping.next("no_expires_in")
    forget_tries(house)
    return int(round((house.login()["EXPIRES_AT"] - time.time()) / 10) * 10)


def endpoint(house):
    """Where a courier would be sent: a courier of our own that goes nowhere."""
    path = str(house.directory / "courier")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen(1)
        listener.settimeout(20)
        house.stop()
        house.arguments = ["--courier-socket", path]
        house.start()
        asked = house.later(house.login)
        with listener.accept()[0] as connection:
            job = wire.decode(connection.recv(1 << 16))
        asked.result()
    os.unlink(path)
    house.stop()
    house.arguments = []
    house.start()
    return job["ENDPOINT"]


def check(house):
    """What --check thinks of it."""
    return subprocess.run([build.program("mobprocd"), "--check", "--config", str(house.config)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


Row = collections.namedtuple("Row", "key value look expected more")
def validation(house):
    """What a login asks the server, in this order."""
    house.ping.forget_requests()
    login(house)
    return " ".join(request.kind for request in house.ping.requests)


def account_stage(house):
    """What the account stage says of somebody who has not logged in."""
    house.ask("LOGOUT")
    return house.ask("ACCOUNT_CHECK", uid=os.geteuid(), USER=house.me, UID=house.uid)["ERROR"]


def revocation(house):
    """Is the server told of a logout?"""
    login(house)
    house.ping.forget_requests()
    house.ask("LOGOUT")
    return house.ping.wait_until(lambda: house.ping.requests, 0.3) != []


def service_login(house):
    """How the service account is logged in when somebody asks for its token: (name, answer)."""
    record = house.state / "service" / "tangoe"
    if record.exists():
        record.unlink()
    error = house.ask("GET", ACCOUNT="tangoe")["ERROR"]
    return house.ping.posts("password")[-1].get("username"), error


def sign_in(house):
    """The address that a browser would be sent to, or the error."""
    where = house.ask("BEGIN_BROWSER", ACCOUNT="tangoe")
    if where["ERROR"] != "OK":
        return where["ERROR"]
    port = where["REDIRECT_URI"].split(":")[2].split("/")[0]
    address = house.ask("BEGIN_BROWSER", ACCOUNT="tangoe",
                        REDIRECT_URI="http://127.0.0.1:%s/callback" % (port if port != "0" else 5))
    path, _, query = address["URL"].partition("?")
    kind = [pair[14:] for pair in query.split("&") if pair.startswith("response_type=")]
    return path.replace(house.ping.base, ""), port, kind[0]


def connects_ahead(rhost):
    """Is there a connection before a password?"""
    def look(house):
        before = house.ping.handshakes
        house.ask("PREPARE", uid=os.geteuid(), USER=house.me, UID=house.uid, RHOST=rhost)
        return house.ping.wait_until(lambda: house.ping.handshakes > before, 0.5)
    return look


MACHINE = {"login_account", "minimum_uid", "maximum_uid", "guard_failures", "guard_window", "forget",
           "connect_ahead"}
NO_ENDPOINT = {"token_endpoint": None}
OFF = {"validate": "off", "accept_unvalidated": "yes"}
SERVICE = {"login_account": None, "tenant": None, "source_system": None}
BROWSER = {"authorization_endpoint": "{base}/as/authorization.oauth2"}
PAIR = {"client_certificate": "{client_certificate}", "client_key": "credential:key"}
PLAIN = "http://127.0.0.1:{plain}/as/token.oauth2"


def row(key, value, look, expected, **more):
    """A value of one key (None: absent), and what is seen then. `more`: other keys it needs."""
    return Row(key, value, look, expected, more)


TABLE = [
    row("login_account", "tangoe", login, "OK"),
    row("login_account", None, login, "NO_ACCOUNT"),
    row("minimum_uid", ME, login, "OK"),
    row("minimum_uid", ME + 1, login, "UNMAPPED"),
    row("maximum_uid", ME, login, "OK", minimum_uid=1),
    row("maximum_uid", ME - 1, login, "UNMAPPED", minimum_uid=1),
    row("guard_failures", 1, tries, 1),
    row("guard_failures", 3, tries, 3),
    row("guard_failures", None, tries, 2),
    row("guard_window", 1, after_a_second, "OK", guard_failures=1),
    row("guard_window", 3600, after_a_second, "GUARD", guard_failures=1),
    row("forget", "never", after_the_last_session, "OK"),
    row("forget", "last-session", after_the_last_session, "NO_RECORD"),
    row("forget", None, after_the_last_session, "OK"),
    row("connect_ahead", None, connects_ahead(None), True),
    row("connect_ahead", "local", connects_ahead("192.0.2.1"), False),
    row("connect_ahead", "off", connects_ahead(None), False),
    row("connect_ahead", "all", connects_ahead("192.0.2.1"), True),
    row("environment", "production", endpoint, "https://oauth.tangoe.com/as/token.oauth2",
        **NO_ENDPOINT),
    row("environment", "qa", endpoint, "https://oauthqa.tangoe.com/as/token.oauth2",
        **NO_ENDPOINT),
    row("environment", None, check, 7, **NO_ENDPOINT),
    row("token_endpoint", "{url}", login, "OK"),
    row("token_endpoint", "{base}/nothing", login, "OUTAGE"),
    row("token_endpoint", "https://localhost:1/token {url}", login, "OK"),
    row("token_endpoint", "{base}/nothing {url}", login, "OUTAGE"),
    row("issuer", "{base}", validation, "discovery password validate_bearer", **NO_ENDPOINT),
    row("issuer", "{base}/another", login, "OUTAGE", **NO_ENDPOINT),
    row("issuer", None, check, 7, **NO_ENDPOINT),
    row("insecure_loopback", "yes", login, "OK", token_endpoint=PLAIN, **OFF),
    row("insecure_loopback", "no", check, 7, token_endpoint=PLAIN),
    row("insecure_loopback", None, check, 7, token_endpoint=PLAIN),
    row("client_id", CLIENT_ID, login, "OK"),
    row("client_id", "another", login, "CLIENT"),
    row("client_secret", "file:{directory}/client-secret", login, "OK"),
    row("client_secret", "credential:tangoe", login, "OK"),
    row("client_secret", "file:{directory}/credentials/wrong", login, "CLIENT"),
    row("client_secret", "credential:wrong", login, "CLIENT"),
    row("client_secret", "credential:absent", login, "CONFIGURATION"),
    row("client_secret", "file:{directory}/credentials/for-all", login, "CONFIGURATION"),
    row("client_auth", "body", client_authentication, ("body", "OK")),
    row("client_auth", None, client_authentication, ("body", "OK")),
    row("client_auth", "basic", client_authentication, ("basic", "OK"),
        client_id="awkward", client_secret="credential:awkward"),
    row("client_auth", "basic_raw", client_authentication, ("basic_raw", "OK"),
        client_id="awkward", client_secret="credential:awkward"),
    row("client_auth", "none", client_authentication, ("none", "OK"),
        client_id="public", client_secret=None),
    row("client_auth", "tls", shown, ("mobproc-client", "OK"),
        client_id="by-certificate", client_secret=None, **PAIR),
    row("client_certificate", "{client_certificate}", shown, ("mobproc-client", "OK"),
        client_key="credential:key"),
    row("client_certificate", None, shown, (None, "OK")),
    row("client_key", "credential:key", shown, ("mobproc-client", "OK"),
        client_certificate="{client_certificate}"),
    row("client_key", "credential:other-key", login, "CONFIGURATION",
        client_certificate="{client_certificate}"),
    row("proxy", "{proxy}", connects, ((), 1, "OK")),
    row("proxy", None, connects, ((), 0, "OK")),
    row("proxy_credentials", "credential:proxy", connects, (("dTpw",), 1, "OK"), proxy="{proxy}"),
    row("proxy_credentials", None, connects, ((), 1, "OK"), proxy="{proxy}"),
    row("ca_fingerprint", "{pin}", login, "OK"),
    row("ca_fingerprint", "{other_pin}", login, "OUTAGE"),
    row("ca_fingerprint", "{other_pin} {pin}", login, "OK"),
    row("scope", "MOBPROC", sent("scope"), "MOBPROC"),
    row("scope", "a b", sent("scope"), "a b"),
    row("scope", None, sent("scope"), None),
    row("tenant", "XYZ", tenant, "XYZ"),
    row("tenant", "A & B", tenant, "A & B"),
    row("tenant", None, tenant, None),
    row("source_system", "command", sent("username"), "command://{me}"),
    row("source_system", "rivermine", sent("username"), "rivermine://{me}"),
    row("source_system", "platform", sent("username"), "{me}"),
    row("source_system", None, sent("username"), "{me}"),
    row("allow_users", "*", login, "OK"),
    row("allow_users", "nobody-else {me}", login, "OK"),
    row("allow_users", "nobody-else", login, "UNMAPPED"),
    row("allow_users", "@" + GROUP, login, "OK"),
    row("allow_users", "@no-such-group nobody-else", login, "UNMAPPED"),
    row("hosts", "https://git.example", by_address, "OK"),
    row("hosts", "https://git.example/prefix/", by_address, "NO_ACCOUNT"),
    row("hosts", None, by_address, "NO_ACCOUNT"),
    row("ca", "{ca}", login, "OK"),
    row("ca", "{ca_directory}", login, "OK"),
    row("ca", None, login, "OUTAGE"),
    row("timeout", 2, late, "OUTAGE"),
    row("timeout", 5, late, "OK"),
    row("connect_timeout", 1, gives_up_connecting, True),
    row("connect_timeout", 3, gives_up_connecting, False),
    row("default_lifetime", 600, lifetime, 600, **OFF),
    row("default_lifetime", None, lifetime, 300, **OFF),
    row("validate", None, validation, "password validate_bearer"),
    row("validate", "validate_bearer", validation, "password validate_bearer"),
    row("validate", "introspect", validation, "password introspect",
        introspection_endpoint="{base}/as/introspect.oauth2"),
    row("validate", "url", validation, "password validator", validate_url="{base}/validator"),
    row("validate", "off", validation, "password", accept_unvalidated="yes"),
    row("accept_unvalidated", "yes", check, 0, validate="off"),
    row("accept_unvalidated", "no", check, 7, validate="off"),
    row("accept_unvalidated", None, check, 7, validate="off"),
    row("introspection_endpoint", "{base}/as/introspect.oauth2", login, "OK",
        validate="introspect"),
    row("introspection_endpoint", "{base}/nothing", login, "OUTAGE", validate="introspect"),
    row("validate_url", "{base}/validator", login, "OK", validate="url"),
    row("validate_url", "{base}/nothing", login, "OUTAGE", validate="url"),
    row("require_tenant", "XYZ", login, "OK", tenant="ABC"),
    row("require_tenant", "ABC", login, "POLICY"),
    row("require_tenant", None, login, "POLICY", tenant="ABC"),
    row("require_platform", "command", login, "OK"),
    row("require_platform", "rivermine", login, "POLICY"),
    row("require_identity_provider", "pcv_edge", login, "OK"),
    row("require_identity_provider", "another", login, "POLICY"),
    row("require_identifier", "%u", login, "OK"),
    row("require_identifier", "%r", login, "POLICY"),
    row("require_scope", "MOBPROC", login, "OK"),
    row("require_scope", "MOBPROC more", login, "POLICY"),
    row("account_without_login", "allow", account_stage, "NO_RECORD"),
    row("account_without_login", None, account_stage, "NO_RECORD"),
    row("account_without_login", "deny", account_stage, "POLICY"),
    row("user_map", "{directory}/user-map", sent("username"), "command://somebody"),
    row("user_map", None, sent("username"), "command://{me}"),
    row("revocation_endpoint", "{base}/as/revoke_token.oauth2", revocation, True),
    row("revocation_endpoint", None, revocation, False),
    row("username", "command://robot", service_login, ("command://robot", "OK"),
        password="credential:robot", **SERVICE),
    row("username", "command://other", service_login, ("command://other", "OK"),
        password="credential:robot", **SERVICE),
    row("password", "file:{directory}/credentials/robot", service_login, ("command://robot", "OK"),
        username="command://robot", **SERVICE),
    row("password", "credential:wrong", service_login, ("command://robot", "DENIED"),
        username="command://robot", **SERVICE),
    row("authorization_endpoint", None, sign_in, "CONFIGURATION"),
    row("authorization_endpoint", "{base}/elsewhere", sign_in, ("/elsewhere", "0", "code")),
    row("browser_flow", None, sign_in, ("/as/authorization.oauth2", "0", "code"), **BROWSER),
    row("browser_flow", "code", sign_in, ("/as/authorization.oauth2", "0", "code"), **BROWSER),
    row("browser_flow", "implicit", sign_in, ("/as/authorization.oauth2", "0", "token"),
        **BROWSER),
    row("redirect_port", None, sign_in, ("/as/authorization.oauth2", "0", "code"), **BROWSER),
    row("redirect_port", 8750, sign_in, ("/as/authorization.oauth2", "8750", "code"), **BROWSER),
]
# Keys whose both ways take so long that a test of their own has them.
ELSEWHERE = {"refresh_margin": "test_refresh.Refresh.test_a_token_that_runs_short_is_refreshed"}


class Keys(unittest.TestCase):
    def test_the_table_has_every_key_both_ways(self):
        source = (build.REPOSITORY / "broker" / "config_keys.c").read_text()
        keys = set(re.findall(r"\b(?:MOBPROC|ACCOUNT)\(\"(\w+)\"", source))
        self.assertGreater(len(keys), 20)
        seen = collections.defaultdict(set)
        for line in TABLE:
            seen[line.key].add(line.expected)
        both = {key for key in seen if len(seen[key]) > 1}
        self.assertEqual(keys, both | set(ELSEWHERE))
        for name in ELSEWHERE.values():
            self.assertEqual(unittest.defaultTestLoader.loadTestsFromName(name).countTestCases(), 1)

    def test_Z1_each_key_changes_what_it_says(self):
        credentials = {"tangoe": CLIENT_SECRET, "wrong": "a wrong secret", "awkward": AWKWARD,
                       "for-all": CLIENT_SECRET, "robot": ROBOT, "proxy": "u:p"}
        with House(self, start=False) as house, Proxy() as house.proxy:
            folder = house.directory / "credentials"
            folder.mkdir()
            certificate, key = house.ping.certificates.pair("client")
            other, other_key = house.ping.certificates.pair("rsa")
            for name, path in (("key", key), ("other-key", other_key)):
                credentials[name] = pathlib.Path(path).read_text().rstrip()
            for name, secret in credentials.items():
                (folder / name).write_text(secret + "\n")
                (folder / name).chmod(0o644 if name == "for-all" else 0o600)
            house.popen["env"] = dict(os.environ, CREDENTIALS_DIRECTORY=str(folder))
            (house.directory / "user-map").write_text("%s command://somebody\n" % house.me)
            for name in ("robot", "other"):
                house.ping.add_user("command://" + name, ROBOT)
            house.ping.add_client("awkward", AWKWARD, auth=("basic", "basic_raw"))
            house.ping.add_client("public", auth="none")
            house.ping.add_client("by-certificate", auth="tls")
            house.ping.state.users.lock_after = 0
            house.start()
            values = {"me": house.me, "url": house.ping.url, "base": house.ping.base,
                      "ca": house.ping.ca, "ca_directory": house.ping.ca_directory,
                      "directory": house.directory, "proxy": house.proxy.url,
                      "client_certificate": certificate,
                      "pin": pin(house.ping.certificates.pair("good")[0]),
                      "other_pin": pin(other),
                      "plain": house.ping.elsewhere.servers[1].port}
            for line in TABLE:
                if line.key == "forget" and not ROOT:
                    continue  # sessions are root's business; test_callers has that
                with self.subTest(key=line.key, value=line.value):
                    self.assertEqual(self.see(house, line, values), self.fill(line.expected, values))

    @staticmethod
    def fill(value, values):
        """Names in braces get this house's values."""
        return value.format(**values) if isinstance(value, str) else value

    def see(self, house, line, values):
        """Configures what a row wants and looks."""
        machine, account = {}, {}
        for key, value in dict(line.more, **{line.key: line.value}).items():
            (machine if key in MACHINE else account)[key] = self.fill(value, values)
        if line.look is check:
            house.configure(account, machine)
        else:
            house.change(account, machine)
        return line.look(house)


if __name__ == "__main__":
    unittest.main()
