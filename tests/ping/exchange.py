"""One request and its answer in the making: what a behaviour works with."""

import threading


class Ended(OSError):
    """The server is being stopped, or the client is gone: give up quietly."""


class Exchange:
    """Owned by the connection's thread.

    service, connection, request    where this happens
    """

    def __init__(self, service, connection, request):
        self.service = service
        self.connection = connection
        self.request = request
        self._genuine = None
        self._waited = False

    def genuine(self, **how):
        """The honest reply, with all its effects; worked out at most once."""
        if self._genuine is None:
            self._genuine = self.service.honest(self, **how)
            self.close_if_asked(self._genuine)
        return self._genuine

    def close_if_asked(self, reply):
        """A client that wants the connection closed is told that it will be."""
        if (self.request.version == "HTTP/1.0"
                or (self.request.header("Connection") or "").lower() == "close"):
            reply.close = True

    def send(self, data):
        """Send bytes; the first time, wait as long as the server is held."""
        if not self._waited:
            self._waited = True
            self.service.gate(self)
        self.connection.send(data)

    def send_slowly(self, data, seconds):
        """Byte by byte, so many seconds before each."""
        for index in range(len(data)):
            self.wait(seconds)
            self.send(data[index:index + 1])

    def send_endlessly(self, data, bytes_at_most=None):
        """Again and again until the client hangs up (or that many bytes)."""
        sent = 0
        while bytes_at_most is None or sent < bytes_at_most:
            if self.service.stopping.is_set():
                raise Ended("stopped")
            self.send(data)
            sent += len(data)

    def wait(self, seconds):
        """Sleep, but not beyond the server's end."""
        if self.service.stopping.wait(seconds):
            raise Ended("stopped")

    def stay_silent(self, seconds):
        """Say nothing until the client has had enough, at most that long."""
        self.send(b"")
        self.connection.until_gone(seconds)

    def reset(self):
        """Answer with a TCP RST (after the gate)."""
        self.send(b"")
        self.connection.reset()


class Gate:
    """Holds answers back: closed by hold(), opened by release().

    waiting    how many answers wait right now
    """

    def __init__(self):
        self._changed = threading.Condition()
        self._wanted = None
        self._stopped = False
        self.waiting = 0

    def hold(self, wanted):
        """From now on hold answers to requests for which wanted(request) is true, and no others."""
        with self._changed:
            self._wanted = wanted
            self._changed.notify_all()

    def release(self):
        """Let all go, and hold no more."""
        self.hold(None)

    def set_stopped(self, stopped):
        """While stopped, whoever waits is thrown out."""
        with self._changed:
            self._stopped = stopped
            self._changed.notify_all()

    def passed(self, request):
        """Called by the connection's thread before its first byte."""
        with self._changed:
            if self._wanted is None or not self._wanted(request):
                return
            self.waiting += 1
            self._changed.notify_all()
            is_wanted = True
            while is_wanted and not self._stopped:
                self._changed.wait_for(lambda wanted=self._wanted: self._wanted is not wanted
                                       or self._stopped)
                is_wanted = self._wanted is not None and self._wanted(request)
            self.waiting -= 1
            if self._stopped:
                raise Ended("stopped")

    def wait_for(self, count, seconds):
        """Until `count` answers are held; True, or False when time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: self.waiting >= count, seconds)
