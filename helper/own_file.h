/*
 * A file of the person's own, such as ~/.gitconfig, before a tool's lines go into it: where it is,
 * whether somebody else could change it, and what stands in it. What is refused is said here.
 */
#ifndef MOBPROC_HELPER_OWN_FILE_H
#define MOBPROC_HELPER_OWN_FILE_H

#include <limits.h>
#include <sys/types.h>

#include "lib/attr.h"
#include "lib/secret.h"

#define OWN_FILE_MAX (1024 * 1024) /* bytes */

/* Owns the contents. Start with {0}. */
struct own_file {
    char path[PATH_MAX];
    mode_t mode;             /* of one that is not there: 0600 */
    struct secret *contents; /* empty when there is no file; NULL before it was read */
};

/* A variable of a tool's own that says where its file is. */
struct own_place {
    const char *variable; /* NULL: no more of them */
    const char *below;    /* below the folder that it names; NULL: it names the file itself */
    int even_empty;       /* for the tool an empty one is set, too */
};

#define OWN_PLACES 2

/* The first of these that is set, with its value in *value; or NULL. */
const struct own_place *own_place_named(const struct own_place places[static OWN_PLACES],
                                        const char **value) MUST_CHECK;

/*
 * Sets the path to what the tool's variables say, else to HOME/`below`. Refused: a variable that
 * says no absolute path, and a folder that others can change or that is not there. Exit code.
 */
int own_file_find(const struct own_place places[static OWN_PLACES], const char *below,
                  struct own_file *file) MUST_CHECK;

/*
 * Reads it. Refused: a symbolic link, what is not a plain file of the caller's, more than
 * OWN_FILE_MAX bytes, a NUL byte. Exit code.
 */
int own_file_read(struct own_file *file) MUST_CHECK;

/* Says why, and that nothing was changed; the exit code. The second says errno. */
int own_file_refuse(const struct own_file *file, const char *reason) MUST_CHECK;
int own_file_refuse_system(const struct own_file *file) MUST_CHECK;

#endif
