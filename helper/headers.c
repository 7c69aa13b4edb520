/* The three headers of an API call: the verb, and the dialects for curl -H @- and curl -K -. */
#include <string.h>

#include "helper/api_headers.h"
#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/obtain.h"
#include "helper/verbs.h"

static int print_text(const struct fetched *fetched, api_headers_format *format)
{
    struct reply reply;

    reply_begin(&reply);
    api_headers_each(&reply, fetched, format);
    return reply_send(&reply);
}

static int print_plain(const struct fetched *fetched)
{
    return print_text(fetched, api_headers_plain);
}

static int print_curl(const struct fetched *fetched)
{
    return print_text(fetched, api_headers_curl);
}

static int print_json(const struct fetched *fetched)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, "{", NULL);
    api_headers_each(&reply, fetched, api_headers_json);
    reply_add(&reply, "}\n", NULL);
    return reply_send(&reply);
}

int verb_headers(const struct arguments *arguments)
{
    const char *format = arguments->format ? arguments->format : "plain";
    int is_json = strcmp(format, "json") == 0;
    int is_curl = strcmp(format, "curl") == 0;
    struct fetched fetched = {0};
    int code = 0;

    if (!is_json && !is_curl && strcmp(format, "plain") != 0) {
        exit_say("--format is plain, curl or json, not %s", format);
        return EXIT_USAGE;
    }
    code = obtain(arguments, &fetched);
    if (code == 0)
        code = is_json   ? print_json(&fetched)
               : is_curl ? print_curl(&fetched)
                         : print_plain(&fetched);
    fetched_free(&fetched);
    return code;
}

int dialect_headers(const struct dialect_call *call)
{
    return dialect_print(call, print_plain);
}

static int print_configuration(const struct fetched *fetched)
{
    struct reply reply;

    reply_begin(&reply);
    api_headers_configuration(&reply, fetched);
    return reply_send(&reply);
}

int dialect_curl(const struct dialect_call *call)
{
    return dialect_print(call, print_configuration);
}
