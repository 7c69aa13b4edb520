/* PROTO_LIST, PROTO_STATUS, PROTO_ERASE: what is held, and dropping a token that a tool refused. */
#include "broker/confinement.h"
#include "broker/flights.h"
#include "broker/held.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/select.h"
#include "broker/sessions.h"
#include "broker/subject.h"
#include "lib/clock.h"

#define FORCED_REFRESH_S 30 /* a token younger than this is not dropped because a tool says so */
#define ENTRY_SIZE 4096

static enum mp_err put_times(struct secret *entry, const struct record *record)
{
    enum mp_err err = wire_put_number(entry, PROTO_HAS_REFRESH, record->refresh_token != NULL);

    if (err == MP_OK && record->access_token)
        err = wire_put_number(entry, PROTO_EXPIRES_AT, (uint64_t)record->expires_at);
    if (err == MP_OK)
        err = wire_put_number(entry, PROTO_OBTAINED_AT, (uint64_t)record->obtained_at);
    if (err == MP_OK)
        err = wire_put_number(entry, PROTO_LOGIN_AT, (uint64_t)record->login_at);
    if (err == MP_OK && record->doubt_count)
        err = wire_put_number(entry, PROTO_DOUBT_SINCE, (uint64_t)record->doubt_since);
    return err;
}

static enum mp_err state_of(enum mp_err read, const struct record *record)
{
    if (read == MP_OK && !record->refresh_token && held_token_left(record, clock_utc()) == 0)
        return MP_LOGIN_NEEDED;
    return read;
}

/* One account's entry. An account without a record has one too; the caller may leave it out. */
static enum mp_err put_entry(struct broker *broker, struct secret *result,
                             const struct config_account *account, const struct holder *holder,
                             int only_held)
{
    struct secret *entry = secret_new(ENTRY_SIZE);
    struct record record = {0};
    uint64_t generation = 0;
    enum mp_err read = held_read(broker, account, holder, &record, &generation);
    enum mp_err err = entry ? MP_OK : MP_NOMEM;

    if (err != MP_OK || (only_held && read == MP_NO_RECORD))
        goto out;
    if (wire_begin(entry, PROTO_RECORD_ENTRY) != MP_OK ||
        wire_put_text(entry, PROTO_ACCOUNT, account->name) != MP_OK ||
        wire_put_number(entry, PROTO_ERROR, state_of(read, &record)) != MP_OK ||
        wire_put_text(entry, PROTO_REMOTE_NAME, holder->remote_name) != MP_OK ||
        wire_put_text(entry, PROTO_TENANT, account->tenant) != MP_OK ||
        wire_put_text(entry, PROTO_CLIENT_ID, account->client_id) != MP_OK ||
        wire_put_number(entry, PROTO_SESSIONS,
                        (uint64_t)sessions_count(broker->sessions_fd, holder->uid)) != MP_OK ||
        (read == MP_OK && put_times(entry, &record) != MP_OK))
        err = MP_TOO_LONG;
    if (err == MP_OK)
        err = wire_put_secret(result, PROTO_RECORD, entry);
out:
    record_free(&record);
    secret_free(&entry);
    return err;
}

static enum mp_err put_entries(struct broker *broker, const struct request *request,
                               const struct nss_user *user, struct secret *result)
{
    const struct config *config = request->settings->config;
    enum mp_err err = MP_OK;

    for (size_t i = 0; err == MP_OK && i < config->account_count; i++) {
        struct holder holder;

        if (mapping_holder(&holder, config, &config->accounts[i], user) == MP_OK)
            err = put_entry(broker, result, &config->accounts[i], &holder,
                            request->message.operation == PROTO_LIST);
    }
    return err;
}

static enum mp_err put_protection(const struct broker *broker, struct secret *result)
{
    char confinement[CONFINEMENT_SIZE];
    enum mp_err err =
        wire_put_text(result, PROTO_KEY_SOURCE,
                      broker->ring ? keyring_source(broker->ring) : broker->vault_problem);

    confinement_describe(confinement);
    if (err == MP_OK)
        err = wire_put_number(result, PROTO_VAULT_STATE, broker->vault ? MP_OK : MP_LOCKED);
    return err == MP_OK ? wire_put_text(result, PROTO_CONFINEMENT, confinement) : err;
}

static void list_user_known(struct broker *broker, struct request *request, enum mp_err err,
                            const struct nss_user *user)
{
    struct secret *result = err == MP_OK ? request_result(MP_OK) : NULL;

    if (err == MP_OK)
        err = result ? put_entries(broker, request, user, result) : MP_NOMEM;
    if (err == MP_OK && request->message.operation == PROTO_STATUS)
        err = put_protection(broker, result);
    if (err == MP_OK) {
        request_answer(request, result);
        return;
    }
    secret_free(&result);
    request_refuse(request, err, NULL);
}

void list_handle(struct broker *broker, struct request *request)
{
    subject_of_records(broker, request, 1, list_user_known);
}

/*
 * Drops the access token only if it is the one the tool complains about, and old enough. While a
 * refresh is under way nothing is written: it brings another token, and its answer fits no other
 * generation than the one that it was marked on.
 */
static enum mp_err drop_token(struct broker *broker, const struct request *request,
                              const struct config_account *account, const struct holder *holder)
{
    struct record record = {0};
    struct secret *token = NULL;
    uint64_t generation = 0;
    enum mp_err err = wire_secret(&request->message, PROTO_ACCESS_TOKEN, &token);

    if (err == MP_OK)
        err = held_read(broker, account, holder, &record, &generation);
    if (err == MP_OK && token && !flights_find(broker->flights, account, holder) &&
        record.access_token && secret_equal(token, record.access_token) &&
        clock_utc() - record.obtained_at >= FORCED_REFRESH_S) {
        secret_free(&record.access_token);
        err = held_write(broker, account, holder, &record, generation, &generation);
    }
    secret_free(&token);
    record_free(&record);
    return err;
}

static void erase_user_known(struct broker *broker, struct request *request, enum mp_err err,
                             const struct nss_user *user)
{
    const struct config_account *account = NULL;
    struct holder holder;

    if (err == MP_OK)
        err = select_account(broker, request, user, &account, &holder);
    /* whoever may get a service's token may complain about it */
    if (err == MP_OK)
        err = drop_token(broker, request, account, &holder);
    request_refuse(request, err, NULL);
}

void erase_handle(struct broker *broker, struct request *request)
{
    subject_of_records(broker, request, 1, erase_user_known);
}
