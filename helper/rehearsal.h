/*
 * A configuration is tried before it is put in place: `mobprocd --check` reads it, and a broker of
 * its own goes the way to the server and back, with tokens that are made up (PROTO_PROBE, as for
 * mobproc doctor). Everything stands in a folder of mode 0700 in memory (/run) where there is one:
 * the configuration, the client secret as a credential, an empty vault. Nothing of it stays.
 */
#ifndef MOBPROC_HELPER_REHEARSAL_H
#define MOBPROC_HELPER_REHEARSAL_H

#include "helper/findings.h"
#include "lib/attr.h"
#include "lib/secret.h"

#define REHEARSAL_SECRET "client-secret" /* the configuration says credential:client-secret */

/* Start with {0}; end with rehearsal_end(). */
struct rehearsal {
    char folder[64];
};

/* Writes it all down. 0, or the exit code after saying why. */
int rehearsal_begin(struct rehearsal *rehearsal, const struct secret *config,
                    const struct secret *client_secret) MUST_CHECK;

/* 0; or the exit code of `mobprocd --check`, after its words, without the name of the folder. */
int rehearsal_check(const struct rehearsal *rehearsal) MUST_CHECK;

/* Adds what the way to the server looks like to `findings`. */
void rehearsal_probe(const struct rehearsal *rehearsal, struct findings *findings);

/* Removes the folder. */
void rehearsal_end(struct rehearsal *rehearsal);

#endif
