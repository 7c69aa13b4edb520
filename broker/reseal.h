/*
 * The same contents under another key: everything that STATE holds sealed, sealed again with the
 * ring's sealing key and durably. A record keeps its generation, so that the answer to a refresh
 * that is under way still fits. What is sealed with that key already is not touched, and what does
 * not open (damaged, of a later version, of an account that is gone) is left alone. So are the
 * records of a uid without a user, but they are told apart: if the name service was just away, they
 * must go on opening.
 */
#ifndef MOBPROC_BROKER_RESEAL_H
#define MOBPROC_BROKER_RESEAL_H

#include <stddef.h>

#include "broker/config.h"
#include "broker/keyring.h"
#include "broker/owner.h"
#include "lib/attr.h"
#include "lib/err.h"

/* How many there are now. */
struct reseal_count {
    size_t sealed; /* with the sealing key */
    size_t left;   /* did not open */
    size_t nobody; /* with another key of the ring, for a uid that has no user now */
};

/* All owners of records; the caller frees *owners. MP_OK, MP_STORAGE (errno), MP_NOMEM. */
enum mp_err reseal_owners(int state_fd, struct owner **owners, size_t *count) MUST_CHECK;

/*
 * The records of one owner; `local_name` is his name, or NULL when there is no such user.
 * Adds to *count. MP_OK; MP_STORAGE, MP_SYSTEM (one could not be read or written: nothing is lost,
 * but not everything is sealed with the new key); MP_NOMEM; MP_INTERNAL.
 */
enum mp_err reseal_records(int state_fd, const struct keyring *ring, const struct config *config,
                           const struct owner *owner, const char *local_name,
                           struct reseal_count *count) MUST_CHECK;

/* The sealed secrets of the configuration (broker/sealed.h). The same results. */
enum mp_err reseal_secrets(int state_fd, const struct keyring *ring, const struct config *config,
                           struct reseal_count *count) MUST_CHECK;

#endif
