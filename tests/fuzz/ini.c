/* links: broker/ini.o broker/utf8.o */
/* broker/ini: what is handed on is clean text in the order of its lines, or a problem. */
#include "broker/ini.h"

#include "broker/utf8.h"
#include "tests/fuzz/fuzz.h"

#define LONGEST_LINE 200

static int last;

static void check(int line, const char *text)
{
    MUST(line >= last && line > 0);
    last = line;
    if (text)
        MUST(!ini_bytes_problem(text, strlen(text)) && strlen(text) <= LONGEST_LINE);
}

static void section(void *owner, int line, const char *name)
{
    (void)owner;
    check(line, name);
    MUST(!name || (!strchr(name, '[') && !strchr(name, ']')));
}

static void entry(void *owner, int line, const char *key, const char *value)
{
    (void)owner;
    check(line, key);
    check(line, value);
    MUST(key[0] >= 'a' && key[0] <= 'z' && strlen(key) <= INI_MAX_KEY);
    MUST(strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(key));
    MUST(!value[0] || (!strchr(" \t", value[0]) && !strchr(" \t", value[strlen(value) - 1])));
}

static void problem(void *owner, int line, const char *key, const char *reason)
{
    (void)owner;
    check(line, key);
    MUST(reason && reason[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const struct ini_sink sink = {NULL, section, entry, problem};
    char *text = malloc(length + 1);

    MUST(text != NULL);
    memcpy(text, bytes, length);
    last = 0;
    ini_parse(text, length, LONGEST_LINE, &sink);
    free(text);
    return 0;
}
