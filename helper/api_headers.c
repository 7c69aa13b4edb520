#include "helper/api_headers.h"

void api_headers_each(struct reply *reply, const struct fetched *fetched,
                      api_headers_format *format)
{
    format(reply, "Authorization", "Bearer ", secret_text(fetched->token));
    if (fetched->tenant[0])
        format(reply, "X-TNGO-TENANT", "", fetched->tenant);
    if (fetched->client_id[0])
        format(reply, "client_id", "", fetched->client_id);
}

void api_headers_plain(struct reply *reply, const char *name, const char *prefix, const char *value)
{
    reply_add(reply, name, ": ", prefix, NULL);
    reply_value(reply, value);
    reply_add(reply, "\n", NULL);
}

void api_headers_curl(struct reply *reply, const char *name, const char *prefix, const char *value)
{
    reply_add(reply, "header = \"", name, ": ", prefix, NULL);
    reply_escaped(reply, value);
    reply_add(reply, "\"\n", NULL);
}

void api_headers_configuration(struct reply *reply, const struct fetched *fetched)
{
    api_headers_each(reply, fetched, api_headers_curl);
    reply_add(reply, "max-redirs = 0\nproto = \"=https\"\n", NULL);
}

void api_headers_json(struct reply *reply, const char *name, const char *prefix, const char *value)
{
    reply_member(reply, name);
    reply_json(reply, prefix, value, NULL);
}
