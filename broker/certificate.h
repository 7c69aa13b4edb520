/* The certificate that the client shows: a PEM file that anybody may read. */
#ifndef MOBPROC_BROKER_CERTIFICATE_H
#define MOBPROC_BROKER_CERTIFICATE_H

#include <sys/types.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/*
 * Reads it as a trusted file (broker/trusted_file.h) that nobody but root and `uid` may write, of
 * at most PROTO_MAX_PEM bytes; the caller frees *pem. MP_CONFIGURATION: `problem` (of `size` bytes)
 * says why. MP_NOMEM.
 */
enum mp_err certificate_read(const char *path, uid_t uid, struct secret **pem, char *problem,
                             size_t size) MUST_CHECK;

#endif
