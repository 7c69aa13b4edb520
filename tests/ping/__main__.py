"""PingFederate, the API and a git server as one program.

    cd tests && python3 -m ping --directory DIR --user command://alice --password-file FILE
    python3 tests/ping --directory DIR ...

When everything listens, DIR/ports appears: KEY=value lines for a shell (or make)
to read. Each request is appended to DIR/requests.jsonl with its secrets
replaced by "(secret)". The program ends on SIGTERM or SIGINT; with --until-eof
also when its standard input ends, and lines read there are commands (see
commands.py), each answered on standard output.
"""

import argparse
import contextlib
import json
import os
import shlex
import signal
import sys
import threading

if not __package__:
    # python3 tests/ping: the folder itself is no place to import from.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from ping import Api, GitServer, Ping, commands, redact          # noqa: E402
from ping.behaviours import TABLE                                # noqa: E402
from ping.clients import TANGOE_ID                               # noqa: E402


def main(arguments=None):
    """Run until told to end; gives the exit status."""
    options = _options(arguments)
    if options.list_behaviours:
        for entry in sorted(TABLE.values(), key=lambda one: one.number):
            print("%2d  %s" % (entry.number, entry.name))
        return 0
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    os.makedirs(options.directory, exist_ok=True)
    with contextlib.ExitStack() as stack:
        ping = Ping(options.directory, tenant=options.tenant)
        _fill(ping, options)
        services = {"ping": ping, "api": Api(ping)}
        if options.git:
            services["git"] = GitServer(ping)
        log = stack.enter_context(_log(options.directory))
        for name, service in services.items():
            service.on_request.append(_logger(log, name))
            stack.enter_context(service)
        for trap in ping.elsewhere.servers:
            trap.on_request.append(_logger(log, "elsewhere"))
        _write_ports(options, services)
        if options.until_eof:
            threading.Thread(target=_obey, args=(ping, ended), daemon=True).start()
        ended.wait()
        os.unlink(os.path.join(options.directory, "ports"))
    return 0


def _options(arguments):
    parser = argparse.ArgumentParser(prog="ping", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--directory", help="for certificates, ports and requests.jsonl")
    parser.add_argument("--user", action="append", default=[], metavar="NAME",
                        help="such as command://alice; may be repeated")
    parser.add_argument("--password-file", action="append", default=[], metavar="FILE",
                        help="one for each --user, in the same order")
    parser.add_argument("--tenant", default="XYZ")
    parser.add_argument("--client", metavar="ID", help="default: Tangoe's example client")
    parser.add_argument("--secret-file", metavar="FILE", help="without it: no secret")
    parser.add_argument("--client-auth", default="body", metavar="METHOD",
                        help="body, basic, basic_raw, none, tls")
    parser.add_argument("--lifetime", type=int, metavar="SECONDS", help="of access tokens")
    parser.add_argument("--git", action="store_true", help="start the git server too")
    parser.add_argument("--until-eof", action="store_true",
                        help="end with standard input, and read commands there")
    parser.add_argument("--list-behaviours", action="store_true")
    options = parser.parse_args(arguments)
    if not options.directory and not options.list_behaviours:
        parser.error("--directory is needed")
    if len(options.user) != len(options.password_file):
        parser.error("as many --password-file as --user are needed")
    return options


def _fill(ping, options):
    for name, path in zip(options.user, options.password_file):
        ping.add_user(name, _secret(path))
    if options.client:
        secret = _secret(options.secret_file) if options.secret_file else None
        ping.add_client(options.client, secret,
                        auth=options.client_auth if secret else "none")
    if options.lifetime:
        ping.state.lifetime = options.lifetime


def _secret(path):
    """A file's text without its last newline."""
    with open(path, "rb") as file:
        text = file.read().decode("utf-8", "surrogateescape")
    return text[:-1] if text.endswith("\n") else text


def _log(directory):
    path = os.path.join(directory, "requests.jsonl")
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w",
                encoding="utf-8", errors="backslashreplace", buffering=1)


def _logger(log, service):
    lock = threading.Lock()

    def write(request):
        line = json.dumps(dict(service=service, **redact.request(request)))
        with lock:
            log.write(line + "\n")
    return write


def _write_ports(options, services):
    """By rename, so that a reader never meets half of it."""
    ping, api = services["ping"], services["api"]
    values = {"PING_PID": os.getpid(), "PING_PORT": ping.port, "PING_URL": ping.url,
              "PING_INTROSPECTION_URL": ping.introspection_url,
              "PING_REVOCATION_URL": ping.revocation_url,
              "PING_VALIDATOR_URL": ping.validator_url,
              "PING_CA": ping.ca, "PING_CA_DIRECTORY": ping.ca_directory,
              "PING_TENANT": ping.tenant, "PING_CLIENT_ID": options.client or TANGOE_ID,
              "API_PORT": api.port, "API_URL": api.url}
    if "git" in services:
        values.update(GIT_PORT=services["git"].port, GIT_URL=services["git"].url)
    path = os.path.join(options.directory, "ports")
    with open(path + ".new", "w", encoding="utf-8") as file:
        for key, value in values.items():
            file.write("%s=%s\n" % (key, shlex.quote(str(value))))
    os.replace(path + ".new", path)


def _obey(ping, ended):
    """Commands from standard input until it ends."""
    for line in sys.stdin:
        if line.strip():
            print(commands.answer(ping, line), flush=True)
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
