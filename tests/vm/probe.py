#!/usr/bin/env python3
"""Inside a guest: takes on a profile of AppArmor's and tries what its owner never does.

    probe.py mobprocd        a line for each try: its name, a blank, and "done" or the error
    probe.py system_u:system_r:mobprocd_t:s0 mobproc      the same in a domain of SELinux, as a user
"""
import mmap
import os
import pathlib
import pwd
import signal
import socket
import sys


def connect(family, kind=socket.SOCK_STREAM):
    """A socket alone is enough."""
    socket.socket(family, kind).close()


def write(path):
    """A new file."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    os.unlink(path)


def run(path):
    """Another program."""
    if os.fork() == 0:
        try:
            os.execv(path, [path])
        finally:
            os._exit(1)
    if os.wait()[1] != 0:
        raise PermissionError(13, "it did not run")


def read(path):
    """A file or a folder."""
    os.listdir(path) if os.path.isdir(path) else pathlib.Path(path).read_bytes()


TRIES = {
    "shadow": (read, "/etc/shadow"),
    "home": (read, "/root/client-secret"),
    "configuration": (read, "/etc/mobproc/mobproc.conf"),
    "certificates": (read, "/etc/ssl/certs/ca-certificates.crt"),
    "secrets": (read, "/etc/mobproc/secrets.d"),
    "vault": (read, "/var/lib/mobproc/vault.key"),
    "write_tmp": (write, "/tmp/probe"),
    "write_etc": (write, "/etc/mobproc/probe"),
    "write_vault": (write, "/var/lib/mobproc/probe"),
    "inet": (connect, socket.AF_INET),
    "inet6": (connect, socket.AF_INET6),
    "raw": (connect, socket.AF_INET, socket.SOCK_RAW),
    "packet": (connect, socket.AF_PACKET, socket.SOCK_RAW),
    "program": (run, "/usr/bin/id"),
    "shell": (run, "/bin/sh"),
    "hostname": (socket.sethostname, "guest"),
    "kill": (os.kill, 1, signal.SIGCONT),
    "become": (os.setuid, 12345),  # the last one
}


def enter(label, name):
    """A profile, or a domain; as a user, so that it is not his rights alone that refuse."""
    pathlib.Path("/proc/self/comm").write_text("mobproc-probe")
    with open("/proc/self/attr/current", "w", encoding="ascii") as current:
        os.setuid(pwd.getpwnam(name).pw_uid)
        current.write(label if ":" in label else "changeprofile " + label)


def tries():
    """A line for each."""
    for name, (attempt, *arguments) in TRIES.items():
        try:
            attempt(*arguments)
            yield name + " done\n"
        except OSError as error:
            yield "%s %s\n" % (name, error.strerror)


def main(label, name="root"):
    """See the top of this file. A domain may not write to our pipe: what it found is in memory."""
    found = mmap.mmap(-1, 1 << 16)
    if os.fork() == 0:
        try:
            enter(label, name)
            for line in tries():
                found.write(line.encode())
        finally:
            os._exit(0)
    os.wait()
    print(found[:].rstrip(b"\0").decode(), end="")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
