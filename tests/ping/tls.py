"""Which TLS the server speaks, and with which certificate.

Settings of `ping.tls(...)`; what is not given returns to the usual:

    certificate          a kind of certificates.KINDS ("good")
    version              "TLSv1", "TLSv1.1", "TLSv1.2" or "TLSv1.3": only that one
    client_certificate   None, "request" or "require"; checked against our CA
    ciphers              an OpenSSL cipher string, e.g. "ADH:@SECLEVEL=0"
    alpn                 list of protocols the server prefers, e.g. ["h2"]
"""

import ssl
import threading
import warnings

from .certificates import WEAK
from .connection import remember_server_name

VERSIONS = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1,
            "TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
_CLIENT_CERTIFICATE = {None: ssl.CERT_NONE, "request": ssl.CERT_OPTIONAL,
                       "require": ssl.CERT_REQUIRED}


class Contexts:
    """Makes the SSLContext for the current settings, once for each."""

    def __init__(self, certificates, usual="good"):
        self._certificates = certificates
        self._usual = usual
        self._lock = threading.Lock()
        self._made = {}
        self._settings = {}

    def use(self, **settings):
        """Choose settings; a mistake in them is reported here and now."""
        with self._lock:
            self._context(settings)
            self._settings = settings

    def current(self):
        """The context for the next handshake."""
        with self._lock:
            return self._context(self._settings)

    def _context(self, settings):
        key = repr(sorted(settings.items()))
        if key not in self._made:
            self._made[key] = self._make(**settings)
        return self._made[key]

    def _make(self, certificate=None, version=None, client_certificate=None,
              ciphers=None, alpn=None):
        certificate = certificate or self._usual
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if certificate in WEAK or version in ("TLSv1", "TLSv1.1"):
            ciphers = ciphers or "DEFAULT:@SECLEVEL=0"
        if ciphers:
            context.set_ciphers(ciphers)
        if version:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = context.maximum_version = VERSIONS[version]
        if alpn:
            context.set_alpn_protocols(alpn)
        context.sni_callback = remember_server_name
        context.verify_mode = _CLIENT_CERTIFICATE[client_certificate]
        context.load_verify_locations(self._certificates.ca)
        context.load_cert_chain(*self._certificates.pair(certificate))
        return context
