/*
 * The client secret and the vault's key as encrypted systemd credentials (systemd-creds(1)): sealed
 * by the machine's TPM where there is one, else by a key of root's, and handed to mobprocd.service
 * by the service manager alone.
 */
#ifndef MOBPROC_HELPER_CREDENTIALS_H
#define MOBPROC_HELPER_CREDENTIALS_H

#include "helper/replace.h"
#include "lib/attr.h"
#include "lib/secret.h"

#define CREDENTIALS_FOLDER "/etc/mobproc/credentials"
#define CREDENTIALS_SECRET "client-secret" /* client_secret = credential:client-secret */

/* What was written, so that it can be undone. Start with {0}. */
struct credentials {
    struct replaced secret;
    struct replaced key;
    struct replaced unit;
};

/* Can systemd keep them, and does this process write there? Root alone. */
int credentials_can_be(void);

/*
 * Encrypts the secret, and a new key for the vault unless one is there already that opens: the
 * records of an earlier one would be lost. Then the drop-in for mobprocd.service. 0, or the exit
 * code after saying why: what was written then waits for credentials_undo().
 */
int credentials_write(struct credentials *credentials,
                      const struct secret *client_secret) MUST_CHECK;

void credentials_undo(struct credentials *credentials);

/* Has the service manager read the drop-in, and restarts the broker, where systemd runs. */
void credentials_put_in_force(void);

#endif
