/*
 * Sign-ins with a browser that were begun and not yet finished. Kept in memory only: a broker that
 * starts again knows none of them. The state and the PKCE verifier of a sign-in are made here; the
 * verifier leaves the broker only with the code that it belongs to.
 */
#ifndef MOBPROC_BROKER_SIGNINS_H
#define MOBPROC_BROKER_SIGNINS_H

#include <stdint.h>
#include <sys/types.h>

#include "broker/config.h"
#include "broker/mapping.h"
#include "broker/settings.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define SIGNINS_MAX 64
#define SIGNINS_MAX_PER_UID 4 /* one more takes the place of the user's oldest */
#define SIGNINS_LIFE_MS 600000
#define SIGNINS_MAX_URI 256 /* PROTO_REDIRECT_URI */

struct signins; /* owns its sign-ins */

/* One sign-in. Owns its secrets and a reference to the settings it began with. */
struct signin {
    struct settings *settings;
    const struct config_account *account; /* of these settings */
    struct holder holder;
    char redirect_uri[SIGNINS_MAX_URI + 1];
    struct secret *handle; /* names it; each of the three is PKCE_LENGTH characters */
    struct secret *state;
    struct secret *verifier;
    int64_t ends_ms;
};

enum mp_err signins_new(struct signins **signins) MUST_CHECK;
void signins_free(struct signins **signins);

/*
 * Begins one with new words; `redirect_uri` has at most SIGNINS_MAX_URI bytes. *signin belongs to
 * the table and is good until its next call. MP_OK; MP_BUSY (SIGNINS_MAX are open); MP_NOMEM.
 */
enum mp_err signins_begin(struct signins *signins, struct settings *settings,
                          const struct config_account *account, const struct holder *holder,
                          const char *redirect_uri, const struct signin **signin) MUST_CHECK;

/*
 * Takes the sign-in that has this handle and was begun by this uid out of the table, so that it can
 * be tried once only; the caller frees it. NULL: there is none (any more).
 */
struct signin *signins_take(struct signins *signins, uid_t uid, const struct secret *handle);

/* Wipes and frees one that was taken, and sets the pointer to NULL. NULL is accepted. */
void signin_free(struct signin **signin);

/* Is any open? A broker that ends when it is idle waits for it. */
int signins_are_open(struct signins *signins);

#endif
