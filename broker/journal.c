#include "broker/journal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define MAX_KEYS 16
#define MAX_KEY 32 /* bytes; a field's name is at most 64 long */

/* packaging/systemd/mobproc.catalog explains each; tests/test_operation.py compares. */
static const struct {
    const char *event;
    const char *id;
} ids[] = {
    {"account", "f9f4eb6b95995351b1b6e1caa1abf21b"},
    {"answer_lost", "fac728206fd95e5fb727d06446c84437"},
    {"browser", "45be447f53e853179fb3345488477ab0"},
    {"configuration", "81bf498b542558bfa952bf02dbf021f3"},
    {"confine", "8e878eac1ab750608aba5b2ed0a4c618"},
    {"courier", "79de1aa993a453d79e703c6430f3b9f6"},
    {"discovery", "35c068f698f952daba15ec23e6a1ed69"},
    {"forbidden", "063d8eb712445799b0bc44ec532f8b77"},
    {"forget", "531802f94d2b507d8a94b346062370c0"},
    {"grant", "4e79a5642a265a11af14ffe49f33af2b"},
    {"idle", "d512cbe1b59658beba51d80f441a8f1e"},
    {"log-lines-dropped", "da06bc7044a954eb9602091ad7a21296"},
    {"login", "979a36c8416f59b6b519db7aa076aaef"},
    {"logout", "abfe6b3598415227beb78fec91e83c49"},
    {"loop", "4d0f9daacd5150d89b66ea6a1b6f3e17"},
    {"malformed_request", "e203843b315c50519be0042be446c691"},
    {"policy", "2c3eb771c10157e18fd8037d0c58702d"},
    {"prepare", "f0fde82b49fe580ab62a3b9c0061fb3c"},
    {"probe", "5e85e3c098fa5444aaa121621be18a5f"},
    {"record_erased", "3ff7298f2f865e548be6820869c968ef"},
    {"refresh", "a17586e35fb9526d9c9b6abfcb9e9f5d"},
    {"refresh_mark_stays", "f9275b256d685304b3d43064256ea2d1"},
    {"rekey", "61f6c6c072e452d1b2887526e05bcb58"},
    {"reload", "7bebc6cb4f285ab0a757befb9056a892"},
    {"revoke", "122e2014602f55f48cb63d4da602acde"},
    {"seal", "7ca697be150d50cdade63dc91cc6107c"},
    {"service_login", "e152714f3558583c8a2095bf6d2fe30a"},
    {"started", "1c491e03d2a258cca0e70bc36990bba0"},
    {"stopping", "ff26ce2c1117545b8ffeff9bb2342825"},
    {"token", "32a5b5b71de15414866e6cced1377df5"},
    {"validation", "923882f51aab5aa8813c78e1989734e9"},
    {"vault", "2f8b34facd8852a8a54034d42a047c5f"},
    {"vault_write", "fac4395a4238524faf775b140390fd8a"},
};

struct entry {
    char *bytes;
    size_t length;
    char keys[MAX_KEYS][MAX_KEY + 1];
    size_t key_count;
};

const char *journal_message_id(const char *event)
{
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        if (strcmp(ids[i].event, event) == 0)
            return ids[i].id;
    return NULL;
}

static void add(struct entry *entry, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds a field, or nothing when there is no room for it. */
static void add(struct entry *entry, const char *format, ...)
{
    size_t room = JOURNAL_MAX_ENTRY - entry->length;
    va_list arguments;
    int length = 0;

    va_start(arguments, format);
    length = vsnprintf(entry->bytes + entry->length, room, format, arguments);
    va_end(arguments);
    if (length > 0 && (size_t)length < room)
        entry->length += (size_t)length;
}

static int is_new(struct entry *entry, const char *key)
{
    for (size_t i = 0; i < entry->key_count; i++)
        if (strcmp(entry->keys[i], key) == 0)
            return 0;
    if (entry->key_count == MAX_KEYS)
        return 0;
    memcpy(entry->keys[entry->key_count++], key, MAX_KEY + 1);
    return 1;
}

/* Upper case, as the journal wants it. 0 when it is no key of ours. */
static int read_key(const char *from, size_t length, char key[static MAX_KEY + 1])
{
    memset(key, 0, MAX_KEY + 1);
    if (length == 0 || length > MAX_KEY)
        return 0;
    for (size_t i = 0; i < length; i++) {
        if ((from[i] < 'a' || from[i] > 'z') && from[i] != '_')
            return 0;
        key[i] = from[i] == '_' ? '_' : (char)(from[i] - 'a' + 'A');
    }
    return 1;
}

static void add_message_id(struct entry *entry, const char *event, size_t length)
{
    char name[MAX_KEY + 1] = "";
    const char *id = NULL;

    if (length <= MAX_KEY)
        memcpy(name, event, length);
    id = journal_message_id(name);
    if (id)
        add(entry, "MESSAGE_ID=%s\n", id);
}

/* Adds a field for each key of the line, up to the first value in quotes. */
static void add_keys(struct entry *entry, const char *text)
{
    while (*text) {
        size_t word = strcspn(text, " ");
        const char *sign = memchr(text, '=', word);
        int is_quoted = sign && sign[1] == '"';
        size_t length = 0;
        char key[MAX_KEY + 1];

        if (is_quoted) { /* to the end of the line, without the quotes */
            word = strlen(text);
            length = word - (size_t)(sign + 2 - text);
            length -= length > 0 && text[word - 1] == '"';
        } else if (sign) {
            length = word - (size_t)(sign + 1 - text);
        }
        if (sign && read_key(text, (size_t)(sign - text), key) && is_new(entry, key)) {
            add(entry, "MOBPROC_%s=%.*s\n", key, (int)length, sign + 1 + is_quoted);
            if (strcmp(key, "EVENT") == 0)
                add_message_id(entry, sign + 1, length);
        }
        text += word;
        text += *text == ' ';
    }
}

size_t journal_entry(char out[static JOURNAL_MAX_ENTRY], int priority, const char *program,
                     const char *text)
{
    struct entry entry = {.bytes = out};

    add(&entry,
        "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%d\n", text,
        LOG_PRI(priority), LOG_AUTHPRIV >> 3, program, (int)getpid());
    add_keys(&entry, text);
    return entry.length;
}
