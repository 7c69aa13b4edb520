/*
 * Operations and fields: everything that can be said between the programs, in one place.
 *
 * A caller sends one request to the broker. The broker answers twice: `accepted` at once, then
 * `result` with PROTO_ERROR and the fields named beside the operation. One job travels from the
 * broker to a courier, which answers with one `job-done`. Vault records use the same fields.
 */
#ifndef MOBPROC_LIB_PROTO_H
#define MOBPROC_LIB_PROTO_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/wire.h"

#define PROTO_ACCEPT_MS 2000 /* a broker that has not said `accepted` by then is hung */
#define PROTO_MAX_PASSWORD 1024
#define PROTO_MAX_TOKEN 16384
#define PROTO_MAX_NAME 255 /* local and remote names, bytes */
#define PROTO_MAX_ACCOUNT 64
#define PROTO_MAX_TEXT 1024
#define PROTO_MAX_PEM 8192 /* a certificate with its chain, or a key */

enum proto_operation {
    /* request                     fields (+ PROTO_REMAINING_MS in each)          result fields */
    PROTO_LOGIN = 1,         /* ACCOUNT? USER UID? PASSWORD SERVICE TTY RHOST  VERDICT TEXT?
                                ACCOUNT EXPIRES_AT */
    PROTO_ACCOUNT_CHECK = 2, /* ACCOUNT? USER UID? SERVICE                     VERDICT */
    PROTO_SESSION_OPEN = 3,  /* ACCOUNT? USER UID                              ACCOUNT */
    PROTO_SESSION_CLOSE = 4, /* ACCOUNT? USER UID */
    PROTO_GET = 5,           /* ACCOUNT | SCHEME HOST PATH? PREFERRED?  MIN_TTL?  SERVICE? (the
                                caller's own name for itself, for the log)
                                ACCESS_TOKEN TENANT? CLIENT_ID EXPIRES_AT ACCOUNT */
    PROTO_LIST = 6,          /* TARGET?                                        RECORD* */
    PROTO_STATUS = 7,        /* TARGET?                                        RECORD* KEY_SOURCE
                                VAULT_STATE CONFINEMENT TEXT* */
    PROTO_REFRESH = 8,       /* ACCOUNT? TARGET?                               EXPIRES_AT */
    PROTO_LOGOUT = 9,        /* ACCOUNT? TARGET? */
    PROTO_ERASE = 10,        /* ACCOUNT | SCHEME HOST PATH? PREFERRED?  ACCESS_TOKEN */
    PROTO_RELOAD = 11,       /* -                                              TEXT? */
    PROTO_VALIDATE = 12,     /* ACCOUNT? TARGET?                               claims EXPIRES_AT? */
    PROTO_SEAL = 13,         /* SECRET_NAME PASSWORD | CLIENT_KEY */
    PROTO_REKEY = 14,        /* - */
    PROTO_BEGIN_BROWSER = 15,  /* ACCOUNT? REDIRECT_URI                        URL HANDLE ACCOUNT
                                  without REDIRECT_URI nothing begins, and the result is
                                  REDIRECT_URI (port 0: any) ACCOUNT */
    PROTO_FINISH_BROWSER = 16, /* HANDLE STATE?, CODE | ACCESS_TOKEN EXPIRES_IN? | neither, when
                                  the sign-in came to nothing
                                  ACCOUNT EXPIRES_AT HAS_REFRESH */
    PROTO_PROBE = 17,          /* ACCOUNT                                               PROBE_STEP*
                                  without ACCOUNT nothing is sent, and the result is RECORD* */

    PROTO_PREPARE = 18, /* ACCOUNT? USER UID? SERVICE RHOST                      -
                           a password is being typed: a courier may connect already */
    PROTO_METRICS = 19, /* -                                                     METRICS_TEXT */

    PROTO_ACCEPTED = 64,
    PROTO_RESULT = 65,
    PROTO_RECORD_ENTRY = 66, /* inside RECORD: ACCOUNT and what list or status say of it */
    PROTO_STEP_ENTRY = 67,   /* inside PROBE_STEP: STEP_NAME STEP_RESULT TEXT */

    /* broker to courier: ENDPOINT CLIENT_ID CLIENT_SECRET? CLIENT_AUTH SCOPE? CA? CA_FINGERPRINT?
       CLIENT_CERTIFICATE? CLIENT_KEY? PROXY? PROXY_CREDENTIALS? ISSUER? REMAINING_MS DEADLINE_MS?
       CONNECT_MS and what the grant needs. For tokens ENDPOINT may be there several times: the next
       one is asked only while no byte of the form has left */
    PROTO_JOB_PASSWORD = 128, /* REMOTE_NAME PASSWORD VALIDATION? VALIDATION_ENDPOINT? */
    PROTO_JOB_REFRESH = 129,  /* REFRESH_TOKEN VALIDATION? VALIDATION_ENDPOINT? */
    PROTO_JOB_VALIDATE = 131, /* ACCESS_TOKEN VALIDATION VALIDATION_ENDPOINT */
    PROTO_JOB_REVOKE = 132,   /* ENDPOINT is the revocation endpoint; REFRESH_TOKEN? ACCESS_TOKEN?
                                 in this order; ERROR is that of the first failure */
    PROTO_JOB_CODE = 133,     /* CODE CODE_VERIFIER REDIRECT_URI VALIDATION? VALIDATION_ENDPOINT? */
    PROTO_JOB_PROBE = 134,    /* REFRESH_TOKEN and ACCESS_TOKEN, both made up; VALIDATION?
                                 VALIDATION_ENDPOINT?; brings PROBE_STEP*, never tokens */
    PROTO_JOB_AHEAD = 135,    /* connects to the first ENDPOINT and waits on the same connection for
                                 a JOB_PASSWORD that goes the same way, at most REMAINING_MS; the
                                 only answer is that one's. CLIENT_SECRET need not be there */
    PROTO_JOB_DISCOVER = 136, /* nothing else */
    /* With ISSUER, a job lacks endpoints: its courier reads the issuer's document first and fills
       them in, and the answer has all that were found there: ENDPOINT? INTROSPECTION_ENDPOINT?
       REVOCATION_ENDPOINT? AUTHORIZATION_ENDPOINT? */

    /* courier to broker: ERROR PROGRESS CONFINED? HTTP_STATUS? OAUTH_ERROR? DETAIL? RETRY_AFTER?
       and on success ACCESS_TOKEN REFRESH_TOKEN? EXPIRES_IN? SCOPE?, and the claims with
       VALIDATED_FOR?. The tokens come whenever the grant succeeded, also when the validation then
       brought an ERROR */
    PROTO_JOB_DONE = 130,

    PROTO_VAULT_RECORD = 192, /* the plaintext of a record: see broker/record.h */
};

enum proto_tag {
    /* who and where */
    PROTO_ACCOUNT = 1,
    PROTO_USER = 2,   /* local name */
    PROTO_UID = 3,    /* believed from a root caller only */
    PROTO_TARGET = 4, /* local name; honoured from uid 0 only */
    PROTO_REMOTE_NAME = 5,
    PROTO_SERVICE = 6 | WIRE_OPTIONAL,
    PROTO_TTY = 7 | WIRE_OPTIONAL,
    PROTO_RHOST = 8 | WIRE_OPTIONAL,
    PROTO_PREFERRED = 9 | WIRE_OPTIONAL, /* account name: a hint among equals */
    /* what a tool asks for */
    PROTO_SCHEME = 16,
    PROTO_HOST = 17,         /* with :port when there is one */
    PROTO_PATH = 18,         /* without the leading slash, as git sends it; or with it */
    PROTO_MIN_TTL = 19,      /* seconds */
    PROTO_REMAINING_MS = 20, /* milliseconds until the caller stops waiting */
    PROTO_DEADLINE_MS = 21 | WIRE_OPTIONAL, /* the same for a job, by CLOCK_MONOTONIC: its courier
                                               may begin late, and ends no later for that */
    /* secrets */
    PROTO_PASSWORD = 32,
    PROTO_ACCESS_TOKEN = 33,
    PROTO_REFRESH_TOKEN = 34,
    PROTO_CLIENT_SECRET = 35,
    /* results */
    PROTO_ERROR = 48,                            /* enum mp_err */
    PROTO_VERDICT = 49,                          /* enum proto_verdict */
    PROTO_TEXT = 50 | WIRE_LIST | WIRE_OPTIONAL, /* a sentence for people */
    PROTO_TENANT = 51,
    PROTO_CLIENT_ID = 52,
    PROTO_EXPIRES_AT = 53,  /* seconds since 1970; access token */
    PROTO_RETRY_AFTER = 54, /* seconds */
    PROTO_RECORD = 55 | WIRE_LIST,
    PROTO_HAS_REFRESH = 56 | WIRE_OPTIONAL, /* 0 or 1: a refresh token is stored */
    PROTO_LOGIN_AT = 57,                    /* seconds since 1970: last login with a password */
    PROTO_OBTAINED_AT = 58,                 /* seconds since 1970: when the access token came */
    PROTO_KEY_SOURCE = 59 | WIRE_OPTIONAL,  /* text: where the vault key lives */
    PROTO_SESSIONS = 60 | WIRE_OPTIONAL,    /* number of open sessions */
    PROTO_DOUBT_SINCE = 61, /* seconds since 1970: a refresh was sent, its answer is not known */
    PROTO_DOUBT_COUNT = 62, /* how many such refreshes in a row */
    PROTO_DOUBT_UNTIL = 63, /* seconds since 1970: the courier of that refresh is dead by then */
    PROTO_VAULT_STATE = 64 | WIRE_OPTIONAL, /* enum mp_err; MP_LOCKED: KEY_SOURCE says why */
    PROTO_PROBE_STEP = 65 | WIRE_LIST,
    PROTO_STEP_NAME = 66,    /* endpoint, dns, tcp, tls, http, clock, client, validation */
    PROTO_STEP_RESULT = 67,  /* enum proto_step_result */
    PROTO_METRICS_TEXT = 69, /* Prometheus' text exposition format */
    PROTO_CONFINEMENT = 68 | WIRE_OPTIONAL, /* text: what broker and courier cannot do */
    /* jobs */
    PROTO_ENDPOINT = 80 | WIRE_LIST, /* more than one: token endpoints, tried in this order */
    PROTO_CLIENT_AUTH = 81,          /* enum proto_client_auth */
    PROTO_SCOPE = 82,
    PROTO_CA = 83, /* path of a PEM file or a hashed directory */
    PROTO_CONNECT_MS = 84,
    PROTO_EXPIRES_IN = 85, /* seconds, 1..2^31 */
    PROTO_PROGRESS = 86,   /* enum proto_progress */
    PROTO_HTTP_STATUS = 87,
    PROTO_OAUTH_ERROR = 88, /* the `error` member: 1..64 characters of [a-zA-Z0-9_.-] */
    PROTO_DETAIL = 89,      /* for the log: printable ASCII, never a secret */
    PROTO_VALIDATION = 90,  /* enum proto_validation */
    PROTO_VALIDATION_ENDPOINT = 91,
    PROTO_CONFINED = 92 | WIRE_OPTIONAL, /* bits of enum proto_confined */
    PROTO_SECRET_NAME = 93,
    PROTO_URL = 94,           /* the authorization request, for a browser */
    PROTO_HANDLE = 95,        /* names a sign-in that was begun */
    PROTO_STATE = 96,         /* RFC 6749 section 10.12 */
    PROTO_CODE = 97,          /* authorization code */
    PROTO_CODE_VERIFIER = 98, /* RFC 7636 */
    PROTO_REDIRECT_URI = 99,
    PROTO_CA_FINGERPRINT = 110, /* "sha256//BASE64", several with ';' between them: of all
                                   servers that CA vouches for, only one with such a public key
                                   is believed (CURLOPT_PINNEDPUBLICKEY(3)) */
    PROTO_ISSUER = 115,         /* https URL: whose document names the endpoints */
    PROTO_INTROSPECTION_ENDPOINT = 116,
    PROTO_REVOCATION_ENDPOINT = 117,
    PROTO_AUTHORIZATION_ENDPOINT = 118,
    PROTO_CLIENT_CERTIFICATE = 111, /* PEM, with the chain that is to be sent */
    PROTO_CLIENT_KEY = 112,         /* PEM, without a passphrase; a secret */
    PROTO_PROXY = 113,              /* http://host:port or https://host:port, by CONNECT alone */
    PROTO_PROXY_CREDENTIALS = 114,  /* name:password, a secret */
    /* claims: what a validation says of a token; texts without control bytes, only if they came */
    PROTO_CLAIM_TENANT = 100,
    PROTO_CLAIM_PLATFORM = 101,
    PROTO_CLAIM_IDENTITY_PROVIDER = 102,
    PROTO_CLAIM_IDENTIFIER = 103,
    PROTO_CLAIM_SCOPE = 104,
    PROTO_CLAIM_CLIENT_ID = 105,
    PROTO_CLAIM_MULTITENANT = 106,             /* 0 or 1 */
    PROTO_VALIDATED_AT = 107,                  /* seconds since 1970 */
    PROTO_VALIDATED_FOR = 108 | WIRE_OPTIONAL, /* seconds, 1..86400: what is left of it by then */
};

/*
 * A verdict is deny unless it is exactly PROTO_ADMIT: every other number denies. The two differ in
 * 31 bits, so that no single flipped bit admits (CVE-2023-42465).
 */
enum proto_verdict {
    PROTO_ADMIT = 0x3ac5965a,
    PROTO_DENY = 0x453a69a5,
};

enum proto_client_auth {
    PROTO_AUTH_BODY = 1,      /* client_id and client_secret in the form body */
    PROTO_AUTH_BASIC = 2,     /* RFC 6749 2.3.1: form-encoded, then Basic */
    PROTO_AUTH_BASIC_RAW = 3, /* Basic without form-encoding */
    PROTO_AUTH_NONE = 4,      /* client_id in the body, no secret */
    PROTO_AUTH_TLS = 5,       /* RFC 8705: client_id in the body, a client certificate, no secret */
};

enum proto_step_result {
    PROTO_STEP_OK = 1,
    PROTO_STEP_WARNING = 2,
    PROTO_STEP_FAILED = 3,
};

/* How a token is validated after the grant. */
enum proto_validation {
    PROTO_VALIDATE_OFF = 1,
    PROTO_VALIDATE_BEARER = 2,     /* PingFederate's validate_bearer, at the token endpoint */
    PROTO_VALIDATE_INTROSPECT = 3, /* RFC 7662 */
    PROTO_VALIDATE_URL = 4,        /* Tangoe's validator: GET with the token in the query */
};

/* How far a job's request came: what the guard and the rotation rules need to know. */
enum proto_progress {
    PROTO_NOTHING_SENT = 1, /* no byte of the grant left this machine */
    PROTO_MAYBE_SENT = 2,   /* it may have arrived; no complete answer came, or a grant that cannot
                               be used */
    PROTO_ANSWERED = 3,     /* a complete HTTP answer came */
};

/* What the kernel lets a process no longer do. */
enum proto_confined {
    PROTO_CONFINED_CALLS = 1, /* seccomp(2) */
    PROTO_CONFINED_FILES = 2, /* landlock(7) */
};

/* wire_parse() with the tags above. */
enum mp_err proto_parse(struct wire_message *message, const void *packet, size_t length) MUST_CHECK;

/* An account name: [a-z0-9][a-z0-9._-]{0,63}. */
int proto_is_account_name(const char *name);

/* A local user name that needs no mapping: [a-z0-9_][a-z0-9_.-]*, at most PROTO_MAX_NAME bytes. */
int proto_is_local_name(const char *name);

/* A token that may travel in a header: 1..PROTO_MAX_TOKEN bytes of 0x21..0x7e. */
int proto_is_token(const void *bytes, size_t length);

/*
 * Does sshd hand this on in place of what was typed, for a user that it refuses anyway? Then it is
 * "\b\n\r\177INCORRECT", repeated up to the typed length (auth-pam.c); an empty one too.
 */
int proto_is_stand_in(const char *password, size_t length);

/* No C0 control byte and no DEL: may stand in one header line (tenant, client id). */
int proto_is_header_text(const char *text);

/*
 * Copies `text` with every control, DEL, back-slash and non-ASCII byte as \xNN, cut to fit; for
 * logs and terminals. `size` counts the NUL and is at least 1.
 */
void proto_escape(char *out, size_t size, const char *text);

#endif
