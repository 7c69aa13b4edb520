"""Replies about a token: validate_bearer, introspection, the validator, discovery
(17-19, 38, 39, 79, 87-89)."""

from ..json_text import Raw, replaced, without
from ..refusal import dead_access_token
from ..reply import json_reply, oauth_error
from .registry import behaviour, is_validation, preset, register, validation_shape


@validation_shape(17)
def validation_client_id_null(pairs, _exchange):
    """Seen in the field: the owner of the token is not told."""
    return replaced(pairs, "client_id", None)


@validation_shape(17)
def validation_arrays(pairs, _exchange):
    """Attribute values as arrays."""
    claims = dict(pairs)["access_token"]
    return replaced(pairs, "access_token", {key: [value] for key, value in claims.items()})


@validation_shape(17)
def validation_without(pairs, _exchange, member="token_type"):
    """Leaves out a top-level member."""
    return without(pairs, member)


for _member in ("token_type", "scope", "client_id", "expires_in", "access_token"):
    preset(17, "validation_no_" + _member, validation_without, member=_member)


@validation_shape(17)
def validation_member(pairs, _exchange, member="expires_in", raw="0"):
    """Any top-level member with any JSON text."""
    return replaced(pairs, member, Raw(raw))


@validation_shape(18)
def validation_flat(pairs, exchange):
    """Tangoe's older shape: no nesting, a username instead of an identifier."""
    claims = dict(pairs)["access_token"]
    access = exchange.service.state.live(
        exchange.request.get("token") or exchange.request.get("access_token"))
    return [("expires_in", dict(pairs)["expires_in"]), ("scope", dict(pairs)["scope"]),
            ("client_id", dict(pairs)["client_id"]),
            ("username", access.grant.user.name.rpartition("://")[2]),
            ("platform", claims["platform"]),
            ("identityProvider", claims["identityProvider"])]


@behaviour(19)
def introspection_jwt(exchange):
    """A signed reply nobody asked for."""
    reply = exchange.genuine()
    reply.set_header("Content-Type", "application/token-introspection+jwt")
    reply.body = b"eyJhbGciOiJub25lIn0.eyJhY3RpdmUiOnRydWV9."
    return reply


@behaviour(19)
def introspection_inactive(_exchange):
    """Whatever the token."""
    return json_reply(200, [("active", False)])


for _number, _name, _text in (
        (38, "token_not_found", dead_access_token().description),
        (38, "token_expired", "token expired"),
        (39, "session_ended", "The user session has ended or was revoked")):
    register(_number, _name, lambda _exchange, text=_text:
             oauth_error(400, "invalid_grant", text))


@behaviour(79)
def node_lag(exchange, seconds=1):
    """Another node does not know a token younger than that."""
    state, request = exchange.service.state, exchange.request
    access = state.live(request.get("token") or request.get("access_token") or "")
    if access is not None and state.now() - access.issued < seconds:
        return oauth_error(400, "invalid_grant", dead_access_token().description)
    return exchange.genuine()


def _with_claim(exchange, name, value):
    reply = exchange.genuine()
    if is_validation(reply):
        claims = dict(reply.get("access_token"))
        if value is None:
            claims.pop(name, None)
        else:
            claims[name] = value
        reply.set_pairs(replaced(reply.pairs, "access_token", claims))
    elif reply.get("active") is True:
        pairs = without(reply.pairs, name)
        reply.set_pairs(pairs if value is None else pairs + [(name, value)])
    return reply


@behaviour(87)
def claim(exchange, name="tenant", value="ABC"):
    """A claim with another value (any JSON value); None leaves it out."""
    return _with_claim(exchange, name, value)


for _name, _claim, _value in (
        ("other_tenant", "tenant", "ABC"), ("other_user", "identifier", "mallory"),
        ("other_platform", "platform", "rivermine"),
        ("other_identity_provider", "identityProvider", "pcv_other"),
        ("no_tenant", "tenant", None), ("no_identifier", "identifier", None),
        ("no_platform", "platform", None)):
    preset(87, _name, claim, name=_claim, value=_value)
for _name, _value in (
        ("true", "true"), ("True", "True"), ("False", "False"), ("0", "0"), ("1", "1"),
        ("number_0", 0), ("number_1", 1), ("bool_true", True), ("bool_false", False),
        ("list", []), ("object", {}), ("empty", ""), ("absent", None)):
    preset(88, "multitenant_" + _name, claim, name="multitenant", value=_value)


@behaviour(87)
def other_client(exchange):
    """The token belongs to another client."""
    reply = exchange.genuine()
    if is_validation(reply) or reply.get("active") is True:
        reply.set_pairs(replaced(reply.pairs, "client_id", "286ff94127c8801e9227d89337c14351"))
    return reply


@behaviour(89)
def discovery(exchange, member="issuer", value="https://evil.test"):
    """One member of the discovery document replaced."""
    reply = exchange.genuine()
    if reply.get("issuer") is not None:
        reply.set_pairs(replaced(reply.pairs, member, value))
    return reply


preset(89, "discovery_foreign_issuer", discovery)
preset(89, "discovery_http_endpoint", discovery, member="token_endpoint",
       value="http://127.0.0.1/as/token.oauth2")
preset(89, "discovery_file_endpoint", discovery, member="token_endpoint",
       value="file:///etc/passwd")
