#include "broker/config_values.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "broker/address.h"
#include "broker/config.h"

static enum mp_err refuse(char *problem, size_t size, const char *reason)
{
    snprintf(problem, size, "%s", reason);
    return MP_CONFIGURATION;
}

/* Replaces a text; NULL is one too. */
static enum mp_err keep(void *field, const char *text)
{
    char **kept = field;
    char *copy = text ? strdup(text) : NULL;

    if (text && !copy)
        return MP_NOMEM;
    free(*kept);
    *kept = copy;
    return MP_OK;
}

/* Plain decimal digits, no sign, no leading zero (it could be meant as octal). */
static int read_decimal(const char *text, int64_t *number)
{
    size_t length = strlen(text);

    if (length == 0 || length > 10 || (length > 1 && text[0] == '0') ||
        strspn(text, "0123456789") != length)
        return 0;
    *number = 0;
    for (size_t i = 0; i < length; i++)
        *number = *number * 10 + (text[i] - '0');
    return 1;
}

static enum mp_err read_range(const struct config_key *key, const char *value, int64_t *number,
                              char *problem, size_t size)
{
    if (read_decimal(value, number) && *number >= key->minimum && *number <= key->maximum)
        return MP_OK;
    snprintf(problem, size, "must be a decimal number%s%s from %lld to %lld",
             key->unit ? " of " : "", key->unit ? key->unit : "", (long long)key->minimum,
             (long long)key->maximum);
    return MP_CONFIGURATION;
}

enum mp_err config_set_number(const struct config_key *key, void *field, const char *value,
                              char *problem, size_t size)
{
    int64_t number = 0;
    enum mp_err err = read_range(key, value, &number, problem, size);

    if (err == MP_OK && number > INT_MAX / key->scale)
        err = MP_INTERNAL;
    if (err == MP_OK)
        *(int *)field = (int)number * key->scale;
    return err;
}

enum mp_err config_set_uid(const struct config_key *key, void *field, const char *value,
                           char *problem, size_t size)
{
    int64_t number = 0;
    enum mp_err err = read_range(key, value, &number, problem, size);

    if (err == MP_OK)
        *(uid_t *)field = (uid_t)number;
    return err;
}

static const struct config_word *find_word(const struct config_key *key, const char *value,
                                           char *problem, size_t size)
{
    size_t used = 0;

    for (const struct config_word *word = key->words; word->word; word++)
        if (strcmp(word->word, value) == 0)
            return word;
    snprintf(problem, size, "must be ");
    for (const struct config_word *word = key->words; word->word; word++) {
        const char *before = word == key->words ? "" : word[1].word ? ", " : " or ";

        used = strlen(problem);
        snprintf(problem + used, size - used, "%s%s", before, word->word);
    }
    return NULL;
}

enum mp_err config_set_word_number(const struct config_key *key, void *field, const char *value,
                                   char *problem, size_t size)
{
    const struct config_word *word = find_word(key, value, problem, size);

    if (!word)
        return MP_CONFIGURATION;
    *(int *)field = word->number;
    return MP_OK;
}

enum mp_err config_set_word_text(const struct config_key *key, void *field, const char *value,
                                 char *problem, size_t size)
{
    const struct config_word *word = find_word(key, value, problem, size);

    return word ? keep(field, word->text) : MP_CONFIGURATION;
}

enum mp_err config_set_client_auth(const struct config_key *key, void *field, const char *value,
                                   char *problem, size_t size)
{
    const struct config_word *word = find_word(key, value, problem, size);

    if (!word)
        return MP_CONFIGURATION;
    *(enum proto_client_auth *)field = (enum proto_client_auth)word->number;
    return MP_OK;
}

enum mp_err config_set_account_name(const struct config_key *key UNUSED, void *field,
                                    const char *value, char *problem, size_t size)
{
    if (!proto_is_account_name(value))
        return refuse(problem, size, "must be the name of an account: [a-z0-9][a-z0-9._-]{0,63}");
    return keep(field, value);
}

/* Printable ASCII, blanks included, of a length that a message can carry. */
static enum mp_err check_printable(const char *value, char *problem, size_t size)
{
    if (strlen(value) > PROTO_MAX_TEXT) {
        snprintf(problem, size, "is longer than %d bytes", PROTO_MAX_TEXT);
        return MP_CONFIGURATION;
    }
    for (const char *c = value; *c; c++)
        if (*c < 0x20 || *c > 0x7e)
            return refuse(problem, size, "may hold printable ASCII characters only");
    return proto_is_header_text(value) ? MP_OK : MP_INTERNAL;
}

enum mp_err config_set_header_text(const struct config_key *key UNUSED, void *field,
                                   const char *value, char *problem, size_t size)
{
    enum mp_err err = check_printable(value, problem, size);

    return err == MP_OK ? keep(field, value) : err;
}

enum mp_err config_set_scope(const struct config_key *key UNUSED, void *field, const char *value,
                             char *problem, size_t size)
{
    enum mp_err err = check_printable(value, problem, size);

    if (err != MP_OK)
        return err;
    if (strpbrk(value, "\"\\") || strstr(value, "  "))
        return refuse(problem, size,
                      "must be words with one blank between them, without \" and \\ "
                      "(RFC 6749 section 3.3)");
    return keep(field, value);
}

static enum mp_err check_path(const char *path, char *problem, size_t size)
{
    size_t length = strlen(path);

    if (path[0] != '/')
        return refuse(problem, size, "must be an absolute path");
    if (length >= PATH_MAX || path[length - 1] == '/' || strstr(path, "//") ||
        strstr(path, "/./") || strstr(path, "/../") || strcmp(path + length - 2, "/.") == 0 ||
        (length > 2 && strcmp(path + length - 3, "/..") == 0))
        return refuse(problem, size, "must be a path without '//', '/./', '/../' or a final slash");
    return MP_OK;
}

enum mp_err config_set_path(const struct config_key *key UNUSED, void *field, const char *value,
                            char *problem, size_t size)
{
    enum mp_err err = check_path(value, problem, size);

    return err == MP_OK ? keep(field, value) : err;
}

enum mp_err config_set_endpoint(const struct config_key *key UNUSED, void *field, const char *value,
                                char *problem, size_t size)
{
    struct address address = {0};
    const char *reason = NULL;
    int is_http = strncmp(value, "http://", 7) == 0;

    if (strlen(value) > PROTO_MAX_TEXT)
        return refuse(problem, size, "is too long");
    if (address_read(&address, value, is_http ? "http" : "https", is_http ? 80 : 443, &reason) !=
        MP_OK)
        return refuse(problem, size, reason);
    if (is_http && strcmp(address.host, "127.0.0.1") != 0)
        return refuse(problem, size, "it must begin with https://");
    if (address.path[0] == '\0')
        return refuse(problem, size, "the path is missing: https://host/path");
    return keep(field, value);
}

/* A literal secret may stand in `value`: it is never quoted. */
enum mp_err config_set_secret(const struct config_key *key UNUSED, void *field, const char *value,
                              char *problem, size_t size)
{
    struct config_secret *secret = field;
    enum config_secret_kind kind = CONFIG_SECRET_NONE;
    const char *rest = NULL;
    enum mp_err err = MP_OK;

    if (strncmp(value, "file:", 5) == 0) {
        kind = CONFIG_SECRET_FILE;
        rest = value + 5;
        err = check_path(rest, problem, size);
    } else if (strncmp(value, "credential:", 11) == 0) {
        kind = CONFIG_SECRET_CREDENTIAL;
        rest = value + 11;
        if (rest[0] == '\0' || rest[0] == '.' || strchr(rest, '/') || strlen(rest) > NAME_MAX)
            err = refuse(problem, size, "after credential: must be a plain file name");
    } else {
        err = refuse(problem, size,
                     "a secret does not belong into this file: write it to a file of mode 0640 or "
                     "stricter and say file:/absolute/path, or credential:NAME");
    }
    if (err == MP_OK)
        err = keep(&secret->value, rest);
    if (err == MP_OK)
        secret->kind = kind;
    return err;
}
