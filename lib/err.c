#include "lib/err.h"

#include <stddef.h>

static const struct {
    const char *name;
    const char *text;
} errors[] = {
    [MP_OK] = {"ok", "done"},
    [MP_NOMEM] = {"out_of_memory", "out of memory"},
    [MP_SYSTEM] = {"system", "a system call failed"},
    [MP_PROTOCOL] = {"protocol", "a malformed message was refused"},
    [MP_TOO_LONG] = {"too_long", "a value is too long"},
    [MP_INTERRUPTED] = {"interrupted", "interrupted"},
    [MP_STORAGE] = {"storage", "the vault could not be read or written"},
    [MP_LOCKED] = {"locked", "no key opens the vault"},
    [MP_INTERNAL] = {"internal", "internal error"},
    [MP_BROKER_ABSENT] = {"broker_absent", "the broker (mobprocd) is not running"},
    [MP_BROKER_HUNG] = {"broker_hung", "the broker (mobprocd) does not answer"},
    [MP_BROKER_FOREIGN] = {"broker_foreign",
                           "the broker's socket does not belong to root or to you"},
    [MP_BUSY] = {"busy", "too many requests at once"},
    [MP_FORBIDDEN] = {"forbidden", "you may not ask for this"},
    [MP_UNSUPPORTED] = {"unsupported", "this broker does not know the operation"},
    [MP_CONFIGURATION] = {"configuration", "the broker's configuration is broken"},
    [MP_NO_ACCOUNT] = {"no_account", "no such account"},
    [MP_AMBIGUOUS] = {"ambiguous", "more than one account fits; name one"},
    [MP_NO_RECORD] = {"no_record", "no login is stored for this account"},
    [MP_LOGIN_NEEDED] = {"login_needed", "a new login is needed"},
    [MP_UNMAPPED] = {"unmapped", "the user is not allowed by this account"},
    [MP_GUARD] = {"guard", "too many wrong passwords; wait a minute"},
    [MP_DENIED] = {"denied", "the sign-in server refused"},
    [MP_POLICY] = {"policy", "this identity may not log in here"},
    [MP_OUTAGE] = {"outage", "the sign-in server cannot be reached"},
    [MP_CLIENT] = {"client",
                   "the sign-in server refused this machine's client id, secret or scope"},
};

_Static_assert(sizeof(errors) / sizeof(errors[0]) == MP_ERR_COUNT, "every error has its words");

const char *mp_err_name(enum mp_err err)
{
    return (unsigned)err < MP_ERR_COUNT ? errors[err].name : errors[MP_INTERNAL].name;
}

const char *mp_err_text(enum mp_err err)
{
    return (unsigned)err < MP_ERR_COUNT ? errors[err].text : errors[MP_INTERNAL].text;
}

enum mp_err mp_err_from_wire(uint64_t number)
{
    return number < MP_ERR_COUNT ? (enum mp_err)number : MP_PROTOCOL;
}
