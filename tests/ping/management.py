"""Introspection (RFC 7662), revocation (RFC 7009) and discovery (RFC 8414).

PING.md 2.2: POST only, client authentication as at the token endpoint.
"""

from .endpoint import needed, refuse_repeated, refused, wrong_http
from .refusal import Refusal
from .reply import Reply, json_reply


def introspect(state, request):
    """POST /as/introspect.oauth2; refresh tokens need token_type_hint."""
    return _authenticated(state, request, _introspected)


def revoke(state, request):
    """POST /as/revoke_token.oauth2; 200 also for tokens nobody knows."""
    return _authenticated(state, request, _revoked)


def discovery(base):
    """/.well-known/openid-configuration and oauth-authorization-server."""
    return json_reply(200, [
        ("issuer", base),
        ("authorization_endpoint", base + "/as/authorization.oauth2"),
        ("token_endpoint", base + "/as/token.oauth2"),
        ("revocation_endpoint", base + "/as/revoke_token.oauth2"),
        ("introspection_endpoint", base + "/as/introspect.oauth2"),
        ("jwks_uri", base + "/pf/JWKS"),
        ("scopes_supported", ["MOBPROC", "openid", "offline_access"]),
        ("response_types_supported", ["code", "token"]),
        ("grant_types_supported", ["password", "refresh_token"]),
        ("token_endpoint_auth_methods_supported",
         ["client_secret_basic", "client_secret_post"])])


def _authenticated(state, request, function):
    wrong = wrong_http(request)
    if wrong is not None:
        return wrong
    try:
        refuse_repeated(request)
        client = state.clients.authenticate(request)
        return function(state, client, request, needed(request, "token", "token is required"))
    except Refusal as refusal:
        return refused(refusal, request)


def _introspected(state, _client, request, token):
    if request.get("token_type_hint") == "refresh_token":
        grant, expires, scope = state.live_refresh(token), None, None
        scope = grant.scope if grant else None
    else:
        access = state.live(token)
        grant = access.grant if access else None
        expires, scope = (int(access.expires), access.scope) if access else (None, None)
    if grant is None:
        return json_reply(200, [("active", False)])
    pairs = list(grant.user.claims.items())
    pairs += [("active", True), ("scope", scope), ("client_id", grant.client.id),
              ("token_type", "Bearer"), ("username", grant.user.name)]
    return json_reply(200, pairs + ([("exp", expires)] if expires else []))


def _revoked(state, client, _request, token):
    state.revoke(client, token)
    return Reply(200)
