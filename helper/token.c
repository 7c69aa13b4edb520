/* mobproc token: the bare token and a newline, or what is known of it as JSON. */
#include "helper/exit.h"
#include "helper/json.h"
#include "helper/obtain.h"
#include "helper/out.h"
#include "helper/verbs.h"
#include "lib/clock.h"

static int print_plain(const struct fetched *fetched)
{
    struct secret *text = secret_new(secret_length(fetched->token) + 1);
    enum mp_err err = text ? out_add(text, secret_text(fetched->token), "\n", NULL) : MP_NOMEM;
    int code = err == MP_OK ? out_write(text) : exit_because(err, NULL);

    secret_free(&text);
    return code;
}

static int print_json(const struct fetched *fetched)
{
    struct json *object = json_new_object();
    uint64_t left = fetched->expires_at - (uint64_t)clock_utc();
    enum mp_err err = object ? MP_OK : MP_NOMEM;

    if (err == MP_OK)
        err = json_put_text(object, "account", fetched->account);
    if (err == MP_OK)
        err = json_put_text(object, "access_token", secret_text(fetched->token));
    if (err == MP_OK)
        err = json_put_text(object, "token_type", "Bearer");
    if (err == MP_OK)
        err = json_put_number(object, "expires_at", fetched->expires_at);
    if (err == MP_OK)
        err = json_put_number(object, "expires_in", left);
    if (err == MP_OK && fetched->tenant[0])
        err = json_put_text(object, "tenant", fetched->tenant);
    if (err == MP_OK && fetched->client_id[0])
        err = json_put_text(object, "client_id", fetched->client_id);
    return json_print(&object, err);
}

int verb_token(const struct arguments *arguments)
{
    struct fetched fetched = {0};
    int code = obtain(arguments, &fetched);

    if (code == 0)
        code = arguments->json ? print_json(&fetched) : print_plain(&fetched);
    fetched_free(&fetched);
    return code;
}
