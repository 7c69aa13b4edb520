"""Proof of the simulator, with Python's own ssl and http.client.

    cd tests && python3 -m unittest ping.selftest            all of it
    cd tests && python3 -m unittest ping.selftest.grants     one part
"""

from . import (authentication, certificate_kinds, control, crowd, grants, program,
               protected, recording, replies, validation, wire)

PARTS = (replies, authentication, grants, validation, recording, control, wire,
         certificate_kinds, crowd, protected, program)


def load_tests(loader, _tests, _pattern):
    """All parts as one suite."""
    return loader.suiteClass(loader.loadTestsFromModule(part) for part in PARTS)
