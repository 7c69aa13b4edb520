#include "helper/callback.h"

#include <string.h>
#include <strings.h>

#define MAX_VALUE (PROTO_MAX_TOKEN + 1) /* one more than the longest: it is seen to be too long */
#define MAX_STATE 128
#define MAX_CODE 2048
#define MAX_LIFETIME (UINT64_C(1) << 31)
#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

/* The values as they were sent, decoded. */
struct values {
    struct secret *state;
    struct secret *code;
    struct secret *access_token;
    struct secret *token_type;
    struct secret *expires_in;
    struct secret *error;
    struct secret *description;
};

static void values_free(struct values *values)
{
    secret_free(&values->state);
    secret_free(&values->code);
    secret_free(&values->access_token);
    secret_free(&values->token_type);
    secret_free(&values->expires_in);
    secret_free(&values->error);
    secret_free(&values->description);
}

void callback_free(struct callback *callback)
{
    secret_free(&callback->state);
    secret_free(&callback->code);
    secret_free(&callback->access_token);
    *callback = (struct callback){0};
}

static struct secret **place_of(struct values *values, const char *name, size_t length)
{
    const struct {
        const char *name;
        struct secret **place;
    } known[] = {
        {"state", &values->state},
        {"code", &values->code},
        {"access_token", &values->access_token},
        {"token_type", &values->token_type},
        {"expires_in", &values->expires_in},
        {"error", &values->error},
        {"error_description", &values->description},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strlen(known[i].name) == length && memcmp(known[i].name, name, length) == 0)
            return known[i].place;
    return NULL;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* application/x-www-form-urlencoded (RFC 6749 appendix B). A NUL byte is nobody's value. */
static enum mp_err decode(const char *text, size_t length, struct secret *out)
{
    enum mp_err err = MP_OK;

    for (size_t i = 0; i < length && err == MP_OK; i++) {
        char byte = text[i] == '+' ? ' ' : text[i];

        if (text[i] == '%') {
            int high = length - i > 2 ? hex_digit(text[i + 1]) : -1;
            int low = length - i > 2 ? hex_digit(text[i + 2]) : -1;

            if (high < 0 || low < 0)
                return MP_PROTOCOL;
            byte = (char)(high << 4 | low);
            i += 2;
        }
        err = byte ? secret_append(out, &byte, 1) : MP_PROTOCOL;
    }
    return err == MP_TOO_LONG ? MP_PROTOCOL : err;
}

static enum mp_err take_pair(struct values *values, const char *pair, size_t length)
{
    const char *equals = memchr(pair, '=', length);
    size_t name = equals ? (size_t)(equals - pair) : length;
    struct secret **place = place_of(values, pair, name);

    if (!place)
        return MP_OK;
    if (*place)
        return MP_PROTOCOL;
    *place = secret_new(MAX_VALUE);
    if (!*place)
        return MP_NOMEM;
    return equals ? decode(equals + 1, length - name - 1, *place) : MP_PROTOCOL;
}

static enum mp_err take_pairs(struct values *values, const char *text, size_t length)
{
    enum mp_err err = MP_OK;

    while (length > 0 && err == MP_OK) {
        const char *end = memchr(text, '&', length);
        size_t pair = end ? (size_t)(end - text) : length;

        if (pair > 0)
            err = take_pair(values, text, pair);
        text += pair + (end ? 1 : 0);
        length -= pair + (end ? 1 : 0);
    }
    return err;
}

/* 1 to `max` visible ASCII characters (RFC 6749 appendix A, VSCHAR without the blank). */
static int is_visible(const struct secret *value, size_t max)
{
    const char *text = secret_text(value);
    size_t length = secret_length(value);

    for (size_t i = 0; i < length; i++)
        if (text[i] <= 0x20 || text[i] >= 0x7f)
            return 0;
    return length > 0 && length <= max;
}

static int read_lifetime(const struct secret *value, uint64_t *seconds)
{
    const char *digit = secret_text(value);

    if (secret_length(value) == 0 || secret_length(value) > 10 ||
        strspn(digit, "0123456789") != secret_length(value))
        return 0;
    for (; *digit; digit++)
        *seconds = *seconds * 10 + (uint64_t)(*digit - '0');
    return *seconds > 0 && *seconds <= MAX_LIFETIME;
}

static int read_error(const struct values *values, struct callback *callback)
{
    const char *word = secret_text(values->error);
    size_t length = secret_length(values->error);

    if (length == 0 || length > CALLBACK_MAX_ERROR || strspn(word, WORD) != length)
        return 0;
    memcpy(callback->error, word, length + 1);
    if (values->description)
        strncpy(callback->description, secret_text(values->description), PROTO_MAX_TEXT);
    return 1;
}

/* Exactly one of code, token and error, and each complete. */
static int make_sense(const struct values *values, struct callback *callback)
{
    int answers = !!values->code + !!values->access_token + !!values->error;

    if (answers != 1 || (values->state && !is_visible(values->state, MAX_STATE)))
        return 0;
    if (values->error)
        return read_error(values, callback);
    if (values->code)
        return is_visible(values->code, MAX_CODE);
    /* RFC 6749 7.1: any case. Another type (DPoP, mac) is no bearer token. */
    return proto_is_token(secret_text(values->access_token), secret_length(values->access_token)) &&
           values->token_type && strcasecmp(secret_text(values->token_type), "Bearer") == 0 &&
           (!values->expires_in || read_lifetime(values->expires_in, &callback->expires_in));
}

enum mp_err callback_read(const char *text, size_t length, struct callback *callback)
{
    struct values values = {0};
    enum mp_err err = take_pairs(&values, text, length);
    int is_answer = values.state || values.code || values.access_token || values.error;

    if (err == MP_OK && is_answer && !make_sense(&values, callback))
        err = MP_PROTOCOL;
    if (err == MP_OK && is_answer) {
        callback->state = values.state;
        callback->code = values.code;
        callback->access_token = values.access_token;
        values.state = values.code = values.access_token = NULL;
    }
    values_free(&values);
    return err;
}

/* The last one: every value is escaped, but the address of the page itself may hold anything. */
int callback_belongs_to(const struct callback *callback, const char *request)
{
    static const char name[] = "&state=";
    const char *state = NULL;
    size_t length = 0;

    for (const char *at = strstr(request, name); at; at = strstr(state, name))
        state = at + strlen(name);
    length = state ? strcspn(state, "&") : 0;
    return length > 0 && callback->state && secret_length(callback->state) == length &&
           secret_equal_bytes(secret_text(callback->state), state, length);
}

int callback_is_answer(const struct callback *callback)
{
    return callback->code || callback->access_token || callback->error[0];
}

enum mp_err callback_read_address(const char *address, const char *redirect_uri,
                                  struct callback *callback)
{
    static const char blanks[] = " \t\r";
    const char *text = address + strspn(address, blanks);
    size_t length = strlen(text);
    size_t start = strlen(redirect_uri);
    const char *fragment = NULL;
    enum mp_err err = MP_OK;

    while (length > 0 && strchr(blanks, text[length - 1]))
        length--;
    if (length <= start || strncmp(text, redirect_uri, start) != 0)
        return MP_PROTOCOL;
    if (text[start] != '?' && text[start] != '#')
        return MP_PROTOCOL;
    fragment = text[start] == '?' ? memchr(text, '#', length) : NULL;
    if (fragment)
        length = (size_t)(fragment - text);
    err = callback_read(text + start + 1, length - start - 1, callback);
    return err == MP_OK && !(callback_is_answer(callback) && callback->state) ? MP_PROTOCOL : err;
}
