"""Certificates for the simulated servers, made at run time by the openssl tool.

    certificates = Certificates(directory)
    certificates.ca              path of the CA a client should trust
    certificates.ca_directory    hashed directory holding that CA
    certificates.pair("good")    (chain path, key path) of a server certificate
    certificates.pair("client")  the same for a TLS client
    KINDS                        every kind there is, see the table below

A kind is made when first asked for and then remembered by the process: the
first directory costs about 50 ms, further ones only written files. CA keys never
leave the process's memory, but for the moment of signing.
"""

import os
import threading

from .workshop import Workshop

NAMES = "DNS:localhost,DNS:ping.test,IP:127.0.0.1"
# localhost, a NUL and a foreign domain in one dNSName: GeneralNames{[2] ...}.
_NUL_NAME = b"localhost\0.evil.test"
_NUL_DER = "DER:" + (bytes([0x30, len(_NUL_NAME) + 2, 0x82, len(_NUL_NAME)])
                     + _NUL_NAME).hex()

# kind: what differs from the good certificate. Days count from now.
KINDS = {
    "good": {},
    "rsa": {"key": "rsa:2048"},
    "ending": {"to": 7},
    # the names that the documents print, for a machine where they are on loopback
    "documents": {"names": NAMES + ",DNS:oauth.tangoe.com,DNS:*.cloudhub.io,DNS:api.example,"
                                   "DNS:*.example.com"},
    "intermediate": {"issuer": "middle", "sent": ["middle"]},
    "client": {"usage": "clientAuth", "subject": "mobproc-client"},
    # Good ones end here. What follows is wrong for https://localhost. Beware:
    # OpenSSL and libcurl fall back to the CN for cn_only and email_only, and
    # refuse sha1 and rsa1024 by security level, when the handshake begins.
    "expired": {"from": -20, "to": -10},
    "not_yet_valid": {"from": 10, "to": 20},
    "self_signed": {"issuer": None},
    "wrong_host": {"subject": "other.test", "names": "DNS:other.test"},
    "wrong_ip": {"subject": "127.0.0.2", "names": "IP:127.0.0.2"},
    "ip_only": {"subject": "127.0.0.1", "names": "IP:127.0.0.1"},
    "cn_only": {"names": None},
    "wildcard": {"subject": "*.ping.test", "names": "DNS:*.ping.test"},
    "bare_wildcard": {"subject": "*", "names": "DNS:*"},
    "partial_wildcard": {"subject": "local*", "names": "DNS:local*"},
    "suffix_host": {"names": "DNS:localhost.evil.test"},
    "nul_in_name": {"names": _NUL_DER},
    "email_only": {"names": "email:root@localhost"},
    "unknown_ca": {"issuer": "foreign_root"},
    "missing_intermediate": {"issuer": "middle"},
    "expired_ca": {"issuer": "expired_middle", "sent": ["expired_middle"]},
    "constrained_ca": {"issuer": "constrained_middle", "sent": ["constrained_middle"]},
    "leaf_as_ca": {"issuer": "good", "sent": ["good"]},
    "no_server_auth": {"usage": "clientAuth"},
    "critical_extension": {"more": ["1.2.3.4.5=critical,DER:0500"]},
    "sha1": {"digest": "sha1"},
    "rsa1024": {"key": "rsa:1024"},
}

_CA = {"usage": None, "names": None, "authority": True}
AUTHORITIES = {
    "root": dict(_CA, issuer=None, subject="Test root"),
    # The same name as the trusted root: only the signature tells them apart.
    "foreign_root": dict(_CA, issuer=None, subject="Test root"),
    "middle": dict(_CA, subject="Test intermediate"),
    "expired_middle": dict(_CA, subject="Expired", **{"from": -20, "to": -10}),
    "constrained_middle": dict(_CA, subject="Constrained", more=[
        "nameConstraints=critical,permitted;DNS:other.test"]),
}
# Kinds whose own key or signature OpenSSL's default level refuses to load.
WEAK = {"sha1", "rsa1024"}
DEFAULTS = {"issuer": "root", "subject": "localhost", "names": NAMES, "key": "ec",
            "usage": "serverAuth", "digest": "sha256", "from": -1, "to": 3650,
            "authority": False, "more": [], "sent": []}

_workshop = Workshop({name: dict(DEFAULTS, **recipe)
                      for name, recipe in {**AUTHORITIES, **KINDS}.items()})


class Certificates:
    """The certificates of one directory; paths are absolute strings."""

    def __init__(self, directory):
        """Put the CA (plain and as hashed directory) into `directory`."""
        self.directory = os.path.abspath(directory)
        os.makedirs(self.directory, exist_ok=True)
        authority = _workshop.certificate("root")
        self.ca = self._place(authority, "ca.pem")
        self.ca_directory = os.path.join(self.directory, "ca.d")
        os.makedirs(self.ca_directory, exist_ok=True)
        self._place(authority, os.path.join("ca.d", _workshop.subject_hash("root") + ".0"))

    def pair(self, kind):
        """Paths of (certificate with the chain that is sent, private key)."""
        if kind not in KINDS:
            raise ValueError("no such certificate: %s; see KINDS" % kind)
        return (self._place(_workshop.chain(kind), kind + ".pem"),
                self._place(_workshop.key(kind), kind + ".key"))

    def _place(self, data, name):
        """Write by rename, so that readers never meet half a file."""
        target = os.path.join(self.directory, name)
        temporary = "%s.%d.%d.new" % (target, os.getpid(), threading.get_ident())
        mode = 0o600 if name.endswith(".key") else 0o644
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
        os.replace(temporary, target)
        return target
