"""class GitServer: a real git server over https that takes access tokens.

    with Ping(directory) as ping, GitServer(ping) as git:
        git.url                     https://localhost:PORT/demo.git, one commit in it
        git.add("team/tool.git")    another repository; gives its URL
        git.path("demo.git")        the bare repository on disk
        git.kinds                   the Authorization kinds seen, in order:
                                    "none", "basic", "bearer", "other"

Reading and pushing need a live access token, as the password of any user or as
Bearer; otherwise 401 with WWW-Authenticate: Basic realm="mobproc". The work is
done by `git http-backend`.
"""

import os
import re
import subprocess

from .bearer import presented
from .reply import Reply
from .service import Service

CHALLENGE = ("WWW-Authenticate", 'Basic realm="mobproc"')
_WHO = {"GIT_AUTHOR_NAME": "demo", "GIT_AUTHOR_EMAIL": "demo@localhost",
        "GIT_COMMITTER_NAME": "demo", "GIT_COMMITTER_EMAIL": "demo@localhost"}
# Nobody's configuration but ours; repositories may belong to whoever runs this.
_CLEAN = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
          "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_COUNT": "1",
          "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
_CGI = {"CONTENT_TYPE": "Content-Type", "HTTP_CONTENT_ENCODING": "Content-Encoding",
        "GIT_PROTOCOL": "Git-Protocol", "HTTP_GIT_PROTOCOL": "Git-Protocol"}


class GitServer(Service):
    """Shares the directory, the CA and the tokens of a Ping."""

    body_limit = 256 << 20

    def __init__(self, ping):
        self.state = ping.state
        super().__init__(ping.directory, now=lambda: self.state.now())
        self._root = os.path.join(self.directory, "repositories")
        self.add("demo.git")

    @property
    def url(self):
        """The repository that is always there."""
        return self.base + "/demo.git"

    @property
    def base(self):
        """Scheme, host and port."""
        return "https://localhost:%d" % self.port

    @property
    def kinds(self):
        """How each request so far authenticated."""
        return [presented(request)[0] for request in list(self.requests)]

    def path(self, name):
        """Where a repository is."""
        return os.path.join(self._root, name)

    def add(self, name):
        """Make a bare repository with one commit on main, unless it is there."""
        path = self.path(name)
        if not os.path.exists(os.path.join(path, "HEAD")):
            os.makedirs(path, exist_ok=True)
            _git(path, "init", "--quiet", "--bare", ".")
            _git(path, "symbolic-ref", "HEAD", "refs/heads/main")
            _commit(path, b"It works.\n")
        return "%s/%s" % (self.base, name)

    def honest(self, exchange, **how):
        request = exchange.request
        kind, token = presented(request)
        if kind not in ("basic", "bearer") or self.state.live(token) is None:
            return Reply(401, [CHALLENGE])
        return _cgi_reply(self._run(request))

    def _run(self, request):
        environment = _environment(
            GIT_PROJECT_ROOT=self._root, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=request.path,
            REQUEST_METHOD=request.method, QUERY_STRING=request.query,
            CONTENT_LENGTH=str(len(request.body)), REMOTE_USER="token",
            REMOTE_ADDR="127.0.0.1", SERVER_PROTOCOL=request.version)
        for variable, header in _CGI.items():
            value = request.header(header)
            if value is not None:
                environment[variable] = value
        return subprocess.run(["git", "http-backend"], env=environment, input=request.body,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=False).stdout


def _environment(**more):
    return {"PATH": os.environ.get("PATH", os.defpath), **_CLEAN, **more}


def _cgi_reply(output):
    """A CGI answer as an HTTP reply; 500 when it is none."""
    head, blank, body = output.partition(b"\r\n\r\n")
    if not blank:
        return Reply(500)
    status, headers = 200, []
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(re.match(r"\s*(\d{3})", value).group(1))
        else:
            headers.append((name, value.strip()))
    return Reply(status, headers, body)


def _git(path, *arguments, data=None):
    done = subprocess.run(["git", *arguments], cwd=path, env=_environment(**_WHO),
                          input=data, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().strip()


def _commit(path, content):
    blob = _git(path, "hash-object", "-w", "--stdin", data=content)
    tree = _git(path, "mktree", data=("100644 blob %s\tREADME\n" % blob).encode())
    commit = _git(path, "commit-tree", "-m", "first", tree)
    _git(path, "update-ref", "refs/heads/main", commit)
