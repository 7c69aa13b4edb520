/*
 * One sign-in with a browser, as the broker sees it: which port to wait at, beginning it, handing
 * in what the browser brought, and what to say about the outcome.
 */
#ifndef MOBPROC_HELPER_SIGNIN_H
#define MOBPROC_HELPER_SIGNIN_H

#include <stdint.h>

#include "helper/arguments.h"
#include "helper/callback.h"
#include "helper/page.h"
#include "lib/attr.h"
#include "lib/call.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

/* Owns its secrets and the broker's last reply. Start with {0} and the arguments. */
struct signin {
    const struct arguments *arguments;
    char account[PROTO_MAX_ACCOUNT + 1];
    int port; /* that the account wants; 0: any */
    char redirect_uri[64];
    struct secret *url; /* the authorization request */
    struct secret *handle;
    int is_over;     /* the broker has judged it */
    enum mp_err err; /* what came of it */
    struct callback brought;
    struct call_reply reply;
};

void signin_free(struct signin *signin);

/* Asks for account and port; nothing begins. On an error `reply` says more. */
enum mp_err signin_prepare(struct signin *signin) MUST_CHECK;

/* Begins it for http://127.0.0.1:`port`/callback: fills in redirect_uri, url and handle. */
enum mp_err signin_begin(struct signin *signin, int port) MUST_CHECK;

/*
 * Hands in what was brought, which it takes over. It is over afterwards: the broker judges a
 * sign-in once.
 */
void signin_finish(struct signin *signin, struct callback *brought);

/* Tells the broker that nothing will come. */
void signin_give_up(struct signin *signin);

/* The page for the person who looks at the browser. */
void signin_page(const struct signin *signin, struct page *page);

/* Says on standard error what came of it. Returns the exit code. */
int signin_conclude(const struct signin *signin) MUST_CHECK;

#endif
