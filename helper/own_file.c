#include "helper/own_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/exit.h"
#include "lib/trust.h"

#define NEW_MODE 0600

int own_file_refuse(const struct own_file *file, const char *reason)
{
    exit_say("%s: %s; nothing was changed", file->path, reason);
    return exit_code(MP_FORBIDDEN);
}

int own_file_refuse_system(const struct own_file *file)
{
    return own_file_refuse(file, strerror(errno));
}

const struct own_place *own_place_named(const struct own_place places[static OWN_PLACES],
                                        const char **value)
{
    for (size_t i = 0; i < OWN_PLACES && places[i].variable; i++) {
        *value = secure_getenv(places[i].variable);
        if (*value && (**value || places[i].even_empty))
            return &places[i];
    }
    *value = NULL;
    return NULL;
}

static int refuse_variable(const struct own_file *file, const char *variable)
{
    char reason[64];

    snprintf(reason, sizeof(reason), "others can change %s", variable);
    return own_file_refuse(file, reason);
}

int own_file_find(const struct own_place places[static OWN_PLACES], const char *below,
                  struct own_file *file)
{
    const char *named = NULL;
    const struct own_place *place = own_place_named(places, &named);
    const char *variable = place ? place->variable : "HOME";
    int length = -1;
    enum mp_err err = MP_OK;

    if (place)
        below = place->below;
    else
        named = secure_getenv("HOME");
    if (named && named[0] == '/')
        length = snprintf(file->path, sizeof(file->path), "%s%s%s", named, below ? "/" : "",
                          below ? below : "");
    if (length <= 0 || (size_t)length >= sizeof(file->path)) {
        exit_say("%s does not say where your files are", variable);
        return exit_code(MP_CONFIGURATION);
    }
    /* before a folder is made: root may have kept somebody's variables, with links behind them */
    err = below ? trust_directory(named, geteuid()) : trust_parent(named, geteuid());
    if (err == MP_SYSTEM)
        return own_file_refuse_system(file);
    return err == MP_OK ? 0 : refuse_variable(file, variable);
}

static int read_all(int fd, struct own_file *file, size_t size)
{
    size_t length = 0;
    ssize_t got = 1;

    while (got > 0 && length < size) {
        got = read(fd, secret_bytes(file->contents) + length, size - length);
        if (got > 0)
            length += (size_t)got;
    }
    secret_set_length(file->contents, length);
    return got < 0 ? own_file_refuse_system(file) : 0;
}

int own_file_read(struct own_file *file)
{
    int fd = open(file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat found = {0};
    int code = 0;

    file->mode = NEW_MODE;
    if (fd < 0 && errno == ELOOP)
        return own_file_refuse(file, "it is a symbolic link; write into the file that it names");
    if (fd < 0 && errno != ENOENT)
        return own_file_refuse_system(file);
    if (fd >= 0 && fstat(fd, &found) != 0)
        code = own_file_refuse_system(file);
    else if (fd >= 0 && (!S_ISREG(found.st_mode) || found.st_uid != geteuid()))
        code = own_file_refuse(file, "it is not a plain file of yours");
    else if (found.st_size > OWN_FILE_MAX)
        code = own_file_refuse(file, "it is longer than 1 MiB");
    if (code == 0) {
        file->contents = secret_new((size_t)found.st_size + 1);
        code = file->contents ? 0 : exit_because(MP_NOMEM, NULL);
    }
    if (code == 0 && fd >= 0) {
        file->mode = found.st_mode & 0777;
        code = read_all(fd, file, (size_t)found.st_size);
    }
    if (fd >= 0)
        close(fd);
    if (code == 0 && strlen(secret_text(file->contents)) != secret_length(file->contents))
        code = own_file_refuse(file, "it holds a NUL byte");
    return code;
}
