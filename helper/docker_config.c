#include "helper/docker_config.h"

#include <string.h>

#include "helper/out.h"
#include "lib/json_text.h"

#define HELPERS "credHelpers"
#define OURS "\"mobproc\""

/* Where something goes in, and what stands around it. */
struct gap {
    size_t at;
    const char *before;
    const char *after;
};

/* Behind the opening bracket; a comma when the object has members. */
static const char *comma_behind(const char *bracket)
{
    return bracket[1 + strspn(bracket + 1, " \t\r\n")] == '}' ? "" : ",";
}

/* A text without any object is made one. */
static const char *find_gap(const char *text, const struct json_text *json, const char *host,
                            struct gap *gap, int *is_done)
{
    const struct json_text_member *helpers = json_text_find(json, JSON_TEXT_ROOT, HELPERS);
    const struct json_text_member *ours = NULL;
    const char *bracket = text + strcspn(text, "{");

    if (helpers && !helpers->inner)
        return "its credHelpers is not an object";
    if (helpers) {
        ours = json_text_find(json, helpers->inner, host);
        *is_done = json_text_is(ours, OURS);
        if (ours && !*is_done)
            return "another helper stands there for this host";
        bracket = (const char *)helpers->value.at;
        gap->before = "";
        gap->after = comma_behind(bracket);
    } else {
        gap->before = "\"" HELPERS "\": {";
        gap->after = comma_behind(bracket)[0] ? "}," : "}";
    }
    gap->at = (size_t)(bracket - text) + 1;
    return NULL;
}

static const char *check(const struct secret *made, const char *host)
{
    struct json_text json;
    const char *problem = json_text_read(&json, secret_text(made), secret_length(made));
    const struct json_text_member *helpers = NULL;

    if (problem)
        return problem;
    helpers = json_text_find(&json, JSON_TEXT_ROOT, HELPERS);
    if (helpers && json_text_is(json_text_find(&json, helpers->inner, host), OURS))
        return NULL;
    return "it could not be added";
}

const char *docker_config_add(const struct secret *config, const char *host, struct secret **made)
{
    const char *text = secret_length(config) ? secret_text(config) : "{}\n";
    struct json_text json;
    struct gap gap = {0};
    int is_done = 0;
    const char *problem = json_text_read(&json, text, strlen(text));
    enum mp_err err = MP_NOMEM;

    *made = NULL;
    if (problem)
        return problem;
    if (!json.is_object)
        return "it is not a JSON object";
    problem = find_gap(text, &json, host, &gap, &is_done);
    if (problem || is_done)
        return problem;
    *made = secret_new(strlen(text) + strlen(host) + 64);
    if (*made)
        err = secret_append(*made, text, gap.at);
    if (err == MP_OK)
        err = out_add(*made, gap.before, "\"", host, "\": " OURS, gap.after, text + gap.at, NULL);
    problem = err == MP_OK ? check(*made, host) : "it is too long";
    if (problem)
        secret_free(made);
    return problem;
}
