#include "broker/credentials.h"

#include "broker/log.h"
#include "broker/sealed.h"
#include "broker/secretref.h"

static enum mp_err fetch(const struct broker *broker, const struct config_account *account,
                         const struct config_secret *reference, const char *kind,
                         struct secret **out)
{
    const struct secretref_context context = {
        .credentials_directory = broker->credentials,
        .uid = broker->uid,
        .state_fd = broker->state_fd,
        .ring = broker->ring,
        .kind = kind,
        .endpoint = account->token_endpoint,
    };
    char problem[512] = "";
    enum mp_err err = secretref_fetch(reference, &context, out, problem, sizeof(problem));

    if (err != MP_OK)
        log_line(LOG_ERR, "event=configuration account=%s problem=\"%s\"", account->name, problem);
    return err;
}

enum mp_err credentials_client_secret(const struct broker *broker,
                                      const struct config_account *account, struct secret **out)
{
    return fetch(broker, account, &account->client_secret, SEALED_CLIENT_SECRET, out);
}

enum mp_err credentials_password(const struct broker *broker, const struct config_account *account,
                                 struct secret **out)
{
    return fetch(broker, account, &account->password, SEALED_PASSWORD, out);
}
