"""PingFederate's token endpoint as it honestly answers, PING.md 1.1 to 1.3.

`answer(state, request, how)` gives a Reply. `how["roll"]` may force whether a
refresh rolls the refresh token. Which query parameters are welcome is the
caller's business, see server.py.
"""

from .reply import Reply, json_reply, oauth_error
from .refusal import Refusal
from .request import FORM, VALIDATE_BEARER
from .validation import validate_bearer


def answer(state, request, how):
    """POST /as/token.oauth2."""
    wrong = wrong_http(request)
    if wrong is not None:
        return wrong
    try:
        refuse_repeated(request)
        grant_type = needed(request, "grant_type", "grant_type is required")
        if grant_type not in _GRANTS:
            raise Refusal(400, "unsupported_grant_type")
        name, function = _GRANTS[grant_type]
        client = state.clients.authenticate(request)
        if name not in client.grants:
            raise Refusal(400, "unauthorized_client",
                          "The client is not allowed to use this grant type.")
        return function(state, client, request, how)
    except Refusal as refusal:
        return refused(refusal, request)


def wrong_http(request):
    """405 and 415; None when the request is a form that was posted."""
    if request.method != "POST":
        return Reply(405, [("Allow", "POST")])
    # Tangoe's own examples post an empty body and no Content-Type.
    if request.body and request.media_type != FORM:
        return Reply(415)
    return None


def refused(refusal, request):
    """The reply to a refusal; a 401 challenges whoever used Basic (RFC 6749 5.2)."""
    reply = oauth_error(refusal.status, refusal.error, refusal.description)
    if refusal.status == 401 and request.header("Authorization") is not None:
        reply.set_header("WWW-Authenticate", 'Basic realm="PingFederate"')
    return reply


def refuse_repeated(request):
    """RFC 6749 3.2: parameters must not be there more than once."""
    names = [name for name, _ in request.parameters]
    if len(names) != len(set(names)):
        raise Refusal(400, "invalid_request", "a parameter is included more than once")


def needed(request, name, complaint):
    """A parameter's value; an empty one counts as left out (RFC 6749 3.2)."""
    value = request.get(name)
    if not value:
        raise Refusal(400, "invalid_request", complaint)
    return value


def _password(state, client, request, _how):
    name = needed(request, "username", "username is required")
    password = needed(request, "password", "password is required")
    return _tokens(state.password(client, name, password, request.get("scope")))


def _refresh(state, client, request, how):
    token = needed(request, "refresh_token", "refresh_token parameter is required")
    return _tokens(state.refresh(client, token, request.get("scope"), how.get("roll")))


def _code(state, client, request, _how):
    code = needed(request, "code", "code is required")
    return _tokens(state.redeem(client, code, request.get("redirect_uri"),
                                request.get("code_verifier")))


def _validate(state, client, request, _how):
    return validate_bearer(state, client, needed(request, "token", "token is required"))


def _tokens(issued):
    """The order of Tangoe's examples."""
    pairs = [("token_type", "Bearer"), ("expires_in", issued.expires_in)]
    if issued.refresh is not None:
        pairs.append(("refresh_token", issued.refresh))
    return json_reply(200, pairs + [("access_token", issued.access)])


_GRANTS = {"password": ("password", _password),
           "refresh_token": ("refresh_token", _refresh),
           "authorization_code": ("authorization_code", _code),
           VALIDATE_BEARER: ("validate_bearer", _validate)}
