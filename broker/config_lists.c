/* Values that are lists of words: allow_users and hosts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/config.h"
#include "broker/config_values.h"

#define BLANKS " \t"
#define GROUP_CHARACTERS                                                                       \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-" /* as directories have \
                                                                           them, without blanks */

void config_words_free(char ***words)
{
    for (char **word = *words; word && *word; word++)
        free(*word);
    free(*words);
    *words = NULL;
}

enum mp_err config_words(char ***words, const char *value)
{
    size_t most = strlen(value) / 2 + 1; /* one byte and one blank each */
    char **list = calloc(most + 1, sizeof(*list));
    size_t count = 0;

    *words = list;
    if (!list)
        return MP_NOMEM;
    for (const char *word = value; *word; word += strspn(word, BLANKS)) {
        size_t length = strcspn(word, BLANKS);

        list[count] = strndup(word, length);
        if (!list[count++]) {
            config_words_free(words);
            return MP_NOMEM;
        }
        word += length;
    }
    return MP_OK;
}

static enum mp_err check_user(const char *user, int is_only, char *problem, size_t size)
{
    char escaped[64];
    int fits = 0;

    if (strcmp(user, "*") == 0) {
        if (is_only)
            return MP_OK;
        snprintf(problem, size, "'*' means everybody: it stands alone");
        return MP_CONFIGURATION;
    }
    if (user[0] == '@')
        fits = user[1] != '\0' && user[1] != '-' && user[1] != '.' &&
               user[1 + strspn(user + 1, GROUP_CHARACTERS)] == '\0' &&
               strlen(user + 1) <= PROTO_MAX_NAME;
    else
        fits = proto_is_local_name(user);
    if (fits)
        return MP_OK;
    proto_escape(escaped, sizeof(escaped), user);
    snprintf(problem, size,
             "'%s' is neither a local user name ([a-z0-9_][a-z0-9_.-]*) nor @group nor *; "
             "blanks separate names",
             escaped);
    return MP_CONFIGURATION;
}

enum mp_err config_set_users(const struct config_key *key UNUSED, void *field, const char *value,
                             char *problem, size_t size)
{
    char ***users = field;
    char **list = NULL;
    enum mp_err err = config_words(&list, value);

    for (size_t i = 0; err == MP_OK && list[i]; i++)
        err = check_user(list[i], !list[1], problem, size);
    if (err != MP_OK) {
        config_words_free(&list);
        return err;
    }
    config_words_free(users);
    *users = list;
    return MP_OK;
}

enum mp_err config_set_hosts(const struct config_key *key UNUSED, void *field, const char *value,
                             char *problem, size_t size)
{
    struct hosts *hosts = field;
    enum mp_err err = MP_OK;
    int nth = 1;

    for (const char *word = value; err == MP_OK && *word; nth++) {
        size_t length = strcspn(word, BLANKS);
        char *url = strndup(word, length);
        const char *reason = NULL;

        err = url ? hosts_add(hosts, url, &reason) : MP_NOMEM;
        if (err == MP_CONFIGURATION) /* not quoted: it may hold user info or a query */
            snprintf(problem, size, "address %d: %s", nth, reason);
        free(url);
        word += length;
        word += strspn(word, BLANKS);
    }
    return err;
}
