/*
 * PROTO_PREPARE: somebody begins to type a password, so a courier may connect already. For a login
 * that would be sent nowhere nothing is started; the answer does not say.
 */
#include "broker/ahead.h"
#include "broker/guard.h"
#include "broker/operations.h"
#include "broker/rhost.h"
#include "broker/select.h"
#include "broker/subject.h"
#include "lib/clock.h"

static int is_wanted(const struct config *config, int is_remote)
{
    return config->connect_ahead == CONFIG_AHEAD_ALL ||
           (config->connect_ahead == CONFIG_AHEAD_LOCAL && !is_remote);
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    const struct config *config = request->settings->config;
    const struct config_account *account = NULL;
    struct holder holder = {0};
    char rhost[PROTO_MAX_NAME + 1];
    int is_remote = 1;

    if (err == MP_OK)
        err = select_login_account(request, &account);
    if (err == MP_OK)
        err = wire_text(&request->message, PROTO_RHOST, rhost, sizeof(rhost));
    if (err != MP_OK) {
        request_refuse(request, err, NULL);
        return;
    }
    is_remote = rhost_is_remote(rhost);
    if (is_wanted(config, is_remote) && broker->vault &&
        mapping_holder(&holder, config, account, user) == MP_OK &&
        !guard_is_used_up(broker->guard_fd, account->home, holder.remote_name, is_remote,
                          config->guard_failures, config->guard_window_s, clock_utc()))
        ahead_start(broker, request, account, &holder);
    request_refuse(request, MP_OK, NULL);
}

void prepare_handle(struct broker *broker, struct request *request)
{
    subject_of_login(broker, request, user_known);
}
