/* mobproc confirm: what mobproc enable did stays, if it still is what was proven then. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/pam_module.h"
#include "helper/pam_scenarios.h"
#include "helper/rollout.h"
#include "helper/rollout_all.h"
#include "helper/rollout_proof.h"
#include "helper/rollout_store.h"
#include "helper/verbs.h"

struct tally {
    int done;
    int code;
};

/* Somebody may have changed the files or taken the module away since. The exit code. */
static int look(const char *name)
{
    char path[512];
    const char *complaint = NULL;

    if (!pam_module_find(PAM_OUR_MODULE, path, sizeof(path))) {
        exit_say("%s: not confirmed: " PAM_OUR_MODULE " is not where libpam looks for modules. "
                 "Nobody can log in there now; run mobproc disable",
                 name);
        return exit_code(MP_CONFIGURATION);
    }
    complaint = strcmp(name, ROLLOUT_ALL) == 0 ? rollout_all_complaint()
                                               : rollout_proof_of_service(name, name);
    if (!complaint)
        return 0;
    exit_say("%s: not confirmed: %s. Mend it, or run mobproc disable; else it is taken back when "
             "its time is over",
             name, complaint);
    return exit_code(MP_FORBIDDEN);
}

static int confirm(void *owner, const char *name)
{
    struct tally *tally = owner;
    enum rollout_state state = rollout_state(name);

    if (state == ROLLOUT_CONFIRMED)
        return 0;
    if (state == ROLLOUT_OVERDUE) {
        exit_say("%s: too late, the lines are taken out; enable it again", name);
        tally->code = rollout_expire(name);
        if (tally->code == 0)
            tally->code = exit_code(MP_FORBIDDEN);
        return 0;
    }
    tally->code = look(name);
    if (tally->code == 0)
        tally->code = exit_because(rollout_set_confirmed(name), ROLLOUT_DIRECTORY);
    tally->done += tally->code == 0;
    if (tally->code == 0)
        exit_say("%s: the lines stay", name);
    return tally->code;
}

/* Nothing waits: because it is confirmed already, or because it was taken back meanwhile? */
static int say_why_not(void)
{
    char name[ROLLOUT_MAX_NAME + 1];

    if (!rollout_expired(name)) {
        exit_say("nothing waits to be confirmed");
        return 0;
    }
    exit_say("%s: too late, the lines were taken out when the time was over; enable it again",
             name);
    return exit_code(MP_FORBIDDEN);
}

int verb_confirm(const struct arguments *arguments UNUSED)
{
    struct tally tally = {0};
    int lock = -1;
    int code = rollout_begin(&lock);

    if (code == 0) {
        rollout_each(confirm, &tally);
        code = tally.code;
        rollout_tidy();
        if (!tally.done && code == 0)
            code = say_why_not();
    }
    if (lock >= 0)
        close(lock);
    return code;
}
