#include "broker/credentials.h"

#include "broker/certificate.h"
#include "broker/log.h"
#include "broker/secretref.h"

static enum mp_err tell(enum mp_err err, const struct config_account *account, const char *problem)
{
    if (err != MP_OK)
        log_line(LOG_ERR, "event=configuration account=%s problem=\"%s\"", account->name, problem);
    return err;
}

enum mp_err credentials_fetch(const struct broker *broker, const struct config_account *account,
                              enum config_use use, struct secret **out)
{
    char servers[CONFIG_SERVERS_SIZE];
    const struct secretref_context context = {
        .credentials_directory = broker->credentials,
        .uid = broker->uid,
        .state_fd = broker->state_fd,
        .ring = broker->ring,
        .use = use,
        .servers = config_servers(account, use, servers) == MP_OK ? servers : NULL,
    };
    char problem[512] = "";

    return tell(
        secretref_fetch(config_secret(account, use), &context, out, problem, sizeof(problem)),
        account, problem);
}

enum mp_err credentials_certificate(const struct broker *broker,
                                    const struct config_account *account, struct secret **out)
{
    char problem[512] = "";

    *out = NULL;
    if (!account->client_certificate)
        return MP_OK;
    return tell(
        certificate_read(account->client_certificate, broker->uid, out, problem, sizeof(problem)),
        account, problem);
}
