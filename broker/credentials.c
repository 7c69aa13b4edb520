#include "broker/credentials.h"

#include "broker/log.h"
#include "broker/secretref.h"

static enum mp_err fetch(const struct broker *broker, const struct config_account *account,
                         const struct config_secret *reference, struct secret **out)
{
    char problem[256] = "";
    enum mp_err err =
        secretref_fetch(reference, broker->credentials, broker->uid, out, problem, sizeof(problem));

    if (err != MP_OK)
        log_line(LOG_ERR, "event=configuration account=%s problem=\"%s\"", account->name, problem);
    return err;
}

enum mp_err credentials_client_secret(const struct broker *broker,
                                      const struct config_account *account, struct secret **out)
{
    return fetch(broker, account, &account->client_secret, out);
}

enum mp_err credentials_password(const struct broker *broker, const struct config_account *account,
                                 struct secret **out)
{
    return fetch(broker, account, &account->password, out);
}
