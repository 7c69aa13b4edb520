#include "broker/sealed.h"

#include <string.h>
#include <unistd.h>

#include "broker/store.h"
#include "lib/proto.h"
#include "lib/wire.h"

#define DIRECTORY "secrets"
#define MAX_FILE (sizeof(struct sealed_header) + PROTO_MAX_PEM + KEYRING_TAG_SIZE)

static const uint8_t sealed_magic[4] = {'M', 'P', 'S', 'S'};

/* Fields of the associated data: a change of any of them locks every old secret. */
enum associated_tag {
    ASSOCIATED_HEADER = 1,
    ASSOCIATED_KIND = 2,
    ASSOCIATED_NAME = 3,
    ASSOCIATED_HOST = 4,
};
#define ASSOCIATED_ROOM 256 /* bytes: all that is not the texts */

/* The caller frees *out. An absent text has no encoding, so none may be absent. */
static enum mp_err associated_data(const struct sealed_header *header, const char *name,
                                   const char *kind, const char *host, struct secret **out)
{
    struct secret *packet = NULL;
    enum mp_err err = MP_INTERNAL;

    *out = NULL;
    if (!name || !proto_is_account_name(name) || !kind || !kind[0] || !host || !host[0])
        return MP_INTERNAL;
    packet = secret_new(ASSOCIATED_ROOM + strlen(name) + strlen(kind) + strlen(host));
    if (!packet)
        return MP_NOMEM;
    err = wire_begin(packet, PROTO_SEAL);
    if (err == MP_OK)
        err = wire_put(packet, ASSOCIATED_HEADER, header, sizeof(*header));
    if (err == MP_OK)
        err = wire_put_text(packet, ASSOCIATED_KIND, kind);
    if (err == MP_OK)
        err = wire_put_text(packet, ASSOCIATED_NAME, name);
    if (err == MP_OK)
        err = wire_put_text(packet, ASSOCIATED_HOST, host);
    if (err != MP_OK)
        secret_free(&packet);
    *out = packet;
    return err;
}

/* The whole file, which the caller frees. */
static enum mp_err seal(const struct keyring *ring, const char *name, const char *kind,
                        const char *host, const struct secret *secret, struct secret **file)
{
    struct sealed_header header = {.version = {SEALED_VERSION}};
    struct secret *associated = NULL;
    struct secret *made = NULL;
    enum mp_err err = MP_NOMEM;

    *file = NULL;
    memcpy(header.magic, sealed_magic, sizeof(sealed_magic));
    keyring_seal_id(ring, header.key_id);
    keyring_nonce(header.nonce);
    err = associated_data(&header, name, kind, host, &associated);
    if (err != MP_OK)
        goto done;
    err = MP_NOMEM;
    made = secret_new(sizeof(header) + secret_length(secret) + KEYRING_TAG_SIZE);
    if (!made)
        goto done;
    memcpy(secret_bytes(made), &header, sizeof(header));
    err = keyring_seal(ring, header.key_id, header.nonce, secret_bytes(associated),
                       secret_length(associated), secret, secret_bytes(made) + sizeof(header));
    if (err != MP_OK)
        goto done;
    secret_set_length(made, secret_capacity(made));
    *file = made;
    made = NULL;

done:
    secret_free(&made);
    secret_free(&associated);
    return err;
}

enum mp_err sealed_write(int state_fd, const struct keyring *ring, const char *name,
                         const char *kind, const char *host, const struct secret *secret)
{
    struct secret *file = NULL;
    enum mp_err err = MP_TOO_LONG;
    int fd = -1;

    if (secret_length(secret) <= PROTO_MAX_PEM)
        err = seal(ring, name, kind, host, secret, &file);
    if (err == MP_OK)
        err = store_directory(state_fd, DIRECTORY, &fd);
    if (err == MP_OK)
        err = store_write(fd, name, secret_bytes(file), secret_length(file));
    if (fd >= 0)
        close(fd);
    secret_free(&file);
    return err;
}

/* MP_STORAGE when the file cannot be one of ours, or is one of a later version. */
static enum mp_err read_header(const struct secret *file, struct sealed_header *header)
{
    if (secret_length(file) < sizeof(*header) + KEYRING_TAG_SIZE)
        return MP_STORAGE;
    memcpy(header, secret_text(file), sizeof(*header));
    return memcmp(header->magic, sealed_magic, sizeof(sealed_magic)) == 0 &&
                   header->version[0] == SEALED_VERSION
               ? MP_OK
               : MP_STORAGE;
}

enum mp_err sealed_fetch(int state_fd, const struct keyring *ring, const char *name,
                         const char *kind, const char *host, struct secret **out)
{
    struct sealed_header header;
    struct secret *associated = NULL;
    struct secret *file = NULL;
    enum mp_err err = MP_INTERNAL;
    int fd = -1;

    *out = NULL;
    if (!proto_is_account_name(name))
        return MP_INTERNAL;
    err = store_existing_directory(state_fd, DIRECTORY, &fd);
    if (err == MP_OK)
        err = store_read(fd, name, MAX_FILE, &file);
    if (err == MP_OK)
        err = read_header(file, &header);
    if (err == MP_OK)
        err = associated_data(&header, name, kind, host, &associated);
    if (err == MP_OK)
        err = keyring_unseal(ring, header.key_id, header.nonce, secret_bytes(associated),
                             secret_length(associated), secret_bytes(file) + sizeof(header),
                             secret_length(file) - sizeof(header), out);
    if (fd >= 0)
        close(fd);
    secret_free(&associated);
    secret_free(&file);
    return err;
}

/* --- all of them --- */

struct walk {
    int fd;
    sealed_visit *visit;
    void *owner;
    enum mp_err err;
};

static int visit_one(void *owner, const char *name)
{
    struct walk *walk = owner;
    struct sealed_header header;
    struct secret *file = NULL;
    enum mp_err err = MP_STORAGE;

    if (!proto_is_account_name(name))
        return 0; /* not ours: nothing can refer to it */
    err = store_read(walk->fd, name, MAX_FILE, &file);
    if (err == MP_OK)
        err = read_header(file, &header);
    secret_free(&file);
    if (err == MP_NOMEM || err == MP_SYSTEM)
        walk->err = err;
    if (walk->err != MP_OK || err == MP_NO_RECORD)
        return walk->err != MP_OK;
    return walk->visit(walk->owner, name, err == MP_OK ? header.key_id : NULL);
}

enum mp_err sealed_each(int state_fd, sealed_visit *visit, void *owner)
{
    struct walk walk = {-1, visit, owner, MP_OK};
    enum mp_err err = store_existing_directory(state_fd, DIRECTORY, &walk.fd);

    if (err == MP_OK)
        err = store_each(walk.fd, visit_one, &walk);
    if (walk.fd >= 0)
        close(walk.fd);
    if (err == MP_OK)
        err = walk.err;
    return err == MP_NO_RECORD ? MP_OK : err;
}

static int note(void *owner, const char *name UNUSED, const uint8_t *key_id UNUSED)
{
    *(int *)owner = 1;
    return 1;
}

enum mp_err sealed_holds_any(int state_fd, int *holds)
{
    int found = 0;
    enum mp_err err = sealed_each(state_fd, note, &found);

    *holds = err != MP_OK || found;
    return err == MP_NOMEM ? MP_STORAGE : err;
}
