/*
 * What git says to a credential helper: lines `key=value` until a blank line or the end of file
 * (gitcredentials(7), git-credential(1)). One strict reader; nothing is decoded twice.
 *
 * Lines as helper/lines.h reads them, at most 1024. A control byte in a key or value
 * (helper/control.h) refuses the whole request. A tab is let pass in a value that is not used,
 * since a server's WWW-Authenticate (`wwwauth[]`) may have one. The last value of a key counts.
 */
#ifndef MOBPROC_HELPER_GIT_REQUEST_H
#define MOBPROC_HELPER_GIT_REQUEST_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* Owns its values; NULL is a key that was not given. Start with {0}. */
struct git_request {
    struct secret *protocol;
    struct secret *host;
    struct secret *path;
    struct secret *username;
    struct secret *password;
    struct secret *credential; /* what `password` is when the request has `authtype` */
    int wants_authtype;        /* capability[]=authtype */
};

void git_request_free(struct git_request *request);

/*
 * Reads a request from `fd`. MP_PROTOCOL: malformed, or a percent-encoded control byte in an
 * address; MP_TOO_LONG: over a limit; MP_SYSTEM; MP_NOMEM.
 */
enum mp_err git_request_read(int fd, struct git_request *request) MUST_CHECK;

#endif
