#include "broker/ahead.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/job.h"
#include "broker/log.h"
#include "broker/order.h"
#include "lib/clock.h"
#include "lib/packet.h"

#define COURIER_MS (AHEAD_MS + 2000) /* it is we who end it, unless we hang */

/* One courier that waits; the youngest is the first. */
struct waiter {
    struct ahead *ahead;
    uid_t caller;
    struct settings *settings; /* which own the account */
    const struct config_account *account;
    struct holder holder;
    int64_t began_ms;
    int fd; /* -1: the courier has gone */
    struct loop_watch *watch;
    struct loop_timer *timer;
    struct waiter *next;
};

struct ahead {
    struct waiter *first;
};

enum mp_err ahead_new(struct ahead **ahead)
{
    *ahead = calloc(1, sizeof(**ahead));
    return *ahead ? MP_OK : MP_NOMEM;
}

/* Gives the connection away, to be closed or used. */
static int dismiss(struct waiter *waiter)
{
    struct waiter **link = &waiter->ahead->first;
    int fd = waiter->fd;

    while (*link != waiter)
        link = &(*link)->next;
    *link = waiter->next;
    loop_unwatch(&waiter->watch);
    loop_cancel(&waiter->timer);
    settings_release(&waiter->settings);
    free(waiter);
    return fd;
}

static void hang_up(struct waiter *waiter)
{
    int fd = dismiss(waiter);

    if (fd >= 0)
        close(fd);
}

void ahead_free(struct ahead **ahead)
{
    if (!*ahead)
        return;
    while ((*ahead)->first)
        hang_up((*ahead)->first); /* NOLINT: it takes itself out of the list */
    free(*ahead);
    *ahead = NULL;
}

/*
 * The courier could not connect, or the server hung up: it has nothing else to say. The waiter
 * stays in the list, so that its user cannot have couriers started in a row.
 */
static void courier_gone(void *owner, short revents UNUSED)
{
    struct waiter *waiter = owner;

    loop_unwatch(&waiter->watch);
    close(waiter->fd);
    waiter->fd = -1;
}

static void time_is_up(void *owner)
{
    struct waiter *waiter = owner;

    waiter->timer = NULL;
    hang_up(waiter);
}

static int is_same_holder(const struct holder *one, const struct holder *other)
{
    return one->uid == other->uid && strcmp(one->local_name, other->local_name) == 0;
}

/*
 * Room for one more, and none that is for the same user. 0 when he has to wait: strangers who type
 * many names would have connections made as fast as they type.
 */
static int make_room(struct ahead *ahead, const struct holder *holder)
{
    struct waiter *waiter = ahead->first;
    size_t kept = 0;

    while (waiter) {
        struct waiter *next = waiter->next;

        if (is_same_holder(&waiter->holder, holder) || ++kept == AHEAD_MAX) {
            if (clock_left_ms(waiter->began_ms + AHEAD_REST_MS) > 0)
                return 0;
            hang_up(waiter);
        }
        waiter = next;
    }
    return 1;
}

static int send_order(const struct broker *broker, const struct config_account *account)
{
    struct secret *packet = NULL;
    int fd = -1;
    enum mp_err err = order_begin(broker, PROTO_JOB_AHEAD, account, &packet);

    if (err == MP_OK)
        err = wire_put_number(packet, PROTO_REMAINING_MS, COURIER_MS);
    if (err == MP_OK)
        fd = job_connect(broker->courier);
    if (fd >= 0 && packet_send(fd, 0, packet) != MP_OK) {
        close(fd);
        fd = -1;
    }
    secret_free(&packet);
    return fd;
}

void ahead_start(struct broker *broker, const struct request *request,
                 const struct config_account *account, const struct holder *holder)
{
    struct ahead *ahead = broker->ahead;
    struct waiter *waiter = NULL;

    if (!make_room(ahead, holder))
        return;
    waiter = calloc(1, sizeof(*waiter));
    if (!waiter)
        return;
    waiter->fd = send_order(broker, account);
    if (waiter->fd < 0) {
        free(waiter);
        return;
    }
    waiter->ahead = ahead;
    waiter->caller = request->caller.uid;
    waiter->settings = settings_hold(request->settings);
    waiter->account = account;
    waiter->holder = *holder;
    waiter->began_ms = clock_monotonic_ms();
    waiter->next = ahead->first;
    ahead->first = waiter;
    waiter->watch = loop_watch(broker->loop, waiter->fd, POLLIN, courier_gone, waiter);
    waiter->timer = loop_at(broker->loop, clock_monotonic_ms() + AHEAD_MS, time_is_up, waiter);
    if (!waiter->watch || !waiter->timer)
        hang_up(waiter);
    else
        log_line(LOG_DEBUG, "event=prepare account=%s uid=%u", account->name, holder->uid);
}

int ahead_take(struct ahead *ahead, const struct request *request,
               const struct config_account *account, const struct holder *holder)
{
    for (struct waiter *waiter = ahead->first; waiter; waiter = waiter->next)
        if (waiter->fd >= 0 && waiter->caller == request->caller.uid &&
            waiter->settings == request->settings && waiter->account == account &&
            is_same_holder(&waiter->holder, holder))
            return dismiss(waiter);
    return -1;
}
