#include "helper/pam_control.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define ACTION_UNSET (-6)
#define MAX_JUMP 10000

static const char *const codes[CODE_COUNT] = {
    "success",
    "open_err",
    "symbol_err",
    "service_err",
    "system_err",
    "buf_err",
    "perm_denied",
    "auth_err",
    "cred_insufficient",
    "authinfo_unavail",
    "user_unknown",
    "maxtries",
    "new_authtok_reqd",
    "acct_expired",
    "session_err",
    "cred_unavail",
    "cred_expired",
    "cred_err",
    "no_module_data",
    "conv_err",
    "authtok_err",
    "authtok_recover_err",
    "authtok_lock_busy",
    "authtok_disable_aging",
    "try_again",
    "ignore",
    "abort",
    "authtok_expired",
    "module_unknown",
    "bad_item",
    "conv_again",
    "incomplete",
};

/* In the order of enum pam_action, from 0 down. */
static const char *const actions[] = {"ignore", "ok", "done", "bad", "die", "reset"};

const char *pam_code_name(enum pam_code code)
{
    return (unsigned)code < CODE_COUNT ? codes[code] : "default";
}

static void fill(struct pam_control *control, int action)
{
    for (int code = 0; code < CODE_COUNT; code++)
        if (control->actions[code] == ACTION_UNSET)
            control->actions[code] = action;
}

static void set_all(struct pam_control *control, int action)
{
    for (int code = 0; code < CODE_COUNT; code++)
        control->actions[code] = action;
}

/* Takes one of `words` off *text; its place, or -1. The first that begins the text, like libpam. */
static int take_word(const char **text, const char *const *words, int count)
{
    for (int i = 0; i < count; i++) {
        size_t length = strlen(words[i]);

        if (strncmp(*text, words[i], length) == 0) {
            *text += length;
            return i;
        }
    }
    return -1;
}

static void skip_space(const char **text)
{
    while (isspace((unsigned char)**text))
        ++*text;
}

static const char *take_action(const char **text, int *action)
{
    int word = take_word(text, actions, (int)(sizeof(actions) / sizeof(actions[0])));

    *action = 0;
    if (word >= 0) {
        *action = -word;
        return NULL;
    }
    if (!isdigit((unsigned char)**text))
        return "unknown action";
    for (; isdigit((unsigned char)**text) && *action < MAX_JUMP; ++*text)
        *action = *action * 10 + (**text - '0');
    return *action ? NULL : "a jump over no line";
}

static const char *take_pair(const char **text, struct pam_control *control)
{
    static const char *const rest[] = {"default"};
    int code = take_word(text, codes, CODE_COUNT);
    int is_default = code < 0 && take_word(text, rest, 1) == 0;
    const char *complaint = NULL;
    int action = 0;

    if (code < 0 && !is_default)
        return "unknown return value";
    skip_space(text);
    if (**text != '=')
        return "a return value without =";
    ++*text;
    skip_space(text);
    complaint = take_action(text, &action);
    if (complaint)
        return complaint;
    if (is_default)
        fill(control, action);
    else
        control->actions[code] = action;
    return NULL;
}

static const char *read_pairs(struct pam_control *control, const char *text)
{
    const char *complaint = NULL;

    skip_space(&text);
    while (*text && !complaint) {
        complaint = take_pair(&text, control);
        skip_space(&text);
    }
    return complaint;
}

const char *pam_control_read(struct pam_control *control, const char *text)
{
    static const struct {
        const char *word;
        int success;
        int ignore;
        int others;
    } words[] = {
        {"required", ACTION_OK, ACTION_IGNORE, ACTION_BAD},
        {"requisite", ACTION_OK, ACTION_IGNORE, ACTION_DIE},
        {"optional", ACTION_OK, ACTION_IGNORE, ACTION_IGNORE},
        {"sufficient", ACTION_DONE, ACTION_IGNORE, ACTION_IGNORE},
    };
    const char *complaint = NULL;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(text, words[i].word) != 0)
            continue;
        set_all(control, words[i].others);
        control->actions[CODE_SUCCESS] = words[i].success;
        control->actions[CODE_NEW_AUTHTOK_REQD] = words[i].success;
        control->actions[CODE_IGNORE] = words[i].ignore;
        return NULL;
    }
    set_all(control, ACTION_UNSET);
    complaint = read_pairs(control, text);
    if (complaint)
        set_all(control, ACTION_BAD);
    fill(control, ACTION_BAD);
    return complaint;
}
