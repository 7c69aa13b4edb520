"""Each certificate is good, or bad for the reason its name gives."""

import os
import ssl

from ..certificates import KINDS, Certificates
from .client import PingCase

GOOD = ("good", "rsa", "ending", "documents", "intermediate")
# What OpenSSL says to a client that wants https://localhost.
REASONS = {
    "expired": "has expired", "not_yet_valid": "not yet valid",
    "self_signed": "self.signed certificate", "wrong_host": "not valid for 'localhost'",
    "wrong_ip": "not valid for 'localhost'", "ip_only": "not valid for 'localhost'",
    "wildcard": "not valid for 'localhost'", "bare_wildcard": "not valid for 'localhost'",
    "partial_wildcard": "not valid for 'localhost'", "suffix_host": "not valid for 'localhost'",
    "nul_in_name": "not valid for 'localhost'",
    "unknown_ca": "unable to get local issuer|signature failure",
    "missing_intermediate": "unable to get local issuer", "expired_ca": "has expired",
    "constrained_ca": "permitted subtree", "leaf_as_ca": "invalid CA",
    "no_server_auth": "purpose|unsuitable", "client": "purpose|unsuitable",
    "critical_extension": "unhandled critical extension",
    "sha1": "too weak|unsupported|signature", "rsa1024": "too small|too weak|key",
}
# OpenSSL alone falls back to the common name here; strict clients must not.
FALLBACK = ("cn_only", "email_only")


class CertificateKinds(PingCase):
    """Through ping.tls(certificate=...)."""

    def test_every_kind_is_spoken_for(self):
        self.assertEqual(set(KINDS), set(GOOD) | set(REASONS) | set(FALLBACK))

    def test_good_ones_work(self):
        for kind in GOOD:
            self.ping.tls(certificate=kind)
            self.assertEqual(200, self.login().status, kind)

    def test_bad_ones_are_refused_for_their_reason(self):
        for kind, reason in REASONS.items():
            with self.subTest(kind):
                self.ping.tls(certificate=kind)
                with self.assertRaisesRegex(ssl.SSLError, reason):
                    self.connect()

    def test_names_only_in_the_subject_are_refused_by_strict_clients(self):
        self.trust.hostname_checks_common_name = False
        for kind in FALLBACK:
            self.ping.tls(certificate=kind)
            with self.assertRaisesRegex(ssl.SSLError, "not valid for 'localhost'"):
                self.connect()

    def test_the_hashed_directory_works(self):
        self.trust = ssl.create_default_context(capath=self.ping.ca_directory)
        self.assertEqual(200, self.login().status)
        self.assertRegex(os.listdir(self.ping.ca_directory)[0], r"\A[0-9a-f]{8}\.0\Z")

    def test_keys_are_private_and_the_ca_key_is_nowhere(self):
        self.ping.certificates.pair("expired")
        names = sorted(os.listdir(self.ping.directory))
        self.assertEqual(["ca.d", "ca.pem", "expired.key", "expired.pem", "good.key",
                          "good.pem"], names)
        mode = os.stat(os.path.join(self.ping.directory, "good.key")).st_mode
        self.assertEqual(0o600, mode & 0o777)

    def test_unknown_kinds_are_refused(self):
        with self.assertRaises(ValueError):
            Certificates(self.ping.directory).pair("golden")
