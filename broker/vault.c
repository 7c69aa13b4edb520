#include "broker/vault.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/envelope.h"
#include "broker/owner.h"
#include "broker/store.h"

#define SWEEP_AT_START 1000 /* owners: 12 ms; the others are swept when they next write */

struct vault {
    int state_fd;
    const struct keyring *ring;
};

/* --- owners: the directories of STATE that hold records --- */

/* The directory's name; refuses an account that could not be a file name of ours. */
static enum mp_err owner_of(const struct vault_name *name, char owner[static OWNER_SIZE])
{
    if (!name->account || !proto_is_account_name(name->account))
        return MP_INTERNAL;
    owner_directory(&(struct owner){name->is_service, name->uid}, owner);
    return MP_OK;
}

struct search {
    int state_fd;
    int found;
};

static int note_record(void *owner, const char *name UNUSED)
{
    struct search *search = owner;

    search->found = 1;
    return 1;
}

static int search_owner(void *owner, const char *name)
{
    struct search *search = owner;
    int fd = -1;

    if (!owner_of_directory(name, NULL))
        return 0;
    /* a directory that cannot be read may hold anything */
    if (store_existing_directory(search->state_fd, name, &fd) != MP_OK ||
        store_each(fd, note_record, search) != MP_OK)
        search->found = 1;
    if (fd >= 0)
        close(fd);
    return search->found;
}

enum mp_err vault_holds_records(int state_fd, int *holds)
{
    struct search search = {state_fd, 0};
    enum mp_err err = MP_STORAGE;

    *holds = 1;
    err = store_each(state_fd, search_owner, &search);
    if (err == MP_OK)
        *holds = search.found;
    return err;
}

struct sweep {
    int state_fd;
    int left; /* owners that may still be looked at */
};

static int sweep_owner(void *owner, const char *name)
{
    struct sweep *sweep = owner;
    int fd = -1;

    if (!owner_of_directory(name, NULL))
        return 0;
    if (store_existing_directory(sweep->state_fd, name, &fd) == MP_OK) {
        store_sweep(fd);
        close(fd);
    }
    return --sweep->left == 0;
}

enum mp_err vault_new(struct vault **vault, int state_fd, const struct keyring *ring)
{
    struct vault *made = calloc(1, sizeof(*made));
    struct sweep sweep = {state_fd, SWEEP_AT_START};
    enum mp_err err = MP_STORAGE;

    *vault = NULL;
    if (!made)
        return MP_NOMEM;
    made->ring = ring;
    made->state_fd = fcntl(state_fd, F_DUPFD_CLOEXEC, 3);
    if (made->state_fd >= 0) {
        store_sweep(state_fd);
        err = store_each(state_fd, sweep_owner, &sweep);
    }
    if (err != MP_OK) {
        vault_free(&made);
        return err;
    }
    *vault = made;
    return MP_OK;
}

void vault_free(struct vault **vault)
{
    if (!vault || !*vault)
        return;
    if ((*vault)->state_fd >= 0)
        close((*vault)->state_fd);
    free(*vault);
    *vault = NULL;
}

/* --- records: two opens by name, whatever else the vault holds --- */

enum mp_err vault_read(struct vault *vault, const struct vault_name *name, struct record *record,
                       uint64_t *generation)
{
    char owner[OWNER_SIZE];
    struct secret *file = NULL;
    enum mp_err err = owner_of(name, owner);
    int fd = -1;

    if (err == MP_OK)
        err = store_existing_directory(vault->state_fd, owner, &fd);
    if (err == MP_OK)
        err = store_read(fd, name->account, ENVELOPE_MAX, &file);
    if (err == MP_OK)
        err = envelope_open(vault->ring, name, file, record, generation);
    if (fd >= 0)
        close(fd);
    secret_free(&file);
    return err;
}

/* May what stands there be replaced by a write that expects `expected`? Tells its generation. */
static enum mp_err may_replace(int fd, const char *account, uint64_t expected, uint64_t *generation)
{
    struct secret *file = NULL;
    enum mp_err err = store_read(fd, account, STORE_MAX_FILE, &file);
    enum envelope_state state = ENVELOPE_DAMAGED;

    *generation = 0;
    if (err == MP_NO_RECORD)
        return expected == 0 || expected == VAULT_ANY_GENERATION ? MP_OK : MP_NO_RECORD;
    if (err == MP_OK)
        state = envelope_look(file, generation);
    secret_free(&file);
    if (err == MP_NOMEM)
        return err;
    if (state == ENVELOPE_NEWER)
        return MP_STORAGE;
    if (expected == VAULT_ANY_GENERATION) /* also what no longer can be read, by a new login */
        return MP_OK;
    if (err == MP_SYSTEM)
        return err;
    if (state != ENVELOPE_SOUND)
        return MP_STORAGE;
    return *generation == expected ? MP_OK : MP_NO_RECORD;
}

/*
 * A file's first generation is random, so that a refresh that was under way before an erase does
 * not fit onto the record of the login that followed.
 */
static uint64_t next_generation(uint64_t generation)
{
    uint8_t random[KEYRING_NONCE_SIZE];

    if (generation != 0 && generation < INT64_MAX)
        return generation + 1;
    keyring_nonce(random);
    memcpy(&generation, random, sizeof(generation));
    return generation >> 2 | 1; /* far from 0, from the largest and from wrapping */
}

enum mp_err vault_write(struct vault *vault, const struct vault_name *name,
                        const struct record *record, uint64_t expected, uint64_t *generation)
{
    char owner[OWNER_SIZE];
    struct secret *file = NULL;
    uint64_t number = 0;
    enum mp_err err = owner_of(name, owner);
    int fd = -1;

    if (err == MP_OK && (expected == 0 || expected == VAULT_ANY_GENERATION))
        err = store_directory(vault->state_fd, owner, &fd);
    else if (err == MP_OK)
        err = store_existing_directory(vault->state_fd, owner, &fd);
    if (err == MP_OK)
        err = may_replace(fd, name->account, expected, &number);
    if (err == MP_OK) {
        store_sweep(fd);
        number = next_generation(number);
        err = envelope_seal(vault->ring, name, record, number, &file);
    }
    if (err == MP_OK)
        err = store_write(fd, name->account, secret_bytes(file), secret_length(file));
    if (err == MP_OK)
        *generation = number;
    if (fd >= 0)
        close(fd);
    secret_free(&file);
    return err;
}

enum mp_err vault_erase(struct vault *vault, const struct vault_name *name)
{
    char owner[OWNER_SIZE];
    enum mp_err err = owner_of(name, owner);
    int fd = -1;

    if (err == MP_OK)
        err = store_existing_directory(vault->state_fd, owner, &fd);
    if (err == MP_OK) {
        store_sweep(fd);
        err = store_remove(fd, name->account);
        /* when it was the last one; an empty directory that a crash brings back does no harm */
        unlinkat(vault->state_fd, owner, AT_REMOVEDIR);
    }
    if (fd >= 0)
        close(fd);
    return err == MP_NO_RECORD ? MP_OK : err;
}
