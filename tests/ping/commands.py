"""Commands for a running simulator, one a line, for tests written in shell or C.

    behave NAME [when=KIND] [OPTION=VALUE]...    behave honest
    next NAME [when=KIND] [OPTION=VALUE]...
    tls [certificate=KIND] [version=TLSv1.2] ...
    hold          release         wait-held COUNT
    stop          start           (an outage of PingFederate)
    advance SECONDS               (its clock)
    expire        revoke          (all access tokens; all grants)
    set NAME=VALUE...             (settings of tokens.py, e.g. set grace=0)

Every line is answered by one line: "ok", or "error: ...". Values are JSON where
they parse as JSON, otherwise text.
"""

import json


def perform(ping, line):
    """Do what one line says; the answer as text. Raises ValueError or TypeError."""
    words = line.split()
    verb, arguments = words[0], words[1:]
    if verb not in _VERBS:
        raise ValueError("unknown command " + verb)
    return _VERBS[verb](ping, arguments) or "ok"


def answer(ping, line):
    """Like perform, with mistakes told as an answer."""
    try:
        return perform(ping, line)
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        return "error: %s" % " ".join(str(error).split())


def _options(arguments):
    options = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals:
            raise ValueError("not NAME=VALUE: " + argument)
        try:
            options[name] = json.loads(value)
        except ValueError:
            options[name] = value
    return options


def _behave(ping, arguments):
    name = None if arguments[0] == "honest" else arguments[0]
    ping.behave(name, **_options(arguments[1:]))


def _wait_held(ping, arguments):
    if not ping.wait_held(int(arguments[0])):
        raise ValueError("only %d held" % ping.held)


def _set(ping, arguments):
    for name, value in _options(arguments).items():
        target = ping.state.users if name.startswith("lock_") else ping.state
        if not isinstance(getattr(target, name), (int, float, bool, type(None))):
            raise ValueError("not a setting: " + name)
        setattr(target, name, value)


_VERBS = {
    "behave": _behave,
    "next": lambda ping, words: ping.next(words[0], **_options(words[1:])),
    "tls": lambda ping, words: ping.tls(**_options(words)),
    "hold": lambda ping, _: ping.hold(),
    "release": lambda ping, _: ping.release(),
    "wait-held": _wait_held,
    "stop": lambda ping, _: ping.stop(),
    "start": lambda ping, _: ping.start() and None,
    "advance": lambda ping, words: ping.state.advance(float(words[0])),
    "expire": lambda ping, _: ping.state.expire_access_tokens(),
    "revoke": lambda ping, _: ping.state.revoke_everything(),
    "set": _set,
}
