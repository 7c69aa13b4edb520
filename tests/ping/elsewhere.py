"""Where redirects lead: a second server that must never hear from a client.

Over https (same CA) and plain http. It answers with a perfect token reply, so
that a client which follows a redirect is caught by its own success.
"""

from .reply import json_reply
from .service import Service


class Elsewhere:
    """https_url, http_url, requests, connections: of both; `servers`: the two."""

    def __init__(self, directory):
        self.servers = [_Trap(directory), _Trap(directory, plain=True)]
        for server in self.servers:
            server.start()
        self.https_url = "https://localhost:%d/as/token.oauth2" % self.servers[0].port
        self.http_url = "http://localhost:%d/as/token.oauth2" % self.servers[1].port

    @property
    def requests(self):
        """Whatever came, to either."""
        return self.servers[0].requests + self.servers[1].requests

    @property
    def connections(self):
        """TCP connections, to either."""
        return sum(server.connections for server in self.servers)

    def close(self):
        """Stop both."""
        for server in self.servers:
            server.close()


class _Trap(Service):
    def honest(self, exchange, **how):
        return json_reply(200, [("token_type", "Bearer"), ("expires_in", 7199),
                                ("refresh_token", "E" * 42), ("access_token", "E" * 28)])
