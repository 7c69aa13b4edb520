/* Whose is a path? Asked before a socket is believed and before a configuration is read. */
#ifndef MOBPROC_LIB_TRUST_H
#define MOBPROC_LIB_TRUST_H

#include <sys/types.h>

#include "lib/attr.h"
#include "lib/err.h"

/*
 * Can nobody but root and `uid` replace what stands under the directory `path`? Every directory on
 * the way, symbolic links followed one by one, belongs to one of the two and is not group- or
 * world-writable; one that is sticky (/tmp) may be, except the last, but a link on the way must
 * belong to one of the two. A relative path counts from the root too. Uses 20 KiB of stack.
 * MP_OK; MP_BROKER_FOREIGN when not; MP_SYSTEM with errno when it cannot be looked at.
 */
enum mp_err trust_directory(const char *path, uid_t uid) MUST_CHECK;

/* The same for the directory that holds `path`. */
enum mp_err trust_parent(const char *path, uid_t uid) MUST_CHECK;

/* The same where `outside` counts as root too (lib/outside.h): then not even one that is sticky. */
enum mp_err trust_parent_outside(const char *path, uid_t uid, uid_t outside) MUST_CHECK;

#endif
