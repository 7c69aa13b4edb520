#include "broker/reseal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/address.h"
#include "broker/envelope.h"
#include "broker/sealed.h"
#include "broker/store.h"

/* --- owners --- */

struct collection {
    struct owner *owners;
    size_t count;
    size_t room;
    enum mp_err err;
};

static int collect(void *owner, const char *name)
{
    struct collection *collection = owner;
    struct owner found;

    if (!owner_of_directory(name, &found))
        return 0;
    if (collection->count == collection->room) {
        size_t room = collection->room ? 2 * collection->room : 64;
        struct owner *more = reallocarray(collection->owners, room, sizeof(*more));

        if (!more) {
            collection->err = MP_NOMEM;
            return 1;
        }
        collection->owners = more;
        collection->room = room;
    }
    collection->owners[collection->count++] = found;
    return 0;
}

enum mp_err reseal_owners(int state_fd, struct owner **owners, size_t *count)
{
    struct collection collection = {.err = MP_OK};
    enum mp_err err = store_each(state_fd, collect, &collection);

    if (err == MP_OK)
        err = collection.err;
    if (err != MP_OK) {
        free(collection.owners);
        collection = (struct collection){0};
    }
    *owners = collection.owners;
    *count = collection.count;
    return err;
}

/* --- records --- */

/* One owner's directory. */
struct records {
    int fd;
    const struct keyring *ring;
    const struct config *config;
    const struct owner *owner;
    const char *local_name;
    struct reseal_count *count;
    enum mp_err err;
};

/* MP_LOCKED when it does not open, MP_UNMAPPED when that takes the name of a user not found. */
static enum mp_err seal_again(const struct records *records, const struct vault_name *name,
                              const struct secret *file)
{
    struct record record = {0};
    struct secret *sealed = NULL;
    uint64_t generation = 0;
    enum mp_err err = MP_OK;

    if (!name->is_service && !name->local_name)
        return envelope_has_key(file, records->ring) ? MP_UNMAPPED : MP_LOCKED;
    err = envelope_open(records->ring, name, file, &record, &generation);
    if (err != MP_OK && err != MP_NOMEM)
        return envelope_has_key(file, records->ring) ? MP_UNMAPPED : MP_LOCKED;
    if (err == MP_OK)
        err = envelope_seal(records->ring, name, &record, generation, &sealed);
    if (err == MP_OK)
        err = store_write(records->fd, name->account, secret_bytes(sealed), secret_length(sealed));
    record_free(&record);
    secret_free(&sealed);
    return err == MP_LOCKED ? MP_INTERNAL : err;
}

static enum mp_err reseal_record(const struct records *records,
                                 const struct config_account *account, const char *file_name)
{
    const struct vault_name name = {
        .is_service = records->owner->is_service,
        .uid = records->owner->uid,
        .local_name = records->local_name,
        .account = file_name,
        .endpoint = account ? account->home : NULL,
        .client_id = account ? account->client_id : NULL,
    };
    struct secret *file = NULL;
    enum mp_err err = store_read(records->fd, file_name, ENVELOPE_MAX, &file);

    if (err == MP_STORAGE && errno != EACCES) /* whose mode somebody may put right */
        err = MP_LOCKED;
    if (err == MP_OK && !envelope_is_current(file, records->ring))
        err = seal_again(records, &name, file);
    secret_free(&file);
    return err;
}

static int visit_record(void *owner, const char *name)
{
    struct records *records = owner;
    enum mp_err err = MP_OK;

    if (!proto_is_account_name(name))
        return 0; /* not ours: nothing can refer to it */
    err = reseal_record(records, config_account(records->config, name), name);
    if (err == MP_OK)
        records->count->sealed++;
    else if (err == MP_LOCKED)
        records->count->left++;
    else if (err == MP_UNMAPPED)
        records->count->nobody++;
    else if (err != MP_NO_RECORD)
        records->err = err;
    return records->err != MP_OK;
}

enum mp_err reseal_records(int state_fd, const struct keyring *ring, const struct config *config,
                           const struct owner *owner, const char *local_name,
                           struct reseal_count *count)
{
    struct records records = {-1, ring, config, owner, local_name, count, MP_OK};
    char directory[OWNER_SIZE];
    enum mp_err err = MP_OK;

    owner_directory(owner, directory);
    err = store_existing_directory(state_fd, directory, &records.fd);
    if (err == MP_OK)
        err = store_each(records.fd, visit_record, &records);
    if (records.fd >= 0)
        close(records.fd);
    if (err == MP_OK)
        err = records.err;
    return err == MP_NO_RECORD ? MP_OK : err;
}

/* --- secrets --- */

struct secrets {
    int state_fd;
    const struct keyring *ring;
    const struct config *config;
    struct reseal_count *count;
    enum mp_err err;
};

/* MP_LOCKED when it does not open. */
static enum mp_err reseal_secret(const struct secrets *secrets, const char *name)
{
    enum config_use use = CONFIG_CLIENT_SECRET;
    const struct config_account *account = config_sealed(secrets->config, name, &use);
    const char *kind = account ? config_use_name(use) : NULL; /* else `use` is none */
    struct secret *secret = NULL;
    char servers[CONFIG_SERVERS_SIZE];
    enum mp_err err = MP_OK;

    if (!account || config_servers(account, use, servers) != MP_OK)
        return MP_LOCKED;
    err = sealed_fetch(secrets->state_fd, secrets->ring, name, kind, servers, &secret);
    if (err != MP_OK)
        return err == MP_NOMEM || err == MP_SYSTEM ? err : MP_LOCKED;
    err = sealed_write(secrets->state_fd, secrets->ring, name, kind, servers, secret);
    secret_free(&secret);
    return err == MP_LOCKED ? MP_INTERNAL : err;
}

static int visit_secret(void *owner, const char *name, const uint8_t *key_id)
{
    struct secrets *secrets = owner;
    enum mp_err err = MP_LOCKED;

    if (key_id)
        err = keyring_is_seal_id(secrets->ring, key_id) ? MP_OK : reseal_secret(secrets, name);
    if (err == MP_OK)
        secrets->count->sealed++;
    else if (err == MP_LOCKED)
        secrets->count->left++;
    else
        secrets->err = err;
    return secrets->err != MP_OK;
}

enum mp_err reseal_secrets(int state_fd, const struct keyring *ring, const struct config *config,
                           struct reseal_count *count)
{
    struct secrets secrets = {state_fd, ring, config, count, MP_OK};
    enum mp_err err = sealed_each(state_fd, visit_secret, &secrets);

    return err == MP_OK ? secrets.err : err;
}
