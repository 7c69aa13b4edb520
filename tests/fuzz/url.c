/* links: helper/url.o helper/control.o */
/* helper/url: an address that is accepted is the host and path that it is cut into, byte by byte.
 */
#include "helper/url.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = calloc(1, length + 1);
    struct url url;
    enum mp_err err = MP_OK;

    MUST(text != NULL);
    memcpy(text, bytes, length);
    err = url_read(text, length, &url);
    MUST(err == MP_OK || err == MP_NO_ACCOUNT || err == MP_PROTOCOL || err == MP_TOO_LONG);
    if (err == MP_OK) {
        size_t host = strlen(url.host);
        size_t path = strlen(url.path);

        MUST(strncmp(text, "https://", 8) == 0 && host > 0 && strlen(text) == length);
        MUST(strncmp(text + 8, url.host, host) == 0 && !strpbrk(url.host, "/?#\\"));
        MUST(strncmp(text + 8 + host, url.path, path) == 0 && !strpbrk(url.path, "?#\\"));
        MUST(!path || url.path[0] == '/');
        MUST(!text[8 + host + path] || strchr("?#", text[8 + host + path]));
        for (const char *c = text; *c; c++)
            MUST(*c > 0x20 && *c < 0x7f);
    }
    free(text);
    return 0;
}
