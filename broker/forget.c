#include "broker/forget.h"

#include <stdlib.h>
#include <string.h>

#include "broker/held.h"
#include "broker/log.h"
#include "broker/sessions.h"
#include "lib/clock.h"

#define MAX_WAITING                                                              \
    256 /* records to look at again; further ones stay until a next session ends \
         */

/* A record that is looked at again. */
struct forgetting {
    struct broker *broker;
    struct settings *settings;
    const struct config_account *account;
    struct holder holder;
    int64_t opened_at;
    struct loop_timer *timer;
    struct forgetting *next;
};

static void drop(struct forgetting *forgetting)
{
    struct forgetting **link = &forgetting->broker->forgettings;

    while (*link != forgetting)
        link = &(*link)->next;
    *link = forgetting->next;
    loop_cancel(&forgetting->timer);
    settings_release(&forgetting->settings);
    free(forgetting);
}

void forget_cancel_all(struct broker *broker)
{
    while (broker->forgettings)
        drop(broker->forgettings); /* NOLINT: it takes itself out of the list */
}

static void look_again(void *owner)
{
    struct forgetting *forgetting = owner;
    const struct holder *holder = &forgetting->holder;
    int left = 1;
    enum mp_err err = MP_OK;

    forgetting->timer = NULL;
    /* nobody's session ends here; this only counts those that are open, and never says 0 in doubt
     */
    err = sessions_close(forgetting->broker->sessions_fd, holder->uid, 0, &left);
    if (err == MP_OK && left == 0)
        err = forget_record(forgetting->broker, forgetting->settings, forgetting->account, holder,
                            forgetting->opened_at);
    if (err != MP_OK)
        log_line(LOG_WARNING, "event=forget result=%s account=%s uid=%u", mp_err_name(err),
                 forgetting->account->name, holder->uid);
    drop(forgetting);
}

static enum mp_err wait_for_session(const struct forgetting *what, int64_t seconds)
{
    struct forgetting *made = NULL;
    size_t count = 0;

    for (const struct forgetting *f = what->broker->forgettings; f; f = f->next)
        count++;
    if (count < MAX_WAITING)
        made = malloc(sizeof(*made));
    if (!made)
        return MP_NOMEM;
    *made = *what;
    made->settings = settings_hold(what->settings);
    made->next = made->broker->forgettings;
    made->broker->forgettings = made;
    made->timer =
        loop_at(made->broker->loop, clock_monotonic_ms() + seconds * 1000, look_again, made);
    if (made->timer)
        return MP_OK;
    drop(made);
    return MP_NOMEM;
}

/* Seconds until the session of a later login must have been opened; 0: there is no such login. */
static int64_t grace_left(const struct record *record, int64_t opened_at)
{
    int64_t age = clock_utc() - record->login_at;

    if (record->login_at <= opened_at || age < 0 || age > FORGET_GRACE_S)
        return 0;
    return FORGET_GRACE_S + 1 - age;
}

enum mp_err forget_record(struct broker *broker, struct settings *settings,
                          const struct config_account *account, const struct holder *holder,
                          int64_t opened_at)
{
    const struct forgetting what = {broker, settings, account, *holder, opened_at, NULL, NULL};
    struct record record = {0};
    uint64_t generation = 0;
    int64_t grace_s = 0;
    enum mp_err err = held_read(broker, account, holder, &record, &generation);

    if (err == MP_OK)
        grace_s = grace_left(&record, opened_at);
    record_free(&record);
    if (err == MP_SYSTEM || err == MP_NOMEM)
        return err; /* whose login it is cannot be told now */
    if (grace_s > 0)
        return wait_for_session(&what, grace_s);
    log_line(LOG_INFO, "event=forget reason=last_session account=%s uid=%u", account->name,
             holder->uid);
    return held_erase(broker, account, holder);
}
