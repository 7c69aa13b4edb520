/* mobproc confirm and mobproc disable: our lines in PAM stay, or go. */
#include <stddef.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/rollout.h"
#include "helper/rollout_store.h"
#include "helper/verbs.h"

struct tally {
    int done;
    int code;
};

static int confirm(void *owner, const char *name)
{
    struct tally *tally = owner;
    enum rollout_state state = rollout_state(name);

    if (state == ROLLOUT_CONFIRMED)
        return 0;
    if (state == ROLLOUT_OVERDUE) {
        exit_say("%s: too late, the lines are taken out; enable it again", name);
        tally->code = rollout_take_back(name);
        if (tally->code == 0)
            tally->code = exit_code(MP_FORBIDDEN);
        return 0;
    }
    tally->code = exit_because(rollout_set_confirmed(name), ROLLOUT_DIRECTORY);
    tally->done += tally->code == 0;
    if (tally->code == 0)
        exit_say("%s: the lines stay", name);
    return tally->code;
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
            exit_say("nothing waits to be confirmed");
    }
    if (lock >= 0)
        close(lock);
    return code;
}

static int take_back(void *owner, const char *name)
{
    struct tally *tally = owner;
    int code = rollout_take_back(name);

    if (code != 0)
        tally->code = code;
    else
        exit_say("%s: the lines are out", name);
    tally->done++;
    return 0;
}

int verb_disable(const struct arguments *arguments)
{
    struct tally tally = {0};
    int lock = -1;
    int code = 0;

    if (arguments->unconfirmed)
        return rollout_take_back_overdue();
    if (arguments->service && !rollout_is_name(arguments->service)) {
        exit_say("--service takes the name of a file in /etc/pam.d, such as sshd, or all");
        return EXIT_USAGE;
    }
    code = rollout_begin(&lock);
    if (code != 0)
        return code;
    if (!arguments->service)
        rollout_each(take_back, &tally);
    else if (rollout_state(arguments->service) != ROLLOUT_NONE)
        take_back(&tally, arguments->service);
    if (!tally.done)
        exit_say("nothing that mobproc enable put there is to be taken out");
    rollout_tidy();
    close(lock);
    return tally.code;
}
