"""A simulated PingFederate for tests and for the demonstration.

Standard library only, plus the `openssl` command line tool (and `git` for the
git server). Everything listens on 127.0.0.1, on ports the kernel chooses.

    from ping import Ping, Api, GitServer

    with Ping(directory) as ping, Api(ping) as api, GitServer(ping) as git:
        ping.add_user("command://alice", "correct horse")
        ...                                   # let the product log in at ping.url
        self.assertEqual(1, len(ping.posts("password")))
        ping.next("html_503")                 # the next answer only
        ping.behave("rst_after_request")      # every answer until changed
        ping.behave(None)                     # honest again

Where to read on:
    server.py       class Ping: everything a test may ask of it
    tokens.py       the server's memory (ping.state): lifetimes, rolling, grace
    users.py        users, claims, lock-out
    clients.py      OAuth clients and how each may authenticate
    behaviours/     the table of misbehaviours, by name and number
    certificates.py good and bad certificates
    request.py      what is recorded of each request (ping.requests)
    api.py          the protected API with its three headers
    githttp.py      a real git server behind tokens
    __main__.py     the same three as one program: python3 -m ping --directory DIR
"""

from .api import Api
from .githttp import GitServer
from .listener import closed_port
from .server import Ping

__all__ = ["Api", "GitServer", "Ping", "closed_port"]
