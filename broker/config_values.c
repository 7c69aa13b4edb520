#include "broker/config_values.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "broker/config.h"

enum mp_err config_refuse(char *problem, size_t size, const char *reason)
{
    snprintf(problem, size, "%s", reason);
    return MP_CONFIGURATION;
}

enum mp_err config_keep(void *field, const char *text)
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

    return word ? config_keep(field, word->text) : MP_CONFIGURATION;
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

enum mp_err config_set_validation(const struct config_key *key, void *field, const char *value,
                                  char *problem, size_t size)
{
    const struct config_word *word = find_word(key, value, problem, size);

    if (!word)
        return MP_CONFIGURATION;
    *(enum proto_validation *)field = (enum proto_validation)word->number;
    return MP_OK;
}

enum mp_err config_set_account_name(const struct config_key *key UNUSED, void *field,
                                    const char *value, char *problem, size_t size)
{
    if (!proto_is_account_name(value))
        return config_refuse(problem, size,
                             "must be the name of an account: [a-z0-9][a-z0-9._-]{0,63}");
    return config_keep(field, value);
}

/* Printable ASCII, blanks included, of a length that a message can carry. */
static enum mp_err check_printable(const char *value, size_t most, char *problem, size_t size)
{
    if (strlen(value) > most) {
        snprintf(problem, size, "is longer than %zu bytes", most);
        return MP_CONFIGURATION;
    }
    for (const char *c = value; *c; c++)
        if (*c < 0x20 || *c > 0x7e)
            return config_refuse(problem, size, "may hold printable ASCII characters only");
    return proto_is_header_text(value) ? MP_OK : MP_INTERNAL;
}

enum mp_err config_set_header_text(const struct config_key *key UNUSED, void *field,
                                   const char *value, char *problem, size_t size)
{
    enum mp_err err = check_printable(value, PROTO_MAX_TEXT, problem, size);

    return err == MP_OK ? config_keep(field, value) : err;
}

enum mp_err config_set_claim(const struct config_key *key UNUSED, void *field, const char *value,
                             char *problem, size_t size)
{
    enum mp_err err = check_printable(value, PROTO_MAX_NAME, problem, size);

    return err == MP_OK ? config_keep(field, value) : err;
}

enum mp_err config_set_identifier(const struct config_key *key, void *field, const char *value,
                                  char *problem, size_t size)
{
    for (const char *percent = strchr(value, '%'); percent; percent = strchr(percent + 2, '%'))
        if (percent[1] == '\0' || !strchr("ur%", percent[1]))
            return config_refuse(problem, size,
                                 "after a percent sign stands u (the local name), r (the remote "
                                 "name) or another percent sign");
    return config_set_claim(key, field, value, problem, size);
}

enum mp_err config_set_scope(const struct config_key *key UNUSED, void *field, const char *value,
                             char *problem, size_t size)
{
    enum mp_err err = check_printable(value, PROTO_MAX_TEXT, problem, size);

    if (err != MP_OK)
        return err;
    if (strpbrk(value, "\"\\") || strstr(value, "  "))
        return config_refuse(problem, size,
                             "must be words with one blank between them, without \" and \\ "
                             "(RFC 6749 section 3.3)");
    return config_keep(field, value);
}

enum mp_err config_check_path(const char *path, char *problem, size_t size)
{
    size_t length = strlen(path);

    if (path[0] != '/')
        return config_refuse(problem, size, "must be an absolute path");
    if (length >= PATH_MAX || path[length - 1] == '/' || strstr(path, "//") ||
        strstr(path, "/./") || strstr(path, "/../") || strcmp(path + length - 2, "/.") == 0 ||
        (length > 2 && strcmp(path + length - 3, "/..") == 0))
        return config_refuse(problem, size,
                             "must be a path without '//', '/./', '/../' or a final slash");
    return MP_OK;
}

enum mp_err config_set_path(const struct config_key *key UNUSED, void *field, const char *value,
                            char *problem, size_t size)
{
    enum mp_err err = config_check_path(value, problem, size);

    return err == MP_OK ? config_keep(field, value) : err;
}
