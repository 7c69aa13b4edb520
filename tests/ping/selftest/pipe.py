"""A TLS client that knows exactly how a connection ended.

Python's SSLSocket does not tell a close_notify from a bare FIN or a RST in all
versions; over memory buffers nothing is hidden.
"""

import collections
import socket
import ssl

Heard = collections.namedtuple("Heard", "data end")


class Truncated(OSError):
    """TCP ended where TLS had not."""


class Pipe:
    """Connects to 127.0.0.1 as "localhost"; a context manager."""

    def __init__(self, port, context, session=None, timeout=10):
        self._raw = socket.create_connection(("127.0.0.1", port), timeout)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing,
                                     server_hostname="localhost", session=session)
        try:
            self._until_done(self._tls.do_handshake)
        except BaseException:
            self._raw.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._raw.close()

    @property
    def session(self):
        """To be resumed by another Pipe."""
        return self._tls.session

    def settimeout(self, seconds):
        """For each receive."""
        self._raw.settimeout(seconds)

    def sendall(self, data):
        """Send everything."""
        self._until_done(self._tls.write, data)

    def recv(self, count):
        """Some bytes; b"" after close_notify; Truncated or ConnectionResetError."""
        try:
            return self._until_done(self._tls.read, count)
        except ssl.SSLZeroReturnError:
            return b""

    def listen(self, limit=1 << 18):
        """Heard(data, end): end is "closed" (close_notify), "truncated", "reset",
        "limit" or "timeout"."""
        data = b""
        while len(data) < limit:
            try:
                piece = self.recv(65536)
            except Truncated:
                return Heard(data, "truncated")
            except ConnectionResetError:
                return Heard(data, "reset")
            except socket.timeout:
                return Heard(data, "timeout")
            if not piece:
                return Heard(data, "closed")
            data += piece
        return Heard(data, "limit")

    def _until_done(self, function, *arguments):
        while True:
            try:
                return function(*arguments)
            except ssl.SSLWantReadError:
                self._flush()
                data = self._raw.recv(65536)
                if not data:
                    raise Truncated("end of file below TLS") from None
                self._incoming.write(data)
            finally:
                self._flush()

    def _flush(self):
        if self._outgoing.pending:
            self._raw.sendall(self._outgoing.read())
