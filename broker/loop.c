#include "broker/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "lib/clock.h"

#define BREATH_MS 100 /* between tries while memory is short */

struct loop_watch {
    int fd;
    short events;
    loop_ready *ready; /* NULL: ended, freed at the next sweep */
    void *owner;
    struct loop_watch *next;
};

struct loop_timer {
    int64_t deadline_ms;
    loop_expired *expired; /* NULL: cancelled or fired, freed at the next sweep */
    void *owner;
    struct loop_timer *next;
};

struct loop {
    struct loop_watch *watches;
    struct loop_timer *timers;
    struct pollfd *polls;
    struct loop_watch **polled; /* the watch of each entry of polls */
    size_t room;
};

enum mp_err loop_new(struct loop **loop)
{
    *loop = calloc(1, sizeof(**loop));
    return *loop ? MP_OK : MP_NOMEM;
}

/* Frees what ended since the last turn: nothing is freed while a callback may still see it. */
static void sweep(struct loop *loop, int all)
{
    struct loop_watch **w = &loop->watches;
    struct loop_timer **t = &loop->timers;

    while (*w) {
        struct loop_watch *watch = *w;

        if (watch->ready && !all) {
            w = &watch->next;
            continue;
        }
        *w = watch->next;
        free(watch);
    }
    while (*t) {
        struct loop_timer *timer = *t;

        if (timer->expired && !all) {
            t = &timer->next;
            continue;
        }
        *t = timer->next;
        free(timer);
    }
}

void loop_free(struct loop **loop)
{
    if (!*loop)
        return;
    sweep(*loop, 1);
    free((*loop)->polls);
    free((*loop)->polled);
    free(*loop);
    *loop = NULL;
}

struct loop_watch *loop_watch(struct loop *loop, int fd, short events, loop_ready *ready,
                              void *owner)
{
    struct loop_watch *watch = calloc(1, sizeof(*watch));

    if (!watch)
        return NULL;
    watch->fd = fd;
    watch->events = events;
    watch->ready = ready;
    watch->owner = owner;
    watch->next = loop->watches;
    loop->watches = watch;
    return watch;
}

void loop_watch_events(struct loop_watch *watch, short events)
{
    watch->events = events;
}

void loop_unwatch(struct loop_watch **watch)
{
    if (*watch)
        (*watch)->ready = NULL;
    *watch = NULL;
}

struct loop_timer *loop_at(struct loop *loop, int64_t deadline_ms, loop_expired *expired,
                           void *owner)
{
    struct loop_timer *timer = calloc(1, sizeof(*timer));

    if (!timer)
        return NULL;
    timer->deadline_ms = deadline_ms;
    timer->expired = expired;
    timer->owner = owner;
    timer->next = loop->timers;
    loop->timers = timer;
    return timer;
}

void loop_cancel(struct loop_timer **timer)
{
    if (*timer)
        (*timer)->expired = NULL;
    *timer = NULL;
}

/* Fills the poll array; the number of entries, or -1 with ENOMEM. */
static ssize_t gather(struct loop *loop)
{
    size_t count = 0;

    for (struct loop_watch *w = loop->watches; w; w = w->next)
        count++;
    if (count > loop->room) {
        struct pollfd *polls = calloc(count * 2, sizeof(*polls));
        struct loop_watch **polled = calloc(count * 2, sizeof(struct loop_watch *));

        if (!polls || !polled) {
            free(polls);
            free(polled);
            return -1;
        }
        free(loop->polls);
        free(loop->polled);
        loop->polls = polls;
        loop->polled = polled;
        loop->room = count * 2;
    }
    count = 0;
    for (struct loop_watch *w = loop->watches; w; w = w->next, count++) {
        loop->polls[count] = (struct pollfd){.fd = w->fd, .events = w->events};
        loop->polled[count] = w;
    }
    return (ssize_t)count;
}

static int wait_ms(const struct loop *loop)
{
    int wait = -1;

    for (const struct loop_timer *t = loop->timers; t; t = t->next) {
        int left = clock_left_ms(t->deadline_ms);

        if (wait < 0 || left < wait)
            wait = left;
    }
    return wait;
}

static void run_timers(struct loop *loop)
{
    int64_t now = clock_monotonic_ms();

    /* a timer that a callback adds is put in front and waits for the next turn */
    for (struct loop_timer *t = loop->timers; t; t = t->next) {
        loop_expired *expired = t->expired;

        if (!expired || t->deadline_ms > now)
            continue;
        t->expired = NULL;
        expired(t->owner);
    }
}

enum mp_err loop_turn(struct loop *loop)
{
    ssize_t count = 0;
    int ready = -1;

    sweep(loop, 0);
    count = gather(loop);
    if (count >= 0)
        ready = poll(loop->polls, (nfds_t)count, wait_ms(loop));
    if (ready < 0 && errno == ENOMEM) {
        /* it may pass: whoever asked waits a little, and nobody is turned away */
        const struct timespec breath = {0, BREATH_MS * 1000000L};

        nanosleep(&breath, NULL);
    } else if (ready < 0 && errno != EINTR) {
        return MP_SYSTEM;
    }
    for (ssize_t i = 0; ready > 0 && i < count; i++)
        if (loop->polls[i].revents && loop->polled[i]->ready)
            loop->polled[i]->ready(loop->polled[i]->owner, loop->polls[i].revents);
    run_timers(loop);
    return MP_OK;
}
