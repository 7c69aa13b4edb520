/* links: helper/lines.o */
/* helper/lines: what it gives out, put together again, is what went in. */
#include "helper/lines.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct lines lines;
    const char *line = NULL;
    size_t size = 0;
    size_t at = 0;

    MUST(lines_open_bytes(&lines, bytes, length) == MP_OK);
    while (lines_next(&lines, &line, &size) == MP_OK && line) {
        MUST(size <= length - at && memcmp(line, bytes + at, size) == 0);
        MUST(!memchr(line, '\n', size));
        at += size;
        if (at < length && bytes[at] == '\r')
            at++;
        MUST(at == length || bytes[at] == '\n');
        at += at < length;
    }
    MUST(at == length);
    lines_close(&lines);
    return 0;
}
