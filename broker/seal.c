/*
 * PROTO_SEAL: seals a secret that the configuration refers to as sealed:NAME. What it is, and the
 * one server that it may be sent to, come from there and become part of the seal.
 */
#include <stdio.h>

#include "broker/flights.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/sealed.h"
#include "broker/secretref.h"

#define TEXT_SIZE 640 /* a name, a server and a sentence */

/* The secret of the request, which the caller frees; else a reason. */
static enum mp_err take_secret(const struct request *request, enum config_use use,
                               struct secret **secret, char *text, size_t size)
{
    uint16_t tag = use == CONFIG_CLIENT_KEY ? PROTO_CLIENT_KEY : PROTO_PASSWORD;
    enum mp_err err = wire_secret(&request->message, tag, secret);
    const char *reason = NULL;

    if (err == MP_OK && !*secret && use == CONFIG_CLIENT_KEY)
        reason = "is no private key in PEM form";
    else if (err == MP_OK && !*secret)
        err = MP_PROTOCOL;
    else if (err == MP_OK)
        reason = secretref_judge(*secret, use);
    if (!reason)
        return err;
    snprintf(text, size, "the secret %s; nothing was sealed", reason);
    return MP_PROTOCOL;
}

/* Seals for `account`; an earlier secret of that name is replaced, and the answer says so. */
static enum mp_err seal(const struct broker *broker, const struct config_account *account,
                        const char *name, enum config_use use, const struct secret *secret,
                        char *text, size_t size)
{
    struct secret *earlier = NULL;
    const char *kind = config_use_name(use);
    char servers[CONFIG_SERVERS_SIZE];
    enum mp_err err = config_servers(account, use, servers);
    int replaces = 0;

    if (err != MP_OK)
        return err;
    replaces =
        sealed_fetch(broker->state_fd, broker->ring, name, kind, servers, &earlier) != MP_NO_RECORD;
    secret_free(&earlier);
    err = sealed_write(broker->state_fd, broker->ring, name, kind, servers, secret);
    flights_forget_mended(broker->flights);
    if (err == MP_OK)
        snprintf(text, size, "%s is sealed as %s of account %s, to be sent to %.300s only%s", name,
                 kind, account->name, servers, replaces ? "; it replaces an earlier one" : "");
    return err;
}

void seal_handle(struct broker *broker, struct request *request)
{
    const struct config_account *account = NULL;
    enum config_use use = CONFIG_CLIENT_SECRET;
    struct secret *secret = NULL;
    char name[PROTO_MAX_ACCOUNT + 1];
    char text[TEXT_SIZE] = "";
    enum mp_err err = wire_text(&request->message, PROTO_SECRET_NAME, name, sizeof(name));

    if (err == MP_OK && !proto_is_account_name(name))
        err = MP_PROTOCOL;
    if (err == MP_OK && !broker->vault) {
        err = MP_LOCKED;
        snprintf(text, sizeof(text), "%s", broker->vault_problem);
    }
    if (err == MP_OK)
        account = config_sealed(request->settings->config, name, &use);
    if (err == MP_OK && !account) {
        err = MP_NO_ACCOUNT;
        snprintf(text, sizeof(text),
                 "no account refers to it: first write client_secret = sealed:%s into the "
                 "configuration and run mobproc admin reload",
                 name);
    }
    if (err == MP_OK)
        err = take_secret(request, use, &secret, text, sizeof(text));
    if (err == MP_OK)
        err = seal(broker, account, name, use, secret, text, sizeof(text));
    if (account)
        log_line(err == MP_OK ? LOG_NOTICE : LOG_ERR, "event=seal result=%s name=%s uid=%u",
                 mp_err_name(err), name, request->caller.uid);
    secret_free(&secret);
    request_refuse(request, err, text[0] ? text : NULL);
}
