#include "helper/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/exit.h"
#include "helper/json.h"
#include "helper/out.h"
#include "lib/proto.h"

#define MAX_FINDINGS 256
#define MAX_WORDS 768

struct finding {
    enum finding_result result;
    char what[PROTO_MAX_NAME + 1];
    char words[MAX_WORDS];
    char mend[MAX_WORDS];
};

struct findings {
    size_t count;
    struct finding *last; /* what findings_mend() is about; NULL: nothing was added */
    struct finding list[MAX_FINDINGS];
};

static const char *const names[] = {"ok", "warning", "failed"};
static const char *const shown[] = {"ok      ", "warning ", "FAILED  "};

struct findings *findings_new(void)
{
    return calloc(1, sizeof(struct findings));
}

void findings_free(struct findings **findings)
{
    free(*findings);
    *findings = NULL;
}

/* Where the new one goes: a new place, that of an "ok" about the same thing, or nowhere (NULL). */
static struct finding *place_for(struct findings *findings, const struct finding *fresh)
{
    struct finding *place = NULL;

    for (size_t i = 0; i < findings->count; i++) {
        struct finding *old = &findings->list[i];

        if (strcmp(old->what, fresh->what) != 0)
            continue;
        if (fresh->result == FINDING_OK || strcmp(old->words, fresh->words) == 0)
            return NULL;
        if (old->result == FINDING_OK && !place)
            place = old;
    }
    if (place || findings->count < MAX_FINDINGS)
        return place ? place : &findings->list[findings->count++];
    place = &findings->list[MAX_FINDINGS - 1];
    *place = (struct finding){FINDING_FAILED, "doctor", "there is more to say than fits here", ""};
    return NULL;
}

void findings_add(struct findings *findings, enum finding_result result, const char *what,
                  const char *format, ...)
{
    struct finding fresh = {.result = result};
    va_list values;

    snprintf(fresh.what, sizeof(fresh.what), "%s", what);
    va_start(values, format);
    vsnprintf(fresh.words, sizeof(fresh.words), format, values);
    va_end(values);
    findings->last = place_for(findings, &fresh);
    if (findings->last)
        *findings->last = fresh;
}

void findings_mend(struct findings *findings, const char *format, ...)
{
    va_list values;

    if (!findings->last)
        return;
    va_start(values, format);
    vsnprintf(findings->last->mend, sizeof(findings->last->mend), format, values);
    va_end(values);
}

enum finding_result findings_worst(const struct findings *findings)
{
    enum finding_result worst = FINDING_OK;

    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].result > worst)
            worst = findings->list[i].result;
    return worst;
}

static enum mp_err add_lines(struct secret *out, const struct finding *finding)
{
    char what[4 * sizeof(finding->what)];
    char words[4 * MAX_WORDS];
    char mend[4 * MAX_WORDS];
    enum mp_err err = MP_OK;

    proto_escape(what, sizeof(what), finding->what);
    proto_escape(words, sizeof(words), finding->words);
    proto_escape(mend, sizeof(mend), finding->mend);
    err = out_add(out, shown[finding->result], what, ": ", words, "\n", NULL);
    if (err == MP_OK && mend[0])
        err = out_add(out, "        -> ", mend, "\n", NULL);
    return err;
}

static int print_lines(const struct findings *findings)
{
    struct secret *out = secret_new(MAX_FINDINGS * 8 * MAX_WORDS);
    enum mp_err err = out ? MP_OK : MP_NOMEM;
    int code = 0;

    for (size_t i = 0; i < findings->count && err == MP_OK; i++)
        err = add_lines(out, &findings->list[i]);
    code = err == MP_OK ? out_write(out) : exit_because(err, NULL);
    secret_free(&out);
    return code;
}

static enum mp_err add_object(struct json *list, const struct finding *finding)
{
    struct json *object = json_new_object();
    enum mp_err err = object ? MP_OK : MP_NOMEM;

    if (err == MP_OK)
        err = json_put_text(object, "what", finding->what);
    if (err == MP_OK)
        err = json_put_text(object, "result", names[finding->result]);
    if (err == MP_OK)
        err = json_put_text(object, "words", finding->words);
    if (err == MP_OK)
        err = json_put_text(object, "mend", finding->mend[0] ? finding->mend : NULL);
    if (err == MP_OK)
        err = json_add(list, &object);
    json_free(&object);
    return err;
}

static int print_json(const struct findings *findings)
{
    struct json *whole = json_new_object();
    struct json *checks = json_new_array();
    enum mp_err err = whole && checks ? MP_OK : MP_NOMEM;

    for (size_t i = 0; i < findings->count && err == MP_OK; i++)
        err = add_object(checks, &findings->list[i]);
    if (err == MP_OK)
        err = json_put_text(whole, "result", names[findings_worst(findings)]);
    if (err == MP_OK)
        err = json_put(whole, "checks", &checks);
    json_free(&checks);
    return json_print(&whole, err);
}

int findings_print(const struct findings *findings, int as_json)
{
    int code = as_json ? print_json(findings) : print_lines(findings);

    return code ? code : (int)findings_worst(findings);
}

void findings_say(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];

        exit_say("%s%s: %s", shown[finding->result], finding->what, finding->words);
        if (finding->mend[0])
            exit_say("        -> %s", finding->mend);
    }
}
