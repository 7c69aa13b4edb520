"""What is recorded of one HTTP request.

    method, target, version   as sent
    path, query               the two halves of the target
    headers                   [(name, value)] in the order they came, as sent
    head, body                the raw bytes; a chunked body is already joined
    query_parameters          [(name, value)] with duplicates
    body_parameters           the same for a form body
    parameters                both, the query's first, as servlets see them
    kind                      password, refresh_token, validate_bearer, any other
                              grant_type, introspect, revoke, validator, discovery,
                              or "" for the rest
    connection, number        which TCP connection, and which request on it (from 1)
    tls, sni, resumed         TLS version ("" for plain), server name asked for,
                              whether a TLS session was resumed
    client_certificate        common name of the client's certificate, or None
    time                      by the server's clock
    faults                    what a strict server dislikes about this request

Its repr hides the secrets, so a failing test may print it.
"""

from . import form, redact

FORM = "application/x-www-form-urlencoded"
VALIDATE_BEARER = "urn:pingidentity.com:oauth2:grant_type:validate_bearer"
TOKEN_PATH = "/as/token.oauth2"
_KINDS = {"/as/introspect.oauth2": "introspect", "/as/revoke_token.oauth2": "revoke",
          "/validator": "validator",
          "/.well-known/openid-configuration": "discovery",
          "/.well-known/oauth-authorization-server": "discovery"}
DISCOVERY_PATHS = tuple(path for path, kind in _KINDS.items() if kind == "discovery")


class Request:
    """See the top of this file."""

    def __init__(self, head, method, target, version, headers):
        self.head = head
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.path, _, self.query = target.partition("?")
        self.query_parameters, self.faults = form.parse(self.query.encode("latin-1"))
        self.body = b""
        self.body_parameters = []
        self.connection = self.number = 0
        self.tls = self.sni = ""
        self.resumed = False
        self.client_certificate = None
        self.time = 0.0

    def take_body(self, body):
        """Set the body, and its parameters when it is a form."""
        self.body = body
        if self.media_type == FORM:
            self.body_parameters, faults = form.parse(body)
            self.faults += faults

    @property
    def parameters(self):
        """Query and body together."""
        return self.query_parameters + self.body_parameters

    @property
    def media_type(self):
        """Content-Type without its parameters, in lower case; "" without one."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def kind(self):
        """What is asked for; see the top of this file."""
        if self.path == TOKEN_PATH:
            grant = self.get("grant_type") or ""
            return "validate_bearer" if grant == VALIDATE_BEARER else grant
        return _KINDS.get(self.path, "")

    def header(self, name):
        """The first header of that name (any case), or None."""
        values = self.headers_named(name)
        return values[0] if values else None

    def headers_named(self, name):
        """All values of that header name (any case)."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name):
        """The first parameter of that name, or None."""
        values = self.all(name)
        return values[0] if values else None

    def all(self, name):
        """All values of that parameter."""
        return [value for key, value in self.parameters if key == name]

    def __repr__(self):
        return "<Request %s %s kind=%r connection=%d>" % (
            self.method, redact.target(self.target), self.kind, self.connection)
