/* mobproc disable: our lines go out of PAM. */
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
    rollout_forget_expired();
    close(lock);
    return tally.code;
}
