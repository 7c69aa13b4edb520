/* links: broker/pkce.o -lsodium */
#include "broker/pkce.h"

#include "tests/unit/check.h"

static int is_base64url(const struct secret *word)
{
    return strspn(secret_text(word), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_") == PKCE_LENGTH;
}

TEST(a_word_is_43_characters_of_base64url_and_never_the_same)
{
    struct secret *one = pkce_word();
    struct secret *other = pkce_word();

    NEED(one && other);
    CHECK(secret_length(one) == PKCE_LENGTH && is_base64url(one) && is_base64url(other));
    CHECK(!secret_equal(one, other));
    secret_free(&one);
    secret_free(&other);
}

TEST(the_challenge_of_rfc_7636_appendix_b)
{
    static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    struct secret *word = secret_copy(verifier, strlen(verifier));
    char challenge[PKCE_LENGTH + 1];

    NEED(word);
    CHECK(pkce_challenge(word, challenge) == MP_OK);
    CHECK(strcmp(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM") == 0);
    secret_free(&word);
}

TESTS(T(a_word_is_43_characters_of_base64url_and_never_the_same),
      T(the_challenge_of_rfc_7636_appendix_b))
