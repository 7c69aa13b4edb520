/* links: broker/envelope.o broker/record.o broker/claims.o */
/*
 * broker/envelope and broker/record: a file whose seal is right is a whole record or nothing. The
 * key ring is a stand-in that changes no byte, so that the plaintext is fuzzed as well.
 */
#include "broker/envelope.h"

#include "tests/fuzz/fuzz.h"

static const uint8_t seal[KEYRING_TAG_SIZE] = "sealed by nobody";
static const struct vault_name ada = {0, 1000, "ada", "tangoe", "https://ping.example/", "client"};

int keyring_has_id(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE])
{
    return keyring_is_seal_id(ring, id);
}

int keyring_is_seal_id(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE])
{
    (void)ring;
    return id[0] == 1;
}

void keyring_seal_id(const struct keyring *ring, uint8_t id[KEYRING_ID_SIZE])
{
    (void)ring;
    memset(id, 1, KEYRING_ID_SIZE);
}

void keyring_nonce(uint8_t nonce[KEYRING_NONCE_SIZE])
{
    memset(nonce, 2, KEYRING_NONCE_SIZE);
}

enum mp_err keyring_seal(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE],
                         const uint8_t nonce[KEYRING_NONCE_SIZE], const void *associated,
                         size_t associated_length, const struct secret *plain, uint8_t *out)
{
    (void)ring;
    MUST(id[0] == 1 && nonce[0] == 2 && associated && associated_length > 0);
    memcpy(out, secret_text(plain), secret_length(plain));
    memcpy(out + secret_length(plain), seal, sizeof(seal));
    return MP_OK;
}

enum mp_err keyring_unseal(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE],
                           const uint8_t nonce[KEYRING_NONCE_SIZE], const void *associated,
                           size_t associated_length, const uint8_t *sealed, size_t sealed_length,
                           struct secret **plain)
{
    (void)ring;
    (void)id;
    (void)nonce;
    MUST(associated && associated_length > 0 && sealed_length >= sizeof(seal));
    *plain = NULL;
    if (memcmp(sealed + sealed_length - sizeof(seal), seal, sizeof(seal)) != 0)
        return MP_STORAGE;
    *plain = secret_copy(sealed, sealed_length - sizeof(seal));
    return *plain ? MP_OK : MP_NOMEM;
}

static int is_token(const struct secret *token)
{
    return !token || proto_is_token(secret_text(token), secret_length(token));
}

/* A record that opens can be sealed and opened again. */
static void seal_again(const struct record *record, uint64_t generation)
{
    struct record again = {0};
    struct secret *file = NULL;
    uint64_t number = 0;

    MUST(is_token(record->access_token) && is_token(record->refresh_token));
    MUST(record->expires_at >= 0 && record->doubt_since >= 0 && record->login_at >= 0);
    MUST(envelope_seal(NULL, &ada, record, generation, &file) == MP_OK && file);
    MUST(envelope_is_current(file, NULL));
    MUST(envelope_open(NULL, &ada, file, &again, &number) == MP_OK && number == generation);
    MUST(strcmp(again.remote_name, record->remote_name) == 0);
    MUST(again.expires_at == record->expires_at && again.doubt_count == record->doubt_count);
    if (record->claims.validated_at) /* others were never validated, and are not kept */
        MUST(memcmp(&again.claims, &record->claims, sizeof(again.claims)) == 0);
    record_free(&again);
    secret_free(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const struct record empty;
    struct secret *file = length ? secret_copy(bytes, length) : secret_new(1);
    struct record record = {0};
    uint64_t generation = 7;
    uint64_t looked = 7;
    enum mp_err err = MP_OK;

    MUST(file != NULL);
    if (envelope_look(file, &looked) != ENVELOPE_SOUND)
        MUST(looked == 0 && !envelope_is_current(file, NULL));
    err = envelope_open(NULL, &ada, file, &record, &generation);
    MUST(err == MP_OK || err == MP_STORAGE);
    if (err == MP_OK) {
        MUST(generation == looked);
        seal_again(&record, generation);
    } else {
        MUST(memcmp(&record, &empty, sizeof(empty)) == 0 && generation == 7);
    }
    record_free(&record);
    secret_free(&file);
    return 0;
}
