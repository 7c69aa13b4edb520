"""class Inside: what one does in a Debian that runs, in whatever it runs.

machine.Machine is a container, vm.guest.Guest a virtual machine. Either has finish(*words, stdin,
timeout), which runs words as root, and the path of what its console said.
"""
import base64
import subprocess
import time

from .roots import Failed

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8"}
BOOTED = ("running", "degraded")  # degraded: a unit failed that is none of ours


class Inside:
    """See the top of this file."""

    console = None

    def finish(self, *words, stdin="", timeout=120):
        """Runs it; a CompletedProcess with text."""
        raise NotImplementedError

    def run(self, *words, stdin="", timeout=120, check=True):
        """Runs it as root; what it wrote. Failed when its exit status is not 0."""
        done = self.finish(*words, stdin=stdin, timeout=timeout)
        if check and done.returncode != 0:
            raise Failed("%s: exit status %d\n%s" % (words, done.returncode, done.stdout))
        return done.stdout

    def shell(self, line, **more):
        """The same for a line of shell."""
        return self.run("sh", "-ec", line, **more)

    def is_up(self):
        """Does systemd say so?"""
        return self.run("systemctl", "is-system-running", check=False).strip() in BOOTED

    def wait(self, condition, seconds=30):
        """Until it is true; Failed when it does not become so."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise Failed("waited in vain; the console said:\n"
                             + self.console.read_text(errors="replace")[-3000:])
            time.sleep(0.1)

    # --- its files ------------------------------------------------------------------------------------

    def write(self, path, text, mode=0o644):
        """A file of root's."""
        self.run("sh", "-c", 'umask 077; mkdir -p "${1%/*}"; cat > "$1"; chmod "$2" "$1"', "sh", path,
                 "%o" % mode, stdin=text)

    def copy_in(self, source, target):
        """The files of a folder of the machine around it."""
        done = subprocess.run(["tar", "-C", str(source), "--exclude=__pycache__", "-c", "."],
                              stdout=subprocess.PIPE, check=True, timeout=120)
        self.run("sh", "-ec", 'mkdir -p "$1"; base64 -d | tar -C "$1" --no-same-owner -x', "sh", target,
                 stdin=base64.b64encode(done.stdout).decode())

    def journal(self, *arguments):
        """What it logged."""
        return self.run("journalctl", "--no-pager", "-o", "short-monotonic", *arguments)
