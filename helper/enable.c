/* mobproc enable: our lines go into PAM, for a while at first. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/pam_module.h"
#include "helper/pam_scenarios.h"
#include "helper/rollout.h"
#include "helper/rollout_all.h"
#include "helper/rollout_people.h"
#include "helper/rollout_service.h"
#include "helper/rollout_store.h"
#include "helper/rollout_timer.h"
#include "helper/verbs.h"

#define DEFAULT_ROLLBACK 600 /* seconds */
#define MAX_PATH 512

/* One run. Owns its edit. */
struct enabling {
    const struct arguments *arguments;
    const char *name;
    int is_all;
    unsigned seconds;
    struct rollout_edit edit;
};

/* Files that services are made of: a line there is for all of them. */
static int is_part(const char *name)
{
    static const char *const parts[] = {"system-auth", "password-auth", "postlogin", "other"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(name, parts[i]) == 0)
            return 1;
    return strncmp(name, "common-", 7) == 0;
}

static int check_arguments(const struct arguments *arguments)
{
    char path[MAX_PATH];

    if (!arguments->service || !rollout_is_name(arguments->service)) {
        exit_say("--service takes the name of a file in /etc/pam.d, such as sshd, or all");
        return EXIT_USAGE;
    }
    if (is_part(arguments->service)) {
        exit_say("%s is a part of many services: --service all", arguments->service);
        return EXIT_USAGE;
    }
    if (pam_module_find(PAM_OUR_MODULE, path, sizeof(path)))
        return 0;
    exit_say(PAM_OUR_MODULE " is not where libpam looks for modules: with a line that names it "
                            "nobody could log in, not even root");
    return exit_code(MP_CONFIGURATION);
}

static int plan(struct enabling *enabling, int *has_lines)
{
    if (enabling->is_all)
        return rollout_all_check(has_lines);
    return rollout_service_plan(enabling->name, &enabling->edit, has_lines);
}

/* Copies, state and timer, all before anything is changed. */
static int prepare(const struct enabling *enabling)
{
    enum mp_err err = MP_OK;
    int code = 0;

    if (enabling->is_all) {
        code = rollout_all_keep();
    } else {
        err = rollout_keep(enabling->name, "before", enabling->edit.before);
        if (err == MP_OK)
            err = rollout_keep(enabling->name, "after", enabling->edit.after);
    }
    if (code == 0 && err == MP_OK)
        err = rollout_set_pending(enabling->name, enabling->seconds);
    if (code == 0)
        code = exit_because(err, ROLLOUT_DIRECTORY);
    return code ? code
                : rollout_timer_arm(enabling->seconds, rollout_is_waiting,
                                    rollout_take_back_overdue);
}

static int apply(const struct enabling *enabling)
{
    int code = prepare(enabling);

    if (code == 0)
        code = enabling->is_all ? rollout_all_apply()
                                : rollout_service_apply(enabling->name, &enabling->edit);
    if (code != 0 && rollout_take_back(enabling->name) != 0)
        exit_say("%s could not be put back as it was; copies are in %s", enabling->name,
                 ROLLOUT_DIRECTORY);
    return code;
}

static void say_what_next(const struct enabling *enabling)
{
    exit_say("%s: the lines are in. Keep a root shell open, and log in once from elsewhere",
             enabling->name);
    exit_say("in %u seconds they are taken out again, unless you run: mobproc confirm",
             enabling->seconds);
}

static int say_if_waiting(void *owner UNUSED, const char *name)
{
    if (rollout_state(name) == ROLLOUT_CONFIRMED)
        return 0;
    exit_say("%s waits already: first mobproc confirm, or mobproc disable", name);
    return 1;
}

static int enable(struct enabling *enabling)
{
    int has_lines = 0;
    int code = 0;

    if (rollout_each(say_if_waiting, NULL) != 0)
        return exit_code(MP_FORBIDDEN);
    code = plan(enabling, &has_lines);
    if (code != 0)
        return code;
    if (has_lines) {
        exit_say("%s has the lines already; nothing was changed", enabling->name);
        rollout_forget_expired();
        return 0;
    }
    if (!enabling->arguments->also_local_users)
        code = rollout_people_check(enabling->arguments->socket, enabling->name);
    if (code == 0)
        code = apply(enabling);
    if (code == 0) {
        rollout_forget_expired();
        say_what_next(enabling);
    }
    return code;
}

int verb_enable(const struct arguments *arguments)
{
    struct enabling enabling = {
        .arguments = arguments,
        .name = arguments->service,
        .seconds = arguments->rollback ? arguments->rollback : DEFAULT_ROLLBACK,
    };
    int lock = -1;
    int code = check_arguments(arguments);

    if (code == 0)
        code = rollout_begin(&lock);
    if (code == 0) {
        enabling.is_all = strcmp(enabling.name, ROLLOUT_ALL) == 0;
        code = enable(&enabling);
    }
    rollout_edit_free(&enabling.edit);
    if (lock >= 0)
        close(lock);
    return code;
}
