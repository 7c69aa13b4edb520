"""OAuth clients and the ways each may authenticate.

    body        client_id and client_secret as parameters
    basic       Authorization: Basic, id and secret form-encoded first (RFC 6749 2.3.1)
    basic_raw   Authorization: Basic, id and secret as they are
    none        client_id only
    tls         client_id, and a client certificate with the registered subject

A secret such as `s:e%63 r+t&=` tells basic and basic_raw apart: each refuses
the other's form.
"""

import base64
import binascii
from urllib.parse import unquote_plus

from .refusal import Refusal, invalid_client

METHODS = ("body", "basic", "basic_raw", "none", "tls")
GRANTS = ("password", "refresh_token", "validate_bearer", "authorization_code", "implicit")
REDIRECTS = ("http://127.0.0.1:*/callback",)
TANGOE_ID = "376af94124f4400e9227c89937c12354"
TANGOE_SECRET = "81f40d2777ea4a41A992535F17AC92EC"


class Client:
    """One registered client."""

    def __init__(self, identifier, secret, auth, scopes, grants, subject, redirects):
        self.id = identifier
        self.secret = secret
        self.auth = frozenset([auth] if isinstance(auth, str) else auth)
        self.scopes = tuple(scopes)
        self.grants = frozenset(grants)
        self.subject = subject
        self.redirects = tuple(redirects)
        unknown = (self.auth - set(METHODS)) | (self.grants - set(GRANTS))
        if unknown:
            raise ValueError("unknown: " + ", ".join(sorted(unknown)))

    def __repr__(self):
        return "Client(%r)" % self.id


class Clients:
    """All clients by id; Tangoe's example client is there from the start."""

    def __init__(self):
        self._clients = {}
        self.add(TANGOE_ID, TANGOE_SECRET)

    def add(self, identifier, secret=None, auth="body", scopes=("MOBPROC",),
            grants=GRANTS, subject="mobproc-client", redirects=REDIRECTS):
        """Register or replace a client. auth: one method or several."""
        client = Client(identifier, secret, auth, scopes, grants, subject, redirects)
        self._clients[identifier] = client
        return client

    def __getitem__(self, identifier):
        return self._clients[identifier]

    def authenticate(self, request):
        """The client of a request, or Refusal(invalid_client)."""
        identifier = request.get("client_id")
        secret = request.get("client_secret") or None
        basic = _basic(request)
        if basic is not None:
            if secret is not None:
                raise Refusal(400, "invalid_request", "more than one client authentication")
            return self._by_basic(basic, identifier)
        client = self._clients.get(identifier)
        if client is None or not _accepts(client, secret, request):
            raise invalid_client()
        return client

    def _by_basic(self, basic, identifier):
        """Try both decodings; each client accepts only what it is registered for."""
        for method, decode in (("basic", unquote_plus), ("basic_raw", str)):
            name, secret = (decode(part) for part in basic)
            client = self._clients.get(name)
            if (client is not None and method in client.auth and client.secret == secret
                    and identifier in (None, "", client.id)):
                return client
        raise invalid_client()


def _accepts(client, secret, request):
    """Whether parameters (and the client certificate) suffice for this client."""
    if secret is not None:
        return "body" in client.auth and client.secret == secret
    if "tls" in client.auth and request.client_certificate == client.subject:
        return True
    return "none" in client.auth


def _basic(request):
    """(id, secret) still encoded from the Authorization header, None without one."""
    value = request.header("Authorization")
    if value is None:
        return None
    scheme, _, rest = value.partition(" ")
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid_client() from error
    if scheme.lower() != "basic" or ":" not in text:
        raise invalid_client()
    return tuple(text.split(":", 1))
