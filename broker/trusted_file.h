/*
 * Reads a small file that only root or the broker's own uid can have put there: a configuration or
 * a secret. Checked on the open descriptor, after the way to it: the file is regular, has one name,
 * belongs to one of the two, and so does every directory and symbolic link on its path.
 */
#ifndef MOBPROC_BROKER_TRUSTED_FILE_H
#define MOBPROC_BROKER_TRUSTED_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define TRUSTED_FILE_MAX 1048576 /* bytes; no rule may allow more */

struct trusted_file_rules {
    uid_t uid;        /* who beside root may own it: the broker */
    mode_t forbidden; /* permission bits that refuse it, such as 022 */
    size_t max;       /* bytes; a longer file is refused before it is read */
    int may_be_link;  /* the last name on the path may be a symbolic link */
};

/*
 * The caller frees *bytes, which is NULL unless MP_OK is returned. Never blocks on a FIFO or
 * device. MP_CONFIGURATION: `problem` (of `size` bytes) says why, without the path and without
 * contents. MP_NOMEM.
 */
enum mp_err trusted_file_read(const char *path, const struct trusted_file_rules *rules,
                              struct secret **bytes, char *problem, size_t size) MUST_CHECK;

#endif
