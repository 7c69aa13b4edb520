"""su(1): bob becomes somebody."""
from fixtures import callers_machine, callers_matrix


class Su(callers_matrix.Caller):
    def enters(self, user, password):
        done = callers_machine.run(["su", "-c", "echo in:$(id -un)", user], password + "\n", "bob")
        return done.stdout == "in:%s\n" % user


callers_matrix.build(globals(), Su)
