"""What Ping, Api, GitServer and Elsewhere have in common: a recorded HTTPS server.

    directory, certificates   where the certificates are
    port                      on 127.0.0.1, unless a subclass says otherwise
    requests                  every complete request so far, in order of arrival
    faults                    texts: what clients did wrong (bad HTTP, bad forms,
                              early ends). A well-behaved client leaves it empty.
    handshakes                TLS handshakes that succeeded
    handshakes_failed         TLS handshakes that did not
    application_bytes         bytes received inside TLS
    connections               TCP connections accepted so far
    open_connections          how many there are now
    crashes                   tracebacks of this simulator's own mistakes
    on_request                functions called with each request, e.g. to log it
"""

import threading
import traceback

from .certificates import Certificates
from .connection import is_tls_error
from .exchange import Ended, Exchange, Gate
from .listener import Listener
from .reader import Fault, Reader
from .reply import Reply
from .tls import Contexts

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Service:
    """Subclasses say what to answer: `honest(exchange)` gives a Reply."""

    body_limit = 1 << 20
    address, wanted_port = "127.0.0.1", 0  # a subclass may stand at another; 0 is any
    certificate = "good"                   # the kind that is shown without another word

    def __init__(self, directory, plain=False, now=None):
        self.directory = directory
        self.certificates = Certificates(directory)
        self.contexts = Contexts(self.certificates, self.certificate)
        self._plain = plain
        self._now = now
        self._listener = Listener(self._serve, self.address, self.wanted_port)
        self._changed = threading.Condition()
        self._gate = Gate()
        self.stopping = threading.Event()
        self.requests = []
        self.faults = []
        self.crashes = []
        self.on_request = []
        self.handshakes = 0
        self.handshakes_failed = 0
        self.application_bytes = 0

    # -- running -------------------------------------------------------------

    def start(self):
        """Serve; after stop() again on the same port."""
        self.stopping.clear()
        self._gate.set_stopped(False)
        if not self._plain:
            self.contexts.current()
        self._listener.start()
        return self

    def stop(self):
        """An outage: connections are cut, new ones refused, threads joined."""
        self.stopping.set()
        self._gate.set_stopped(True)
        self._listener.stop()

    def close(self):
        """Stop for good. Raises when the simulator itself made a mistake."""
        self.stop()
        self._listener.close()
        if self.crashes:
            raise AssertionError("the simulator failed:\n" + "\n".join(self.crashes))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    # -- looking -------------------------------------------------------------

    @property
    def port(self):
        """Stays the same across stop() and start()."""
        return self._listener.port

    @property
    def ca(self):
        """Path of the CA to trust."""
        return self.certificates.ca

    @property
    def ca_directory(self):
        """Path of the hashed directory with that CA."""
        return self.certificates.ca_directory

    @property
    def connections(self):
        """TCP connections accepted so far."""
        return self._listener.accepted

    @property
    def open_connections(self):
        """TCP connections that are there now."""
        return len(self._listener.open())

    def forget_requests(self):
        """Start counting afresh: requests, faults, failed handshakes, bytes."""
        with self._changed:
            self.requests = []
            self.faults = []
            self.handshakes = 0
            self.handshakes_failed = 0
            self.application_bytes = 0

    def wait_until(self, condition, seconds=10):
        """Until condition() holds, looked at after every event; its last value."""
        with self._changed:
            return self._changed.wait_for(condition, seconds)

    # -- acting --------------------------------------------------------------

    def tls(self, **settings):
        """TLS for connections to come; see tls.py. No setting: the usual one."""
        self.contexts.use(**settings)

    def hold(self, wanted=None):
        """Read and process requests, but keep their answers back until release().

        wanted: a function of the request (default: all are held).
        """
        self._gate.hold(wanted or (lambda request: True))

    def release(self):
        """Let held answers go."""
        self._gate.release()

    @property
    def held(self):
        """How many answers are held back now."""
        return self._gate.waiting

    def wait_held(self, count=1, seconds=10):
        """Until that many answers are held; False when time ran out."""
        return self._gate.wait_for(count, seconds)

    def drop_connections(self):
        """Cut the connections there are, e.g. one that was opened ahead of its use."""
        for connection, _ in self._listener.open():
            connection.interrupt()

    # -- for subclasses and behaviours ---------------------------------------

    def honest(self, exchange, **how):
        """The honest Reply to exchange.request."""
        raise NotImplementedError

    def misbehave(self, exchange):
        """A behaviour's Reply, or None when it has done all the sending itself."""
        return exchange.genuine()

    def accept(self, connection):
        """Make the connection ready for HTTP; False when that is not wanted."""
        if not self._plain:
            connection.handshake(self.contexts.current())
        return True

    def gate(self, exchange):
        """Wait here while answers are held."""
        self._gate.passed(exchange.request)

    # -- one connection ------------------------------------------------------

    def _serve(self, connection):
        try:
            if self._accepted(connection):
                self._converse(connection)
        except Ended:
            connection.close()
        except OSError:
            connection.close()   # The client is gone.
        except Exception:        # pylint: disable=broad-except
            self.crashes.append(traceback.format_exc())

    def _accepted(self, connection):
        try:
            if not self.accept(connection):
                return False
            with self._changed:
                self.handshakes += 1
                self._changed.notify_all()
            return True
        except OSError as error:
            with self._changed:
                self.handshakes_failed += 1
                self._changed.notify_all()
            if is_tls_error(error):
                connection.finish()
            return False

    def _converse(self, connection):
        def receive(count):
            data = connection.receive(count)
            with self._changed:
                self.application_bytes += len(data)
            return data

        reader = Reader(receive, self.body_limit)
        number = 0
        while not connection.closed:
            number += 1
            try:
                request = reader.request(lambda: connection.send(CONTINUE))
            except Fault as fault:
                self._note_faults([str(fault)])
                connection.send(Reply(fault.status, close=True).encode())
                break
            if request is None:
                break
            self._record(request, connection, number)
            if not self._answer(Exchange(self, connection, request)):
                break
        connection.finish()

    def _record(self, request, connection, number):
        request.connection, request.number = connection.number, number
        request.tls, request.sni = connection.tls, connection.sni
        request.resumed = connection.resumed
        request.client_certificate = connection.client_certificate
        request.time = self._now() if self._now else 0.0
        with self._changed:
            self.requests.append(request)
            self.faults += request.faults
            for function in self.on_request:
                function(request)
            self._changed.notify_all()

    def _note_faults(self, faults):
        with self._changed:
            self.faults += faults
            self._changed.notify_all()

    def _answer(self, exchange):
        """Send the reply; whether the connection may carry another request."""
        reply = self.misbehave(exchange)
        if reply is None:
            return False
        exchange.close_if_asked(reply)
        exchange.send(reply.encode())
        return not reply.close
