#include "broker/guard.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker/hash.h"
#include "broker/store.h"

#define VERSION 1
#define MAX_FILE 4096 /* bytes, of a later version */

_Static_assert(sizeof(((struct guard_unit *)NULL)->file) == HASH_HEX_SIZE, "file names are hashes");

/* A file, byte for byte. A time of 0 is a free unit. */
struct guard_file {
    uint8_t magic[4];
    uint8_t version[1];
    uint8_t charged[2][GUARD_MAX_FAILURES][8]; /* [is_remote]: seconds since 1970, big-endian */
};
static const uint8_t guard_magic[4] = {'M', 'P', 'G', 'D'};

/* --- units --- */

static int64_t time_of(const uint8_t unit[static 8])
{
    uint64_t number = 0;

    memcpy(&number, unit, sizeof(number));
    return (int64_t)be64toh(number);
}

static void set_time(uint8_t unit[static 8], int64_t time)
{
    uint64_t number = htobe64((uint64_t)time);

    memcpy(unit, &number, sizeof(number));
}

static int count_charged(const struct guard_file *file, int is_remote)
{
    int count = 0;

    for (int i = 0; i < GUARD_MAX_FAILURES; i++)
        count += time_of(file->charged[is_remote][i]) != 0;
    return count;
}

/*
 * Frees what is older than the window. A unit from the future (the clock went back) counts from
 * now on; says whether there was one, because that must be kept.
 */
static int settle(struct guard_file *file, int64_t now, int window_s)
{
    int moved = 0;

    for (int i = 0; i < 2 * GUARD_MAX_FAILURES; i++) {
        uint8_t *unit = file->charged[i / GUARD_MAX_FAILURES][i % GUARD_MAX_FAILURES];
        int64_t time = time_of(unit);

        if (time < 0 || time > now) {
            set_time(unit, now);
            moved = 1;
        } else if (time != 0 && now - time >= window_s) {
            set_time(unit, 0);
        }
    }
    return moved;
}

/* Seconds until fewer than `failures` units are charged. */
static int wait_for(const struct guard_file *file, int is_remote, int failures, int64_t now,
                    int window_s)
{
    int over = count_charged(file, is_remote) - failures; /* so many older ones must go, and one */

    for (int i = 0; i < GUARD_MAX_FAILURES; i++) {
        int64_t time = time_of(file->charged[is_remote][i]);
        int older = 0;

        for (int j = 0; j < GUARD_MAX_FAILURES; j++) {
            int64_t other = time_of(file->charged[is_remote][j]);

            older += other != 0 && (other < time || (other == time && j < i));
        }
        if (time != 0 && older == over)
            return (int)(window_s - (now - time));
    }
    return window_s;
}

/* --- files --- */

static void start_file(struct guard_file *file)
{
    memset(file, 0, sizeof(*file));
    memcpy(file->magic, guard_magic, sizeof(guard_magic));
    file->version[0] = VERSION;
}

/* Written by a later program, whatever its size? */
static int is_later(const struct secret *bytes)
{
    return secret_length(bytes) > sizeof(guard_magic) &&
           memcmp(secret_text(bytes), guard_magic, sizeof(guard_magic)) == 0 &&
           (uint8_t)secret_text(bytes)[sizeof(guard_magic)] > VERSION;
}

/*
 * MP_NO_RECORD and an empty file when there is none; MP_STORAGE when it is damaged; MP_UNSUPPORTED
 * when a later program wrote it; MP_SYSTEM when it could not be read just now.
 */
static enum mp_err load(int guard_fd, const char *name, struct guard_file *file)
{
    struct secret *bytes = NULL;
    enum mp_err err = store_read(guard_fd, name, MAX_FILE, &bytes);

    start_file(file);
    if (err == MP_OK && is_later(bytes))
        err = MP_UNSUPPORTED;
    else if (err == MP_OK && secret_length(bytes) == sizeof(*file))
        memcpy(file, secret_bytes(bytes), sizeof(*file));
    else if (err == MP_OK)
        err = MP_STORAGE;
    if (memcmp(file->magic, guard_magic, sizeof(guard_magic)) != 0 || file->version[0] != VERSION)
        err = MP_STORAGE;
    secret_free(&bytes);
    return err;
}

static enum mp_err save(int guard_fd, const char *name, const struct guard_file *file)
{
    return store_write(guard_fd, name, file, sizeof(*file)) == MP_OK ? MP_OK : MP_STORAGE;
}

/* Nobody knows what a damaged file said, so it said "all used up", but for one window only. */
static enum mp_err replace_damaged(int guard_fd, const char *name, int64_t now)
{
    struct guard_file file;

    start_file(&file);
    for (int i = 0; i < 2 * GUARD_MAX_FAILURES; i++)
        set_time(file.charged[i / GUARD_MAX_FAILURES][i % GUARD_MAX_FAILURES], now);
    return save(guard_fd, name, &file) == MP_OK ? MP_GUARD : MP_STORAGE;
}

/* --- the calls --- */

/* A time of 0 means free, and a machine without a clock may start there. */
static int64_t sane_time(int64_t now)
{
    return now > 0 ? now : 1;
}

static enum mp_err charge(int guard_fd, struct guard_file *file, struct guard_unit *unit,
                          int64_t now)
{
    int i = 0;

    while (i < GUARD_MAX_FAILURES && time_of(file->charged[unit->is_remote][i]) != 0)
        i++;
    if (i == GUARD_MAX_FAILURES)
        return MP_INTERNAL;
    set_time(file->charged[unit->is_remote][i], now);
    if (save(guard_fd, unit->file, file) != MP_OK)
        return MP_STORAGE;
    unit->charged_at = now;
    return MP_OK;
}

enum mp_err guard_charge(int guard_fd, const char *endpoint, const char *remote_name, int is_remote,
                         int failures, int window_s, int64_t now, struct guard_unit *unit,
                         int *wait_s)
{
    struct guard_file file;
    enum mp_err err = MP_INTERNAL;
    int moved = 0;

    *wait_s = 0;
    memset(unit, 0, sizeof(*unit));
    unit->is_remote = is_remote != 0;
    now = sane_time(now);
    if (failures < 1 || failures > GUARD_MAX_FAILURES || window_s < 1)
        return MP_INTERNAL;
    err = hash_pair("mobproc guard", endpoint, remote_name, unit->file);
    if (err != MP_OK)
        return err;
    err = load(guard_fd, unit->file, &file);
    if (err == MP_STORAGE) {
        *wait_s = window_s;
        return replace_damaged(guard_fd, unit->file, now);
    }
    if (err != MP_OK && err != MP_NO_RECORD) /* a later program's file is left to it */
        return err == MP_UNSUPPORTED ? MP_STORAGE : err;
    moved = settle(&file, now, window_s);
    if (count_charged(&file, unit->is_remote) < failures)
        return charge(guard_fd, &file, unit, now);
    *wait_s = wait_for(&file, unit->is_remote, failures, now, window_s);
    if (moved && save(guard_fd, unit->file, &file) != MP_OK)
        return MP_STORAGE;
    return MP_GUARD;
}

int guard_is_used_up(int guard_fd, const char *endpoint, const char *remote_name, int is_remote,
                     int failures, int window_s, int64_t now)
{
    struct guard_file file;
    char name[sizeof(((struct guard_unit *)0)->file)];
    enum mp_err err = hash_pair("mobproc guard", endpoint, remote_name, name);

    if (err == MP_OK)
        err = load(guard_fd, name, &file);
    if (err == MP_NO_RECORD)
        return 0;
    if (err != MP_OK)
        return 1;
    settle(&file, sane_time(now), window_s);
    return count_charged(&file, is_remote != 0) >= failures;
}

static int is_free(const struct guard_file *file)
{
    return count_charged(file, 0) + count_charged(file, 1) == 0;
}

/* Errors leave the unit charged, as promised, so there is nothing to report. */
void guard_give_back(int guard_fd, struct guard_unit *unit, int64_t now, int window_s)
{
    struct guard_file file;
    int64_t charged_at = unit->charged_at;
    int found = 0;
    enum mp_err err = MP_OK;

    unit->charged_at = 0;
    if (charged_at == 0 || load(guard_fd, unit->file, &file) != MP_OK)
        return;
    for (int i = 0; i < GUARD_MAX_FAILURES && !found; i++) {
        uint8_t *time = file.charged[unit->is_remote][i];

        found = time_of(time) == charged_at;
        if (found)
            set_time(time, 0);
    }
    if (!found)
        return;
    settle(&file, sane_time(now), window_s);
    err = is_free(&file) ? store_remove(guard_fd, unit->file) : save(guard_fd, unit->file, &file);
    (void)err;
}

struct sweep {
    int guard_fd;
    int window_s;
    int64_t now;
};

static int sweep_one(void *owner, const char *name)
{
    const struct sweep *sweep = owner;
    struct guard_file file;

    if (load(sweep->guard_fd, name, &file) == MP_OK) {
        settle(&file, sweep->now, sweep->window_s);
        /* not made durable: what a crash brings back is swept again */
        if (is_free(&file))
            unlinkat(sweep->guard_fd, name, 0);
    }
    return 0;
}

void guard_sweep(int guard_fd, int64_t now, int window_s)
{
    struct sweep sweep = {guard_fd, window_s, sane_time(now)};
    enum mp_err err = MP_OK;

    store_sweep(guard_fd);
    err = store_each(guard_fd, sweep_one, &sweep);
    (void)err;
}
