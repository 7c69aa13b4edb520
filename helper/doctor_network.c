/*
 * mobproc doctor: the way from the broker to each account's server. The broker goes it itself, with
 * tokens that are made up; it does that only for root and for its own user.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/ask.h"
#include "helper/doctor.h"
#include "helper/entry.h"
#include "lib/call.h"

/* What mends a step that is not ok. */
static const struct {
    const char *step;
    const char *mend;
} mends[] = {
    {"endpoint", "correct token_endpoint and ca, see mobproc.conf(5)"},
    {"dns", "correct the host in token_endpoint, or the machine's resolver (/etc/resolv.conf)"},
    {"tcp", "let this machine reach the host and port of token_endpoint; see proxy in "
            "mobproc.conf(5)"},
    {"tls", "set ca to the authority of this server, or have the server's certificate renewed"},
    {"http", "ask those who run the sign-in server; see timeout in mobproc.conf(5)"},
    {"clock", "set this machine's clock: timedatectl set-ntp true"},
    {"client", "correct client_id, client_secret, client_auth and scope, or ask those who run the "
               "sign-in server what this client may do"},
    {"validation",
     "have the client allowed to validate tokens, or see validate in mobproc.conf(5)"},
};

static const char *find_mend(const char *step)
{
    for (size_t i = 0; i < sizeof(mends) / sizeof(mends[0]); i++)
        if (strcmp(mends[i].step, step) == 0)
            return mends[i].mend;
    return "the broker's log says more";
}

static void add_step(const char *account, const struct wire_field *field, struct findings *findings)
{
    char step[33] = "";
    char words[PROTO_MAX_TEXT + 1] = "";
    char what[PROTO_MAX_ACCOUNT + sizeof(step) + 16];
    enum finding_result result = FINDING_FAILED; /* an unknown number too */
    struct wire_message message = {0};
    enum mp_err err = proto_parse(&message, field->bytes, field->length);

    if (err == MP_OK)
        err = wire_text(&message, PROTO_STEP_NAME, step, sizeof(step));
    if (err == MP_OK)
        err = wire_text(&message, PROTO_TEXT, words, sizeof(words));
    if (err != MP_OK)
        snprintf(words, sizeof(words), "%s", mp_err_text(err));
    else if (wire_number(&message, PROTO_STEP_RESULT, 0) == PROTO_STEP_OK)
        result = FINDING_OK;
    else if (wire_number(&message, PROTO_STEP_RESULT, 0) == PROTO_STEP_WARNING)
        result = FINDING_WARNING;
    snprintf(what, sizeof(what), "server of %s, %s", account, step[0] ? step : "?");
    findings_add(findings, result, what, "%s", words);
    if (result != FINDING_OK)
        findings_mend(findings, "%s", find_mend(step));
}

/* Asks the broker; without an account for the names of all. */
static enum mp_err probe(const struct patient *patient, const char *account,
                         struct call_reply *reply)
{
    struct secret *request = call_request(PROTO_PROBE);
    enum mp_err err = request ? wire_put_text(request, PROTO_ACCOUNT, account) : MP_NOMEM;

    if (err == MP_OK)
        err = ask_broker(patient->arguments->socket, request, reply);
    secret_free(&request);
    return err;
}

static void say_failure(const char *account, enum mp_err err, const struct wire_message *message,
                        struct findings *findings)
{
    char what[PROTO_MAX_ACCOUNT + 16];
    char text[PROTO_MAX_TEXT + 1] = "";

    snprintf(what, sizeof(what), "server of %s", account);
    if (wire_text(message, PROTO_TEXT, text, sizeof(text)) != MP_OK || !text[0])
        snprintf(text, sizeof(text), "%s", mp_err_text(err));
    findings_add(findings, FINDING_FAILED, what, "not probed: %s", text);
    findings_mend(findings, "%s",
                  err == MP_CONFIGURATION ? "correct client_secret, see mobproc.conf(5)"
                                          : "the broker's log says more");
}

static void check_account(const struct patient *patient, const char *account,
                          struct findings *findings)
{
    struct call_reply reply = {0};
    enum mp_err err = probe(patient, account, &reply);

    if (err == MP_OK && !wire_find(&reply.message, PROTO_PROBE_STEP))
        err = MP_PROTOCOL;
    if (err != MP_OK)
        say_failure(account, err, &reply.message, findings);
    for (size_t i = 0; err == MP_OK && i < reply.message.count; i++)
        if (reply.message.fields[i].tag == PROTO_PROBE_STEP)
            add_step(account, &reply.message.fields[i], findings);
    call_reply_free(&reply);
}

static void check_all(const struct patient *patient, struct findings *findings)
{
    const char *wanted = patient->arguments->account;
    struct call_reply reply = {0};
    enum mp_err err = probe(patient, NULL, &reply);

    if (err != MP_OK && err != MP_FORBIDDEN)
        say_failure("the accounts", err, &reply.message, findings);
    for (size_t i = 0; err == MP_OK && i < reply.message.count; i++) {
        struct entry entry = {0};

        if (reply.message.fields[i].tag == PROTO_RECORD &&
            entry_read(&reply.message.fields[i], &entry) == MP_OK &&
            (!wanted || strcmp(wanted, entry.account) == 0))
            check_account(patient, entry.account, findings);
    }
    call_reply_free(&reply);
}

void doctor_network(struct patient *patient, struct findings *findings)
{
    /* the system's broker says no to anybody else, and logs that somebody tried */
    int is_refused = geteuid() != 0 && strcmp(patient->which.socket, CALL_SYSTEM_SOCKET) == 0;

    if (patient->is_answering && !is_refused)
        check_all(patient, findings);
}
