/* libsodium refuses: the machine cannot lock or protect memory, or a primitive says no. */
#include <sodium.h>

#include "tests/faults/calls.h"
#include "tests/faults/inside.h"

typedef crypto_generichash_state hash_state;
typedef unsigned long long length;

FAULT_BEFORE(int, -1, sodium_init, WITH(void), WITH())
FAULT_BEFORE(void *, NULL, sodium_malloc, WITH(size_t n), WITH(n))
FAULT_BEFORE(int, -1, sodium_mlock, WITH(void *a, size_t n), WITH(a, n))
FAULT_BEFORE(int, -1, sodium_mprotect_readonly, WITH(void *a), WITH(a))
FAULT_BEFORE(int, -1, sodium_mprotect_readwrite, WITH(void *a), WITH(a))
FAULT_BEFORE(int, -1, crypto_generichash,
             WITH(uint8_t *o, size_t n, const uint8_t *i, length l, const uint8_t *k, size_t m),
             WITH(o, n, i, l, k, m))
FAULT_BEFORE(int, -1, crypto_generichash_init,
             WITH(hash_state *s, const uint8_t *k, size_t n, size_t o), WITH(s, k, n, o))
FAULT_BEFORE(int, -1, crypto_generichash_update, WITH(hash_state *s, const uint8_t *i, length l),
             WITH(s, i, l))
FAULT_BEFORE(int, -1, crypto_generichash_final, WITH(hash_state *s, uint8_t *o, size_t n),
             WITH(s, o, n))
FAULT_BEFORE(int, -1, crypto_hash_sha256, WITH(uint8_t *o, const uint8_t *i, length l),
             WITH(o, i, l))
FAULT_BEFORE(int, -1, crypto_aead_xchacha20poly1305_ietf_encrypt,
             WITH(uint8_t *c, length *cl, const uint8_t *m, length ml, const uint8_t *a, length al,
                  const uint8_t *s, const uint8_t *n, const uint8_t *k),
             WITH(c, cl, m, ml, a, al, s, n, k))
FAULT_BEFORE(int, -1, crypto_aead_xchacha20poly1305_ietf_decrypt,
             WITH(uint8_t *m, length *ml, uint8_t *s, const uint8_t *c, length cl, const uint8_t *a,
                  length al, const uint8_t *n, const uint8_t *k),
             WITH(m, ml, s, c, cl, a, al, n, k))
