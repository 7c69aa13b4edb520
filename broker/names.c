#include "broker/names.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/reaper.h"
#include "lib/clock.h"
#include "lib/packet.h"

#define MAX_KEPT 256

struct kept {
    struct nss_user user;
    int64_t until_ms;
    struct kept *next;
};

struct waiter {
    names_found *found;
    void *owner;
    struct waiter *next;
};

/* One child that looks a user up, and everyone who waits for it. */
struct lookup {
    struct names *names;
    char *name; /* NULL: by uid */
    uid_t uid;
    pid_t pid;
    int fd;
    struct loop_watch *watch;
    struct loop_timer *timer;
    struct waiter *waiters;
    struct lookup *next;
};

/* What answers are made from on most machines; an answer is not kept longer than they are. */
static const char *const files[] = {"/etc/passwd", "/etc/group"};
#define FILES (sizeof(files) / sizeof(files[0]))

struct version {
    ino_t number;
    struct timespec changed;
};

struct names {
    struct loop *loop;
    struct version versions[FILES]; /* of the files that the kept answers are from */
    struct kept *kept;
    size_t kept_count;
    struct lookup *lookups;
    size_t lookup_count;
    struct reaper reaper; /* has room for all lookups */
};

/* Takes a lookup out of the list and ends its child. Its waiters stay for the caller. */
static void lookup_free(struct lookup *lookup)
{
    struct lookup **link = &lookup->names->lookups;

    while (*link != lookup)
        link = &(*link)->next;
    *link = lookup->next;
    lookup->names->lookup_count--;
    loop_unwatch(&lookup->watch);
    loop_cancel(&lookup->timer);
    close(lookup->fd);
    reaper_kill(&lookup->names->reaper, lookup->pid);
    free(lookup->name);
    free(lookup);
}

/* Keeps an answer; it then belongs to the cache. */
static const struct nss_user *keep(struct names *names, struct nss_user *user)
{
    struct kept *entry = calloc(1, sizeof(*entry));

    if (!entry)
        return NULL;
    if (names->kept_count >= MAX_KEPT)
        names_forget(names);
    entry->user = *user;
    *user = (struct nss_user){0};
    entry->until_ms = clock_monotonic_ms() + NAMES_KEEP_S * 1000;
    entry->next = names->kept;
    names->kept = entry;
    names->kept_count++;
    return &entry->user;
}

static void finish(struct lookup *lookup, enum mp_err err, struct nss_user *user)
{
    struct names *names = lookup->names;
    struct waiter *waiter = lookup->waiters;
    const struct nss_user *answer = NULL;

    lookup_free(lookup);
    if (err == MP_OK) {
        answer = keep(names, user);
        err = answer ? MP_OK : MP_NOMEM;
    }
    while (waiter) {
        struct waiter *next = waiter->next;

        waiter->found(waiter->owner, err, answer);
        free(waiter);
        waiter = next;
    }
}

static void child_ready(void *owner, short revents UNUSED)
{
    struct lookup *lookup = owner;
    struct nss_user user = {0};
    struct secret *packet = NULL;
    enum mp_err err = packet_receive(lookup->fd, 0, &packet);

    if (err == MP_INTERRUPTED)
        return;
    if (err != MP_OK || !packet)
        err = MP_SYSTEM;
    else
        err = nss_understand(packet, &user);
    secret_free(&packet);
    finish(lookup, err, &user);
    nss_user_clear(&user);
}

static void child_late(void *owner)
{
    struct lookup *lookup = owner;
    struct nss_user user = {0};

    lookup->timer = NULL;
    finish(lookup, MP_OUTAGE, &user);
}

static enum mp_err start(struct names *names, const struct config *config, const char *name,
                         uid_t uid, struct lookup **out)
{
    struct lookup *lookup = calloc(1, sizeof(*lookup));
    enum mp_err err = MP_NOMEM;

    if (!lookup)
        return MP_NOMEM;
    lookup->name = name ? strdup(name) : NULL;
    lookup->uid = uid;
    if (lookup->name || !name)
        err = nss_ask(config, name, uid, &lookup->fd, &lookup->pid);
    if (err != MP_OK) {
        free(lookup->name);
        free(lookup);
        return err;
    }
    lookup->names = names;
    lookup->next = names->lookups;
    names->lookups = lookup;
    names->lookup_count++;
    lookup->watch = loop_watch(names->loop, lookup->fd, POLLIN, child_ready, lookup);
    lookup->timer =
        loop_at(names->loop, clock_monotonic_ms() + NSS_DEADLINE_MS, child_late, lookup);
    if (lookup->watch && lookup->timer) {
        *out = lookup;
        return MP_OK;
    }
    lookup_free(lookup);
    return MP_NOMEM;
}

/* The child that already asks the same, or a new one. */
static enum mp_err join(struct names *names, const struct config *config, const char *name,
                        uid_t uid, struct lookup **out)
{
    for (struct lookup *l = names->lookups; l; l = l->next) {
        if (name ? l->name && strcmp(l->name, name) == 0 : !l->name && l->uid == uid) {
            *out = l;
            return MP_OK;
        }
    }
    names_reap(names);
    if (names->lookup_count == NAMES_MAX_CHILDREN ||
        names->lookup_count + names->reaper.count == REAPER_MAX)
        return MP_BUSY;
    return start(names, config, name, uid, out);
}

/*
 * A uid that is given to somebody else, as a machine for builds does in seconds, must not be
 * answered with its last owner, who has records.
 */
static void forget_if_changed(struct names *names)
{
    int changed = 0;

    for (size_t i = 0; i < FILES; i++) {
        struct stat info = {0};
        struct version version = {0};

        if (stat(files[i], &info) == 0)
            version = (struct version){info.st_ino, info.st_ctim};
        changed |= version.number != names->versions[i].number ||
                   version.changed.tv_sec != names->versions[i].changed.tv_sec ||
                   version.changed.tv_nsec != names->versions[i].changed.tv_nsec;
        names->versions[i] = version;
    }
    /* not freed: whoever is being answered may hold one */
    for (struct kept *k = names->kept; changed && k; k = k->next)
        k->until_ms = 0;
}

static const struct nss_user *look_in_cache(const struct names *names, const char *name, uid_t uid)
{
    int64_t now = clock_monotonic_ms();

    for (const struct kept *k = names->kept; k; k = k->next)
        if (k->until_ms > now && (name ? strcmp(k->user.name, name) == 0 : k->user.uid == uid))
            return &k->user;
    return NULL;
}

void names_find(struct names *names, const struct config *config, const char *name, uid_t uid,
                names_found *found, void *owner)
{
    const struct nss_user *known = NULL;
    struct waiter *waiter = NULL;
    struct lookup *lookup = NULL;
    enum mp_err err = MP_NOMEM;

    forget_if_changed(names);
    known = look_in_cache(names, name, uid);
    if (known) {
        found(owner, MP_OK, known);
        return;
    }
    waiter = calloc(1, sizeof(*waiter));
    if (waiter)
        err = join(names, config, name, uid, &lookup);
    if (err != MP_OK) {
        free(waiter);
        found(owner, err, NULL);
        return;
    }
    *waiter = (struct waiter){.found = found, .owner = owner, .next = lookup->waiters};
    lookup->waiters = waiter;
}

void names_reap(struct names *names)
{
    reaper_reap(&names->reaper);
}

void names_forget(struct names *names)
{
    while (names->kept) {
        struct kept *entry = names->kept;

        names->kept = entry->next;
        nss_user_clear(&entry->user);
        free(entry);
    }
    names->kept_count = 0;
}

enum mp_err names_new(struct names **names, struct loop *loop)
{
    *names = calloc(1, sizeof(**names));
    if (!*names)
        return MP_NOMEM;
    (*names)->loop = loop;
    return MP_OK;
}

void names_free(struct names **names)
{
    if (!*names)
        return;
    while ((*names)->lookups) {
        /* NOLINTNEXTLINE: lookup_free() takes itself out of the list */
        struct waiter *waiter = (*names)->lookups->waiters;

        lookup_free((*names)->lookups);
        while (waiter) {
            struct waiter *next = waiter->next;

            free(waiter);
            waiter = next;
        }
    }
    reaper_end(&(*names)->reaper);
    names_forget(*names);
    free(*names);
    *names = NULL;
}
