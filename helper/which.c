#include "helper/which.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/call.h"

/* The variable's value when it is an absolute path, else NULL. */
static const char *absolute(const char *variable)
{
    const char *value = secure_getenv(variable);

    return value && value[0] == '/' ? value : NULL;
}

enum mp_err which_own_configuration(char *out, size_t size)
{
    const char *directory = absolute("XDG_CONFIG_HOME");
    const char *below = "";
    int length = 0;

    if (!directory) {
        directory = absolute("HOME");
        below = "/.config";
    }
    if (!directory)
        return MP_CONFIGURATION;
    length = snprintf(out, size, "%s%s/mobproc/mobproc.conf", directory, below);
    return length > 0 && (size_t)length < size ? MP_OK : MP_TOO_LONG;
}

static int has_own_configuration(void)
{
    char path[4096];

    /* a home that cannot be entered (sudo -u, NFS) is no configuration of this user */
    return which_own_configuration(path, sizeof(path)) == MP_OK && access(path, F_OK) == 0;
}

static enum mp_err use(struct which *which, const char *path)
{
    if (strlen(path) >= sizeof(which->socket))
        return MP_TOO_LONG;
    memcpy(which->socket, path, strlen(path) + 1);
    return MP_OK;
}

static enum mp_err use_private(struct which *which)
{
    const char *runtime = absolute("XDG_RUNTIME_DIR");
    int length = 0;

    if (runtime)
        length = snprintf(which->runtime, sizeof(which->runtime), "%s", runtime);
    else
        length = snprintf(which->runtime, sizeof(which->runtime), "/run/user/%lu",
                          (unsigned long)geteuid());
    if (length > 0 && (size_t)length < sizeof(which->runtime))
        length = snprintf(which->socket, sizeof(which->socket), "%s/mobproc/broker.sock",
                          which->runtime);
    return length > 0 && (size_t)length < sizeof(which->socket) ? MP_OK : MP_TOO_LONG;
}

enum mp_err which_broker(const char *option, struct which *which)
{
    const char *named = NULL;

    which->runtime[0] = '\0';
    if (option)
        return use(which, option);
    if (geteuid() == 0)
        return use(which, CALL_SYSTEM_SOCKET);
    named = secure_getenv("MOBPROC_SOCKET");
    if (named && named[0])
        return named[0] == '/' ? use(which, named) : MP_CONFIGURATION;
    return has_own_configuration() ? use_private(which) : use(which, CALL_SYSTEM_SOCKET);
}
