"""OAuth error replies, right ones and odd ones (23-43). The request is not
processed, unless `effect=True`."""

from ..json_text import Raw
from ..refusal import dead_refresh_token, invalid_client, wider_scope
from ..reply import JSON, Reply, json_reply, oauth_error as error_reply
from ..users import LOCKED, WRONG
from .registry import behaviour, is_token_reply, preset, register


def oauth_error(_exchange, status=400, error="invalid_grant", description=None):
    """Any error with any status."""
    return error_reply(status, error, description)


register(40, "oauth_error", oauth_error)

# What it is called, then its number, status, error and description.
_NAMED = {
    "grant_type_missing": (23, 400, "invalid_request", "grant_type is required"),
    "unsupported_grant_type": (24, 400, "unsupported_grant_type", None),
    "invalid_scope": (26, 400, "invalid_scope", wider_scope().description),
    "unauthorized_client": (27, 400, "unauthorized_client", "Not allowed for this client."),
    "wrong_password": (28, 400, "invalid_grant", WRONG),
    "unknown_user": (29, 400, "invalid_grant", WRONG),
    "account_locked": (30, 400, "invalid_grant", LOCKED),
    "account_expired": (31, 400, "invalid_grant", "Your account has expired."),
    "account_disabled": (31, 400, "invalid_grant", "Your account is disabled."),
    "password_expired": (31, 400, "invalid_grant", "Your password has expired."),
    "must_reset_password": (31, 400, "invalid_grant", "You must reset your password."),
    "not_permitted_now": (31, 400, "invalid_grant", "You may not log in at this time."),
    "try_again_later": (31, 400, "invalid_grant", "Please try again later."),
    "localised_text": (32, 400, "invalid_grant", "Ung\u00fcltiges Kennwort \u2014 "
                                                 "\u5bc6\u7801\u9519\u8bef"),
    "dead_refresh_token": (33, 400, "invalid_grant", dead_refresh_token().description),
}
for _name, (_number, _status, _error, _text) in _NAMED.items():
    preset(_number, _name, oauth_error, status=_status, error=_error, description=_text)

# The same error under every status: invalid_grant_400 ... mfa_required_503.
_NUMBERS = {"invalid_request": 23, "unsupported_grant_type": 24, "invalid_client": 25,
            "invalid_scope": 26, "unauthorized_client": 27, "invalid_grant": 28,
            "server_error": 40, "temporarily_unavailable": 40, "access_denied": 40,
            "interaction_required": 40, "mfa_required": 40}
for _error, _number in _NUMBERS.items():
    for _status in (200, 400, 401, 403, 500, 503):
        preset(41 if _status == 200 else _number, "%s_%d" % (_error, _status), oauth_error,
               status=_status, error=_error, description="simulated")


@behaviour(25)
def invalid_client_challenge(_exchange):
    """401 with the challenge RFC 6749 5.2 wants after Basic."""
    reply = error_reply(401, "invalid_client", invalid_client().description)
    reply.set_header("WWW-Authenticate", 'Basic realm="PingFederate"')
    return reply


def error_with_status(_exchange, status=200):
    """An error object under any status."""
    return error_reply(status, "invalid_grant", WRONG)


preset(41, "error_with_200", error_with_status, status=200)


@behaviour(42)
def token_and_error(exchange):
    """Both at once, with 200."""
    reply = exchange.genuine()
    if is_token_reply(reply):
        reply.set_pairs(reply.pairs + [("error", "invalid_grant")])
    return reply


@behaviour(42)
def token_with_400(exchange, status=400):
    """A perfect token reply under an error status."""
    reply = exchange.genuine()
    if is_token_reply(reply):
        reply.status, reply.reason = status, "Bad Request"
    return reply


def odd_error(_exchange, raw="null", status=400):
    """An `error` member that is not a string."""
    return json_reply(status, [("error", Raw(raw))])


for _name, _raw in (("number", "400"), ("null", "null"), ("list", '["invalid_grant"]'),
                    ("object", '{"code":"invalid_grant"}'), ("bool", "true"),
                    ("empty", '""')):
    preset(43, "error_" + _name, odd_error, raw=_raw)
preset(43, "error_not_a_string", odd_error, raw="400")


def empty(_exchange, status=400):
    """No body at all."""
    return Reply(status, [("Content-Type", JSON)])


for _status in (200, 400, 401, 403, 500, 503):
    preset(43, "empty_%d" % _status, empty, status=_status)
