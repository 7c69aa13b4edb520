/*
 * Readers of single values, for the table of keys (config_set in broker/config_keys.h). They judge
 * one value alone; what two keys mean together is judged in broker/config_check.h.
 */
#ifndef MOBPROC_BROKER_CONFIG_VALUES_H
#define MOBPROC_BROKER_CONFIG_VALUES_H

#include "broker/config_keys.h"

config_set config_set_number;      /* int: decimal digits within the key's range, times its scale */
config_set config_set_uid;         /* uid_t: the same */
config_set config_set_word_number; /* int: one of the key's words */
config_set config_set_word_text;   /* char *, maybe NULL: one of the key's words */
config_set config_set_client_auth; /* enum proto_client_auth: one of the key's words */
config_set config_set_account_name; /* char *: proto_is_account_name */
config_set config_set_header_text;  /* char *: printable ASCII (RFC 6749 appendix A, VSCHAR) */
config_set config_set_claim;        /* char *: the same, at most PROTO_MAX_NAME bytes */
config_set config_set_identifier;   /* char *: the same with %u, %r and %%, and no other % */
config_set config_set_scope;        /* char *: RFC 6749, 3.3 */
config_set config_set_path;         /* char *: absolute, without dot segments */
config_set config_set_validation;   /* enum proto_validation: one of the key's words */
config_set config_set_users;        /* char **: names, "@group", or "*" alone; NULL-terminated */
config_set config_set_hosts;        /* struct hosts */
/* char *: https://host[:port]/path, or http://127.0.0.1[:port]/path, which is judged with
 * insecure_loopback later */
config_set config_set_endpoint;
config_set config_set_issuer;      /* char *: https://host[:port][/path], kept as it is */
config_set config_set_endpoints;   /* char **: up to CONFIG_MAX_ENDPOINTS of these */
config_set config_set_fingerprint; /* char *: "sha256//BASE64" words, kept with ';' between */
config_set config_set_proxy;       /* char *: http://host:port or https://host:port */
/* char *: the same, but the path may be missing, and then becomes "/" */
config_set config_set_url;
/* struct config_secret: file:PATH, credential:NAME or sealed:NAME */
config_set config_set_secret;

/* --- for the readers themselves --- */

/* Copies the reason and gives MP_CONFIGURATION. */
enum mp_err config_refuse(char *problem, size_t size, const char *reason);

/* Replaces the char * at `field` with a copy of `text`, which may be NULL. MP_OK, MP_NOMEM. */
enum mp_err config_keep(void *field, const char *text) MUST_CHECK;

/* Is it an absolute path that can be read in one way only? MP_OK, MP_CONFIGURATION. */
enum mp_err config_check_path(const char *path, char *problem, size_t size) MUST_CHECK;

/* Frees a NULL-terminated list of words, and sets it to NULL. */
void config_words_free(char ***words);

/* Splits `value` at its blanks into such a list, which the caller frees. MP_OK, MP_NOMEM. */
enum mp_err config_words(char ***words, const char *value) MUST_CHECK;

#endif
