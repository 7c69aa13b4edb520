"""The table of misbehaviours: name -> function, with its number of PING.md section 7.

    ping.behave("html_503")                          every answer, until changed
    ping.next("rst_after_request", when="password")  one answer
    ping.next("late_answer", seconds=3)              options are the function's own
    python3 -m ping --list-behaviours                the whole table

Every behaviour takes `effect`: True processes the request first (a login
counts, tokens are issued and rolled) and then answers wrongly, False never
processes it. Behaviours that alter an honest reply always process; they leave
error replies, and replies of another kind, as they are.

A behaviour that changes a token keeps it alive under its new name.

Numbers not in this table are settings of the simulator:
    16 state.roll_interval      20 state.extend_below      21 GET /.well-known/...
    30 users.lock_after         34 state.grace             35 state.reuse_revokes
    36, 37 honest replies       46 ping.query              61-66 ping.tls(...)
    67 certificates.KINDS       70 ping.stop(), closed_port()
Not simulated: 75 and 76 (DNS, proxies), 90 (the client's own listener), 92.
"""

from . import (claims, framing, http_replies, json_bodies, malicious_tokens,  # noqa: F401
               oauth_errors, success, transport)
from .registry import TABLE, lookup

__all__ = ["TABLE", "lookup"]
