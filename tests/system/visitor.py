#!/usr/bin/env python3
"""Inside a machine: somebody who comes in, one way, with one password, at a terminal.

    echo PASSWORD | visitor.py su alice         prints what was seen, then `in` or `out`

The exit status is 0 unless no password was asked for, or nothing was decided.
"""
import os
import pty
import pwd
import re
import select
import signal
import sys
import termios
import time

PATIENCE = 60
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


def wait_for_silence(terminal):
    """Until nothing is echoed: who turns that off after the prompt throws away what was typed."""
    deadline = time.monotonic() + 10
    while termios.tcgetattr(terminal)[3] & termios.ECHO and time.monotonic() < deadline:
        time.sleep(0.02)


def converse(terminal, password):
    """Gives the password when it is asked for, once; (what was seen, how often it was asked)."""
    seen, rest, asked = b"", b"", 0
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 3)[0]:
            if b"[ENTER]" in seen and not asked:  # vlock(1) threw it away
                os.write(terminal, b"\n")
            continue
        try:
            some = os.read(terminal, 4096)
        except OSError:  # EIO: the last program at the terminal has ended
            return seen, asked
        if not some:
            return seen, asked
        seen, rest = seen + some, rest + some
        if b"incorrect" in rest:  # login(1) goes on and asks for another name
            return seen, asked
        if rest.endswith(b"to unlock.\r\n"):  # vlock(1)
            rest = b""
            os.write(terminal, b"\n")
        if ASKED.search(rest):
            asked, rest = asked + 1, b""
            if asked == 2:
                return seen, asked
            wait_for_silence(terminal)
            os.write(terminal, password + b"\n")
    return seen, 0


def main(way, name):
    """See the top of this file."""
    words, person, becomes = (WAYS[way][0], WAYS[way][1].replace("USER", name),
                              WAYS[way][2].replace("USER", name))
    password = sys.stdin.buffer.readline().rstrip(b"\n")
    process, terminal = start([word.replace("USER", name) for word in words], person)
    seen, asked = converse(terminal, password)
    os.kill(process, signal.SIGKILL)
    os.close(terminal)
    os.waitpid(process, 0)
    print(seen.decode(errors="replace").replace("\r", ""))
    entered = ENTERED.findall(COLOURS.sub(b"", seen))
    if asked == 0 or (entered and entered != [becomes.encode()]):
        print("odd")
        return 1
    print("in" if entered else "out")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
