"""The one exception by which the OAuth rooms say no."""


class Refusal(Exception):
    """An OAuth error reply: HTTP status, error and description (None: absent)."""

    def __init__(self, status, error, description=None):
        super().__init__(error, description)
        self.status = status
        self.error = error
        self.description = description


def invalid_client():
    """PING.md 1.3: 401 whether the id or the secret is wrong."""
    return Refusal(401, "invalid_client", "Invalid client or client credentials")


def dead_refresh_token():
    """PING.md 1.3: the same words for dead, rolled, foreign and expired."""
    return Refusal(400, "invalid_grant", "unknown, invalid, or expired refresh token")


def dead_access_token():
    """PING.md 2.1: what validate_bearer says of a bad token."""
    return Refusal(400, "invalid_grant", "token not found, expired or invalid")


def dead_code():
    """PING.md 3: the same words for unknown, used, foreign and expired."""
    return Refusal(400, "invalid_grant", "Authorization code is invalid or expired.")


def wider_scope():
    """PING.md 1.3: a scope the client, or the grant being refreshed, lacks."""
    return Refusal(400, "invalid_scope", "The requested scope(s) must be blank or a "
                                         "subset of the provided scopes.")
