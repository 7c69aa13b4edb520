/*
 * The two lines of pam_mobproc(8) in the text of a PAM service, each between comments of ours, so
 * that they can be told from what other people wrote.
 */
#ifndef MOBPROC_HELPER_ROLLOUT_LINES_H
#define MOBPROC_HELPER_ROLLOUT_LINES_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* Where they go: in front of these lines of the file, counted from 1. */
struct rollout_place {
    int auth;
    int account;
    int jump; /* success=N of the auth line: over the local modules */
};

/* A copy of `text` with the lines in it, which the caller frees. MP_OK, MP_NOMEM, MP_TOO_LONG. */
enum mp_err rollout_lines_put(const struct secret *text, const struct rollout_place *place,
                              struct secret **out) MUST_CHECK;

/*
 * A copy without our comments and without the lines of ours between them; what others wrote between
 * them stays. MP_OK; MP_NO_RECORD when there are none; MP_PROTOCOL when a first one has no last
 * one; MP_NOMEM.
 */
enum mp_err rollout_lines_cut(const struct secret *text, struct secret **out) MUST_CHECK;

#endif
