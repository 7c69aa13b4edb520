#include "pam_mobproc/visit.h"

#include <security/pam_ext.h>
#include <syslog.h>

#include "pam_mobproc/log.h"

int visit_begin(struct visit *visit, pam_handle_t *pamh, int flags, enum stage stage, int argc,
                const char **argv)
{
    struct args_error error = {0};
    int code = PAM_USER_UNKNOWN;

    visit->pamh = pamh;
    visit->flags = (unsigned)flags;
    visit->stage = stage;
    code = user_find(pamh, stage == STAGE_AUTHENTICATE, &visit->user);
    if (code == PAM_USER_UNKNOWN)
        return code_not_ours(stage);
    if (code == PAM_BUF_ERR || code == PAM_SYSTEM_ERR) {
        visit->reason = "name_service";
        return code_for(stage, code == PAM_BUF_ERR ? MP_NOMEM : MP_SYSTEM);
    }
    if (code != PAM_SUCCESS)
        return code;
    if (args_parse(&visit->args, argc, argv, &error) != 0) {
        log_line(pamh, LOG_ERR, "argument=%s reason=%s", error.name, error.reason);
        visit->args = (struct args){0}; /* half-read: one of them may ask for a second line */
        return PAM_SERVICE_ERR;
    }
    if (!user_in_range(&visit->user, visit->args.minimum_uid, visit->args.maximum_uid)) {
        visit->reason = "uid_range";
        return code_not_ours(stage);
    }
    if (visit->args.debug)
        log_line(pamh, LOG_DEBUG, "user=%s uid=%lu flags=0x%x", visit->user.name,
                 (unsigned long)visit->user.uid, visit->flags);
    return PAM_SUCCESS;
}

/* The level of an outcome; LOG_DEBUG means: only with `debug`. */
static int level(const struct visit *visit, int code)
{
    switch (code) {
    case PAM_SUCCESS:
        return visit->stage == STAGE_AUTHENTICATE ? LOG_INFO : LOG_DEBUG;
    case PAM_USER_UNKNOWN: /* every local user's login comes through here */
    case PAM_IGNORE:
    case PAM_SERVICE_ERR: /* has had its line */
        return LOG_DEBUG;
    case PAM_AUTH_ERR:
    case PAM_PERM_DENIED:
    case PAM_MAXTRIES:
    case PAM_AUTHTOK_ERR:
    case PAM_CONV_ERR: /* the person gave up */
        return LOG_NOTICE;
    default:
        return LOG_ERR;
    }
}

int visit_end(const struct visit *visit, int code)
{
    const void *rhost = NULL;
    int priority = level(visit, code);
    char user[LOG_VALUE];
    char host[LOG_VALUE];

    if (priority == LOG_DEBUG && !visit->args.debug)
        return code;
    if (pam_get_item(visit->pamh, PAM_RHOST, &rhost) != PAM_SUCCESS)
        rhost = NULL;
    log_value(user, visit->user.name);
    log_value(host, rhost);
    log_line(visit->pamh, priority, "user=%s result=%s reason=%s rhost=%s", user, code_name(code),
             visit->reason ? visit->reason : "-", host);
    return code;
}

void visit_tell(const struct visit *visit, const char *text)
{
    if (!visit->args.quiet && !(visit->flags & PAM_SILENT))
        (void)pam_prompt(visit->pamh, PAM_ERROR_MSG, NULL, "%s", text);
}
