#include "broker/pkce.h"

#include <sodium.h>
#include <stdint.h>

#define WORD_BYTES 32

_Static_assert(sodium_base64_ENCODED_LEN(WORD_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING) ==
                   PKCE_LENGTH + 1,
               "43 characters");
_Static_assert(crypto_hash_sha256_BYTES == WORD_BYTES, "a challenge is as long as a verifier");

static void encode(char *text, const uint8_t bytes[static WORD_BYTES])
{
    sodium_bin2base64(text, PKCE_LENGTH + 1, bytes, WORD_BYTES,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

struct secret *pkce_word(void)
{
    struct secret *word = secret_new(PKCE_LENGTH);
    uint8_t bytes[WORD_BYTES];

    if (!word)
        return NULL;
    randombytes_buf(bytes, sizeof(bytes));
    encode((char *)secret_bytes(word), bytes);
    secret_set_length(word, PKCE_LENGTH);
    sodium_memzero(bytes, sizeof(bytes));
    return word;
}

enum mp_err pkce_challenge(const struct secret *verifier, char challenge[static PKCE_LENGTH + 1])
{
    uint8_t hash[crypto_hash_sha256_BYTES];

    challenge[0] = '\0';
    if (crypto_hash_sha256(hash, (const uint8_t *)secret_text(verifier), secret_length(verifier)) !=
        0)
        return MP_INTERNAL;
    encode(challenge, hash);
    return MP_OK;
}
