"""How behaviours get into the table.

A behaviour is a function of an Exchange (exchange.py) and its own options. It
returns a Reply to be sent, or None when it has sent everything itself; then
the connection ends. One of the "accept" stage gets (ping, connection) instead,
before TLS, and the connection ends after it.
"""

import functools
import inspect

TABLE = {}


class Behaviour:
    """One line of the table."""

    def __init__(self, name, number, function, stage, effect):
        self.name = name
        self.number = number
        self.function = function
        self.stage = stage
        self.effect = effect

    def check(self, options):
        """Refuse a misspelt option when it is given, not when it is used."""
        given = {key: value for key, value in options.items() if key != "effect"}
        inspect.signature(self.function).bind_partial(**given)

    def run(self, exchange, options):
        """Perform it."""
        options = dict(options)
        if options.pop("effect", self.effect):
            exchange.genuine()
        return self.function(exchange, **options)


def register(number, name, function, stage="request", effect=False):
    """Enter a function under a name."""
    if name in TABLE:
        raise ValueError("two behaviours named " + name)
    TABLE[name] = Behaviour(name, number, function, stage, effect)


def behaviour(number, stage="request", effect=False):
    """Decorator: enter a function under its own name."""
    def enter(function):
        register(number, function.__name__, function, stage, effect)
        return function
    return enter


def preset(number, name, function, /, effect=False, **options):
    """Enter a function with some of its options fixed."""
    register(number, name, functools.partial(function, **options), effect=effect)


def lookup(name):
    """The Behaviour of that name."""
    if name not in TABLE:
        raise ValueError("no behaviour named %r; python3 -m ping --list-behaviours" % name)
    return TABLE[name]


def token_shape(number, name=None):
    """Decorator for function(pairs, exchange, **options) -> pairs: alters the
    members of a successful token reply and nothing else."""
    return _shape(number, name, is_token_reply)


def validation_shape(number, name=None):
    """The same for a successful validation."""
    return _shape(number, name, is_validation)


def _shape(number, name, suits):
    def enter(function):
        def run(exchange, **options):
            reply = exchange.genuine()
            if suits(reply):
                reply.set_pairs(function(reply.pairs, exchange, **options))
            return reply
        run.__signature__ = inspect.signature(function)
        run.__doc__ = function.__doc__
        register(number, name or function.__name__, run)
        return run
    return enter


def is_token_reply(reply):
    """A successful reply that carries tokens."""
    return reply.status == 200 and isinstance(reply.get("access_token"), str)


def is_validation(reply):
    """A successful reply that carries claims."""
    return reply.status == 200 and isinstance(reply.get("access_token"), dict)
