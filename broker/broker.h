/*
 * What the broker's operations share: one struct, made by main, passed to everything.
 */
#ifndef MOBPROC_BROKER_BROKER_H
#define MOBPROC_BROKER_BROKER_H

#include <stdint.h>
#include <sys/types.h>

#include "broker/client.h"
#include "broker/keyring.h"
#include "broker/loop.h"
#include "broker/metrics.h"
#include "broker/names.h"
#include "broker/settings.h"
#include "broker/vault.h"

struct ahead;
struct discovery;
struct flights;
struct forgetting;
struct signins;
struct rekey;
struct revocation;

struct broker {
    uid_t uid;               /* our own */
    const char *config_path; /* borrowed from the options */
    const char *credentials; /* CREDENTIALS_DIRECTORY, or NULL */
    const char *courier;     /* path of the courier's socket */
    struct loop *loop;
    struct settings *settings; /* NULL: the configuration is broken */
    struct clients *clients;
    struct names *names;
    struct ahead *ahead; /* couriers that wait for a password; broker/ahead.h */
    struct flights *flights;
    struct discovery *discovery;
    struct revocation *revocations; /* under way; broker/revoke.c */
    struct signins *signins;        /* with a browser, not yet finished */
    struct forgetting *forgettings; /* records to look at again; broker/forget.c */
    struct rekey *rekey;            /* under way, or NULL; broker/rekey.c */
    /* state; the vault is NULL while no key opens it, and `vault_problem` says why */
    int state_fd;
    int guard_fd;
    int sessions_fd;
    struct keyring *ring;
    struct vault *vault;
    const char *vault_problem;
    struct metrics metrics;
    int64_t refusal_ms[2]; /* [is_remote]: how long the last refusal by a sign-in server took */
};

/*
 * Reads the configuration and the vault's keys again. A broken file leaves the
 * settings in force; *errors then has its messages, a line each (the caller frees it). Called at
 * start too. MP_OK, MP_CONFIGURATION, MP_NOMEM.
 */
enum mp_err broker_reload(struct broker *broker, char **errors) MUST_CHECK;

/*
 * Opens the key ring and the vault anew, in place of those in use, so that a key that was put right
 * counts. On failure those in use stay; without any, the vault stays NULL with its problem.
 */
void broker_open_vault(struct broker *broker);

#endif
