"""What the server says about an access token: validate_bearer and the validator.

PING.md 2.1: in this reply `access_token` is an object, not a string.
"""

from .refusal import Refusal
from .reply import Reply, json_reply, oauth_error

VALIDATED = "urn:pingidentity.com:oauth2:validated_token"


def validate_bearer(state, _client, token):
    """PingFederate's own grant type, at the token endpoint."""
    access = state.validate(token)
    return json_reply(200, [
        ("access_token", dict(access.grant.user.claims)),
        ("scope", access.scope),
        ("token_type", VALIDATED),
        ("expires_in", int(access.expires - state.now())),
        ("client_id", access.grant.client.id)])


def validator(state, request):
    """Tangoe's validator: GET (or POST) with access_token, no client authentication."""
    if request.method not in ("GET", "POST"):
        return Reply(405, [("Allow", "GET, POST")])
    try:
        access = state.validate(request.get("access_token") or "")
    except Refusal as refusal:
        return oauth_error(refusal.status, refusal.error, refusal.description)
    return json_reply(200, [
        ("scope", access.scope),
        ("expires_in", int(access.expires - state.now())),
        ("client_id", access.grant.client.id),
        ("access_token", dict(access.grant.user.claims))])
