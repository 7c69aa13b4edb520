"""A port of 127.0.0.1, or of another loopback address: accepted by a thread, one thread per connection.

The port stays ours for the listener's whole life: while stopped it is bound
but not listening, so that clients are refused and nobody else can take it.
"""

import socket
import threading

from .connection import Connection

ADDRESS = "127.0.0.1"


def _bound(port, address=ADDRESS):
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((address, port))
    return bound


class closed_port:                                  # pylint: disable=invalid-name
    """`with closed_port() as port:` a port that refuses connections meanwhile."""

    def __enter__(self):
        self._bound = _bound(0)
        return self._bound.getsockname()[1]

    def __exit__(self, *_):
        self._bound.close()


class Listener:
    """Calls serve(connection) in a thread of its own for each connection.

    port         the number, also while stopped
    accepted     TCP connections accepted so far
    """

    def __init__(self, serve, address=ADDRESS, port=0):
        self._serve = serve
        self._address = address
        self._reserved = _bound(port, address)
        self.port = self._reserved.getsockname()[1]
        self._lock = threading.Lock()
        self._running = {}
        self._socket = None
        self._thread = None
        self.accepted = 0

    def start(self):
        """Listen. When this returns, a client can connect."""
        self._socket = _bound(self.port, self._address)
        self._socket.listen(1024)
        self._thread = threading.Thread(target=self._accept, args=(self._socket,),
                                        name="accept %d" % self.port, daemon=True)
        self._thread.start()

    def stop(self):
        """Refuse new clients, cut the present ones off, join all threads."""
        if self._socket is None:
            return
        listening, self._socket = self._socket, None
        listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        listening.close()
        for connection, thread in self.open():
            while thread.is_alive():
                # Again and again: one that falls into the moment a socket turns
                # into a TLS socket is lost.
                connection.interrupt()
                thread.join(0.1)

    def close(self):
        """Stop and give the port back."""
        self.stop()
        self._reserved.close()

    def open(self):
        """[(connection, thread)] of the clients there are now."""
        with self._lock:
            return list(self._running.items())

    def _accept(self, listening):
        while True:
            try:
                raw, _ = listening.accept()
            except OSError:
                if self._socket is None:
                    return
                raise
            with self._lock:
                self.accepted += 1
                connection = Connection(raw, self.accepted)
                thread = threading.Thread(target=self._run, args=(connection,),
                                          name="connection %d" % self.accepted, daemon=True)
                self._running[connection] = thread
            thread.start()

    def _run(self, connection):
        try:
            self._serve(connection)
        finally:
            connection.close()
            with self._lock:
                del self._running[connection]
