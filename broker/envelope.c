#include "broker/envelope.h"

#include <endian.h>
#include <string.h>

#include "lib/proto.h"

static const uint8_t envelope_magic[4] = {'M', 'P', 'V', 'T'};

/* Fields of the associated data: a change of any of them locks every old record. */
enum associated_tag {
    ASSOCIATED_HEADER = 1,
    ASSOCIATED_SERVICE = 2,
    ASSOCIATED_UID = 3,
    ASSOCIATED_LOCAL_NAME = 4,
    ASSOCIATED_ACCOUNT = 5,
    ASSOCIATED_ENDPOINT = 6,
    ASSOCIATED_CLIENT_ID = 7,
};
#define ASSOCIATED_ROOM 512 /* bytes: all that is not the texts of the name */

static enum mp_err put_name(struct secret *packet, const struct vault_name *name)
{
    enum mp_err err = MP_OK;

    if (name->is_service)
        err = wire_put_number(packet, ASSOCIATED_SERVICE, 1);
    else if ((err = wire_put_number(packet, ASSOCIATED_UID, name->uid)) == MP_OK)
        err = wire_put_text(packet, ASSOCIATED_LOCAL_NAME, name->local_name);
    if (err == MP_OK)
        err = wire_put_text(packet, ASSOCIATED_ACCOUNT, name->account);
    if (err == MP_OK)
        err = wire_put_text(packet, ASSOCIATED_ENDPOINT, name->endpoint);
    if (err == MP_OK)
        err = wire_put_text(packet, ASSOCIATED_CLIENT_ID, name->client_id);
    return err;
}

/* The caller frees *out. */
static enum mp_err associated_data(const struct envelope_header *header,
                                   const struct vault_name *name, struct secret **out)
{
    struct secret *packet = NULL;
    enum mp_err err = MP_INTERNAL;
    size_t room = ASSOCIATED_ROOM;

    *out = NULL;
    if (!name->account || !name->endpoint || !name->client_id ||
        (!name->is_service && !name->local_name))
        return MP_INTERNAL;
    room += strlen(name->account) + strlen(name->endpoint) + strlen(name->client_id);
    if (!name->is_service)
        room += strlen(name->local_name);
    packet = secret_new(room);
    if (!packet)
        return MP_NOMEM;
    err = wire_begin(packet, PROTO_VAULT_RECORD);
    if (err == MP_OK)
        err = wire_put(packet, ASSOCIATED_HEADER, header, sizeof(*header));
    if (err == MP_OK)
        err = put_name(packet, name);
    if (err != MP_OK)
        secret_free(&packet);
    *out = packet;
    return err;
}

enum envelope_state envelope_look(const struct secret *file, uint64_t *generation)
{
    struct envelope_header header = {0};
    size_t length = secret_length(file);

    *generation = 0;
    memcpy(&header, secret_text(file), length < sizeof(header) ? length : sizeof(header));
    if (memcmp(header.magic, envelope_magic, sizeof(envelope_magic)) != 0)
        return ENVELOPE_DAMAGED;
    if (header.version[0] > ENVELOPE_VERSION)
        return ENVELOPE_NEWER;
    if (header.version[0] != ENVELOPE_VERSION || length < sizeof(header) + KEYRING_TAG_SIZE ||
        length > ENVELOPE_MAX)
        return ENVELOPE_DAMAGED;
    memcpy(generation, header.generation, sizeof(*generation));
    *generation = be64toh(*generation);
    return ENVELOPE_SOUND;
}

/* 0 when the header names no key. */
static int read_key_id(const struct secret *file, uint8_t id[static KEYRING_ID_SIZE])
{
    struct envelope_header header;
    uint64_t generation = 0;

    if (envelope_look(file, &generation) != ENVELOPE_SOUND)
        return 0;
    memcpy(&header, secret_text(file), sizeof(header));
    memcpy(id, header.key_id, KEYRING_ID_SIZE);
    return 1;
}

int envelope_is_current(const struct secret *file, const struct keyring *ring)
{
    uint8_t id[KEYRING_ID_SIZE];

    return read_key_id(file, id) && keyring_is_seal_id(ring, id);
}

int envelope_has_key(const struct secret *file, const struct keyring *ring)
{
    uint8_t id[KEYRING_ID_SIZE];

    return read_key_id(file, id) && keyring_has_id(ring, id);
}

static void fill_header(struct envelope_header *header, const struct keyring *ring,
                        uint64_t generation)
{
    uint64_t number = htobe64(generation);

    memcpy(header->magic, envelope_magic, sizeof(envelope_magic));
    header->version[0] = ENVELOPE_VERSION;
    keyring_seal_id(ring, header->key_id);
    memcpy(header->generation, &number, sizeof(number));
    keyring_nonce(header->nonce);
}

enum mp_err envelope_seal(const struct keyring *ring, const struct vault_name *name,
                          const struct record *record, uint64_t generation, struct secret **file)
{
    struct envelope_header header;
    struct secret *associated = NULL;
    struct secret *plain = NULL;
    struct secret *made = NULL;
    enum mp_err err = MP_NOMEM;

    *file = NULL;
    fill_header(&header, ring, generation);
    err = associated_data(&header, name, &associated);
    if (err == MP_OK)
        err = record_encode(record, &plain);
    if (err != MP_OK)
        goto done;
    err = MP_NOMEM;
    made = secret_new(sizeof(header) + secret_length(plain) + KEYRING_TAG_SIZE);
    if (!made)
        goto done;
    memcpy(secret_bytes(made), &header, sizeof(header));
    err = keyring_seal(ring, header.key_id, header.nonce, secret_bytes(associated),
                       secret_length(associated), plain, secret_bytes(made) + sizeof(header));
    if (err != MP_OK)
        goto done;
    secret_set_length(made, secret_capacity(made));
    *file = made;
    made = NULL;

done:
    secret_free(&made);
    secret_free(&associated);
    secret_free(&plain);
    return err;
}

enum mp_err envelope_open(const struct keyring *ring, const struct vault_name *name,
                          const struct secret *file, struct record *record, uint64_t *generation)
{
    struct envelope_header header;
    struct secret *associated = NULL;
    struct secret *plain = NULL;
    const uint8_t *bytes = (const uint8_t *)secret_text(file);
    enum mp_err err = MP_STORAGE;
    uint64_t number = 0;

    if (envelope_look(file, &number) != ENVELOPE_SOUND)
        return MP_STORAGE;
    memcpy(&header, bytes, sizeof(header));
    err = associated_data(&header, name, &associated);
    if (err != MP_OK)
        goto done;
    err = keyring_unseal(ring, header.key_id, header.nonce, secret_bytes(associated),
                         secret_length(associated), bytes + sizeof(header),
                         secret_length(file) - sizeof(header), &plain);
    if (err != MP_OK)
        goto done;
    err = record_decode(record, plain);
    if (err == MP_OK)
        *generation = number;

done:
    secret_free(&associated);
    secret_free(&plain);
    return err;
}
