#include "helper/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "helper/control.h"
#include "helper/exit.h"
#include "helper/out.h"
#include "lib/json_character.h"

void reply_begin(struct reply *reply)
{
    reply->text = secret_new(REPLY_MAX);
    reply->err = reply->text ? MP_OK : MP_NOMEM;
}

void reply_free(struct reply *reply)
{
    secret_free(&reply->text);
}

static void append(struct reply *reply, const char *bytes, size_t length)
{
    if (reply->err == MP_OK)
        reply->err = secret_append(reply->text, bytes, length);
}

static void check(struct reply *reply, int is_fine)
{
    if (reply->err == MP_OK && !is_fine)
        reply->err = MP_PROTOCOL;
}

void reply_add(struct reply *reply, ...)
{
    const char *text = NULL;
    va_list texts;

    va_start(texts, reply);
    while ((text = va_arg(texts, const char *)))
        append(reply, text, strlen(text));
    va_end(texts);
}

void reply_value(struct reply *reply, const char *value)
{
    check(reply, !control_is_in(value, strlen(value)));
    append(reply, value, strlen(value));
}

/* Inside quotes JSON and curl know \\ and \"; the other escapes are for bytes that never come. */
void reply_escaped(struct reply *reply, const char *value)
{
    check(reply, !control_is_in(value, strlen(value)));
    while (*value) {
        size_t plain = strcspn(value, "\\\"");

        append(reply, value, plain);
        value += plain;
        if (*value) {
            append(reply, "\\", 1);
            append(reply, value++, 1);
        }
    }
}

void reply_number(struct reply *reply, uint64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

    append(reply, digits, (size_t)length);
}

void reply_time(struct reply *reply, uint64_t seconds)
{
    char text[40];
    time_t when = (time_t)seconds;
    struct tm parts;
    int is_year = gmtime_r(&when, &parts) && parts.tm_year + 1900 <= 9999;

    check(reply, is_year);
    if (is_year)
        append(reply, text, strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts));
}

void reply_member(struct reply *reply, const char *name)
{
    const char *text = reply->err == MP_OK ? secret_text(reply->text) : "";
    size_t length = strlen(text);

    if (length > 0 && text[length - 1] != '{')
        append(reply, ",", 1);
    reply_add(reply, "\"", name, "\":", NULL);
}

void reply_json(struct reply *reply, ...)
{
    const char *text = NULL;
    va_list texts;

    append(reply, "\"", 1);
    va_start(texts, reply);
    while ((text = va_arg(texts, const char *))) {
        check(reply, json_is_utf8(text));
        reply_escaped(reply, text);
    }
    va_end(texts);
    append(reply, "\"", 1);
}

static int send_with(struct reply *reply, int (*write_text)(const struct secret *))
{
    int code = reply->err == MP_OK ? write_text(reply->text) : exit_because(reply->err, NULL);

    reply_free(reply);
    return code;
}

int reply_send(struct reply *reply)
{
    return send_with(reply, out_write);
}

int reply_send_part(struct reply *reply)
{
    return send_with(reply, out_write_part);
}
