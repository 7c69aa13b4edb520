#include "broker/hash.h"

#include <endian.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

#define HASH_SIZE 32

_Static_assert(HASH_HEX_SIZE == 2 * HASH_SIZE + 1, "two digits a byte");

static int add(crypto_generichash_state *state, const char *text)
{
    uint64_t length = htobe64(strlen(text));

    if (crypto_generichash_update(state, (const uint8_t *)&length, sizeof(length)) != 0)
        return -1;
    return crypto_generichash_update(state, (const uint8_t *)text, strlen(text));
}

enum mp_err hash_pair(const char *domain, const char *first, const char *second,
                      char hex[static HASH_HEX_SIZE])
{
    crypto_generichash_state state;
    uint8_t hash[HASH_SIZE];

    enum mp_err err = MP_INTERNAL;

    hex[0] = '\0';
    if (crypto_generichash_init(&state, NULL, 0, sizeof(hash)) == 0 && add(&state, domain) == 0 &&
        add(&state, first) == 0 && add(&state, second) == 0 &&
        crypto_generichash_final(&state, hash, sizeof(hash)) == 0) {
        sodium_bin2hex(hex, HASH_HEX_SIZE, hash, sizeof(hash));
        err = MP_OK;
    }
    sodium_memzero(&state, sizeof(state)); /* one of the texts may be a token */
    return err;
}
