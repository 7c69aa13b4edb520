#include "broker/usermap.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "broker/ini.h"
#include "broker/trusted_file.h"
#include "lib/proto.h"

#define BLANKS " \t"
#define MAX_LINE (PROTO_MAX_NAME + PROTO_MAX_TEXT + 64)

struct entry {
    char *local;
    char *remote;
    int line;
    int local_twin;  /* an earlier line with this local name; 0: none */
    int remote_twin; /* the same for the remote name */
};

/* The comparisons are those of the C locale: ASCII letters alone have a case. */
struct usermap {
    size_t count;
    struct entry *entries;    /* in the order of the file */
    struct entry **by_local;  /* sorted without case */
    struct entry **by_remote; /* sorted without case */
};

struct reader {
    struct usermap *map;
    const char *path;
    usermap_report *report;
    void *owner;
    enum mp_err err; /* MP_OK while nothing is wrong */
};

static void complain(struct reader *reader, int line, const char *format, ...) PRINTF_LIKE(3, 4);
static void complain(struct reader *reader, int line, const char *format, ...)
{
    char reason[400];
    char message[PATH_MAX + sizeof(reason)];
    va_list arguments;

    if (reader->err == MP_OK)
        reader->err = MP_CONFIGURATION;
    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    snprintf(message, sizeof(message), "%.4000s:%d: %s", reader->path, line, reason);
    reader->report(reader->owner, message);
}

/* --- lines --- */

static enum mp_err add(struct usermap *map, const char *local, size_t local_length,
                       const char *remote, size_t remote_length, int line)
{
    struct entry *entry = &map->entries[map->count];

    entry->local = strndup(local, local_length);
    entry->remote = strndup(remote, remote_length);
    entry->line = line;
    if (!entry->local || !entry->remote) {
        free(entry->local);
        free(entry->remote);
        return MP_NOMEM;
    }
    map->count++;
    return MP_OK;
}

/* What is wrong with the two names of a line, or NULL. */
static const char *names_problem(const char *local, size_t local_length, size_t remote_length)
{
    if (memchr(local, ':', local_length) || memchr(local, '/', local_length))
        return "a local name holds no ':' and no '/'";
    if (local_length > PROTO_MAX_NAME)
        return "the local name is longer than 255 bytes";
    if (remote_length > PROTO_MAX_TEXT)
        return "the remote name is longer than 1024 bytes";
    return NULL;
}

/* What is wrong with the bytes of a line, or NULL. */
static const char *line_problem(const char *line, size_t length, int number)
{
    if (length > MAX_LINE)
        return "the line is too long";
    if (length > 0 && line[length - 1] == '\r')
        return "the line ends in CR LF (Windows); end lines with LF alone";
    if (number == 1 && length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
        return "the file begins with a byte order mark";
    return ini_bytes_problem(line, length);
}

/* `line` has `length` bytes without its newline; a NUL byte follows them. */
static void take_line(struct reader *reader, const char *line, size_t length, int number)
{
    const char *problem = line_problem(line, length, number);
    const char *local = line;
    const char *remote = NULL;
    const char *rest = NULL;
    size_t local_length = 0;
    size_t remote_length = 0;

    if (problem) {
        complain(reader, number, "%s", problem);
        return;
    }
    local += strspn(local, BLANKS);
    if (*local == '\0' || *local == '#')
        return;
    local_length = strcspn(local, BLANKS);
    remote = local + local_length + strspn(local + local_length, BLANKS);
    remote_length = strcspn(remote, BLANKS);
    rest = remote + remote_length + strspn(remote + remote_length, BLANKS);
    if (remote_length == 0 || *rest)
        problem = "a line is: a local name, blanks, a remote name";
    else
        problem = names_problem(local, local_length, remote_length);
    if (problem)
        complain(reader, number, "%s", problem);
    else if (reader->map->count == USERMAP_MAX_ENTRIES)
        complain(reader, number, "there are more than %d users", USERMAP_MAX_ENTRIES);
    else if (add(reader->map, local, local_length, remote, remote_length, number) != MP_OK)
        reader->err = MP_NOMEM;
}

/* `text` ends with a NUL after its `length` bytes. Stops where nothing more can be kept. */
static void take_text(struct reader *reader, char *text, size_t length)
{
    for (int number = 1; length > 0; number++) {
        char *end = memchr(text, '\n', length);
        size_t size = end ? (size_t)(end - text) : length;
        int is_full = reader->map->count == USERMAP_MAX_ENTRIES;

        text[size] = '\0';
        take_line(reader, text, size, number);
        if (!end || reader->err == MP_NOMEM || (is_full && reader->err != MP_OK))
            return;
        text += size + 1;
        length -= size + 1;
    }
}

/* --- no name twice --- */

static int compare_local(const void *one, const void *other)
{
    const struct entry *const *a = one;
    const struct entry *const *b = other;
    int order = strcasecmp((*a)->local, (*b)->local);

    return order ? order : (*a)->line - (*b)->line;
}

static int compare_remote(const void *one, const void *other)
{
    const struct entry *const *a = one;
    const struct entry *const *b = other;
    int order = strcasecmp((*a)->remote, (*b)->remote);

    return order ? order : (*a)->line - (*b)->line;
}

static enum mp_err sort(struct usermap *map)
{
    map->by_local = calloc(map->count + 1, sizeof(struct entry *));
    map->by_remote = calloc(map->count + 1, sizeof(struct entry *));
    if (!map->by_local || !map->by_remote)
        return MP_NOMEM;
    for (size_t i = 0; i < map->count; i++)
        map->by_local[i] = map->by_remote[i] = &map->entries[i];
    qsort(map->by_local, map->count, sizeof(struct entry *), compare_local);
    qsort(map->by_remote, map->count, sizeof(struct entry *), compare_remote);
    return MP_OK;
}

static void tell_twin(struct reader *reader, const struct entry *entry, const char *which,
                      const char *name, int twin)
{
    char escaped[128];

    proto_escape(escaped, sizeof(escaped), name);
    if (twin)
        complain(reader, entry->line, "the %s name '%s' is in line %d too (case does not count)",
                 which, escaped, twin);
}

/* Told in the order of the file. */
static void refuse_twins(struct reader *reader)
{
    struct usermap *map = reader->map;

    for (size_t i = 1; i < map->count; i++) {
        if (strcasecmp(map->by_local[i - 1]->local, map->by_local[i]->local) == 0)
            map->by_local[i]->local_twin = map->by_local[i - 1]->line;
        if (strcasecmp(map->by_remote[i - 1]->remote, map->by_remote[i]->remote) == 0)
            map->by_remote[i]->remote_twin = map->by_remote[i - 1]->line;
    }
    for (const struct entry *e = map->entries; e < map->entries + map->count; e++) {
        tell_twin(reader, e, "local", e->local, e->local_twin);
        tell_twin(reader, e, "remote", e->remote, e->remote_twin);
    }
}

/* --- the map --- */

static enum mp_err read_map(struct reader *reader, uid_t uid)
{
    const struct trusted_file_rules rules = {uid, 022, TRUSTED_FILE_MAX, 1};
    struct secret *text = NULL;
    char problem[200] = "";
    enum mp_err err = trusted_file_read(reader->path, &rules, &text, problem, sizeof(problem));

    if (err == MP_CONFIGURATION)
        complain(reader, 0, "%s", problem);
    if (err == MP_OK) {
        /* trusted_file_read() leaves room for the NUL, which secret.h promises */
        take_text(reader, (char *)secret_bytes(text), secret_length(text));
        err = reader->err == MP_NOMEM ? MP_NOMEM : sort(reader->map);
        if (err == MP_OK)
            refuse_twins(reader);
        if (err == MP_OK)
            err = reader->err;
    }
    secret_free(&text);
    return err;
}

enum mp_err usermap_load(struct usermap **map, const char *path, uid_t uid, usermap_report *report,
                         void *owner)
{
    struct reader reader = {calloc(1, sizeof(struct usermap)), path, report, owner, MP_OK};
    enum mp_err err = MP_NOMEM;

    *map = NULL;
    if (!reader.map)
        return MP_NOMEM;
    reader.map->entries = calloc(USERMAP_MAX_ENTRIES, sizeof(struct entry));
    if (reader.map->entries)
        err = read_map(&reader, uid);
    if (err == MP_OK) {
        *map = reader.map;
        reader.map = NULL;
    }
    usermap_free(&reader.map);
    return err;
}

void usermap_free(struct usermap **map)
{
    if (!map || !*map)
        return;
    for (size_t i = 0; i < (*map)->count; i++) {
        free((*map)->entries[i].local);
        free((*map)->entries[i].remote);
    }
    free((*map)->entries);
    free((*map)->by_local);
    free((*map)->by_remote);
    free(*map);
    *map = NULL;
}

static int find_local(const void *name, const void *element)
{
    const struct entry *const *entry = element;

    return strcasecmp(name, (*entry)->local);
}

static int find_remote(const void *name, const void *element)
{
    const struct entry *const *entry = element;

    return strcasecmp(name, (*entry)->remote);
}

const char *usermap_remote(const struct usermap *map, const char *local_name)
{
    struct entry *const *found =
        bsearch(local_name, map->by_local, map->count, sizeof(struct entry *), find_local);

    /* two local accounts may differ in case alone: only the one that is written here is meant */
    return found && strcmp((*found)->local, local_name) == 0 ? (*found)->remote : NULL;
}

int usermap_has_remote(const struct usermap *map, const char *remote_name)
{
    return bsearch(remote_name, map->by_remote, map->count, sizeof(struct entry *), find_remote) !=
           NULL;
}
