/*
 * The one table from an error to what libpam is told, for each stage.
 *
 * Two rules fill it:
 *  - A decision about this user or caller is told as a refusal (PAM_AUTH_ERR, PAM_PERM_DENIED), a
 *    failure of the machinery as PAM_AUTHINFO_UNAVAIL. The shipped lines end at the first and go
 *    on to the local modules at the second, so neither may be dressed up as the other.
 *  - What nobody expects in a stage refuses. MP_FORBIDDEN (a caller that is not root asks for
 *    somebody else) is a decision: it ends the shipped stack, though no password was looked at.
 *
 * The table holds no PAM_SUCCESS at all, not even for MP_OK: a stage says success by itself, after
 * it has seen everything that success needs. PAM_IGNORE stands only beside MP_UNMAPPED and
 * MP_NO_RECORD, which are the broker's decisions that the user is not ours.
 */
#ifndef MOBPROC_PAM_CODES_H
#define MOBPROC_PAM_CODES_H

#include "lib/err.h"

enum stage { STAGE_AUTHENTICATE, STAGE_ACCOUNT, STAGE_SESSION, STAGE_PASSWORD, STAGE_COUNT };

/* The PAM code for an error in a stage; never PAM_SUCCESS. */
int code_for(enum stage stage, enum mp_err err);

/* The code for a user that is none of ours: PAM_USER_UNKNOWN or PAM_IGNORE, by the stage. */
int code_not_ours(enum stage stage);

/* The name of a code that this module returns, such as "PAM_AUTH_ERR", for logs. Static. */
const char *code_name(int code);

#endif
