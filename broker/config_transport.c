/* The way to the server: single values, and what its keys mean together. */
#include <stdlib.h>
#include <string.h>

#include "broker/address.h"
#include "broker/config_draft.h"
#include "broker/config_values.h"

/* --- single values --- */

#define PIN "sha256//"
#define PIN_DIGITS 43 /* of the 32 bytes of a SHA-256 in base64, before the "=" */
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

static int is_pin(const char *word)
{
    const char *digits = word + strlen(PIN);

    return strncmp(word, PIN, strlen(PIN)) == 0 && strspn(digits, BASE64) == PIN_DIGITS &&
           strcmp(digits + PIN_DIGITS, "=") == 0;
}

enum mp_err config_set_fingerprint(const struct config_key *key UNUSED, void *field,
                                   const char *value, char *problem, size_t size)
{
    char **words = NULL;
    enum mp_err err = config_words(&words, value);
    char *pins = err == MP_OK ? calloc(1, strlen(value) + 1) : NULL;
    size_t used = 0;

    if (err == MP_OK && !pins)
        err = MP_NOMEM;
    for (size_t i = 0; err == MP_OK && words[i]; i++) {
        if (!is_pin(words[i]))
            err = config_refuse(problem, size,
                                "must be " PIN " and the 44 base64 characters of the SHA-256 of a "
                                "public key, as curl --pinnedpubkey takes it; blanks separate "
                                "several");
        if (err == MP_OK && i > 0)
            pins[used++] = ';';
        for (const char *c = words[i]; err == MP_OK && *c; c++)
            pins[used++] = *c;
    }
    if (err == MP_OK && used > PROTO_MAX_TEXT)
        err = config_refuse(problem, size, "is too long");
    if (err == MP_OK)
        err = config_keep(field, pins);
    config_words_free(&words);
    free(pins);
    return err;
}

/* Name and password do not stand here: it is not quoted. */
enum mp_err config_set_proxy(const struct config_key *key UNUSED, void *field, const char *value,
                             char *problem, size_t size)
{
    static const char form[] = "must be http://host:port or https://host:port";
    const char *scheme = strncmp(value, "http://", 7) == 0 ? "http" : "https";
    struct address address = {0};
    const char *reason = NULL;

    if (strlen(value) > PROTO_MAX_TEXT)
        return config_refuse(problem, size, "is too long");
    if (strncmp(value, scheme, strlen(scheme)) != 0)
        return config_refuse(problem, size, form);
    if (strchr(value, '@'))
        return config_refuse(problem, size, "a name and a password belong into proxy_credentials");
    if (address_read(&address, value, scheme, 0, &reason) != MP_OK)
        return config_refuse(problem, size, reason);
    if (address.port == 0 || address.path[0])
        return config_refuse(problem, size, form);
    return config_keep(field, value);
}

/* --- together --- */

static void need(struct config_draft *draft, size_t i, const char *key, const char *other)
{
    int line = config_line(draft, i, key);

    if (line && !config_line(draft, i, other))
        config_complain(draft, line, "%s: needs %s", key, other);
}

/* There is no TLS at http://127.0.0.1, and no proxy on the way. */
static void check_plain(struct config_draft *draft, size_t i)
{
    static const char *const keys[] = {"ca_fingerprint", "client_certificate", "proxy"};
    const struct config_account *account = &draft->config->accounts[i];
    int is_plain = 0;

    for (char **url = account->token_endpoints; url && *url; url++)
        is_plain |= strncmp(*url, "http://", 7) == 0;
    for (size_t k = 0; is_plain && k < sizeof(keys) / sizeof(keys[0]); k++)
        if (config_line(draft, i, keys[k]))
            config_complain(draft, config_line(draft, i, keys[k]),
                            "%s: has no meaning for a token endpoint at http://127.0.0.1", keys[k]);
}

void config_check_transport(struct config_draft *draft, size_t i)
{
    int auth = config_line(draft, i, "client_auth");

    need(draft, i, "client_certificate", "client_key");
    need(draft, i, "client_key", "client_certificate");
    need(draft, i, "proxy_credentials", "proxy");
    if (draft->config->accounts[i].client_auth == PROTO_AUTH_TLS &&
        !config_line(draft, i, "client_certificate"))
        config_complain(draft, auth, "client_auth = tls needs client_certificate");
    check_plain(draft, i);
}
