/*
 * Takes the files of the system away from this process, all but a list (landlock(7)). For the
 * process and its children and for good; descriptors that are open stay open. Unix sockets are not
 * files here: connecting to one that has a path stays possible.
 */
#ifndef MOBPROC_LIB_LANDLOCK_H
#define MOBPROC_LIB_LANDLOCK_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"

/* Bits. */
enum landlock_access {
    LANDLOCK_READ = 1,   /* open for reading, list a directory */
    LANDLOCK_WRITE = 2,  /* open for writing, create, remove, rename, truncate */
    LANDLOCK_OTHERS = 4, /* abstract sockets and signals of other processes (Linux 6.12); no path */
    LANDLOCK_LINKS = 8,  /* of a path: the same for what the links in this directory lead to */
};

/* A file, or a directory with all below it; a symbolic link counts for what it leads to. */
struct landlock_path {
    const char *path;
    unsigned access; /* of enum landlock_access */
};

/*
 * From now on the kinds of access in `restricted` are refused (EACCES) except on `paths`. A path
 * that is "" or does not exist is passed over. Running a program is always refused. Needs
 * no_new_privs, or CAP_SYS_ADMIN. MP_OK; MP_UNSUPPORTED when this kernel or this build has no
 * Landlock (Linux 5.13); MP_SYSTEM with errno, and nothing is restricted.
 */
enum mp_err landlock_confine(unsigned restricted, const struct landlock_path *paths,
                             size_t count) MUST_CHECK;

#endif
