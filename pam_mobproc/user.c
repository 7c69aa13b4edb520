#include "pam_mobproc/user.h"

#include <errno.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modutil.h>
#include <string.h>

#define OVERFLOW_UID 65534

/* Looked at before NSS is asked: some NSS services make a path or a query of the name. */
static int name_is_clean(const char *name)
{
    size_t length = strnlen(name, PROTO_MAX_NAME + 1);

    if (length == 0 || length > PROTO_MAX_NAME)
        return 0;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        if (*c <= ' ' || *c == 0x7f || strchr(":/\\", *c))
            return 0;
    return 1;
}

/* PAM_SUCCESS with NULL in *name when there is none. */
static int host_name(pam_handle_t *pamh, int may_ask, const char **name)
{
    const void *item = NULL;

    *name = NULL;
    if (pam_get_item(pamh, PAM_USER, &item) == PAM_SUCCESS && item) {
        *name = item;
        return PAM_SUCCESS;
    }
    if (may_ask && pam_get_user(pamh, name, NULL) != PAM_SUCCESS)
        return PAM_CONV_ERR;
    return PAM_SUCCESS;
}

/* getpwnam(3) says NULL for "no such name" too: errno, which was 0 before, tells them apart. */
static int code_without_entry(void)
{
    if (errno == ENOMEM)
        return PAM_BUF_ERR;
    return errno == 0 || errno == ENOENT || errno == ESRCH ? PAM_USER_UNKNOWN : PAM_SYSTEM_ERR;
}

int user_find(pam_handle_t *pamh, int may_ask, struct user *user)
{
    const struct passwd *entry = NULL;
    const char *name = NULL;
    int code = host_name(pamh, may_ask, &name);

    if (code != PAM_SUCCESS)
        return code;
    /* root by name first: its login must not wait for an NSS service that hangs */
    if (!name || strcmp(name, "root") == 0 || !name_is_clean(name))
        return PAM_USER_UNKNOWN;
    errno = 0;
    entry = pam_modutil_getpwnam(pamh, name);
    if (!entry)
        return code_without_entry();
    if (entry->pw_uid == 0 || strcmp(entry->pw_name, name) != 0)
        return PAM_USER_UNKNOWN;
    memcpy(user->name, name, strlen(name) + 1);
    user->uid = entry->pw_uid;
    return PAM_SUCCESS;
}

int user_in_range(const struct user *user, uid_t minimum, uid_t maximum)
{
    return user->uid >= minimum && user->uid <= maximum && user->uid != OVERFLOW_UID;
}

int user_is_still(pam_handle_t *pamh, const struct user *user)
{
    const void *name = NULL;

    if (pam_get_item(pamh, PAM_USER, &name) != PAM_SUCCESS || !name)
        return 0;
    return strcmp(name, user->name) == 0;
}
