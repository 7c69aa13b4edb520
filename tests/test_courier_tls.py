"""Whom the courier believes to be the server (ATTACKS N5 to N7)."""
import ctypes
import os
import re
import subprocess
import unittest

from fixtures.build import program
from ping.certificates import KINDS
from test_courier import CourierCase

GOOD = {"good", "rsa", "ending", "intermediate", "documents"}
# Without a DNS name in the certificate libcurl takes the common name. Only from 7.80 on it can be
# asked to wait before it sends something.
COMMON_NAME = {"cn_only", "email_only"}


def curl_version():
    """Of the libcurl that the courier is linked with, as (7, 88)."""
    library = re.search(r"libcurl[^ ]* => (\S+)", subprocess.run(
        ["ldd", program("mobproc-courier")], stdout=subprocess.PIPE, check=True).stdout.decode())
    version = ctypes.CDLL(library.group(1)).curl_version
    version.restype = ctypes.c_char_p
    return tuple(int(part) for part in re.findall(rb"libcurl/(\d+)\.(\d+)", version())[0])


class Certificates(CourierCase):
    def refused(self, **fields):
        self.ping.forget_requests()
        done = self.login(**fields)
        self.assertEqual(("OUTAGE", "NOTHING_SENT"), (done["ERROR"], done["PROGRESS"]))
        self.assertTrue(done["DETAIL"])
        self.assertEqual(0, self.ping.application_bytes)

    def test_good_ones_are_believed(self):
        for kind in sorted(GOOD):
            with self.subTest(kind):
                self.ping.tls(certificate=kind)
                self.assertEqual(("OK", "ANSWERED"), self.outcome())

    def test_N5_bad_ones_get_no_byte(self):
        for kind in sorted(set(KINDS) - GOOD - COMMON_NAME):
            with self.subTest(kind):
                self.ping.tls(certificate=kind)
                self.refused()

    def test_N5_a_common_name_is_no_name(self):
        for kind in sorted(COMMON_NAME):
            with self.subTest(kind):
                self.ping.tls(certificate=kind)
                if curl_version() < (7, 80):
                    self.assertEqual(("OK", "ANSWERED"), self.outcome())
                    continue
                self.refused()
                self.assertIn("subjectAltName", self.login()["DETAIL"])

    def test_N5_a_name_must_match_an_address_does_not_count_as_one(self):
        address = "https://127.0.0.1:%d/as/token.oauth2" % self.ping.port
        for kind in ("wrong_ip", "wrong_host", "cn_only", "wildcard"):
            with self.subTest(kind):
                self.ping.tls(certificate=kind)
                self.refused(ENDPOINT=address)
        self.ping.tls(certificate="ip_only")
        self.assertEqual(("OK", "ANSWERED"), self.outcome(ENDPOINT=address))

    def test_a_hashed_directory_serves_as_ca(self):
        self.assertEqual(("OK", "ANSWERED"), self.outcome(CA=self.ping.ca_directory))
        empty = os.path.join(self.directory, "empty.d")
        os.mkdir(empty)
        self.refused(CA=empty)

    def test_a_configured_ca_replaces_the_system_s(self):
        self.refused(CA=None)
        self.refused(CA="")

    def test_N6_old_versions_and_anonymous_ciphers_are_refused(self):
        for settings in ({"version": "TLSv1"}, {"version": "TLSv1.1"},
                         {"version": "TLSv1.2", "ciphers": "ADH:AECDH:@SECLEVEL=0"},
                         {"version": "TLSv1.2", "ciphers": "NULL:eNULL:@SECLEVEL=0"}):
            with self.subTest(settings):
                self.ping.tls(**settings)
                self.refused()
        for version in ("TLSv1.2", "TLSv1.3"):
            self.ping.tls(version=version)
            self.assertEqual(("OK", "ANSWERED"), self.outcome())
            self.assertEqual(version, self.ping.requests[-1].tls)

    def test_a_certificate_that_is_asked_for_is_not_there(self):
        self.ping.tls(client_certificate="request")
        self.assertEqual(("OK", "ANSWERED"), self.outcome())
        self.assertIsNone(self.ping.requests[-1].client_certificate)
        self.ping.tls(client_certificate="require", version="TLSv1.2")
        self.refused()

    def test_http_2_is_not_offered(self):
        self.ping.tls(alpn=["h2", "http/1.1"])
        self.assertEqual(("OK", "ANSWERED"), self.outcome())
        self.assertEqual("HTTP/1.1", self.ping.requests[-1].version)


if __name__ == "__main__":
    unittest.main()
