#!/usr/bin/env python3
"""Inside a machine: looks for secrets where none may be, and prints where it found some.

    search.py < SECRETS                         one a line; nothing is printed when all is well

The journal and all logs, what the broker keeps, core files, homes, and the memory, arguments and
environment of broker and courier.
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, "/opt/tests")

from fixtures import canary  # pylint: disable=wrong-import-position

FOLDERS = ("/var/log", "/var/lib/mobproc", "/run/mobproc", "/var/lib/systemd/coredump", "/var/crash",
           "/home")
PROGRAMS = ("mobprocd", "mobproc-courier")


def programs():
    """Broker, courier and what they forked."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "comm").read_text().strip() in PROGRAMS:
                yield int(folder.name)
        except OSError:
            pass  # it just ended


def contents():
    """(what, bytes) of all that is searched."""
    journal = ["journalctl", "--no-pager", "-o", "export"]
    yield "the journal", subprocess.run(journal, check=True, stdout=subprocess.PIPE).stdout
    for folder in FOLDERS:
        for path in pathlib.Path(folder).rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield str(path), path.read_bytes()
    for pid in programs():
        for source in canary.SOURCES:
            yield from source(pid)


if __name__ == "__main__":
    for place in canary.find({line.strip("\n") for line in sys.stdin}, contents()):
        print(place)
