/*
 * Fetches a configured secret when it is needed. It is never kept between requests.
 *   file:PATH        root or the broker's own uid owns it, nobody else may write it, others may not
 *                    read it (0640 root:mobproc or stricter); no symbolic link, one name, regular
 *   credential:NAME  a file in CREDENTIALS_DIRECTORY (systemd.exec(5))
 * One final newline is dropped; NUL, other control bytes, an empty file and more than
 * PROTO_MAX_PASSWORD bytes are refused.
 */
#ifndef MOBPROC_BROKER_SECRETREF_H
#define MOBPROC_BROKER_SECRETREF_H

#include "broker/config.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/*
 * The caller frees *out. A reference of kind NONE gives NULL and MP_OK. On MP_CONFIGURATION,
 * `problem` (of `size` bytes) says which file and why, never what is in it.
 */
enum mp_err secretref_fetch(const struct config_secret *reference,
                            const char *credentials_directory, uid_t uid, struct secret **out,
                            char *problem, size_t size) MUST_CHECK;

#endif
