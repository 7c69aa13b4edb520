"""class Guest: Debian in a virtual machine, with a kernel of its own and a TPM.

    with Guest(image.make(root)) as guest:     see system/inside.py for what can be done in it
        guest.restart()                        as after a reset
        guest.restart(tpm="another")           its disk in another machine

qemu translates, so that it needs no rights and runs in a virtual machine too: ten times slower. No
network leads into it; agent.py listens at a port. What it is made of ends with this process.
"""
import collections
import contextlib
import ctypes
import itertools
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import threading

from system import roots
from system.inside import Inside
from system.roots import Failed

from .image import PORT

BOOT_TIMEOUT = 600
SLOWER = 5  # what takes a second elsewhere
PR_SET_PDEATHSIG = 1
FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.fd"
# systemd asks for a TPM only where the firmware knows of it; what the kernel says is not held back
COMMAND_LINE = "root=/dev/vda rw console=ttyS0 mitigations=off sysctl.kernel.printk_ratelimit=0 " \
               "audit_backlog_limit=8192 systemd.show_status=no "

Answer = collections.namedtuple("Answer", "returncode stdout")


def end_with_us():
    """In the child."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Guest(Inside):
    """See the top of this file."""

    def __init__(self, image, command_line=""):
        self.image = image
        self.command_line = COMMAND_LINE + command_line
        self.folder = roots.scratch()
        self.console = self.folder / "console"
        self.processes = []
        self.port = None
        self.turn = threading.Lock()
        self.numbers = itertools.count(1)
        self.answers = {}

    def __enter__(self, tpm="its own"):
        try:
            self.start_tpm(tpm)
            self.start_machine()
            self.listen()
            self.wait(self.has_booted, BOOT_TIMEOUT)
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_):
        self.kill()  # nobody needs its disk any more

    def kill(self):
        """What runs of it."""
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self.processes = []
        for path in self.folder.glob("at-*"):
            path.unlink()
        if self.port:
            self.port.close()

    def restart(self, tpm="its own"):
        """As after a reset: nothing in it is asked first."""
        self.run("sync")
        self.kill()
        self.__enter__(tpm)

    # --- what it is made of ---------------------------------------------------------------------

    def spawn(self, *words):
        """One process of it."""
        self.processes.append(subprocess.Popen(
            [str(word) for word in words], preexec_fn=end_with_us, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=open(str(self.folder / "said"), "ab")))

    def start_tpm(self, name):
        """The one of this name remembers what it knew."""
        state = self.folder / ("tpm " + name)
        state.mkdir(exist_ok=True)
        self.spawn("swtpm", "socket", "--tpm2", "--tpmstate", "dir=%s" % state, "--ctrl",
                   "type=unixio,path=%s" % self.address("tpm"))
        self.wait(self.address("tpm").exists)

    def address(self, name):
        """Of a socket."""
        return self.folder / ("at-" + name)

    def start_machine(self):
        """qemu."""
        variables = self.folder / "variables"
        shutil.copy(VARIABLES, str(variables))
        disk = "if=virtio,format=raw,cache=unsafe,file=%s" % self.image.disk
        self.spawn("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m",
                   "1536", "-machine", "q35", "-nodefaults", "-no-user-config", "-no-reboot",
                   "-display", "none", "-nic", "none", "-serial", "file:%s" % self.console,
                   "-drive", "if=pflash,format=raw,readonly=on,file=" + FIRMWARE,
                   "-drive", "if=pflash,format=raw,file=%s" % variables, "-drive", disk,
                   "-kernel", self.image.kernel, "-initrd", self.image.initrd,
                   "-append", self.command_line, "-device", "virtio-rng-pci",
                   "-chardev", "socket,id=tpm,path=%s" % self.address("tpm"),
                   "-tpmdev", "emulator,id=tpm,chardev=tpm", "-device", "tpm-tis,tpmdev=tpm",
                   "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=port,name=" + PORT,
                   "-chardev", "socket,id=port,server=on,wait=off,path=%s" % self.address("port"))
        self.wait(self.address("port").exists)

    # --- talking with it ------------------------------------------------------------------------

    def listen(self):
        """To agent.py, which speaks first."""
        self.port = socket.socket(socket.AF_UNIX)
        self.wait(self.is_connected)
        self.answers = {0: queue.Queue()}
        threading.Thread(target=self.sort, args=(self.port, self.answers), daemon=True).start()

    def look_after(self):
        """Failed when it has ended."""
        if self.processes[-1].poll() is not None:
            raise Failed("qemu ended: " + (self.folder / "said").read_text(errors="replace"))

    def is_connected(self):
        """The address is there a moment before anybody listens."""
        self.look_after()
        return self.port.connect_ex(str(self.address("port"))) == 0

    @staticmethod
    def sort(port, answers):
        """Each answer to whoever waits for it."""
        with contextlib.suppress(OSError), port.makefile("rb") as lines:
            for line in lines:
                answer = json.loads(line)
                answers[answer["number"]].put(answer)

    def has_booted(self):
        """Agent first, then systemd."""
        self.look_after()
        if 0 in self.answers:
            with contextlib.suppress(queue.Empty):
                self.answers[0].get(timeout=1)
                del self.answers[0]
            return False
        return self.is_up()

    def ask(self, words, stdin, seconds):
        """One request; its answer."""
        number = next(self.numbers)
        mine = self.answers[number] = queue.Queue()
        request = {"number": number, "words": [str(word) for word in words], "stdin": stdin,
                   "seconds": seconds * SLOWER}
        with self.turn:
            self.port.sendall(json.dumps(request).encode() + b"\n")
        try:
            return mine.get(timeout=seconds * SLOWER + 60)
        except queue.Empty:
            raise Failed("%s: no answer; the console said:\n%s" % (
                words, self.console.read_text(errors="replace")[-3000:])) from None
        finally:
            del self.answers[number]

    def finish(self, *words, stdin="", timeout=120):
        """See inside.py."""
        answer = self.ask(words, stdin, timeout)
        return Answer(answer["status"], answer["output"])

    def start(self, *words):
        """In the background."""
        self.ask(words, "", 0)
