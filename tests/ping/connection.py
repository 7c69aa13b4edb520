"""One accepted TCP connection: TLS or plain, bytes in and out, ways to end it."""

import socket
import ssl
import struct

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Connection:
    """Owned by one thread; only `interrupt` may be called from another."""

    def __init__(self, raw, number):
        self._socket = raw
        self.number = number
        self.tls = ""
        self.sni = ""
        self.closed = False
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def handshake(self, context):
        """Become TLS. Raises OSError (ssl.SSLError among them) when that fails."""
        self._socket = context.wrap_socket(self._socket, server_side=True,
                                           do_handshake_on_connect=False)
        self._socket.server_name = ""
        self._socket.do_handshake()
        self.tls = self._socket.version()
        self.sni = self._socket.server_name

    @property
    def resumed(self):
        """Whether the client resumed a TLS session."""
        return bool(self.tls) and self._socket.session_reused

    @property
    def client_certificate(self):
        """Common name in the client's certificate, or None."""
        certificate = self._socket.getpeercert() if self.tls else None
        for part in (certificate or {}).get("subject", ()):
            for name, value in part:
                if name == "commonName":
                    return value
        return None

    def receive(self, count):
        """At most count bytes; b"" when the client is gone, however it left."""
        try:
            return self._socket.recv(count)
        except OSError:
            return b""

    def send(self, data):
        """Send everything; OSError when the client is gone."""
        self._socket.sendall(data)

    def until_gone(self, seconds):
        """Read and drop until the client closes, at most that long."""
        try:
            self._socket.settimeout(seconds)
            while self.receive(65536):
                pass
        finally:
            if not self.closed:
                self._socket.settimeout(None)

    def reset(self):
        """End with a TCP RST: what was not yet read on the other side is lost."""
        if not self.closed:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.close()

    def truncate(self):
        """End with a FIN but without TLS's close_notify, as an attacker would."""
        if not self.closed:
            self._half_close()
            self._drain()
        self.close()

    def finish(self):
        """End properly: close_notify, FIN, wait a moment for the client's own end.

        Waiting matters: closing with unread bytes would send a RST that can
        overtake the answer.
        """
        if not self.closed:
            if self.tls:
                self._notify()
            self._half_close()
            self._drain()
        self.close()

    def close(self):
        """Free the socket."""
        self.closed = True
        self._socket.close()

    def interrupt(self):
        """From another thread: wake whoever reads or writes this connection."""
        self._half_close(socket.SHUT_RDWR)

    def _notify(self):
        try:
            self._socket.settimeout(0)
            self._socket.unwrap()
        except (OSError, ValueError):
            pass   # Sent; the client's own close_notify is not waited for.

    def _half_close(self, how=socket.SHUT_WR):
        try:
            # Not SSLSocket.shutdown: that would take the TLS object away.
            socket.socket.shutdown(self._socket, how)
        except OSError:
            pass

    def _drain(self):
        """Swallow what still arrives, below TLS, for at most two seconds."""
        try:
            self._socket.settimeout(2)
            while socket.socket.recv(self._socket, 65536):
                pass
        except OSError:
            pass


def remember_server_name(tls_socket, name, _context):
    """An sni_callback for contexts: keeps what the client asked for."""
    tls_socket.server_name = name or ""


def is_tls_error(error):
    """Whether an exception of handshake() came from TLS rather than TCP."""
    return isinstance(error, ssl.SSLError)
