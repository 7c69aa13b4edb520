#!/usr/bin/env python3
"""Inside a machine: somebody who comes in, one way, with one password, at a terminal.

    echo PASSWORD | visitor.py su alice         prints what was seen, then `in` or `out`

The exit status is 0 unless no password was asked for, or nothing was decided.
"""
import contextlib
import ctypes
import os
import pathlib
import pty
import pwd
import re
import select
import signal
import sys
import termios
import time

PATIENCE = 60
PR_SET_CHILD_SUBREAPER = 36
ASKED = re.compile(rb"[Pp]assword(?: for [a-z]+)?: ?$")
COLOURS = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]")
ENTERED = re.compile(rb"(?m)^in:([a-z]+)\r?$")
SSH = ["ssh", "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
       "-o", "LogLevel=ERROR", "-o", "NumberOfPasswordPrompts=1", "-o", "PubkeyAuthentication=no"]

# pkexec(1)'s own agent is not the one that it then asks for the verdict ("No session for cookie")
PKEXEC = ("f=$(mktemp -u); mkfifo $f; pkttyagent --process $$ --notify-fd 9 9>$f & cat $f; rm $f; "
          "pkexec --disable-internal-agent /usr/local/bin/visit; kill $!")

# way: what USER types, as whom ("USER" or another), and who he is then
WAYS = {
    "sshd": (SSH + ["-o", "PreferredAuthentications=password", "USER@127.0.0.1", "visit"], "root",
             "USER"),
    "keyboard": (SSH + ["-o", "PreferredAuthentications=keyboard-interactive", "USER@127.0.0.1",
                        "visit"], "root", "USER"),
    "su": (["su", "-", "USER", "-c", "visit"], "visitor", "USER"),
    "sudo": (["sudo", "-k", "visit"], "USER", "root"),
    "login": (["login", "USER"], "root", "USER"),
    "locker": (["sh", "-c", "vlock && visit"], "USER", "USER"),
    "polkit": (["sh", "-c", PKEXEC], "USER", "root"),
}


def become(name):
    """In the child: the user, at this terminal."""
    person = pwd.getpwnam(name)
    os.fchown(0, person.pw_uid, -1)
    os.initgroups(name, person.pw_gid)
    os.setgid(person.pw_gid)
    os.setuid(person.pw_uid)
    os.chdir("/")
    os.environ.clear()
    os.environ.update(PATH="/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", TERM="dumb", USER=name,
                      HOME=person.pw_dir, LANG="C.UTF-8", LOGNAME=name)


def start(words, name):
    """(process, terminal)."""
    process, terminal = pty.fork()
    if process == 0:
        become(name)
        os.execvp(words[0], words)
    return process, terminal


def has_ended(process):
    """It stays for end_all()."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def family(process="self"):
    """Everybody who came of this process and is still there."""
    found = []
    with contextlib.suppress(OSError):  # gone meanwhile
        for children in pathlib.Path("/proc/%s/task" % process).glob("*/children"):
            for child in children.read_text().split():
                found += [child] + family(child)
    return found


def end_all():
    """Nothing of a visit outlives it: who loses his parent becomes ours, and vlock(1) would spin
    without its terminal."""
    found = family()
    while found:
        os.kill(int(found[0]), signal.SIGKILL)
        os.waitpid(int(found[0]), 0)
        found = family()


def is_waited_for(terminal):
    """Is somebody there who reads? Then all of them sleep, and nothing is echoed."""
    if termios.tcgetattr(terminal)[3] & termios.ECHO:
        return False
    for process in family():
        with contextlib.suppress(OSError):
            state = pathlib.Path("/proc/%s/stat" % process).read_text().rsplit(")", 1)[1].split()[0]
            if state not in "SZ":
                return False
    return True


def type_line(terminal, line):
    """Who turns the echo off after the prompt, or flushes, throws away what was typed before."""
    deadline = time.monotonic() + 20
    times = 0
    while times < 3 and time.monotonic() < deadline:
        times = times + 1 if is_waited_for(terminal) else 0
        time.sleep(0.02)
    os.write(terminal, line + b"\n")


def converse(process, terminal, password):
    """Gives the password when it is asked for, once; (what was seen, how often it was asked)."""
    seen, rest, asked = b"", b"", 0
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            some = os.read(terminal, 4096)
        except OSError:  # EIO: nobody has the terminal open; login(1) closes it for a moment
            if has_ended(process):
                return seen, asked
            time.sleep(0.02)
            continue
        if not some:
            return seen, asked
        seen, rest = seen + some, rest + some
        if b"incorrect" in rest:  # login(1) goes on and asks for another name
            return seen, asked
        if rest.endswith(b"to unlock.\r\n"):  # vlock(1)
            rest = b""
            type_line(terminal, b"")
        if ASKED.search(rest):
            asked, rest = asked + 1, b""
            if asked == 2:
                return seen, asked
            type_line(terminal, password)
    return seen, 0


def main(way, name):
    """See the top of this file."""
    words, person, becomes = (WAYS[way][0], WAYS[way][1].replace("USER", name),
                              WAYS[way][2].replace("USER", name))
    password = sys.stdin.buffer.readline().rstrip(b"\n")
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    process, terminal = start([word.replace("USER", name) for word in words], person)
    seen, asked = converse(process, terminal, password)
    end_all()
    os.close(terminal)
    print(seen.decode(errors="replace").replace("\r", ""))
    entered = ENTERED.findall(COLOURS.sub(b"", seen))
    if asked == 0 or (entered and entered != [becomes.encode()]):
        print("odd")
        return 1
    print("in" if entered else "out")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
