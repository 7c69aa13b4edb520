#include "helper/rollout.h"

#include <string.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/rollout_all.h"
#include "helper/rollout_service.h"
#include "helper/rollout_store.h"
#include "helper/rollout_timer.h"

/* Says so, once for each. */
static int leave_alone(void *owner, const char *name)
{
    int *code = owner;

    if (rollout_state(name) == ROLLOUT_LATER) {
        exit_say("%s/%s.state was written by a later mobproc, which has to be used; nothing was "
                 "changed",
                 ROLLOUT_DIRECTORY, name);
        *code = exit_code(MP_FORBIDDEN);
    }
    return 0;
}

int rollout_begin(int *lock)
{
    enum mp_err err = MP_OK;
    int code = 0;

    *lock = -1;
    if (geteuid() != 0) {
        exit_say("only root may change who logs in");
        return exit_code(MP_FORBIDDEN);
    }
    err = rollout_lock(lock);
    if (err == MP_FORBIDDEN)
        exit_say("%s is not a folder of root's alone", ROLLOUT_DIRECTORY);
    else if (err != MP_OK)
        return exit_because(err, ROLLOUT_DIRECTORY);
    code = exit_code(err);
    if (code == 0)
        rollout_each(leave_alone, &code);
    if (code != 0 && *lock >= 0) {
        close(*lock);
        *lock = -1;
    }
    return code;
}

static int is_waiting(void *owner UNUSED, const char *name)
{
    enum rollout_state state = rollout_state(name);

    return state == ROLLOUT_PENDING || state == ROLLOUT_OVERDUE;
}

int rollout_is_waiting(void)
{
    return rollout_each(is_waiting, NULL) != 0;
}

void rollout_tidy(void)
{
    if (!rollout_is_waiting())
        rollout_timer_disarm();
}

int rollout_take_back(const char *name)
{
    int code =
        strcmp(name, ROLLOUT_ALL) == 0 ? rollout_all_restore() : rollout_service_restore(name);

    if (code == 0)
        code = exit_because(rollout_forget(name), ROLLOUT_DIRECTORY);
    if (code == 0)
        rollout_tidy();
    return code;
}

int rollout_expire(const char *name)
{
    /* a disk too full for a trace keeps nobody from taking the lines out */
    if (rollout_set_expired(name) != MP_OK)
        exit_say("%s: a late mobproc confirm will not be told of this", name);
    return rollout_take_back(name);
}

static int take_back_overdue(void *owner, const char *name)
{
    int *worst = owner;
    int code = 0;

    if (rollout_state(name) == ROLLOUT_OVERDUE)
        code = rollout_expire(name);
    if (code != 0)
        *worst = code;
    return 0;
}

int rollout_take_back_overdue(void)
{
    int lock = -1;
    int code = rollout_begin(&lock);

    if (code == 0) {
        rollout_each(take_back_overdue, &code);
        rollout_tidy();
    }
    if (lock >= 0)
        close(lock);
    return code;
}
