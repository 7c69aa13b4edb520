#!/usr/bin/env python3
"""Inside a guest: does what the host asks for, as root. A line of JSON is a request or an answer.

    {"number": 1, "words": ["id", "-un"], "stdin": "", "seconds": 120}
    {"number": 1, "status": 0, "output": "root\\n"}

seconds: 0 leaves it running and answers at once. The first line of all is {"number": 0}.
"""
import json
import os
import signal
import subprocess
import sys
import threading
import time

TOO_LATE = 124  # as of timeout(1)
turn = threading.Lock()


def start(request):
    """Leaves it running; its standard input is empty."""
    subprocess.Popen(request["words"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     start_new_session=True)
    return 0, ""


def finish(request):
    """(exit status, what it wrote)"""
    process = subprocess.Popen(request["words"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        said, _ = process.communicate(request["stdin"].encode(), request["seconds"])
        return process.returncode, said.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        os.killpg(process.pid, signal.SIGKILL)
        return TOO_LATE, (late.stdout or b"").decode(errors="replace")


def answer(port, number, **more):
    """One line."""
    with turn:
        port.write(json.dumps(dict(more, number=number)).encode() + b"\n")
        port.flush()


def serve(port, line):
    """One request."""
    request = json.loads(line)
    try:
        status, said = (finish if request["seconds"] else start)(request)
    except OSError as error:
        status, said = 127, str(error)
    answer(port, request["number"], status=status, output=said)


def main(path):
    """See the top of this file."""
    while not os.path.exists(path):
        time.sleep(0.1)
    descriptor = os.open(path, os.O_RDWR)  # which can be opened once
    requests, answers = os.fdopen(os.dup(descriptor), "rb"), os.fdopen(descriptor, "wb")
    answer(answers, 0)
    while True:
        line = requests.readline()
        if line:
            threading.Thread(target=serve, args=(answers, line), daemon=True).start()
        else:
            time.sleep(0.1)  # nobody at the other end


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
