"""PingFederate's authorization endpoint and its sign-in page, PING.md 3.

    GET  /as/authorization.oauth2           the page, or an error (RFC 6749 4.1.1, 4.2.1)
    POST /as/authorization.oauth2/resume    its form: username, password, "Sign on" or "Cancel"

Settings of `ping.sign_in`:

    alter       a function of the answer's parameters (a dict), which may change them: a wrong
                state, an error, somebody else's code (None: honest)
    in_query    the implicit answer stands in the query, as some servers do with errors

The ids of page, fields and buttons are for tests: form, username, password, sign-on, cancel.
"""
import fnmatch
import html
import secrets
from urllib.parse import urlencode

from .refusal import Refusal
from .reply import Reply

PATH = "/as/authorization.oauth2"
RESUME_PATH = PATH + "/resume"

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sign On</title></head>
<body><h1>Sign On</h1>%s
<form id="form" method="post" action="%s">
<input type="hidden" name="transaction" value="%s">
<p><label>Username <input id="username" name="username" autocomplete="off"></label></p>
<p><label>Password <input id="password" name="password" type="password"></label></p>
<p><button id="sign-on" name="action" value="sign-on">Sign On</button>
<button id="cancel" name="action" value="cancel">Cancel</button></p>
</form></body></html>
"""


class Wanted:
    """A checked authorization request."""

    def __init__(self, client, request):
        self.client = client
        self.redirect_uri = request.get("redirect_uri")
        self.response_type = request.get("response_type")
        self.scope = request.get("scope")
        self.state = request.get("state")
        self.challenge = request.get("code_challenge")
        self.method = request.get("code_challenge_method")


class SignIn:
    """See the top of this file; `state` is that of tokens.py."""

    def __init__(self, state):
        self._state = state
        self._open = {}
        self.alter = None
        self.in_query = False

    def answer(self, request):
        """The reply to a request for one of the two paths."""
        if request.path == RESUME_PATH:
            return self._resume(request)
        return self._begin(request)

    def _begin(self, request):
        if request.method != "GET":
            return Reply(405, [("Allow", "GET")])
        try:
            client = self._state.clients[request.get("client_id")]
        except KeyError:
            return _page(400, "<h1>Error</h1><p>Unknown or invalid client_id</p>")
        wanted = Wanted(client, request)
        if not any(fnmatch.fnmatch(wanted.redirect_uri or "", allowed)
                   for allowed in client.redirects):
            return _page(400, "<h1>Error</h1><p>Invalid redirect_uri</p>")
        error = _wrong(wanted, request)
        if error is not None:
            return self._redirect(wanted, {"error": error})
        transaction = secrets.token_hex(8)
        self._open[transaction] = wanted
        return _page(200, PAGE % ("", RESUME_PATH, transaction))

    def _resume(self, request):
        wanted = self._open.get(request.get("transaction"))
        if wanted is None or request.method != "POST":
            return _page(400, "<h1>Error</h1><p>Page Expired</p>")
        if request.get("action") == "cancel":
            return self._redirect(wanted, {"error": "access_denied",
                                           "error_description": "User denied access"})
        with self._state.lock:
            try:
                user = self._state.users.check(request.get("username"), request.get("password"))
            except Refusal as refusal:
                return _page(200, PAGE % (
                    "<p role=\"alert\">%s</p>" % html.escape(refusal.description), RESUME_PATH,
                    request.get("transaction")))
            del self._open[request.get("transaction")]
            return self._grant(wanted, user)

    def _grant(self, wanted, user):
        if wanted.response_type == "code":
            code = self._state.authorize(wanted.client, user, wanted.scope, wanted.redirect_uri,
                                         wanted.challenge)
            return self._redirect(wanted, {"code": code})
        issued = self._state.implicit(wanted.client, user, wanted.scope)
        return self._redirect(wanted, {"access_token": issued.access, "token_type": "Bearer",
                                       "expires_in": issued.expires_in})

    def _redirect(self, wanted, parameters):
        if wanted.state is not None:
            parameters["state"] = wanted.state
        if self.alter is not None:
            parameters = self.alter(parameters)
        mark = "#" if wanted.response_type == "token" and not self.in_query else "?"
        return Reply(302, [("Location", wanted.redirect_uri + mark + urlencode(parameters)),
                           ("Cache-Control", "no-cache, no-store")])


def _wrong(wanted, request):
    """The error word of a request that may be answered by a redirect; None when it is right."""
    grants = {"code": "authorization_code", "token": "implicit"}
    names = [name for name, _ in request.parameters]
    if len(names) != len(set(names)) or not wanted.response_type:
        return "invalid_request"
    if wanted.response_type not in grants:
        return "unsupported_response_type"
    if grants[wanted.response_type] not in wanted.client.grants:
        return "unauthorized_client"
    if wanted.scope and not set(wanted.scope.split()) <= set(wanted.client.scopes):
        return "invalid_scope"
    # this server asks every client for proof: RFC 7636, and "plain" is disallowed
    if wanted.response_type == "code" and (not wanted.challenge or wanted.method != "S256"):
        return "invalid_request"
    return None


def _page(status, text):
    return Reply(status, [("Content-Type", "text/html; charset=utf-8"),
                          ("Cache-Control", "no-cache, no-store"),
                          ("X-Frame-Options", "SAMEORIGIN")], text.encode())
