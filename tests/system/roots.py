"""Debian roots: made by debootstrap, kept as archives in the build folder, unpacked in scratch.

    root = roots.unpack("machine")           what a machine boots with; a pathlib.Path
    root = roots.unpack("workshop")          the same with what `make deb` needs
    root = roots.unpack("kernel")            the same with a kernel and what knows a TPM
    roots.run(root, "apt-get", "update")     in it, with processes and mounts of its own

MOBPROC_BUILD names the build folder; its last part is the release: build/system/trixie.
"""
import atexit
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from fixtures import build

SUITE = build.BUILD.name
INSIDE = ("systemd", "systemd-sysv", "dbus", "libpam-systemd", "openssh-server", "openssh-client",
          "sudo", "login", "passwd", "cron", "polkitd", "pkexec", "vlock", "git", "curl", "python3",
          "openssl", "ca-certificates", "procps", "apparmor")
KERNEL = "linux-image-cloud-amd64, initramfs-tools, zstd, libnss-systemd, libnss-myhostname, " \
         "tpm2-tools, libtss2-tcti-device0t64 | libtss2-tcti-device0"
WORKSHOP = "/tree/packaging/deps deb && apt-get install -y -q --no-install-recommends lintian"
# processes and mounts that end with the command; the network of the machine around, for apt
CHROOT = ('mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/run" && root=$0 && '
          'exec chroot "$root" "$@"')
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root",
               "DEBIAN_FRONTEND": "noninteractive"}
TREE = ("Makefile", "LICENSE", "README.md", "lib", "pam_mobproc", "helper", "broker", "courier",
        "packaging")


class Failed(AssertionError):
    """A command did not do what it should; says what it wrote."""


def checked(command, **more):
    """Runs it; what it wrote."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          universal_newlines=True, errors="replace", **more)
    if done.returncode != 0:
        raise Failed("%s: exit status %d\n%s" % (command, done.returncode, done.stdout[-6000:]))
    return done.stdout


def run(root, *words, timeout=900):
    """Runs words in a root."""
    return checked(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", CHROOT, root,
                    *words], env=ENVIRONMENT, timeout=timeout)


def shell(root, line):
    """A line of shell in a root."""
    return run(root, "sh", "-ec", line)


def scratch():
    """A folder that only root can look into, and that is gone when this process ends."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mobproc-system-"))
    owner = os.getpid()
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(str(folder), ignore_errors=True))
    return folder


def mirror():
    """Where this machine gets its own packages from."""
    places = [pathlib.Path("/etc/apt/sources.list"), *pathlib.Path("/etc/apt/sources.list.d").glob("*")]
    for path in places:
        found = re.search(r"\bhttps?://\S+/debian/?(?=\s)",
                          path.read_text() if path.is_file() else "")
        if found:
            return found.group(0)
    return "http://deb.debian.org/debian"


def copy_tree(root):
    """The sources, as /tree in a root."""
    (root / "tree").mkdir()
    for name in TREE:
        source = build.REPOSITORY / name
        if source.is_dir():
            shutil.copytree(str(source), str(root / "tree" / name), symlinks=True)
        else:
            shutil.copy(str(source), str(root / "tree"))


def _make_machine(root):
    checked(["debootstrap", "--variant=minbase", "--include=" + ",".join(INSIDE), SUITE, root, mirror()],
            timeout=1800)
    run(root, "apt-get", "update", "-q")


def _make_workshop(root):
    _unpack(_archive("machine"), root)
    copy_tree(root)
    shell(root, WORKSHOP)
    shutil.rmtree(str(root / "tree"))


def satisfy(root, wanted):
    """Installs what a Depends: line would ask for."""
    run(root, "apt-get", "satisfy", "-y", "-q", "--no-install-recommends", wanted)


def _make_kernel(root):
    _unpack(_archive("machine"), root)
    satisfy(root, KERNEL)


MAKERS = {"machine": _make_machine, "workshop": _make_workshop, "kernel": _make_kernel}


def _recipe(kind):
    """What its archive is made by: another one when this changes."""
    workshop = (WORKSHOP, (build.REPOSITORY / "packaging" / "deps").read_text())
    return (SUITE, INSIDE, {"workshop": workshop, "kernel": KERNEL}.get(kind))


def _archive(kind):
    """The archive of this kind; made when it is not there."""
    digest = hashlib.sha256(repr(_recipe(kind)).encode()).hexdigest()[:12]
    path = build.BUILD / ("%s-%s.tar" % (kind, digest))
    if path.exists():
        return path
    build.BUILD.mkdir(parents=True, exist_ok=True)
    build.BUILD.chmod(0o700)
    for old in build.BUILD.glob(kind + "-*.tar"):
        old.unlink()
    root = scratch() / "root"
    root.mkdir()
    MAKERS[kind](root)
    checked(["tar", "--numeric-owner", "--xattrs", "--xattrs-include=*", "-C", root, "-cf",
             str(path) + ".new", "."], timeout=600)
    os.replace(str(path) + ".new", str(path))
    shutil.rmtree(str(root), ignore_errors=True)
    return path


def _unpack(archive, root):
    checked(["tar", "--numeric-owner", "--xattrs", "--xattrs-include=*", "-C", root, "-xpf", archive],
            timeout=600)


def unpack(kind):
    """A fresh root."""
    archive = _archive(kind)
    root = scratch() / SUITE
    root.mkdir(mode=0o755)
    _unpack(archive, root)
    return root
