"""Where certificates are made: a private temporary directory and the openssl tool.

A recipe is a dict with the keys of certificates.DEFAULTS. Every certificate is
one `openssl req` and one `openssl ca`: only `ca` can set both dates in all
OpenSSL versions from 1.1.1 on.
"""

import atexit
import datetime
import os
import shutil
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
    """Makes what is asked for, once per process; safe for threads."""

    def __init__(self, recipes):
        self._recipes = recipes
        self._lock = threading.RLock()
        self._directory = None
        self._hashes = {}

    def certificate(self, name):
        """Path of the certificate alone."""
        return self._made(name, ".crt")

    def key(self, name):
        """Path of its private key."""
        return self._made(name, ".key")

    def chain(self, name):
        """Path of the certificate followed by what the server sends with it."""
        with self._lock:
            path = self._made(name, ".chain")
            if not os.path.exists(path):
                parts = [name] + self._recipes[name]["sent"]
                with open(path, "wb") as out:
                    for part in parts:
                        with open(self.certificate(part), "rb") as source:
                            shutil.copyfileobj(source, out)
            return path

    def subject_hash(self, name):
        """The eight hexadecimal digits OpenSSL looks certificates up by."""
        with self._lock:
            if name not in self._hashes:
                out = self._openssl("x509", "-noout", "-hash", "-in", name + ".crt")
                self._hashes[name] = out.decode().strip()
            return self._hashes[name]

    def _made(self, name, suffix):
        with self._lock:
            self._open()
            if not os.path.exists(os.path.join(self._directory, name + ".crt")):
                self._make(name)
            return os.path.join(self._directory, name + suffix)

    def _open(self):
        if self._directory is None:
            self._directory = tempfile.mkdtemp(prefix="ping-certificates.")
            atexit.register(_remove, self._directory, os.getpid())
            self._write("openssl.cnf", CONFIGURATION)
            self._write("index.txt", "")

    def _make(self, name):
        recipe = self._recipes[name]
        issuer = recipe["issuer"]
        if issuer is not None:
            self.certificate(issuer)
        self._openssl("req", "-new", "-nodes", "-newkey", *_key(recipe["key"]),
                      "-subj", "/CN=" + recipe["subject"],
                      "-keyout", name + ".key", "-out", name + ".csr")
        self._write(name + ".ext", _extensions(recipe))
        signer = (["-selfsign", "-keyfile", name + ".key"] if issuer is None else
                  ["-cert", issuer + ".crt", "-keyfile", issuer + ".key"])
        self._openssl("ca", "-batch", "-notext", "-config", "openssl.cnf",
                      "-md", recipe["digest"], "-extfile", name + ".ext",
                      "-startdate", _date(recipe["from"]), "-enddate", _date(recipe["to"]),
                      "-in", name + ".csr", "-out", name + ".new", *signer)
        os.replace(os.path.join(self._directory, name + ".new"),
                   os.path.join(self._directory, name + ".crt"))

    def _write(self, name, text):
        with open(os.path.join(self._directory, name), "w", encoding="ascii") as file:
            file.write(text)

    def _openssl(self, *arguments):
        """Run openssl with our configuration instead of the machine's."""
        done = subprocess.run(["openssl", *arguments], cwd=self._directory,
                              env=dict(os.environ, OPENSSL_CONF="openssl.cnf"),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError("openssl %s failed: %s" % (
                arguments[0], done.stderr.decode(errors="replace")))
        return done.stdout


def _remove(directory, owner):
    """A forked child must not remove its parent's workshop."""
    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)


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
