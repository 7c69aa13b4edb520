"""The disk of a virtual machine, made of a root, and what it boots with.

    image.make(root)      Image(disk, kernel, initrd) in a folder of its own
"""
import collections
import os
import pathlib
import shutil

from system import roots
from system.roots import checked

Image = collections.namedtuple("Image", "disk kernel initrd")

ROOM = 1 << 30  # bytes, beside what the root holds
PORT = "mobproc.agent"  # of the virtual machine, at which agent.py listens
AGENT = """[Unit]
Description=Does what the tests ask for
[Service]
ExecStart=/usr/bin/python3 /opt/agent.py /dev/virtio-ports/%s
Environment=HOME=/root LANG=C.UTF-8
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
[Install]
WantedBy=multi-user.target
""" % PORT
# Nobody fetches anything here, and nothing else shall want the processor.
NEVER = ("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
         "fstrim.timer", "man-db.timer", "systemd-tmpfiles-clean.timer")


def add_agent(root):
    """So that the host can do something there."""
    shutil.copy(str(pathlib.Path(__file__).with_name("agent.py")), str(root / "opt" / "agent.py"))
    units = root / "etc" / "systemd" / "system"
    (units / "agent.service").write_text(AGENT)
    (units / "multi-user.target.wants" / "agent.service").symlink_to("/etc/systemd/system/agent.service")
    for name in NEVER:
        (units / name).symlink_to("/dev/null")
    (root / "etc" / "hostname").write_text("guest\n")
    (root / "etc" / "hosts").write_text("127.0.0.1 localhost guest\n::1 localhost\n")


def make(root, finish=lambda root: None):
    """See the top of this file. The root is used up."""
    folder = roots.scratch()
    kernels = sorted((root / "boot").glob("vmlinuz-*"))
    if not kernels:
        raise roots.Failed("no kernel in " + str(root))
    release = kernels[-1].name.split("-", 1)[1]
    image = Image(folder / "disk", folder / "kernel", folder / "initrd")
    shutil.copy(str(kernels[-1]), str(image.kernel))
    shutil.copy(str(root / "boot" / ("initrd.img-" + release)), str(image.initrd))
    add_agent(root)
    finish(root)
    used = int(checked(["du", "-s", "--block-size=1", root]).split()[0])
    with open(str(image.disk), "wb") as disk:
        os.truncate(disk.fileno(), used + used // 4 + ROOM)
    checked(["mke2fs", "-q", "-F", "-t", "ext4", "-d", root, image.disk], timeout=600)
    shutil.rmtree(str(root), ignore_errors=True)
    return image
