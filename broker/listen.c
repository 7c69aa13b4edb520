#include "broker/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/trust.h"

#define ACTIVATED_FD 3 /* SD_LISTEN_FDS_START */
#define BACKLOG 512

static int is_our_kind(int fd)
{
    int domain = 0;
    int type = 0;
    int listening = 0;
    socklen_t size = sizeof(int);

    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening;
}

int listen_activated(void)
{
    const char *pid = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");
    char own[32];

    snprintf(own, sizeof(own), "%ld", (long)getpid());
    if (!pid || !count || strcmp(pid, own) != 0)
        return -1;
    if (strcmp(count, "1") != 0 || !is_our_kind(ACTIVATED_FD) ||
        fcntl(ACTIVATED_FD, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(ACTIVATED_FD, F_SETFL, O_NONBLOCK) != 0) {
        fputs("mobprocd: socket activation must pass one listening SOCK_SEQPACKET socket\n",
              stderr);
        return -2;
    }
    return ACTIVATED_FD;
}

static int complain(const char *path, const char *what)
{
    fprintf(stderr, "mobprocd: %s: %s\n", path, what);
    return -1;
}

/* Makes the directory if need be, and refuses one that somebody else could change. */
static int prepare_directory(const char *path, mode_t mode)
{
    char parent[sizeof(((struct sockaddr_un *)0)->sun_path)];
    const char *slash = strrchr(path, '/');

    if (slash && slash != path) {
        snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
        if (mkdir(parent, mode) == 0 && chmod(parent, mode) != 0)
            return complain(parent, strerror(errno));
    }
    if (trust_parent(path, geteuid()) != MP_OK)
        return complain(path, "the directory is missing, or others than root and this user can "
                              "change it");
    return 0;
}

static int remove_stale(const char *path)
{
    struct stat info = {0};

    if (lstat(path, &info) != 0)
        return errno == ENOENT ? 0 : complain(path, strerror(errno));
    if (!S_ISSOCK(info.st_mode) || info.st_uid != geteuid())
        return complain(path, "something that is not a socket of ours is in the way");
    return unlink(path) == 0 ? 0 : complain(path, strerror(errno));
}

int listen_bind(const char *path, mode_t mode, mode_t directory_mode)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = -1;

    if (strlen(path) >= sizeof(address.sun_path))
        return complain(path, "too long for a socket");
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (prepare_directory(path, directory_mode) != 0 || remove_stale(path) != 0)
        return -1;
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* the umask gives 0700 until the mode is set; nobody can connect before listen() */
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        chmod(path, mode) != 0 || listen(fd, BACKLOG) != 0) {
        complain(path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}
