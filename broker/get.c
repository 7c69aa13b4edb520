/*
 * PROTO_GET: an access token with enough life left, refreshed when it runs short. A token that
 * still lives is better than none when the sign-in server is away.
 */
#include <stdlib.h>

#include "broker/hash.h"
#include "broker/held.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/refresh.h"
#include "broker/select.h"
#include "broker/subject.h"
#include "lib/clock.h"

#define CLOCK_SKEW_S 60 /* a clock that is set right by less than this changes nothing */

/* A get that waits for a refresh. */
struct get {
    struct broker *broker;
    struct request *request;
    const struct config_account *account; /* of the request's settings */
    struct holder holder;
    int64_t min_ttl_s;
};

/* One line for each token that leaves the broker; the program's name is only what it says. */
static void audit(const struct request *request, const struct config_account *account,
                  const struct secret *token)
{
    char program[PROTO_MAX_NAME + 1] = "";
    char word[LOG_WORD_SIZE];
    char fingerprint[HASH_HEX_SIZE] = "";

    if (wire_text(&request->message, PROTO_SERVICE, program, sizeof(program)) != MP_OK ||
        hash_pair("fingerprint", secret_text(token), "", fingerprint) != MP_OK)
        fingerprint[0] = '\0';
    log_line(LOG_INFO, "event=token account=%s uid=%u pid=%d program=%s token=%.16s", account->name,
             request->caller.uid, (int)request->caller.pid, log_word(word, program), fingerprint);
}

static void answer_token(struct broker *broker, struct request *request,
                         const struct config_account *account, const struct record *record)
{
    struct secret *result = request_result(MP_OK);

    if (result &&
        (wire_put_secret(result, PROTO_ACCESS_TOKEN, record->access_token) != MP_OK ||
         wire_put_text(result, PROTO_TENANT, account->tenant) != MP_OK ||
         wire_put_text(result, PROTO_CLIENT_ID, account->client_id) != MP_OK ||
         wire_put_text(result, PROTO_ACCOUNT, account->name) != MP_OK ||
         wire_put_number(result, PROTO_EXPIRES_AT, (uint64_t)record->expires_at) != MP_OK))
        secret_free(&result);
    if (result) {
        broker->metrics.tokens++;
        audit(request, account, record->access_token);
    }
    request_answer(request, result);
}

static void refuse(struct request *request, enum mp_err err, const char *text,
                   unsigned retry_after_s)
{
    struct secret *result = request_result(err);

    if (result &&
        (wire_put_text(result, PROTO_TEXT, text) != MP_OK ||
         (retry_after_s && wire_put_number(result, PROTO_RETRY_AFTER, retry_after_s) != MP_OK)))
        secret_free(&result);
    request_answer(request, result);
}

/* What the tool is told of a record that could not be read, or NULL. */
static const char *why(enum mp_err err)
{
    if (err == MP_SYSTEM)
        return "the stored tokens could not be read just now";
    return err == MP_STORAGE ? "the stored tokens do not open: they are damaged, or were stored "
                               "for another server, client or person; mobproc login replaces them"
                             : NULL;
}

/* After a refresh, or instead of one: whatever the record now holds, if it lives long enough. */
static void answer_from_record(struct get *get, enum mp_err err, const char *text,
                               unsigned retry_after_s)
{
    struct record record = {0};
    uint64_t generation = 0;
    enum mp_err read = held_read(get->broker, get->account, &get->holder, &record, &generation);
    int64_t left = held_token_left(&record, clock_utc());

    if (read == MP_OK && left > 0 && left >= get->min_ttl_s)
        answer_token(get->broker, get->request, get->account, &record);
    else if (err != MP_OK)
        refuse(get->request, err, text, retry_after_s);
    else
        refuse(get->request, read == MP_OK ? MP_LOGIN_NEEDED : read, why(read), 0);
    record_free(&record);
}

static void refreshed(void *owner, enum mp_err err, const char *text, unsigned retry_after_s)
{
    struct get *get = owner;

    answer_from_record(get, err, text, retry_after_s);
    free(get);
}

/*
 * Is the token too short-lived, or of an age that nobody knows because the clock went back? The
 * margin never exceeds a quarter of the token's life.
 */
static int runs_short(const struct get *get, const struct record *record, int64_t left)
{
    int64_t margin = get->account->refresh_margin_s;
    int64_t life = record->expires_at - record->obtained_at;

    if (record->obtained_at > clock_utc() + CLOCK_SKEW_S)
        return 1;
    if (margin > life / 4)
        margin = life / 4;
    return left <= margin || left < get->min_ttl_s;
}

/* Would another token not live long enough either, or be as short-lived in a moment? */
static int is_longest(const struct get *get, const struct record *record, int64_t left)
{
    int64_t life = record->expires_at - record->obtained_at;

    return left > 0 && (get->min_ttl_s > life || held_is_new(record, &get->holder, clock_utc()));
}

static void give_or_refresh(struct get *get)
{
    struct record record = {0};
    uint64_t generation = 0;
    enum mp_err err = held_read(get->broker, get->account, &get->holder, &record, &generation);
    int64_t left = held_token_left(&record, clock_utc());
    int has_refresh = record.refresh_token != NULL;

    if (err == MP_OK && left > 0 && !runs_short(get, &record, left)) {
        answer_token(get->broker, get->request, get->account, &record);
        free(get);
    } else if (err == MP_OK && left < get->min_ttl_s && is_longest(get, &record, left)) {
        refuse(get->request, MP_TOO_LONG, "the server's tokens do not live that long", 0);
        free(get);
    } else if ((err == MP_OK && has_refresh) || get->holder.is_service) {
        record_free(&record);
        refresh_join(get->broker, get->request->settings, get->account, &get->holder, refreshed,
                     get);
    } else {
        answer_from_record(get, err == MP_OK ? MP_LOGIN_NEEDED : err, why(err), 0);
        free(get);
    }
    record_free(&record);
}

/* Seconds; no token lives longer than the most. */
static int64_t min_ttl_of(const struct request *request)
{
    uint64_t seconds = wire_number(&request->message, PROTO_MIN_TTL, 0);

    return seconds > INT32_MAX ? INT32_MAX : (int64_t)seconds;
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    struct get *get = err == MP_OK ? calloc(1, sizeof(*get)) : NULL;

    if (!get) {
        request_refuse(request, err == MP_OK ? MP_NOMEM : err, NULL);
        return;
    }
    get->broker = broker;
    get->request = request;
    get->min_ttl_s = min_ttl_of(request);
    err = select_account(broker, request, user, &get->account, &get->holder);
    if (err == MP_OK) {
        give_or_refresh(get);
        return;
    }
    free(get);
    request_refuse(request, err, NULL);
}

void get_handle(struct broker *broker, struct request *request)
{
    subject_of_records(broker, request, 0, user_known);
}
