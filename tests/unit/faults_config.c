/* links: broker/ tests/faults/inside.o -lsodium -lseccomp */
/*
 * A configuration while memory runs out or the disk fails: it is whole or it is none, it is never
 * refused without a reason, and nothing leaks.
 */
#include "broker/certificate.h"
#include "broker/secretref.h"
#include "tests/unit/config_case.h"
#include "tests/unit/every_fault.h"

static const char whole[] =
    "[mobproc]\n"
    "login_account = a\n"
    "[account a]\n"
    "token_endpoint = https://ping.example.com/token https://two.example.com/token\n"
    "introspection_endpoint = https://ping.example.com/introspect\n"
    "revocation_endpoint = https://ping.example.com/revoke\n"
    "authorization_endpoint = https://ping.example.com/authorize\n"
    "client_id = id\n"
    "client_secret = sealed:one\n"
    "client_certificate = /c\n"
    "client_key = file:/k\n"
    "scope = MOBPROC\n"
    "tenant = XYZ\n"
    "source_system = command\n"
    "allow_users = ada @staff\n"
    "hosts = https://one.example/ https://two.example:8443/prefix/\n"
    "ca = /ca\n"
    "ca_fingerprint = sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    "proxy = https://proxy.example:3128\n"
    "proxy_credentials = credential:proxy\n"
    "validate = url\n"
    "validate_url = https://validator.example.com\n"
    "require_platform = command\n"
    "require_identity_provider = idp\n"
    "require_identifier = %u\n"
    "require_scope = MOBPROC\n"
    "[account b]\n"
    "environment = qa\n"
    "client_id = id\n"
    "client_secret = sealed:two\n"
    "username = robot\n"
    "password = file:/p\n"
    "allow_users = ada\n"
    "hosts = https://three.example/\n"
    "[account c]\n"
    "issuer = https://ping.example.com/\n"
    "client_id = id\n"
    "client_auth = none\n"
    "allow_users = *\n";

/* Two accounts have one address, which is named if there is memory for it. */
static const char overlapping[] = ACCOUNT "hosts = https://one.example:8443/\n"
                                          "[account b]\n"
                                          "environment = qa\n"
                                          "client_id = id\n"
                                          "client_secret = file:/s\n"
                                          "hosts = https://one.example:8443/\n";

static void remember_nothing(void *owner, const char *message)
{
    ++*(int *)owner;
    CHECK(message[0] != '\0');
}

/* It is whole or it is none; who refuses it for what it says, says why. */
static enum mp_err load_once(void)
{
    struct config *config = NULL;
    int told_of = 0;
    enum mp_err err = config_load(&config, path, geteuid(), remember_nothing, &told_of);

    CHECK((config != NULL) == (err == MP_OK));
    CHECK((told_of > 0) == (err == MP_CONFIGURATION));
    config_free(&config);
    return err;
}

static enum mp_err load_what_is_wrong(void)
{
    struct config *config = NULL;
    int told_of = 0;
    enum mp_err err = config_load(&config, path, geteuid(), remember_nothing, &told_of);

    CHECK(!config);
    CHECK(err == MP_NOMEM || (err == MP_CONFIGURATION && told_of > 0));
    return err == MP_CONFIGURATION ? MP_OK : err;
}

TEST(a_configuration_needs_all_of_its_memory)
{
    put(whole, strlen(whole));
    EVERY_FAULT(load_once, FAULT_MEMORY, 0, MP_NOMEM);
    drop();
}

TEST(a_wrong_configuration_is_wrong_without_memory_too)
{
    put(overlapping, strlen(overlapping));
    EVERY_FAULT(load_what_is_wrong, FAULT_MEMORY, 0, MP_OK);
    drop();
}

TEST(a_configuration_that_cannot_be_read_is_refused_with_the_reason)
{
    put(whole, strlen(whole));
    for (unsigned variant = 0; variant < 3; variant++)
        EVERY_FAULT(load_once, FAULT_CALL, variant, MP_OK);
    EVERY_FAULT(load_once, FAULT_END, 0, MP_OK);
    fault_arm(FAULT_END, 1, 0); /* it was cut off meanwhile */
    CHECK(load_once() == MP_CONFIGURATION && fault_disarm());
    drop();
}

TEST(a_configuration_behind_a_link_too)
{
    char real[160];

    put(whole, strlen(whole));
    snprintf(real, sizeof(real), "%s/real", directory);
    NEED(rename(path, real) == 0 && symlink("real", path) == 0);
    EVERY_FAULT(load_once, FAULT_MEMORY, 0, MP_OK);
    EVERY_FAULT(load_once, FAULT_CALL, 0, MP_OK);
    unlink(path);
    NEED(symlink(real, path) == 0);
    EVERY_FAULT(load_once, FAULT_MEMORY, 0, MP_OK);
    unlink(real);
    drop();
}

/* --- what it refers to --- */

static enum mp_err load_map(void)
{
    struct usermap *map = NULL;
    int told_of = 0;
    enum mp_err err = usermap_load(&map, map_path, geteuid(), remember_nothing, &told_of);

    CHECK((map != NULL) == (err == MP_OK));
    CHECK((told_of > 0) == (err == MP_CONFIGURATION));
    usermap_free(&map);
    return err;
}

TEST(a_map_of_users_is_whole_or_none)
{
    put_map("ada command://ada\nbob command://bob\n", 0600);
    EVERY_FAULT(load_map, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(load_map, FAULT_CALL, 0, MP_OK);
    drop_map();
}

static enum mp_err load_with_map(void)
{
    return load_once();
}

TEST(and_so_is_a_configuration_with_one)
{
    char text[512];

    put_map("ada command://ada\n", 0600);
    snprintf(text, sizeof(text), ACCOUNT "user_map = %s\n", map_path);
    put(text, strlen(text));
    EVERY_FAULT(load_with_map, FAULT_MEMORY, 0, MP_NOMEM);
    drop();
    drop_map();
}

static enum mp_err fetch_secret(void)
{
    const struct config_secret reference = {CONFIG_SECRET_FILE, path};
    const struct secretref_context context = {.uid = geteuid(), .state_fd = -1};
    struct secret *secret = NULL;
    char problem[512] = "";
    enum mp_err err = secretref_fetch(&reference, &context, &secret, problem, sizeof(problem));

    CHECK((secret != NULL) == (err == MP_OK));
    CHECK((problem[0] != '\0') == (err == MP_CONFIGURATION));
    secret_free(&secret);
    return err;
}

static enum mp_err fetch_credential(void)
{
    const struct config_secret reference = {CONFIG_SECRET_CREDENTIAL, "mobproc.conf"};
    const struct secretref_context context = {
        .credentials_directory = directory, .uid = geteuid(), .state_fd = -1};
    struct secret *secret = NULL;
    char problem[512] = "";
    enum mp_err err = secretref_fetch(&reference, &context, &secret, problem, sizeof(problem));

    CHECK((secret != NULL) == (err == MP_OK));
    secret_free(&secret);
    return err;
}

TEST(a_secret_is_there_or_there_is_a_reason)
{
    put("the secret\n", 11);
    EVERY_FAULT(fetch_secret, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(fetch_credential, FAULT_MEMORY, 0, MP_NOMEM);
    for (unsigned variant = 0; variant < 3; variant++)
        EVERY_FAULT(fetch_secret, FAULT_CALL, variant, MP_OK);
    drop();
}

static enum mp_err fetch_certificate(void)
{
    struct secret *pem = NULL;
    char problem[512] = "";
    enum mp_err err = certificate_read(path, geteuid(), &pem, problem, sizeof(problem));

    CHECK((pem != NULL) == (err == MP_OK));
    CHECK((problem[0] != '\0') == (err == MP_CONFIGURATION));
    secret_free(&pem);
    return err;
}

TEST(and_so_is_a_certificate)
{
    static const char pem[] = "-----BEGIN CERTIFICATE-----\n";

    put(pem, strlen(pem));
    EVERY_FAULT(fetch_certificate, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(fetch_certificate, FAULT_CALL, 0, MP_OK);
    drop();
    put(pem, sizeof(pem)); /* with a NUL */
    CHECK(fetch_certificate() == MP_CONFIGURATION);
    drop();
    put("no certificate", 14);
    CHECK(fetch_certificate() == MP_CONFIGURATION);
    drop();
}

TESTS(T(a_configuration_needs_all_of_its_memory),
      T(a_wrong_configuration_is_wrong_without_memory_too),
      T(a_configuration_that_cannot_be_read_is_refused_with_the_reason),
      T(a_configuration_behind_a_link_too), T(a_map_of_users_is_whole_or_none),
      T(and_so_is_a_configuration_with_one), T(a_secret_is_there_or_there_is_a_reason),
      T(and_so_is_a_certificate))
