#include "helper/git_request.h"

#include <stddef.h>
#include <string.h>

#include "helper/control.h"
#include "helper/lines.h"

#define MAX_LINES 1024

static const struct {
    const char *key;
    size_t offset;
} known_keys[] = {
    {"protocol", offsetof(struct git_request, protocol)},
    {"host", offsetof(struct git_request, host)},
    {"path", offsetof(struct git_request, path)},
    {"username", offsetof(struct git_request, username)},
    {"password", offsetof(struct git_request, password)},
    {"credential", offsetof(struct git_request, credential)},
};

void git_request_free(struct git_request *request)
{
    secret_free(&request->protocol);
    secret_free(&request->host);
    secret_free(&request->path);
    secret_free(&request->username);
    secret_free(&request->password);
    secret_free(&request->credential);
}

static struct secret **place_of(struct git_request *request, const char *key, size_t length)
{
    for (size_t i = 0; i < sizeof(known_keys) / sizeof(known_keys[0]); i++)
        if (strlen(known_keys[i].key) == length && memcmp(known_keys[i].key, key, length) == 0)
            return (struct secret **)(void *)((char *)request + known_keys[i].offset);
    return NULL;
}

static int is(const char *bytes, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(bytes, word, length) == 0;
}

static enum mp_err take_line(struct git_request *request, const char *line, size_t length)
{
    const char *equals = memchr(line, '=', length);
    size_t key_length = equals ? (size_t)(equals - line) : 0;
    const char *value = equals ? equals + 1 : NULL;
    size_t value_length = equals ? length - key_length - 1 : 0;
    struct secret **place = NULL;
    int is_capability = 0;

    if (key_length == 0 || control_is_in(line, key_length))
        return MP_PROTOCOL;
    place = place_of(request, line, key_length);
    is_capability = is(line, key_length, "capability[]");
    if (place || is_capability ? control_is_in(value, value_length)
                               : control_but_tab_is_in(value, value_length))
        return MP_PROTOCOL;
    if (is_capability && value_length == 0) /* an empty value clears a list */
        request->wants_authtype = 0;
    else if (is_capability && is(value, value_length, "authtype"))
        request->wants_authtype = 1;
    if (!place)
        return MP_OK;
    secret_free(place);
    *place = secret_copy(value, value_length);
    return *place ? MP_OK : MP_NOMEM;
}

/* git decodes an address before it asks, so an encoded control byte is an attempt. */
static int has_encoded_control(const struct secret *value)
{
    return value && control_is_encoded_in(secret_text(value));
}

static enum mp_err take_lines(struct lines *lines, struct git_request *request)
{
    enum mp_err err = MP_OK;

    for (size_t count = 0; err == MP_OK; count++) {
        const char *line = NULL;
        size_t length = 0;

        err = lines_next(lines, &line, &length);
        if (err != MP_OK || !line || length == 0)
            break;
        err = count < MAX_LINES ? take_line(request, line, length) : MP_TOO_LONG;
    }
    if (err == MP_OK &&
        (has_encoded_control(request->protocol) || has_encoded_control(request->host) ||
         has_encoded_control(request->path) || has_encoded_control(request->username)))
        err = MP_PROTOCOL;
    return err;
}

enum mp_err git_request_read(int fd, struct git_request *request)
{
    struct lines lines;
    enum mp_err err = lines_open(&lines, fd);

    if (err == MP_OK)
        err = take_lines(&lines, request);
    lines_close(&lines);
    return err;
}
