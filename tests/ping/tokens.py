"""The server's memory: grants, access tokens, refresh tokens.

Reference tokens as Tangoe uses them: 28 and 42 alphanumerics. All methods are
safe for threads. Settings are plain attributes of State, to be set at any time:

    lifetime             seconds an access token lives (7200)
    elapsed              taken off the first token of a login (1: the examples say 7199)
    roll                 whether a refresh gives a new refresh token (True)
    roll_interval        seconds before the next roll; earlier: same token again (0)
    grace                seconds a rolled refresh token still works (60)
    reuse_revokes        reuse after the grace kills the whole family (False)
    one_grant_per_user   a second login kills the first one's refresh token (False)
    idle_timeout         seconds until an unused grant dies (30 days)
    extend_below         validation prolongs a token with less than this share of its
                         lifetime left, e.g. 0.3 (None: never)
    users.lock_after, users.lock_seconds    lock-out, see users.py

Time: `now` is a callable giving seconds since 1970; `advance(seconds)` moves it.
"""

import base64
import hashlib
import secrets
import string
import threading
import time

from .clients import Clients
from .refusal import Refusal, dead_access_token, dead_code, dead_refresh_token, wider_scope
from .users import Users

ALPHABET = string.ascii_letters + string.digits
ACCESS_LENGTH = 28
REFRESH_LENGTH = 42


class Access:
    """An access token that was issued: to whom, for what, until when."""

    def __init__(self, token, grant, scope, issued, expires):
        self.token = token
        self.grant = grant
        self.scope = scope
        self.issued = issued
        self.expires = expires


class Grant:
    """What a user gave a client by logging in. `rolled` holds the replaced
    refresh tokens and when each was replaced."""

    def __init__(self, user, client, scope, moment):
        self.user = user
        self.client = client
        self.scope = scope
        self.used = moment
        self.last_roll = moment
        self.current = None
        self.rolled = {}
        self.revoked = False


class Code:
    """An authorization code: for whom, and what whoever brings it must show."""

    def __init__(self, client, user, scope, redirect_uri, challenge, expires):
        self.client = client
        self.user = user
        self.scope = scope
        self.redirect_uri = redirect_uri
        self.challenge = challenge
        self.expires = expires
        self.grant = None  # once it was used


class Issued:
    """What a token reply says."""

    def __init__(self, access, refresh, expires_in, scope):
        self.access = access
        self.refresh = refresh
        self.expires_in = expires_in
        self.scope = scope


class State:
    """See the top of this file."""

    def __init__(self, now=time.time):
        self.lock = threading.RLock()
        self.now = now
        self.users = Users(lambda: self.now())
        self.clients = Clients()
        self._access = {}
        self._refresh = {}
        self._codes = {}
        self.code_lifetime = 60
        self.lifetime = 7200
        self.elapsed = 1
        self.roll = True
        self.roll_interval = 0
        self.grace = 60
        self.reuse_revokes = False
        self.one_grant_per_user = False
        self.idle_timeout = 30 * 86400
        self.extend_below = None

    def advance(self, seconds):
        """Move this server's clock forward (or back)."""
        with self.lock:
            before = self.now
            self.now = lambda: before() + seconds

    def password(self, client, name, password, scope):
        """The password grant."""
        with self.lock:
            scope = _narrowed(scope, client.scopes)
            user = self.users.check(name, password)
            if self.one_grant_per_user:
                self._forget_grants(user, client)
            grant = Grant(user, client, scope, self.now())
            if "refresh_token" in client.grants:
                self._new_refresh(grant)
            return self._issue(grant, scope, self.lifetime - self.elapsed)

    def refresh(self, client, token, scope, roll=None):
        """The refresh grant. roll: False gives back the same refresh token."""
        with self.lock:
            grant = self._refreshable(client, token)
            scope = _narrowed(scope, grant.scope.split())
            moment = self.now()
            grant.used = moment
            due = moment - grant.last_roll >= self.roll_interval
            if roll is True or (roll is None and self.roll and due):
                grant.rolled[grant.current] = moment
                grant.last_roll = moment
                self._new_refresh(grant)
            return self._issue(grant, scope, self.lifetime)

    def authorize(self, client, user, scope, redirect_uri, challenge):
        """A code for a user who signed in at the page."""
        with self.lock:
            code = _random(ACCESS_LENGTH)
            self._codes[code] = Code(client, user, _narrowed(scope, client.scopes), redirect_uri,
                                     challenge, self.now() + self.code_lifetime)
            return code

    def redeem(self, client, code, redirect_uri, verifier):
        """The authorization code grant, once (RFC 6749 4.1.2, RFC 7636 4.6)."""
        with self.lock:
            given = self._codes.get(code)
            if given is not None and given.grant is not None:
                given.grant.revoked = True
            if (given is None or given.grant is not None or given.client is not client
                    or self.now() >= given.expires):
                raise dead_code()
            if given.redirect_uri != redirect_uri:
                raise Refusal(400, "invalid_grant", "redirect_uri is required if it was included "
                                                    "in the authorization request.")
            hashed = hashlib.sha256((verifier or "").encode()).digest()
            if base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() != given.challenge:
                raise Refusal(400, "invalid_grant", "PKCE code verifier does not match")
            given.grant = Grant(given.user, client, given.scope, self.now())
            if "refresh_token" in client.grants:
                self._new_refresh(given.grant)
            return self._issue(given.grant, given.scope, self.lifetime - self.elapsed)

    def implicit(self, client, user, scope):
        """The implicit grant: never a refresh token (RFC 6749 4.2.2)."""
        with self.lock:
            scope = _narrowed(scope, client.scopes)
            grant = Grant(user, client, scope, self.now())
            return self._issue(grant, scope, self.lifetime - self.elapsed)

    def live(self, token):
        """The Access of a token that works now, else None."""
        with self.lock:
            access = self._access.get(token)
            if access is None or access.grant.revoked or self.now() >= access.expires:
                return None
            return access

    def validate(self, token):
        """Like live, but refuses instead, and applies the extension policy."""
        with self.lock:
            access = self.live(token)
            if access is None:
                raise dead_access_token()
            left = access.expires - self.now()
            if self.extend_below and left < self.extend_below * self.lifetime:
                access.expires = self.now() + self.lifetime
            return access

    def live_refresh(self, token):
        """The Grant of a refresh token that would work now, else None."""
        with self.lock:
            grant = self._refresh.get(token)
            usable = grant is not None and self._usable(grant, token)
            return grant if usable else None

    def revoke(self, client, token):
        """RFC 7009: a refresh token takes its grant along, an access token dies alone."""
        with self.lock:
            grant = self._refresh.get(token)
            if grant is not None and grant.client is client:
                grant.revoked = True
            access = self._access.get(token)
            if access is not None and access.grant.client is client:
                del self._access[token]

    def rename(self, old, new):
        """Make `new` mean what `old` meant: for behaviours that alter tokens."""
        with self.lock:
            if old in self._access:
                self._access[new] = self._access.pop(old)
                self._access[new].token = new
            if old in self._refresh:
                grant = self._refresh[new] = self._refresh.pop(old)
                if grant.current == old:
                    grant.current = new

    def expire_access_tokens(self):
        """Every access token issued so far dies now; refresh tokens live on."""
        with self.lock:
            self._access.clear()

    def revoke_everything(self):
        """Every grant so far dies now, as when an administrator revokes them."""
        with self.lock:
            for grant in self._refresh.values():
                grant.revoked = True
            self._access.clear()

    def _new_refresh(self, grant):
        grant.current = _random(REFRESH_LENGTH)
        self._refresh[grant.current] = grant

    def _issue(self, grant, scope, lifetime):
        moment = self.now()
        access = Access(_random(ACCESS_LENGTH), grant, scope, moment, moment + lifetime)
        self._access[access.token] = access
        return Issued(access.token, grant.current, lifetime, scope)

    def _refreshable(self, client, token):
        grant = self._refresh.get(token)
        if grant is None or grant.client is not client:
            raise dead_refresh_token()
        if not self._usable(grant, token):
            if self.reuse_revokes and token in grant.rolled:
                grant.revoked = True
            raise dead_refresh_token()
        return grant

    def _usable(self, grant, token):
        if grant.revoked or self.now() - grant.used > self.idle_timeout:
            return False
        if token == grant.current:
            return True
        rolled = grant.rolled.get(token)
        return rolled is not None and self.now() - rolled < self.grace

    def _forget_grants(self, user, client):
        for token, grant in list(self._refresh.items()):
            if grant.user is user and grant.client is client:
                del self._refresh[token]


def _narrowed(scope, allowed):
    """The scope that is granted: all that is allowed when none was asked for."""
    if not scope:
        return " ".join(allowed)
    if not set(scope.split()) <= set(allowed):
        raise wider_scope()
    return scope


def _random(length):
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
