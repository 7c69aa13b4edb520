"""The packages, built in a root of the release that they are for, and put into another."""
import functools
import pathlib
import re
import shutil

from . import roots

NAMES = ("libpam-mobproc", "mobproc")


@functools.lru_cache()
def workshop():
    """A root in which they have been built, below /tree/build/deb."""
    root = roots.unpack("workshop")
    roots.copy_tree(root)
    roots.run(root, "make", "-C", "/tree", "deb")
    return root


def built():
    """{name: path} of what was built."""
    folder = workshop() / "tree" / "build" / "deb"
    return {name: next(folder.glob(name + "_*.deb")) for name in NAMES}


@functools.lru_cache()
def upgrades():
    """The same packages as the next version."""
    folder = roots.scratch()
    found = {}
    for name, path in built().items():
        inner = folder / name
        roots.checked(["dpkg-deb", "-R", path, inner])
        control = inner / "DEBIAN" / "control"
        control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1+next", control.read_text()))
        found[name] = folder / (name + "_next_amd64.deb")
        roots.checked(["dpkg-deb", "--root-owner-group", "-b", inner, found[name]])
    return found


def put(root, packages, folder):
    """Copies the files of packages into a folder of a root; their paths there."""
    target = pathlib.Path(str(root) + folder)
    target.mkdir(parents=True, exist_ok=True)
    return ["%s/%s" % (folder, pathlib.Path(shutil.copy(str(path), str(target))).name)
            for path in packages.values()]


def satisfy(root, *more):
    """Installs what they depend on, and more: the machine will have no network."""
    wanted = [roots.checked(["dpkg-deb", "-f", path, "Depends"]).strip() for path in built().values()]
    wanted += more
    roots.satisfy(root, ", ".join(wanted))
