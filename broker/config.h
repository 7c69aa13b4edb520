/*
 * mobproc.conf, read strictly: every line is understood or refused with file, line and reason.
 * The file and its directories must belong to root or to the broker's own uid and be writable for
 * nobody else. All errors of a file are reported, not only the first.
 */
#ifndef MOBPROC_BROKER_CONFIG_H
#define MOBPROC_BROKER_CONFIG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "broker/hosts.h"
#include "broker/usermap.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"

#define CONFIG_MAX_FILE 262144 /* bytes */
#define CONFIG_MAX_LINE 4096   /* bytes, without the newline */
#define CONFIG_MAX_ACCOUNTS 64

/* Where a secret is kept; never the secret itself. */
enum config_secret_kind {
    CONFIG_SECRET_NONE,
    CONFIG_SECRET_FILE,       /* value: an absolute path */
    CONFIG_SECRET_CREDENTIAL, /* value: a name in CREDENTIALS_DIRECTORY */
    CONFIG_SECRET_SEALED,     /* value: a name in STATE/secrets (broker/sealed.h) */
};
struct config_secret {
    enum config_secret_kind kind;
    char *value;
};

/* One [account NAME]. Owns its strings. */
struct config_account {
    char name[PROTO_MAX_ACCOUNT + 1];
    int line;   /* of the section, for messages */
    char *home; /* what records and tries are bound to: the first token endpoint, else issuer */
    char *environment;      /* NULL, or the token endpoint of one of Tangoe's */
    char *issuer;           /* NULL, or whose document names the endpoints that are NULL here */
    char **token_endpoints; /* NULL, or NULL-terminated, tried in this order: https, or http on
                               127.0.0.1 with insecure_loopback */
    int insecure_loopback;
    char *client_id;
    struct config_secret client_secret;
    enum proto_client_auth client_auth; /* default PROTO_AUTH_BODY */
    char *scope;                        /* NULL: none is sent */
    char *tenant;                       /* NULL: none */
    char *source_system;                /* NULL: none, else "command" or "rivermine" */
    char **allow_users;                 /* NULL-terminated: names, "@group", "*" */
    struct hosts hosts;
    /* the way to the server */
    char *ca;                 /* NULL: the system's */
    char *ca_fingerprint;     /* NULL, or "sha256//BASE64" with ';' between several */
    char *client_certificate; /* NULL, or the path of a PEM file; then there is a client_key */
    struct config_secret client_key;
    char *proxy;                            /* NULL, or http://host:port or https://host:port */
    struct config_secret proxy_credentials; /* name:password */
    int connect_timeout_ms;                 /* 5000 */
    int timeout_ms;                         /* 10000 */
    int refresh_margin_s;                   /* 60 */
    int default_lifetime_s;                 /* 300 */
    /* validation and policy */
    enum proto_validation validate; /* default: validate_bearer for login accounts, else off */
    char *validate_url;             /* with PROTO_VALIDATE_URL; has a path, at least "/" */
    char *introspection_endpoint;   /* with PROTO_VALIDATE_INTROSPECT; environment fills it */
    char *revocation_endpoint;      /* NULL: log-out forgets only; environment fills it */
    int accept_unvalidated;
    char *require_tenant; /* the require_* texts: NULL requires nothing; default of this: tenant */
    char *require_platform;
    char *require_identity_provider;
    char *require_identifier; /* %u is the local name, %r the remote name, %% a percent sign */
    char *require_scope;      /* every word of it */
    int deny_without_login;   /* account_without_login = deny */
    /* signing in with a browser */
    char *authorization_endpoint; /* NULL: nobody does; environment fills it */
    int is_implicit;              /* browser_flow = implicit */
    int redirect_port;            /* 0: any */
    /* names */
    char *user_map_path;      /* where user_map was read from */
    struct usermap *user_map; /* NULL: none; wins over source_system */
    /* a service account has both; a login account neither */
    char *username;
    struct config_secret password;
};

/* When a courier may connect while a password is being typed. */
enum config_ahead {
    CONFIG_AHEAD_LOCAL, /* not for who comes from another machine */
    CONFIG_AHEAD_ALL,
    CONFIG_AHEAD_OFF,
};

struct config {
    char *login_account;     /* NULL: none */
    uid_t minimum_uid;       /* 1000 */
    uid_t maximum_uid;       /* 60000 */
    int guard_failures;      /* 2; 1..GUARD_MAX_FAILURES */
    int guard_window_s;      /* 60 */
    int forget_last_session; /* forget = last-session */
    int connect_ahead;       /* enum config_ahead */
    size_t account_count;
    struct config_account accounts[CONFIG_MAX_ACCOUNTS];
};

/* Receives each error as "FILE:LINE: reason" (line 0 for the whole file). */
typedef void config_report(void *owner, const char *message);

/*
 * Reads and checks `path`. `uid` is the broker's own. On success the caller owns *config; a file
 * with any error gives MP_CONFIGURATION and no configuration. MP_NOMEM.
 */
enum mp_err config_load(struct config **config, const char *path, uid_t uid, config_report *report,
                        void *owner) MUST_CHECK;

void config_free(struct config **config);

/* The account of that name, or NULL. */
const struct config_account *config_account(const struct config *config, const char *name);

/* Does this account have an identity of its own? */
int config_is_service(const struct config_account *account);

/* What a secret is used for; the key that refers to it has the same name. */
enum config_use {
    CONFIG_CLIENT_SECRET,
    CONFIG_PASSWORD,
    CONFIG_CLIENT_KEY,
    CONFIG_PROXY_CREDENTIALS,
    CONFIG_USES,
};

/* The key's name, which is also the kind of a sealed secret (broker/sealed.h). */
const char *config_use_name(enum config_use use);

/* Where an account keeps that secret. */
const struct config_secret *config_secret(const struct config_account *account,
                                          enum config_use use);

#define CONFIG_MAX_ENDPOINTS 8
#define CONFIG_SERVERS_SIZE (CONFIG_MAX_ENDPOINTS * (size_t)260)

/*
 * Where that secret may be sent, as host:port, with a blank between several: to the servers of the
 * token endpoints, or to the proxy. MP_OK; MP_CONFIGURATION when that is not configured, and "".
 */
enum mp_err config_servers(const struct config_account *account, enum config_use use,
                           char servers[static CONFIG_SERVERS_SIZE]) MUST_CHECK;

/*
 * The account that refers to sealed:NAME, or NULL, and as what. Further references, if there are
 * any, are of the same use and for the same servers: a configuration with others is refused.
 */
const struct config_account *config_sealed(const struct config *config, const char *name,
                                           enum config_use *use);

/* The account that logs users in, or NULL. */
const struct config_account *config_login_account(const struct config *config);

#endif
