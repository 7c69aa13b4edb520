"""What is on disk in a root, and what has become of it.

    before = picture(root)
    differences(before, picture(root))      ["new etc/mobproc", "changed etc/pam.d/common-auth"]

Without what the machine itself writes while it runs and installs, whatever is installed.
"""
import hashlib
import os
import stat

# What apt, dpkg and their triggers write for every package, and what is not on disk.
ELSEWHERE = ("proc", "sys", "dev", "run", "tmp", "tree", "debs", "var/log", "var/cache/apt",
             "var/lib/apt", "var/lib/dpkg", "var/cache/ldconfig", "var/cache/debconf",
             "etc/.pwd.lock",
             # the sign-in server of the tests, and its authority
             "srv/ping", "usr/local/share/ca-certificates", "etc/ssl/certs",
             # of systemd's own: its key for credentials, when timers ran, folders of this boot
             "var/lib/systemd/credential.secret", "var/lib/systemd/timers", "var/tmp",
             # the tables below as they were before their last change
             "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-",
             # an empty folder of apparmor's, which what dh_apparmor adds to postrm takes along
             "etc/apparmor.d/disable")
# They get the lines of the two system users, which stay, as is the custom.
TABLES = ("etc/passwd", "etc/group", "etc/shadow", "etc/gshadow")


def contents(root, path):
    """What tells a changed file apart."""
    info = os.lstat(path)
    kind = stat.S_IFMT(info.st_mode)
    data = b""
    if kind == stat.S_IFLNK:
        data = os.readlink(path).encode()
    elif kind == stat.S_IFREG:
        with open(path, "rb") as file:
            data = file.read()
        if os.path.relpath(path, str(root)) in TABLES:
            data = b"\n".join(line for line in data.split(b"\n") if not line.startswith(b"mobproc"))
        data = hashlib.sha256(data).digest()
    return (info.st_mode, info.st_uid, info.st_gid, data)


def picture(root):
    """{path: contents} of everything but ELSEWHERE."""
    found = {}
    for folder, folders, files in os.walk(str(root)):
        inner = os.path.relpath(folder, str(root))
        folders[:] = [name for name in folders
                      if os.path.normpath(os.path.join(inner, name)) not in ELSEWHERE]
        for name in folders + files:
            path = os.path.join(folder, name)
            if os.path.normpath(os.path.join(inner, name)) not in ELSEWHERE:
                found[os.path.relpath(path, str(root))] = contents(root, path)
    return found


def differences(before, after):
    """One line for each path."""
    return sorted("%s %s" % ("gone" if path not in after else
                             "new" if path not in before else "changed", path)
                  for path in set(before) | set(after) if before.get(path) != after.get(path))
