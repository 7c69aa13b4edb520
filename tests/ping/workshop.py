"""Where certificates are made: a temporary directory and the openssl tool.

A recipe is a dict with the keys of certificates.DEFAULTS. Every certificate is
one `openssl req` and one `openssl ca`: only `ca` can set both dates in all
OpenSSL versions from 1.1.1 on. The results are kept in memory; the directory
is gone when a certificate is done, so that even a killed test leaves nothing.
"""

import datetime
import os
import subprocess
import tempfile
import threading

CONFIGURATION = """
[req]
distinguished_name = name
[name]
[ca]
default_ca = house
[house]
database = index.txt
new_certs_dir = .
policy = any
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
"""


class Workshop:
    """Makes what is asked for, once per process; safe for threads. Gives PEM bytes."""

    def __init__(self, recipes):
        self._recipes = recipes
        self._lock = threading.RLock()
        self._made = {}
        self._hashes = {}

    def certificate(self, name):
        """The certificate alone."""
        return self._pair(name)[0]

    def key(self, name):
        """Its private key."""
        return self._pair(name)[1]

    def chain(self, name):
        """The certificate followed by what the server sends with it."""
        return b"".join(self.certificate(part)
                        for part in [name] + self._recipes[name]["sent"])

    def subject_hash(self, name):
        """The eight hexadecimal digits OpenSSL looks certificates up by."""
        with self._lock:
            if name not in self._hashes:
                out = _openssl(None, "x509", "-noout", "-hash", data=self.certificate(name))
                self._hashes[name] = out.decode().strip()
            return self._hashes[name]

    def _pair(self, name):
        with self._lock:
            if name not in self._made:
                with tempfile.TemporaryDirectory(prefix="ping-certificate.") as directory:
                    self._made[name] = self._make(name, directory)
            return self._made[name]

    def _make(self, name, directory):
        recipe = self._recipes[name]
        _write(directory, "openssl.cnf", CONFIGURATION.encode())
        _write(directory, "index.txt", b"")
        _write(directory, "extensions", _extensions(recipe).encode())
        _openssl(directory, "req", "-new", "-nodes", "-newkey", *_key(recipe["key"]),
                 "-subj", "/CN=" + recipe["subject"], "-keyout", "key", "-out", "request")
        signer = ["-selfsign", "-keyfile", "key"]
        if recipe["issuer"] is not None:
            certificate, key = self._pair(recipe["issuer"])
            _write(directory, "issuer", certificate)
            _write(directory, "issuer.key", key)
            signer = ["-cert", "issuer", "-keyfile", "issuer.key"]
        _openssl(directory, "ca", "-batch", "-notext", "-config", "openssl.cnf",
                 "-md", recipe["digest"], "-extfile", "extensions",
                 "-startdate", _date(recipe["from"]), "-enddate", _date(recipe["to"]),
                 "-in", "request", "-out", "certificate", *signer)
        return _read(directory, "certificate"), _read(directory, "key")


def _openssl(directory, *arguments, data=b""):
    """Run openssl there, with the configuration there instead of the machine's."""
    done = subprocess.run(["openssl", *arguments], cwd=directory, input=data,
                          env=dict(os.environ, OPENSSL_CONF="openssl.cnf" if directory
                                   else os.devnull),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError("openssl %s failed: %s" % (
            arguments[0], done.stderr.decode(errors="replace")))
    return done.stdout


def _write(directory, name, data):
    with open(os.path.join(directory, name), "wb") as file:
        file.write(data)


def _read(directory, name):
    with open(os.path.join(directory, name), "rb") as file:
        return file.read()


def _key(kind):
    return ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else [kind]


def _date(days):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return moment.strftime("%Y%m%d%H%M%SZ")


def _extensions(recipe):
    lines = ["basicConstraints=critical,CA:%s" % ("TRUE" if recipe["authority"] else "FALSE"),
             "subjectKeyIdentifier=hash"]
    if recipe["issuer"] is not None:
        lines.append("authorityKeyIdentifier=keyid")
    lines.append("keyUsage=critical," + ("keyCertSign,cRLSign" if recipe["authority"]
                                         else "digitalSignature,keyEncipherment"))
    if recipe["usage"]:
        lines.append("extendedKeyUsage=" + recipe["usage"])
    if recipe["names"]:
        lines.append("subjectAltName=" + recipe["names"])
    return "\n".join(lines + recipe["more"]) + "\n"
