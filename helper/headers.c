/* mobproc headers: the three headers of an API call, for curl or for a script. */
#include <stdio.h>
#include <string.h>

#include "helper/api_headers.h"
#include "helper/exit.h"
#include "helper/json.h"
#include "helper/obtain.h"
#include "helper/out.h"
#include "helper/verbs.h"

static int print_text(const struct fetched *fetched, api_headers_format *format)
{
    struct secret *text = secret_new(WIRE_MAX_PACKET);
    enum mp_err err = text ? api_headers_each(fetched, format, text) : MP_NOMEM;
    int code = err == MP_OK ? out_write(text) : exit_because(err, NULL);

    secret_free(&text);
    return code;
}

static enum mp_err format_json(void *out, const char *name, const char *prefix, const char *value)
{
    struct secret *whole = secret_new(strlen(prefix) + strlen(value));
    enum mp_err err = whole ? out_add(whole, prefix, value, NULL) : MP_NOMEM;

    /* a header that had to be changed to become JSON would be a wrong header */
    if (err == MP_OK && !json_is_exact(value))
        err = MP_PROTOCOL;
    if (err == MP_OK)
        err = json_put_text(out, name, secret_text(whole));
    secret_free(&whole);
    return err;
}

static int print_json(const struct fetched *fetched)
{
    struct json *object = json_new_object();
    enum mp_err err = object ? api_headers_each(fetched, format_json, object) : MP_NOMEM;

    return json_print(&object, err);
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
    if (code == 0 && is_json)
        code = print_json(&fetched);
    else if (code == 0)
        code = print_text(&fetched, is_curl ? api_headers_curl : api_headers_plain);
    fetched_free(&fetched);
    return code;
}
