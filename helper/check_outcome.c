#include "helper/check_outcome.h"

#include <string.h>

#define CODE_SERVICE_ERR 3
#define CODE_BUF_ERR 5
#define CODE_CONV_ERR 19

#define NOT_OURS 1 /* no such account: local modules decide */
#define REFUSED 4  /* exit codes of mobproc(1) */
#define UNREACHABLE 5
#define MISCONFIGURED 7
#define BROKEN 70

#define AUTH "authenticate"
#define ACCOUNT "acct_mgmt"
#define LOCAL "; the local modules decide"
#define FINAL "; the local modules are not asked"

static const struct row {
    const char *stage; /* NULL: any */
    int code;
    struct check_outcome outcome;
} rows[] = {
    {AUTH,
     CODE_SUCCESS,
     {WAY_IN, FINDING_OK, 0, "the server took the password and the policy holds" FINAL, NULL}},
    {AUTH,
     CODE_AUTH_ERR,
     {WAY_CLOSED, FINDING_FAILED, REFUSED, "the password is refused" FINAL,
      "type it again; only root may check somebody else; event=login in the broker's log says "
      "why"}},
    {AUTH,
     CODE_PERM_DENIED,
     {WAY_CLOSED, FINDING_FAILED, REFUSED, "the password is right, but the policy refuses" FINAL,
      "see tenant and the require_ keys in mobproc.conf(5); the broker's log names the one"}},
    {AUTH,
     CODE_USER_UNKNOWN,
     {WAY_LOCAL, FINDING_OK, NOT_OURS, "not one of ours, nothing was sent" LOCAL,
      "to have the server decide: see allow_users, minimum_uid and user_map in mobproc.conf(5)"}},
    {AUTH,
     CODE_AUTHINFO_UNAVAIL,
     {WAY_LOCAL, FINDING_WARNING, UNREACHABLE, "the broker or the server cannot be used now" LOCAL,
      "mobproc doctor"}},
    {AUTH,
     CODE_MAXTRIES,
     {WAY_CLOSED, FINDING_FAILED, REFUSED, "too many wrong passwords, nothing was sent" FINAL,
      "wait for guard_window, see mobproc.conf(5)"}},
    {ACCOUNT, CODE_SUCCESS, {WAY_IN, FINDING_OK, 0, "the account allows this login", NULL}},
    {ACCOUNT,
     CODE_PERM_DENIED,
     {WAY_CLOSED, FINDING_FAILED, REFUSED, "the account refuses, whatever the local modules say",
      "see account_without_login, tenant and the require_ keys in mobproc.conf(5)"}},
    {ACCOUNT, CODE_USER_UNKNOWN, {WAY_LOCAL, FINDING_OK, NOT_OURS, "not one of ours" LOCAL, NULL}},
    {ACCOUNT,
     CODE_IGNORE,
     {WAY_LOCAL, FINDING_OK, NOT_OURS, "no login with a password is known" LOCAL, NULL}},
    {ACCOUNT,
     CODE_AUTHINFO_UNAVAIL,
     {WAY_LOCAL, FINDING_WARNING, UNREACHABLE, "the broker cannot be used now" LOCAL,
      "mobproc doctor"}},
    {"setcred", CODE_SUCCESS, {WAY_IN, FINDING_OK, 0, "nothing to be done", NULL}},
    {"open_session", CODE_SUCCESS, {WAY_IN, FINDING_OK, 0, "the broker counts it", NULL}},
    {"close_session", CODE_SUCCESS, {WAY_IN, FINDING_OK, 0, "the broker counts it no more", NULL}},
    {"open_session", CODE_IGNORE, {WAY_IN, FINDING_OK, 0, "not counted", NULL}},
    {"close_session", CODE_IGNORE, {WAY_IN, FINDING_OK, 0, "was not counted", NULL}},
    {"open_session",
     -1,
     {WAY_IN, FINDING_WARNING, 0, "not counted; it keeps nobody out", "mobproc doctor"}},
    {"close_session",
     -1,
     {WAY_IN, FINDING_WARNING, 0, "not counted; it keeps nobody out", "mobproc doctor"}},
    {NULL,
     CODE_SERVICE_ERR,
     {WAY_CLOSED, FINDING_FAILED, MISCONFIGURED, "the module does not take its arguments",
      "the system's log names the argument; mobproc doctor"}},
    {NULL,
     CODE_MODULE_UNKNOWN,
     {WAY_CLOSED, FINDING_FAILED, MISCONFIGURED,
      "libpam cannot load the module and refuses in its place, root too",
      "install pam_mobproc.so; the system's log says what is missing"}},
    {NULL, CODE_BUF_ERR, {WAY_CLOSED, FINDING_FAILED, BROKEN, "out of memory", "try again"}},
    {NULL,
     CODE_CONV_ERR,
     {WAY_CLOSED, FINDING_FAILED, BROKEN, "a module asked for what could not be answered",
      "look at the stack: mobproc doctor"}},
};

struct check_outcome check_outcome_of_ours(const char *stage, int code)
{
    static const struct check_outcome unexpected = {WAY_CLOSED, FINDING_FAILED, REFUSED, "refused",
                                                    "the system's log says more"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if ((!rows[i].stage || strcmp(rows[i].stage, stage) == 0) &&
            (rows[i].code == code || rows[i].code < 0))
            return rows[i].outcome;
    return unexpected;
}

struct check_outcome check_outcome_of_service(int code)
{
    static const struct check_outcome agreed = {WAY_IN, FINDING_OK, 0, "the stack agrees", NULL};
    static const struct check_outcome refused = {
        WAY_CLOSED, FINDING_FAILED, REFUSED, "the stack refuses",
        "mobproc check without --service shows what our module says; the system's log more"};

    return code == CODE_SUCCESS ? agreed : refused;
}
