#include "broker/operations.h"

#include <stdlib.h>

#include "broker/log.h"

enum who {
    ANYBODY,    /* for himself; the operation finds out whose records are meant */
    ROOT,       /* uid 0 */
    ROOT_OR_US, /* uid 0, or the broker's own uid (a private broker has one user) */
};

static const struct operation {
    enum proto_operation number;
    enum who who;
    int needs_settings;
    void (*handle)(struct broker *broker, struct request *request);
} operations[] = {
    {PROTO_LOGIN, ANYBODY, 1, login_handle},
    {PROTO_PREPARE, ANYBODY, 1, prepare_handle},
    {PROTO_ACCOUNT_CHECK, ANYBODY, 1, check_handle},
    {PROTO_SESSION_OPEN, ROOT, 1, session_handle},
    {PROTO_SESSION_CLOSE, ROOT, 1, session_handle},
    {PROTO_GET, ANYBODY, 1, get_handle},
    {PROTO_LIST, ANYBODY, 1, list_handle},
    {PROTO_STATUS, ANYBODY, 1, list_handle},
    {PROTO_REFRESH, ANYBODY, 1, refresh_handle},
    {PROTO_LOGOUT, ANYBODY, 1, logout_handle},
    {PROTO_ERASE, ANYBODY, 1, erase_handle},
    {PROTO_VALIDATE, ANYBODY, 1, validate_handle},
    {PROTO_RELOAD, ROOT_OR_US, 0, reload_handle},
    {PROTO_SEAL, ROOT_OR_US, 1, seal_handle},
    {PROTO_PROBE, ROOT_OR_US, 1, probe_handle},
    {PROTO_REKEY, ROOT_OR_US, 1, rekey_handle},
    {PROTO_METRICS, ROOT_OR_US, 0, metrics_handle},
    {PROTO_BEGIN_BROWSER, ANYBODY, 1, begin_browser_handle},
    {PROTO_FINISH_BROWSER, ANYBODY, 1, finish_browser_handle},
};

static int may_ask(const struct broker *broker, const struct operation *operation,
                   const struct ucred *caller)
{
    switch (operation->who) {
    case ANYBODY:
        return 1;
    case ROOT:
        return caller->uid == 0;
    case ROOT_OR_US:
        return caller->uid == 0 || caller->uid == broker->uid;
    }
    return 0;
}

void operations_dispatch(void *owner, struct request *request)
{
    struct broker *broker = owner;

    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        const struct operation *operation = &operations[i];

        if ((int)operation->number != request->message.operation)
            continue;
        if (!may_ask(broker, operation, &request->caller)) {
            log_line(LOG_INFO, "event=forbidden operation=%d uid=%u pid=%d", (int)operation->number,
                     request->caller.uid, (int)request->caller.pid);
            request_refuse(request, MP_FORBIDDEN, NULL);
        } else if (operation->needs_settings && !request->settings) {
            request_refuse(request, MP_CONFIGURATION, NULL);
        } else {
            operation->handle(broker, request);
        }
        return;
    }
    request_refuse(request, MP_UNSUPPORTED, NULL);
}

void reload_handle(struct broker *broker, struct request *request)
{
    char *errors = NULL;
    enum mp_err err = broker_reload(broker, &errors);

    request_refuse(request, err, errors);
    free(errors);
}
