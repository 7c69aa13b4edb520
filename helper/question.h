/* What a tool wants a token for, asked of the broker: an account, an address, or both. */
#ifndef MOBPROC_HELPER_QUESTION_H
#define MOBPROC_HELPER_QUESTION_H

#include <stdint.h>

#include "helper/fetch.h"
#include "helper/url.h"
#include "lib/attr.h"

/* Owns nothing. Start with {0}. */
struct question {
    const char *account;   /* NULL: the one that serves the address, MOBPROC_ACCOUNT is a hint */
    const struct url *url; /* NULL: any address; else the account must serve it */
    int has_min_ttl;
    uint64_t min_ttl; /* seconds */
};

/* fetch_token() for it. MP_NO_ACCOUNT also for a name that no account can have. */
enum mp_err question_ask(const char *socket, const struct question *question,
                         struct fetched *fetched) MUST_CHECK;

/* What MP_NO_ACCOUNT means when an address was asked about. */
#define QUESTION_NOBODYS "no account that you may use serves this address"

/* Says on standard error why there is no token; MP_OK says nothing. Exit code. */
int question_conclude(const struct question *question, enum mp_err err,
                      const struct fetched *fetched);

#endif
