"""sshd(8): passwords in both of its ways, and keys."""
from fixtures import callers_matrix, callers_sshd

BY_KEY = {"root": ("root", "", True, True), "a_local_user": ("bob", "", True, True),
          "a_mapped_user": ("alice", "", True, True)}


class Password(callers_sshd.Sshd):
    label = method = "password"


class Keyboard(callers_sshd.Sshd):
    label, method = "keyboard_interactive", "keyboard-interactive"


class Key(callers_sshd.Sshd):
    """The account stage alone: account_without_login = allow."""

    label, method = "key", "publickey"
    people, posts = BY_KEY, 0


callers_matrix.build(globals(), Password, Keyboard, Key)
