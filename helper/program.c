#include "helper/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/trust.h"

#define USUAL_PATH "/usr/local/bin:/usr/bin:/bin"

/* Is it a program, wherever a link leads? */
static int is_program(const char *path)
{
    struct stat found = {0};

    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0;
}

/* Can nobody but root and the caller change it, or put another one into its place? */
static int is_trusted(const char *path)
{
    char real[PATH_MAX];
    struct stat found = {0};
    uid_t uid = geteuid();

    return trust_parent(path, uid) == MP_OK && realpath(path, real) &&
           trust_parent(real, uid) == MP_OK && stat(real, &found) == 0 &&
           (found.st_uid == 0 || found.st_uid == uid) && !(found.st_mode & (S_IWGRP | S_IWOTH));
}

enum mp_err program_find(const char *name, char out[static PATH_MAX])
{
    const char *folders = secure_getenv("PATH");
    char path[PATH_MAX];
    enum mp_err err = MP_NO_RECORD;

    if (!folders)
        folders = USUAL_PATH;
    for (const char *next = folders; *next; next += strspn(next, ":")) {
        int length = (int)strcspn(next, ":");
        int written = snprintf(path, sizeof(path), "%.*s/%s", length, next, name);
        int fits = *next == '/' && written > 0 && written < PATH_MAX;

        next += length;
        if (!fits || !is_program(path))
            continue;
        if (is_trusted(path)) {
            memcpy(out, path, (size_t)written + 1);
            return MP_OK;
        }
        if (err == MP_NO_RECORD)
            memcpy(out, path, (size_t)written + 1);
        err = MP_FORBIDDEN;
    }
    return err;
}
