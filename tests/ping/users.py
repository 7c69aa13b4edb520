"""Users, the claims that go into their tokens, and the lock-out.

The password check is PingFederate's "password credential validator": its
message is what the client gets to read, and it is not for parsing.
"""

from .refusal import Refusal

WRONG = "We didn't recognize the username or password you entered. Please try again."
LOCKED = "Account Locked"


class User:
    """One user. `claims` is what validation shows; `message`, when set, refuses
    every login with that text (account expired, must reset, ...)."""

    def __init__(self, name, password, claims):
        self.name = name
        self.password = password
        self.claims = claims
        self.message = None
        self.failures = 0
        self.locked_until = 0.0

    def __repr__(self):
        return "User(%r)" % self.name


def default_claims(name, tenant):
    """Tangoe's claims for a login such as `command://alice`.

    The identifier is not the login string (PING.md 6.15): it lacks the source
    system, and a test may set it to anything.
    """
    system, mark, bare = name.partition("://")
    return {"platform": system if mark else "platform", "tenant": tenant,
            "multitenant": "false", "domain": "*", "identityProvider": "pcv_edge",
            "identifier": bare if mark else name}


class Users:
    """All users by name. The caller holds the state's lock.

    lock_after      consecutive failures until the user is locked (0: never)
    lock_seconds    how long; a correct password fails during that time too
    """

    def __init__(self, now):
        self._now = now
        self._users = {}
        self.lock_after = 3
        self.lock_seconds = 60

    def add(self, name, password, tenant="XYZ", **claims):
        """Add or replace a user; further claims win over the usual ones."""
        user = User(name, password, dict(default_claims(name, tenant), **claims))
        self._users[name] = user
        return user

    def __getitem__(self, name):
        return self._users[name]

    def check(self, name, password):
        """The user, when the password is right and nothing else is wrong."""
        user = self._users.get(name)
        if user is None:
            raise Refusal(400, "invalid_grant", WRONG)
        if self._now() < user.locked_until:
            raise Refusal(400, "invalid_grant", LOCKED)
        if user.password != password:
            self._failed(user)
            raise Refusal(400, "invalid_grant", WRONG)
        if user.message is not None:
            raise Refusal(400, "invalid_grant", user.message)
        user.failures = 0
        return user

    def _failed(self, user):
        user.failures += 1
        if self.lock_after and user.failures >= self.lock_after:
            user.locked_until = self._now() + self.lock_seconds
            user.failures = 0
