/*
 * The one list of errors that all programs share. Library code returns them, programs log them.
 * The numbers travel between programs of one release: append, never renumber.
 */
#ifndef MOBPROC_LIB_ERR_H
#define MOBPROC_LIB_ERR_H

#include <stdint.h>

enum mp_err {
    MP_OK = 0,
    /* this machine */
    MP_NOMEM,       /* out of memory */
    MP_SYSTEM,      /* a system call failed; errno says which way */
    MP_PROTOCOL,    /* malformed, unknown or over-long message */
    MP_TOO_LONG,    /* a value exceeds its documented size */
    MP_INTERRUPTED, /* the person or the program gave up */
    MP_STORAGE,     /* the vault could not be read or written */
    MP_LOCKED,      /* no key opens the vault */
    MP_INTERNAL,    /* a bug: an impossible state */
    /* the way to the broker */
    MP_BROKER_ABSENT,  /* nobody listens */
    MP_BROKER_HUNG,    /* no `accepted` within two seconds, or no answer before the deadline */
    MP_BROKER_FOREIGN, /* socket or peer belongs to somebody else */
    MP_BUSY,           /* too many requests at once */
    /* what the broker refuses */
    MP_FORBIDDEN,     /* the caller may not ask this */
    MP_UNSUPPORTED,   /* an operation that this broker does not have */
    MP_CONFIGURATION, /* the configuration is broken or incomplete */
    MP_NO_ACCOUNT,    /* no such account, or no account serves this address */
    MP_AMBIGUOUS,     /* more than one account would fit */
    MP_NO_RECORD,     /* nothing is sealed for this owner and account */
    MP_LOGIN_NEEDED,  /* only a new login can give a token */
    MP_UNMAPPED,      /* the user has no remote name here */
    MP_GUARD,         /* too many wrong passwords; nothing was sent */
    /* what the token endpoint said */
    MP_DENIED, /* the password, refresh token or grant was refused */
    MP_POLICY, /* the token belongs to an identity that may not log in here */
    MP_OUTAGE, /* DNS, TCP, TLS, timeout, 429, 5xx, a gateway or nonsense */
    MP_CLIENT, /* client id, secret, grant or scope was refused */
    MP_ERR_COUNT
};

/* A stable lower-case word for logs and JSON, such as "login_needed". Never NULL; static. */
const char *mp_err_name(enum mp_err err);

/* A short sentence for people, without a final full stop. Never NULL; static. */
const char *mp_err_text(enum mp_err err);

/* A number from a message as an error; a number that this program does not know is MP_PROTOCOL. */
enum mp_err mp_err_from_wire(uint64_t number);

#endif
