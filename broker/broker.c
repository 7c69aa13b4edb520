#include "broker/broker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/discovery.h"
#include "broker/flights.h"
#include "broker/guard.h"
#include "broker/log.h"
#include "broker/sealed.h"
#include "broker/secretref.h"
#include "broker/store.h"
#include "lib/clock.h"

#define MAX_ERRORS_TEXT 1000 /* fits one PROTO_TEXT */

/* The messages of a load: to the log, and the first of them for whoever asked. */
struct messages {
    char *text;
    size_t length;
    int is_full;
};

static void take_message(void *owner, const char *message)
{
    struct messages *messages = owner;
    int added = 0;

    log_line(LOG_ERR, "event=configuration problem=\"%s\"", message);
    if (!messages->text)
        messages->text = calloc(1, MAX_ERRORS_TEXT + 1);
    if (!messages->text)
        return;
    /* one that does not fit whole ends the list: half a reason would mislead */
    if (messages->length > 0 && messages->length + 1 + strlen(message) > MAX_ERRORS_TEXT)
        messages->is_full = 1;
    if (messages->is_full)
        return;
    added = snprintf(messages->text + messages->length, MAX_ERRORS_TEXT + 1 - messages->length,
                     "%s%s", messages->length ? "\n" : "", message);
    messages->length += added > 0 ? (size_t)added : 0;
}

enum mp_err broker_reload(struct broker *broker, char **errors)
{
    struct messages messages = {0};
    struct config *config = NULL;
    struct settings *settings = NULL;
    enum mp_err err =
        config_load(&config, broker->config_path, broker->uid, take_message, &messages);

    *errors = NULL;
    if (err != MP_OK) {
        *errors = messages.text;
        return err;
    }
    free(messages.text);
    settings = settings_new(config);
    if (!settings)
        return MP_NOMEM;
    settings_release(&broker->settings);
    broker->settings = settings;
    if (broker->names)
        names_forget(broker->names);
    flights_forget_mended(broker->flights);
    discovery_forget_all(broker->discovery);
    if (!broker->rekey) /* which has keys of its own in use */
        broker_open_vault(broker);
    log_line(LOG_NOTICE, "event=configuration result=ok accounts=%zu", config->account_count);
    return MP_OK;
}

/* Into `ring` and `vault`, which the caller frees; the broker's own stay as they are. */
static enum mp_err open_parts(struct broker *broker, struct keyring **ring, struct vault **vault,
                              const char **problem)
{
    int holds = 0;
    enum mp_err err = MP_OK;

    if (broker->guard_fd < 0)
        err = store_directory(broker->state_fd, "guard", &broker->guard_fd);
    if (err == MP_OK && broker->sessions_fd < 0)
        err = store_directory(broker->state_fd, "sessions", &broker->sessions_fd);
    if (err == MP_OK)
        err = vault_holds_records(broker->state_fd, &holds);
    if (err == MP_OK && !holds)
        err = sealed_holds_any(broker->state_fd, &holds);
    if (err == MP_OK) {
        err = keyring_open(ring, broker->state_fd, broker->credentials, holds, problem);
    }
    return err == MP_OK ? vault_new(vault, broker->state_fd, *ring) : err;
}

void broker_open_vault(struct broker *broker)
{
    const struct config *config = broker->settings ? broker->settings->config : NULL;
    const char *problem = "the state directory cannot be used";
    struct keyring *ring = NULL;
    struct vault *vault = NULL;
    enum mp_err err = open_parts(broker, &ring, &vault, &problem);

    if (err != MP_OK) {
        log_line(LOG_ERR, "event=vault result=%s problem=\"%s\"", mp_err_name(err), problem);
        keyring_free(&ring);
        if (!broker->vault)
            broker->vault_problem = problem;
        return;
    }
    vault_free(&broker->vault);
    keyring_free(&broker->ring);
    broker->vault = vault;
    broker->ring = ring;
    broker->vault_problem = NULL;
    if (keyring_may_swap(broker->ring))
        log_line(LOG_WARNING, "event=vault problem=\"the key could not be locked in memory\"");
    guard_sweep(broker->guard_fd, clock_utc(), config ? config->guard_window_s : 3600);
}
