#include "helper/url.h"

#include <string.h>

#include "helper/control.h"

#define SCHEME "https://"

/* An address has other bytes only percent-encoded, and other letters only as punycode. */
static int is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x21 || text[i] > 0x7e || text[i] == '\\')
            return 0;
    return 1;
}

static enum mp_err copy(char *out, size_t size, const char *text, size_t length)
{
    if (length >= size)
        return MP_TOO_LONG;
    memcpy(out, text, length);
    out[length] = '\0';
    return MP_OK;
}

enum mp_err url_read(const char *text, size_t length, struct url *url)
{
    const char *host = text + strlen(SCHEME);
    size_t host_length = 0;
    enum mp_err err = MP_OK;

    /* secret_text() and argv end in a NUL; one inside would end the text early */
    if (!is_plain(text, length) || control_is_encoded_in(text))
        return MP_PROTOCOL;
    if (strncmp(text, SCHEME, strlen(SCHEME)) != 0)
        return MP_NO_ACCOUNT;
    host_length = strcspn(host, "/?#");
    if (host_length == 0)
        return MP_NO_ACCOUNT;
    /* https://ours?@theirs/ is theirs for a reader that looks for '@' first */
    if (host[host_length] != '/' && strchr(host + host_length, '@'))
        return MP_PROTOCOL;
    err = copy(url->host, sizeof(url->host), host, host_length);
    if (err == MP_OK)
        err = copy(url->path, sizeof(url->path), host + host_length,
                   strcspn(host + host_length, "?#"));
    return err;
}
