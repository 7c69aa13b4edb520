"""class Machine: Debian with systemd as its first process, in a container of its own.

    with Machine(folder) as machine:            a root as roots.py unpacks it
        machine.run("systemctl", "is-active", "mobprocd.socket")
        machine.shell("id alice | grep -q uid")
        machine.write("/etc/mobproc/ca.pem", text, mode=0o644)

Its network is a loopback of its own. What runs in it ends with it; of the machine around it, it
leaves nothing behind.
"""
import contextlib
import ctypes
import os
import pathlib
import signal
import subprocess

from .inside import ENVIRONMENT, Inside
from .roots import Failed

BOOT_TIMEOUT = 120
PR_SET_PDEATHSIG = 1
# nspawn's own filter refuses what the programs under test confine themselves with, and a host with
# both hierarchies of control groups would give the container the old one
NSPAWN = {"SYSTEMD_SECCOMP": "0", "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "PATH": os.environ["PATH"]}
POWEROFF = signal.SIGRTMIN + 4
GROUPS = next(path for path in (pathlib.Path("/sys/fs/cgroup/unified"), pathlib.Path("/sys/fs/cgroup"))
              if path.exists())


class Machine(Inside):
    """See the top of this file."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.console = self.root.parent / (self.root.name + ".console")
        self.group = GROUPS / ("%s-%s" % (self.root.parent.name, self.root.name))
        self.nspawn = None
        self.leader = None
        self.background = []

    def __enter__(self):
        self.group.mkdir()
        with open(str(self.console), "wb") as console:
            self.nspawn = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "-D", str(self.root), "--boot", "--register=no",
                 "--keep-unit", "--private-network", "--capability=all", "--console=pipe",
                 "--machine=%s" % self.root.name],
                env=NSPAWN, preexec_fn=self.join_group, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        try:
            self.wait(self.has_booted, BOOT_TIMEOUT)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # an nsenter that is left waits for its program, which shutting down has stopped: for ever
        for process in self.background:
            process.kill()
            process.wait()
        if self.leader:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.leader, POWEROFF)
        try:
            self.nspawn.wait(60)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()  # and the kernel ends everything in its namespace
            self.nspawn.wait()
        self.wait(self.has_left, 60)

    def restart(self):
        """As after a reset: nothing in it is asked first."""
        self.nspawn.kill()
        self.__exit__()
        self.leader, self.background = None, []
        self.__enter__()

    def join_group(self):
        """In the child: of its own, so that two machines do not share one and nothing is left
        behind. And it does not outlive the tests."""
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def has_left(self):
        """Removes its control groups; the kernel takes a moment to see that they are empty."""
        with contextlib.suppress(OSError):
            for folder in sorted(self.group.glob("**/"), key=lambda one: -len(one.parts)):
                folder.rmdir()
        return not self.group.exists()

    # --- its first process ------------------------------------------------------------------------

    def has_booted(self):
        """Does systemd say so?"""
        if self.nspawn.poll() is not None:
            raise Failed("systemd-nspawn ended:\n" + self.console.read_text(errors="replace"))
        if not self.leader:
            path = "/proc/%d/task/%d/children" % (self.nspawn.pid, self.nspawn.pid)
            children = pathlib.Path(path).read_text().split()
            self.leader = int(children[0]) if children else None
            return False
        return self.is_up()

    # --- in it --------------------------------------------------------------------------------------

    def command(self, *words):
        """What runs these words in it, for subprocess."""
        return ["nsenter", "--target", str(self.leader), "--all", "env", "-i",
                *["%s=%s" % pair for pair in ENVIRONMENT.items()], *[str(word) for word in words]]

    def finish(self, *words, stdin="", timeout=120):
        """See inside.py."""
        return subprocess.run(self.command(*words), input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True, errors="replace",
                              timeout=timeout, check=False)

    def start(self, *words, **more):
        """In the background; the Popen."""
        self.background.append(subprocess.Popen(self.command(*words), **more))
        return self.background[-1]
