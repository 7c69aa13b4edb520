"""login(1) at a terminal."""
import unittest

from fixtures import callers_machine, callers_matrix
from fixtures.person import Person


class Login(callers_matrix.Caller):
    def start(self):
        callers_machine.replace("/etc/pam.d/login", r"^auth.*pam_faildelay\.so.*$", "")

    def enters(self, user, password):
        test = unittest.TestCase()
        try:
            person = Person(test, ["login", user], env={"PATH": "/usr/bin:/bin", "TERM": "dumb"})
            person.expect(b"Password: ")
            person.type_hidden(password.encode() + b"\n")
            person.expect_one_of(b"Login incorrect", b"$ ", b"# ")
            if b"incorrect" in person.seen:
                return False
            person.type(b"echo in:$(id -un)\n")
            person.expect(b"in:%s\r\n" % user.encode())
            return True
        finally:
            test.doCleanups()


callers_matrix.build(globals(), Login)
