"""Which behaviour meets which request: standing ones and a one-shot queue."""

import threading

from .behaviours import lookup


class Planned:
    """A behaviour, its options, and the kind of request it is for (None: any)."""

    def __init__(self, name, when, options):
        self.behaviour = lookup(name)
        self.behaviour.check(options)
        self.when = when
        self.options = options

    def suits(self, stage, kind):
        """stage: "accept" (before TLS) or "request"."""
        return self.behaviour.stage == stage and self.when in (None, kind)


class Plan:
    """Safe for threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._standing = []
        self._queue = []

    def behave(self, name, /, when=None, **options):
        """From now on; replaces the one for the same `when`. None: honest again."""
        planned = None if name is None else Planned(name, when, options)
        with self._lock:
            if planned is None and when is None:
                self._standing = []
                self._queue = []
                return
            self._standing = [old for old in self._standing if old.when != when]
            if planned is not None:
                self._standing.append(planned)

    def next(self, name, /, when=None, **options):
        """Once, for the next request it suits; several queue up in order."""
        planned = Planned(name, when, options)
        with self._lock:
            self._queue.append(planned)

    def queued(self):
        """How many one-shot behaviours have not had their request yet."""
        with self._lock:
            return len(self._queue)

    def take(self, stage, kind=None):
        """The one for this request, or None. One for this kind wins over one for any."""
        with self._lock:
            for planned in self._queue:
                if planned.suits(stage, kind):
                    self._queue.remove(planned)
                    return planned
            suitable = [one for one in self._standing if one.suits(stage, kind)]
            return max(suitable, key=lambda one: one.when is not None, default=None)
