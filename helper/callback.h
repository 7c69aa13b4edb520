/*
 * What a browser brings back from the sign-in page: the parameters behind the '?' or the '#' of the
 * redirect address (RFC 6749 4.1.2 and 4.2.2), read strictly.
 */
#ifndef MOBPROC_HELPER_CALLBACK_H
#define MOBPROC_HELPER_CALLBACK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

#define CALLBACK_MAX_ERROR 64

/* Owns its secrets. Start with {0}. NULL, 0 and "" were not said. */
struct callback {
    struct secret *state;
    struct secret *code;
    struct secret *access_token;          /* a bearer token */
    uint64_t expires_in;                  /* seconds */
    char error[CALLBACK_MAX_ERROR + 1];   /* [A-Za-z0-9_.-]+ */
    char description[PROTO_MAX_TEXT + 1]; /* of the error, as sent: escape it */
};

/* Wipes, frees and zeroes. */
void callback_free(struct callback *callback);

/*
 * Reads name=value pairs with '&' between them. Names that it does not know are passed over. MP_OK,
 * also when nothing was found; MP_PROTOCOL for a known name that stands twice, a bad escape, a
 * value that cannot be what it says (a token of another type, an error beside a code, ...), and for
 * an answer that has neither code, token nor error; MP_NOMEM. Free it in any case.
 */
enum mp_err callback_read(const char *text, size_t length, struct callback *callback) MUST_CHECK;

/*
 * The same for the address that a browser ended at: `redirect_uri`, then '?' or '#', then an answer
 * with its state, else MP_PROTOCOL. Blanks around it do not count, and neither does a fragment
 * behind a query, as some servers put one there.
 */
enum mp_err callback_read_address(const char *address, const char *redirect_uri,
                                  struct callback *callback) MUST_CHECK;

/*
 * Does it carry the `state` of this authorization request (RFC 6749 10.12), an address that ends in
 * parameters of which `state` needs no escape?
 */
int callback_belongs_to(const struct callback *callback, const char *request);

/* Was anything brought? */
int callback_is_answer(const struct callback *callback);

#endif
