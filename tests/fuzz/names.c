/* links: broker/mapping.o broker/usermap.o broker/ini.o broker/utf8.o */
/*
 * broker/mapping with broker/usermap: two local users never have one remote name, however they are
 * written (P7). The input is a source system's letter, two local names and a user_map.
 */
#include "broker/mapping.h"

#include <strings.h>

#include "tests/fuzz/trusted_bytes.h"

static int reports;

int config_is_service(const struct config_account *account)
{
    return account->username != NULL;
}

static void report(void *owner, const char *message)
{
    MUST(owner == &reports && message[0] && !strchr(message, '\n'));
    reports++;
}

static struct usermap *load(const uint8_t *bytes, size_t length)
{
    struct usermap *map = NULL;
    enum mp_err err = MP_OK;

    reports = 0;
    trusted_bytes[0] = (struct trusted_bytes){"", bytes, length};
    err = usermap_load(&map, "/fuzz/map", 1, report, &reports);
    MUST(err == MP_OK || err == MP_CONFIGURATION);
    MUST((err == MP_OK) == (map != NULL) && (err == MP_OK) == (reports == 0));
    return map;
}

static int holds(struct holder *holder, const struct config *config, const char *name, uid_t uid)
{
    struct nss_user user = {.uid = uid};
    enum mp_err err = MP_OK;

    if (strlen(name) > PROTO_MAX_NAME)
        return 0;
    snprintf(user.name, sizeof(user.name), "%s", name);
    err = mapping_holder(holder, config, &config->accounts[0], &user);
    MUST(err == MP_OK || err == MP_UNMAPPED);
    if (err != MP_OK)
        return 0;
    MUST(uid != 0 && holder->uid == uid && strcmp(holder->local_name, name) == 0);
    MUST(holder->remote_name[0] && proto_is_header_text(holder->remote_name));
    MUST(!strchr(holder->remote_name, ' '));
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static char *systems[] = {NULL, "command", "rivermine"};
    static char *everybody[] = {"*", NULL};
    static struct config config = {.minimum_uid = 1000, .maximum_uid = 60000, .account_count = 1};
    uint8_t system = length ? bytes[0] % 3 : 0;
    const uint8_t *rest = length ? bytes + 1 : bytes;
    size_t left = length ? length - 1 : 0;
    char *one = fuzz_text(&rest, &left);
    char *other = fuzz_text(&rest, &left);
    struct usermap *map = left ? load(rest, left) : NULL;
    struct holder first;
    struct holder second;

    config.accounts[0] = (struct config_account){
        .source_system = systems[system], .allow_users = everybody, .user_map = map};
    MUST(!holds(&first, &config, one, 0) && !holds(&first, &config, one, 999));
    if (holds(&first, &config, one, 1000) && holds(&second, &config, other, 1001) &&
        strcmp(one, other) != 0)
        /* plain names are lower case; a map's remote names differ in more than case */
        MUST(strcasecmp(first.remote_name, second.remote_name) != 0);
    usermap_free(&map);
    free(one);
    free(other);
    return 0;
}
