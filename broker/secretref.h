/*
 * Fetches a configured secret when it is needed. It is never kept between requests.
 *   file:PATH        root or the broker's own uid owns it, nobody else may write it, others may not
 *                    read it (0640 root:mobproc or stricter); no symbolic link, one name, regular
 *   credential:NAME  a file in CREDENTIALS_DIRECTORY (systemd.exec(5))
 *   sealed:NAME      sealed by the broker for one use and one host (broker/sealed.h)
 * It is one line of at most PROTO_MAX_PASSWORD bytes, whose final newline is dropped, without
 * control bytes. A client_key is a PEM text of at most PROTO_MAX_PEM bytes.
 */
#ifndef MOBPROC_BROKER_SECRETREF_H
#define MOBPROC_BROKER_SECRETREF_H

#include <sys/types.h>

#include "broker/config.h"
#include "broker/keyring.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* Where secrets are, and what this one is for. Borrows everything. */
struct secretref_context {
    const char *credentials_directory; /* NULL: there is none */
    uid_t uid;                         /* the broker's own */
    int state_fd;
    const struct keyring *ring; /* NULL: no sealed secret opens */
    enum config_use use;
    const char *servers; /* what config_servers() says; NULL: no sealed secret opens */
};

/*
 * The caller frees *out. A reference of kind NONE gives NULL and MP_OK. On MP_CONFIGURATION, and on
 * MP_LOCKED (no key opens the sealed secret), `problem` (of `size` bytes) says which secret and
 * why, never what is in it. MP_NOMEM, MP_INTERNAL.
 */
enum mp_err secretref_fetch(const struct config_secret *reference,
                            const struct secretref_context *context, struct secret **out,
                            char *problem, size_t size) MUST_CHECK;

/* Says what is wrong with a secret for that use, or NULL, and drops the final newline of a line;
 * for a secret that is to be sealed, so that it is not refused later. Static text. */
const char *secretref_judge(struct secret *secret, enum config_use use);

#endif
