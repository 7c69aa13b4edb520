/* links: helper/git_request.o helper/lines.o helper/control.o */
/* helper/git_request: no value that is used holds a byte that could end a line somewhere. */
#include "helper/git_request.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static void check(const struct secret *value)
{
    const char *text = value ? secret_text(value) : "";

    MUST(!value || strlen(text) == secret_length(value));
    for (const char *c = text; *c; c++)
        MUST((unsigned char)*c >= 0x20 && *c != 0x7f);
    MUST(!strstr(text, "\xe2\x80\xa8") && !strstr(text, "\xe2\x80\xa9") &&
         !strstr(text, "\xc2\x85"));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static int fd = -1;
    struct git_request request = {0};
    enum mp_err err = MP_OK;

    if (fd < 0)
        fd = memfd_create("request", MFD_CLOEXEC);
    MUST(fd >= 0 && ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
    MUST(pwrite(fd, bytes, length, 0) == (ssize_t)length);
    err = git_request_read(fd, &request);
    MUST(err == MP_OK || err == MP_PROTOCOL || err == MP_TOO_LONG);
    if (err == MP_OK) {
        check(request.protocol);
        check(request.host);
        check(request.path);
        check(request.username);
        check(request.password);
        check(request.credential);
        MUST(!request.host || (!strstr(secret_text(request.host), "%0a") &&
                               !strstr(secret_text(request.host), "%0D")));
    }
    git_request_free(&request);
    return 0;
}
