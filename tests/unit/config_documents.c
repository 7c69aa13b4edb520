/* links: broker/config.o broker/config_keys.o broker/config_values.o broker/config_lists.o broker/config_check.o broker/config_endpoints.o broker/config_environment.o broker/config_secrets.o broker/config_uses.o broker/config_transport.o broker/config_policy.o broker/usermap.o broker/ini.o broker/utf8.o broker/trusted_file.o broker/hosts.o broker/address.o */
/* The example that is shipped and the manual page say what the program does. */
#include "broker/config_keys.h"
#include "tests/unit/config_case.h"

#define EXAMPLE "packaging/mobproc.conf"
#define MANUAL "broker/mobproc.conf.5"

static char text[65536];

/* Reads a file of the source tree, from its top folder or from tests/, where tests run. */
static const char *read_source(const char *name)
{
    char above[64];
    FILE *file = NULL;
    size_t length = 0;

    snprintf(above, sizeof(above), "../%s", name);
    file = fopen(name, "re");
    if (!file)
        file = fopen(above, "re");
    NEED(file);
    length = fread(text, 1, sizeof(text) - 1, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

/* Calls `check` with each `key = value` that stands behind `mark` at the start of a line. */
static int each_pair(const char *source, const char *mark,
                     void (*check)(const char *key, const char *value))
{
    size_t length = strlen(mark);
    int count = 0;

    for (const char *line = source; line; line = strchr(line, '\n')) {
        char key[64];
        char value[512];

        line += *line == '\n';
        if (strncmp(line, mark, length) != 0 ||
            sscanf(line + length, "%63[a-z_] = %511[^\n]", key, value) != 2)
            continue;
        check(key, value);
        count++;
    }
    return count;
}

static void is_accepted(const char *key, const char *value)
{
    char more[1200];
    char conf[1024];
    struct config *config = NULL;

    if (strcmp(key, "user_map") == 0) { /* the map that the documents name is not there */
        put_map("", 0600);
        value = map_path;
    }
    row_text(conf, sizeof(conf), key, value);
    snprintf(more, sizeof(more), "%s%s", conf,
             strcmp(key, "login_account") == 0
                 ? "allow_users = *\n[account tangoe]\nenvironment = qa\nclient_id = x\n"
                   "client_auth = none\nallow_users = *\n"
                 : "");
    config = right(more);
    config_free(&config);
    drop_map();
}

static int defaults_seen;

/* Is this the value that the key has when it is absent, if there is one? */
static void is_default(const char *key, const char *value)
{
    static const char *const without[] = {
        "token_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "authorization_endpoint",
        "user_map",
        "validate_url",
        "require_tenant",
        "require_platform",
        "require_scope",
        "require_identity_provider",
        "ca",
        "ca_fingerprint",
        "issuer",
        "client_certificate",
        "client_key",
        "proxy",
        "proxy_credentials",
        "require_identifier",
        "username",
        "password",
    };
    char conf[1024];
    char *bytes[2] = {NULL, NULL};
    struct config *configs[2] = {NULL, NULL};
    size_t size = 0;

    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
        if (strcmp(key, without[i]) == 0)
            return;
    defaults_seen++;
    for (int i = 0; i < 2; i++) {
        row_text(conf, sizeof(conf), key, value);
        if (i == 1)
            memset(strstr(conf, key), '#', 1);
        configs[i] = right(conf);
        bytes[i] = (char *)configs[i];
    }
    for (size_t k = 0; k < config_key_count; k++) {
        if (strcmp(config_keys[k].name, key) != 0)
            continue;
        size = config_keys[k].field;
        if (config_keys[k].section == CONFIG_ACCOUNT)
            size += offsetof(struct config, accounts);
        CHECK(memcmp(bytes[0] + size, bytes[1] + size, sizeof(int)) == 0);
    }
    config_free(&configs[0]);
    config_free(&configs[1]);
}

TEST(the_example_is_right_as_it_is)
{
    struct config *config = right(read_source(EXAMPLE));

    CHECK(config_login_account(config) == &config->accounts[0]);
    config_free(&config);
}

TEST(the_example_shows_the_defaults)
{
    CHECK(each_pair(read_source(EXAMPLE), "#", is_default) == 36);
    CHECK(defaults_seen == 16);
}

TEST(the_values_behind_a_hash_are_right_too)
{
    each_pair(read_source(EXAMPLE), "#", is_accepted);
}

TEST(the_examples_of_the_manual_are_right)
{
    CHECK(each_pair(read_source(MANUAL), ".Dl ", is_accepted) == (int)config_key_count + 3);
}

TEST(the_whole_examples_of_the_manual_are_right)
{
    const char *block = read_source(MANUAL);
    int count = 0;

    while ((block = strstr(block, ".Bd -literal -offset indent\n["))) {
        char conf[1024];
        const char *end = strstr(block, "\n.Ed");
        struct config *config = NULL;

        block = strchr(block, '[');
        NEED(end && (size_t)(end - block) < sizeof(conf));
        snprintf(conf, sizeof(conf), "%.*s\n", (int)(end - block), block);
        config = right(conf);
        config_free(&config);
        count++;
    }
    CHECK(count == 3);
}

TEST(every_key_is_in_the_example_and_in_the_manual)
{
    for (size_t i = 0; i < config_key_count; i++) {
        char plain[80];
        char hidden[80];
        char heading[80];

        snprintf(plain, sizeof(plain), "\n%s = ", config_keys[i].name);
        snprintf(hidden, sizeof(hidden), "\n#%s = ", config_keys[i].name);
        snprintf(heading, sizeof(heading), "\n.It Ic %s = ", config_keys[i].name);
        read_source(EXAMPLE);
        if (strcmp(config_keys[i].name, "insecure_loopback") == 0) /* not to be advertised */
            CHECK(!strstr(text, config_keys[i].name));
        else
            CHECK(strstr(text, plain) || strstr(text, hidden));
        CHECK(strstr(read_source(MANUAL), heading));
    }
}

TESTS(T(the_example_is_right_as_it_is), T(the_example_shows_the_defaults),
      T(the_values_behind_a_hash_are_right_too), T(the_examples_of_the_manual_are_right),
      T(the_whole_examples_of_the_manual_are_right),
      T(every_key_is_in_the_example_and_in_the_manual))
