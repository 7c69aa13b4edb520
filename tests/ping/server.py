"""class Ping: the simulated PingFederate, and all a test may ask of it.

    with Ping(directory) as ping:
        ping.add_user("command://alice", "correct horse")
        ping.url                     https://localhost:PORT/as/token.oauth2
        ping.ca, ping.ca_directory   what a client should trust
        ping.state                   tokens and their settings, see tokens.py
        ping.requests                all requests, see request.py
        ping.posts("password")       the token endpoint's POSTs of one kind
        ping.behave(name, ...)       misbehave from now on, see behaviours/
        ping.next(name, ...)         misbehave once
        ping.tls(certificate="expired")
        ping.hold(); ping.wait_held(); ping.release()
        ping.stop(); ping.start()    an outage, same port
        ping.query = "reject"        refuse parameters in the URL ("accept")
        ping.documents               where it describes itself, a set of two paths
        ping.sign_in                 the sign-in page, see authorization.py
    ping.elsewhere               where redirects lead

Everything in service.py is there too. `when` names the requests a behaviour is
for: "password", "refresh_token", "validate_bearer", "introspect", "revoke",
"validator", "discovery"; without it, all of them.
"""

import threading

from . import authorization, endpoint, management, redact, validation
from .elsewhere import Elsewhere
from .plan import Plan
from .reply import Reply, oauth_error
from .request import DISCOVERY_PATHS, TOKEN_PATH
from .service import Service
from .tokens import State

TENANT = "XYZ"


class Ping(Service):
    """See the top of this file."""

    def __init__(self, directory, tenant=TENANT):
        self.state = State()
        super().__init__(directory, now=lambda: self.state.now())
        self.sign_in = authorization.SignIn(self.state)
        self.tenant = tenant
        self.query = "accept"
        self.query_secrets = 0
        self.documents = set(DISCOVERY_PATHS)
        self.refreshes = threading.Semaphore(1)
        self._plan = Plan()
        self._elsewhere = None
        self._elsewhere_lock = threading.Lock()
        self.on_request.append(self._count_query_secrets)

    @property
    def base(self):
        """The issuer: scheme, host and port."""
        return "https://localhost:%d" % self.port

    @property
    def url(self):
        """The token endpoint."""
        return self.base + TOKEN_PATH

    @property
    def introspection_url(self):
        """RFC 7662."""
        return self.base + "/as/introspect.oauth2"

    @property
    def revocation_url(self):
        """RFC 7009."""
        return self.base + "/as/revoke_token.oauth2"

    @property
    def authorization_url(self):
        """The sign-in page, see authorization.py."""
        return self.base + authorization.PATH

    @property
    def validator_url(self):
        """Tangoe's validator, here over https."""
        return self.base + "/validator"

    @property
    def elsewhere(self):
        """The server redirects lead to; started when first asked for."""
        with self._elsewhere_lock:
            if self._elsewhere is None:
                self._elsewhere = Elsewhere(self.directory)
            return self._elsewhere

    def add_user(self, name, password, **claims):
        """Add or replace a user (`command://alice`); claims win over the usual ones.

        A password of arbitrary bytes: data.decode("utf-8", "surrogateescape").
        """
        with self.state.lock:
            return self.state.users.add(name, password,
                                        **dict({"tenant": self.tenant}, **claims))

    def add_client(self, identifier, secret=None, auth="body", **more):
        """Register or replace a client; see clients.py."""
        with self.state.lock:
            return self.state.clients.add(identifier, secret, auth, **more)

    def posts(self, kind=None):
        """The POSTs to the token endpoint, all or of one kind, in order."""
        return [request for request in list(self.requests)
                if request.method == "POST" and request.path == TOKEN_PATH
                and kind in (None, request.kind)]

    def wait_posts(self, count, kind=None, seconds=10):
        """Until that many came; False when time ran out."""
        return self.wait_until(lambda: len(self.posts(kind)) >= count, seconds)

    def behave(self, name, /, when=None, **options):
        """Misbehave from now on. behave(None) makes all honest and empties the queue."""
        self._plan.behave(name, when, **options)

    def next(self, name, /, when=None, **options):
        """Misbehave once, at the next request it suits."""
        self._plan.next(name, when, **options)

    @property
    def queued(self):
        """How many one-shot behaviours have not had their request yet."""
        return self._plan.queued()

    def close(self):
        if self._elsewhere is not None:
            self._elsewhere.close()
        super().close()

    # -- for service.py and behaviours ----------------------------------------

    def honest(self, exchange, **how):
        request = exchange.request
        if (self.query == "reject" and request.query
                and request.path not in ("/validator", authorization.PATH)):
            return oauth_error(400, "invalid_request", "URL query parameters are not allowed")
        if request.path == TOKEN_PATH:
            return endpoint.answer(self.state, request, how)
        if request.path == "/as/introspect.oauth2":
            return management.introspect(self.state, request)
        if request.path == "/as/revoke_token.oauth2":
            return management.revoke(self.state, request)
        if request.path in (authorization.PATH, authorization.RESUME_PATH):
            return self.sign_in.answer(request)
        if request.path == "/validator":
            return validation.validator(self.state, request)
        if request.path in self.documents:
            return management.discovery(self.base)
        return Reply(404)

    def misbehave(self, exchange):
        planned = self._plan.take("request", exchange.request.kind)
        if planned is None:
            return exchange.genuine()
        return planned.behaviour.run(exchange, planned.options)

    def accept(self, connection):
        planned = self._plan.take("accept")
        if planned is None:
            return super().accept(connection)
        planned.behaviour.function(self, connection, **planned.options)
        return False

    def _count_query_secrets(self, request):
        self.query_secrets += sum(name in redact.SECRET_PARAMETERS and value != ""
                                  for name, value in request.query_parameters)
