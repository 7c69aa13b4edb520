#include "helper/api_headers.h"

#include <string.h>

#include "helper/out.h"

enum mp_err api_headers_each(const struct fetched *fetched, api_headers_format *format, void *out)
{
    enum mp_err err = format(out, "Authorization", "Bearer ", secret_text(fetched->token));

    if (err == MP_OK && fetched->tenant[0])
        err = format(out, "X-TNGO-TENANT", "", fetched->tenant);
    if (err == MP_OK && fetched->client_id[0])
        err = format(out, "client_id", "", fetched->client_id);
    return err;
}

enum mp_err api_headers_plain(void *out, const char *name, const char *prefix, const char *value)
{
    return out_add(out, name, ": ", prefix, value, "\n", NULL);
}

/* Inside quotes curl knows \\ and \"; control bytes never come this far. */
static enum mp_err add_quoted(struct secret *out, const char *value)
{
    enum mp_err err = MP_OK;

    while (*value && err == MP_OK) {
        size_t plain = strcspn(value, "\\\"");

        err = secret_append(out, value, plain);
        value += plain;
        if (err == MP_OK && *value) {
            char escape[] = {'\\', *value++};

            err = secret_append(out, escape, sizeof(escape));
        }
    }
    return err;
}

enum mp_err api_headers_curl(void *out, const char *name, const char *prefix, const char *value)
{
    enum mp_err err = out_add(out, "header = \"", name, ": ", prefix, NULL);

    if (err == MP_OK)
        err = add_quoted(out, value);
    return err == MP_OK ? out_add(out, "\"\n", NULL) : err;
}
