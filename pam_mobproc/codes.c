#include "pam_mobproc/codes.h"

#include <security/pam_modules.h>
#include <stddef.h>

/* Short names for one screen's width; each is the PAM_ code of that name. */
enum {
    AUTH_ERR = PAM_AUTH_ERR,
    DENIED = PAM_PERM_DENIED,
    UNKNOWN = PAM_USER_UNKNOWN,
    UNAVAIL = PAM_AUTHINFO_UNAVAIL,
    MAXTRIES = PAM_MAXTRIES,
    BUF_ERR = PAM_BUF_ERR,
    SESS_ERR = PAM_SESSION_ERR,
    TOK_ERR = PAM_AUTHTOK_ERR,
    IGNORE = PAM_IGNORE,
};

static const unsigned char codes[][STAGE_COUNT] = {
    /*                     authenticate account session password */
    [MP_OK] = {AUTH_ERR, DENIED, SESS_ERR, TOK_ERR},
    [MP_NOMEM] = {BUF_ERR, BUF_ERR, BUF_ERR, BUF_ERR},
    [MP_SYSTEM] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_PROTOCOL] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_TOO_LONG] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_INTERRUPTED] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_STORAGE] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_LOCKED] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_INTERNAL] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_BROKER_ABSENT] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_BROKER_HUNG] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_BROKER_FOREIGN] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_BUSY] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_FORBIDDEN] = {AUTH_ERR, DENIED, SESS_ERR, DENIED},
    [MP_UNSUPPORTED] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_CONFIGURATION] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_NO_ACCOUNT] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_AMBIGUOUS] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_NO_RECORD] = {AUTH_ERR, IGNORE, IGNORE, TOK_ERR},
    [MP_LOGIN_NEEDED] = {AUTH_ERR, DENIED, SESS_ERR, TOK_ERR},
    [MP_UNMAPPED] = {UNKNOWN, UNKNOWN, IGNORE, IGNORE},
    [MP_GUARD] = {MAXTRIES, DENIED, SESS_ERR, TOK_ERR},
    [MP_DENIED] = {AUTH_ERR, DENIED, SESS_ERR, TOK_ERR},
    [MP_POLICY] = {DENIED, DENIED, SESS_ERR, TOK_ERR},
    [MP_OUTAGE] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
    [MP_CLIENT] = {UNAVAIL, UNAVAIL, SESS_ERR, UNAVAIL},
};

_Static_assert(sizeof(codes) / sizeof(codes[0]) == MP_ERR_COUNT, "every error has its codes");

int code_for(enum stage stage, enum mp_err err)
{
    int code = 0;

    if ((unsigned)stage < STAGE_COUNT && (unsigned)err < MP_ERR_COUNT)
        code = codes[err][stage];
    return code ? code : PAM_PERM_DENIED; /* 0 is PAM_SUCCESS: a row that somebody forgot */
}

int code_not_ours(enum stage stage)
{
    return code_for(stage, MP_UNMAPPED);
}

const char *code_name(int code)
{
    static const struct {
        int code;
        const char *name;
    } names[] = {
        {PAM_SUCCESS, "PAM_SUCCESS"},
        {PAM_AUTH_ERR, "PAM_AUTH_ERR"},
        {PAM_PERM_DENIED, "PAM_PERM_DENIED"},
        {PAM_USER_UNKNOWN, "PAM_USER_UNKNOWN"},
        {PAM_AUTHINFO_UNAVAIL, "PAM_AUTHINFO_UNAVAIL"},
        {PAM_MAXTRIES, "PAM_MAXTRIES"},
        {PAM_SERVICE_ERR, "PAM_SERVICE_ERR"},
        {PAM_BUF_ERR, "PAM_BUF_ERR"},
        {PAM_CONV_ERR, "PAM_CONV_ERR"},
        {PAM_SESSION_ERR, "PAM_SESSION_ERR"},
        {PAM_AUTHTOK_ERR, "PAM_AUTHTOK_ERR"},
        {PAM_IGNORE, "PAM_IGNORE"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].code == code)
            return names[i].name;
    return "unknown";
}
