/*
 * PROTO_REKEY. The new key is durable before anything is sealed with it, and both keys open until
 * the last record is durable under the new one; only then the old key goes. So a crash at any step
 * leaves a vault that opens, and a further rekey goes on where this one ended. Both keys stay, too,
 * when the users of some records were not found: the name service may know them again tomorrow.
 */
#include "broker/rekey.h"

#include <stdio.h>
#include <stdlib.h>

#include "broker/log.h"
#include "broker/operations.h"
#include "broker/reseal.h"
#include "lib/clock.h"

#define REST_MS 100 /* before the name service is asked again when it is busy */
#define TEXT_SIZE 320
#define OWNERS_NAMED 8 /* in a message */

static const char again[] = "; everything still opens, run it again";

struct rekey {
    struct broker *broker;
    struct request *request;
    struct settings *settings;
    struct loop_timer *timer;
    struct owner *owners;
    size_t owner_count;
    size_t done;    /* owners */
    size_t unknown; /* of them, moved to the front: whose records need a user who was not found */
    struct reseal_count records;
    struct reseal_count secrets;
};

void rekey_forget(struct broker *broker)
{
    struct rekey *rekey = broker->rekey;

    broker->rekey = NULL;
    if (!rekey)
        return;
    loop_cancel(&rekey->timer);
    settings_release(&rekey->settings);
    free(rekey->owners);
    free(rekey);
}

static void describe(const struct rekey *rekey, char text[static TEXT_SIZE])
{
    size_t left = rekey->records.left + rekey->secrets.left;
    int length = snprintf(text, TEXT_SIZE, "sealed with the new key: %zu record%s, %zu secret%s",
                          rekey->records.sealed, rekey->records.sealed == 1 ? "" : "s",
                          rekey->secrets.sealed, rekey->secrets.sealed == 1 ? "" : "s");

    if (left > 0)
        snprintf(text + length, TEXT_SIZE - (size_t)length,
                 "; %zu record%s and %zu secret%s did not open and were left alone",
                 rekey->records.left, rekey->records.left == 1 ? "" : "s", rekey->secrets.left,
                 rekey->secrets.left == 1 ? "" : "s");
}

/* As many owners as there is room for. */
static void describe_unknown(const struct rekey *rekey, char text[static TEXT_SIZE])
{
    size_t length = (size_t)snprintf(text, TEXT_SIZE, "records of ");
    size_t named = 0;

    for (; named < rekey->unknown && named < OWNERS_NAMED; named++) {
        const struct owner *owner = &rekey->owners[named];
        char uid[16] = "the services";

        if (!owner->is_service)
            snprintf(uid, sizeof(uid), "uid %u", (unsigned)owner->uid);
        length +=
            (size_t)snprintf(text + length, TEXT_SIZE - length, "%s%s", named ? ", " : "", uid);
    }
    if (named < rekey->unknown)
        length += (size_t)snprintf(text + length, TEXT_SIZE - length, " and %zu more",
                                   rekey->unknown - named);
    snprintf(text + length, TEXT_SIZE - length,
             " have no user or account now; remove those that are gone for good");
}

/* `problem` is what to tell after an error. */
static void finish(struct rekey *rekey, enum mp_err err, const char *problem)
{
    struct broker *broker = rekey->broker;
    struct request *request = rekey->request;
    char unknown[TEXT_SIZE];
    char text[TEXT_SIZE + sizeof(again)];

    if (err == MP_OK && rekey->unknown > 0) {
        err = MP_STORAGE;
        describe_unknown(rekey, unknown);
        problem = unknown;
    }
    if (err == MP_OK)
        err = keyring_end_rekey(broker->ring, broker->state_fd, broker->credentials, &problem);
    if (err == MP_OK)
        describe(rekey, text);
    else
        snprintf(text, sizeof(text), "%s%s", problem, again);
    log_line(err == MP_OK ? LOG_NOTICE : LOG_ERR,
             "event=rekey result=%s records=%zu secrets=%zu left=%zu problem=\"%s\"",
             mp_err_name(err), rekey->records.sealed, rekey->secrets.sealed,
             rekey->records.left + rekey->secrets.left, err == MP_OK ? "" : problem);
    rekey_forget(broker);
    request_refuse(request, err, text);
}

static void next_owner(void *owner);

static void go_on(struct rekey *rekey, int64_t wait_ms)
{
    rekey->timer = loop_at(rekey->broker->loop, clock_monotonic_ms() + wait_ms, next_owner, rekey);
    if (!rekey->timer)
        finish(rekey, MP_NOMEM, "out of memory");
}

/* One owner a turn of the loop, so that the others are served in between. */
static void reseal_owner(struct rekey *rekey, const char *local_name)
{
    const struct broker *broker = rekey->broker;
    size_t before = rekey->records.nobody;
    enum mp_err err = reseal_records(broker->state_fd, broker->ring, rekey->settings->config,
                                     &rekey->owners[rekey->done], local_name, &rekey->records);

    if (rekey->records.nobody > before)
        rekey->owners[rekey->unknown++] = rekey->owners[rekey->done];
    rekey->done++;
    if (err == MP_OK)
        go_on(rekey, 0);
    else
        finish(rekey, err, "a record could not be sealed again");
}

/* The name is part of the seal; without a user there is none, and his records stay as they are. */
static void user_found(void *owner, enum mp_err err, const struct nss_user *user)
{
    struct rekey *rekey = owner;

    if (err == MP_BUSY)
        go_on(rekey, REST_MS);
    else if (err == MP_OK || err == MP_UNMAPPED)
        reseal_owner(rekey, err == MP_OK ? user->name : NULL);
    else
        finish(rekey, err, "the name service did not answer");
}

static void next_owner(void *owner)
{
    struct rekey *rekey = owner;
    const struct owner *next = &rekey->owners[rekey->done];

    rekey->timer = NULL;
    if (rekey->done == rekey->owner_count)
        finish(rekey, MP_OK, NULL);
    else if (next->is_service)
        reseal_owner(rekey, NULL);
    else
        names_find(rekey->broker->names, rekey->settings->config, NULL, next->uid, user_found,
                   rekey);
}

static void begin(struct rekey *rekey)
{
    struct broker *broker = rekey->broker;
    const char *problem = "the keys cannot be changed";
    enum mp_err err =
        keyring_begin_rekey(broker->ring, broker->state_fd, broker->credentials, &problem);

    if (err == MP_OK) {
        problem = "a secret could not be sealed again";
        err = reseal_secrets(broker->state_fd, broker->ring, rekey->settings->config,
                             &rekey->secrets);
    }
    if (err == MP_OK) {
        problem = "the state directory cannot be read";
        err = reseal_owners(broker->state_fd, &rekey->owners, &rekey->owner_count);
    }
    if (err == MP_OK)
        go_on(rekey, 0);
    else
        finish(rekey, err, problem);
}

void rekey_handle(struct broker *broker, struct request *request)
{
    struct rekey *rekey = NULL;

    if (broker->rekey) {
        request_refuse(request, MP_BUSY, "a rekey is under way");
        return;
    }
    if (!broker->vault) {
        request_refuse(request, MP_LOCKED, broker->vault_problem);
        return;
    }
    rekey = calloc(1, sizeof(*rekey));
    if (!rekey) {
        request_refuse(request, MP_NOMEM, NULL);
        return;
    }
    rekey->broker = broker;
    rekey->request = request;
    rekey->settings = settings_hold(request->settings);
    broker->rekey = rekey;
    log_line(LOG_NOTICE, "event=rekey uid=%u", request->caller.uid);
    begin(rekey);
}
