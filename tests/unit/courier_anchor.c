/* links: courier/anchor.o courier/authorities.o courier/pem.o courier/sha256.o */
/* Fingerprints: SHA-256, PEM, and the one certificate that is believed. */
#include "courier/anchor.h"

#include <unistd.h>

#include "courier/pem.h"
#include "tests/unit/check.h"

static int hash_is(const void *bytes, size_t length, const char *hex)
{
    uint8_t hash[SHA256_SIZE];
    uint8_t expected[SHA256_SIZE];

    sha256(bytes, length, hash);
    return anchor_read(hex, expected) && memcmp(hash, expected, sizeof(hash)) == 0;
}

/* FIPS 180-4's own examples, and every length around the ends of a block. */
TEST(sha256_is_the_standard_s)
{
    static char million[1000000];
    uint8_t sum[SHA256_SIZE * 200];

    memset(million, 'a', sizeof(million));
    CHECK(hash_is("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    CHECK(hash_is("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    CHECK(hash_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
    CHECK(hash_is(million, sizeof(million),
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    for (size_t length = 0; length < 200; length++)
        sha256(million, length, sum + length * SHA256_SIZE);
    CHECK(hash_is(sum, sizeof(sum), /* python3: hashlib */
                  "752c007f38611cfbf5fa42cb1cea3d8e086491c844d0cc4defd632cb81423506"));
}

#define ZEROS ":00:00:00:00:00:00:00:00:00:00"
#define MIXED "00-00" ZEROS ZEROS ZEROS

TEST(fingerprints_are_64_hexadecimal_digits)
{
    static const char *const bad[] = {
        "",
        "00",
        "0000000000000000000000000000000000000000000000000000000000000000 ",
        "000000000000000000000000000000000000000000000000000000000000000",
        "00000000000000000000000000000000000000000000000000000000000000g0",
        "00:0000000000000000000000000000000000000000000000000000000000000",
        MIXED,
        "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    };
    static const char upper[] =
        "0A:Ff:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"
        "00:00:00:00:00:00:00:00:09";
    uint8_t out[SHA256_SIZE];

    CHECK(anchor_read(upper, out) && out[0] == 10 && out[1] == 255 && out[31] == 9);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK(!anchor_read(bad[i], out));
}

#define B "-----BEGIN CERTIFICATE-----\n"
#define E "-----END CERTIFICATE-----"

/* How many certificates there are, and what the last one holds. */
static size_t count(const char *text, char last[64])
{
    struct pem_certificate found = {0};
    size_t offset = 0;
    size_t number = 0;

    while (pem_next(text, strlen(text), &offset, &found)) {
        number++;
        CHECK(memcmp(found.text, B, strlen(B)) == 0);
        CHECK(memcmp(found.text + found.length - strlen(E), E, strlen(E)) == 0);
        snprintf(last, 64, "%.*s", (int)found.der_length, (const char *)found.der);
    }
    return number;
}

TEST(certificates_are_found_between_whatever_else_a_file_holds)
{
    static char huge[PEM_MAX_CERTIFICATE * 2 + 100];
    char last[64] = "";

    CHECK(count(B "YWJj\n" E "\n", last) == 1 && strcmp(last, "abc") == 0);
    CHECK(count(B "YW\r\nJjZA==\r\n" E, last) == 1 && strcmp(last, "abcd") == 0);
    CHECK(count(B "YWJjZGU=" E, last) == 1 && strcmp(last, "abcde") == 0);
    CHECK(count("# a\n" B "YQ==\n" E "\nb\n" B "Yg==\n" E "\n", last) == 2 && last[0] == 'b');
    CHECK(count("-----BEGIN PRIVATE KEY-----\nYQ==\n-----END PRIVATE KEY-----\n", last) == 0);
    CHECK(count(B "Y*Q==\n" E B "YQ==\n" E, last) == 1 && last[0] == 'a');
    CHECK(count("", last) == 0 && count(B, last) == 0 && count(B "YQ==", last) == 0);
    CHECK(count(E, last) == 0 && count(B E, last) == 0);
    memset(huge, 'A', sizeof(huge));
    memcpy(huge, B, strlen(B));
    memcpy(huge + sizeof(huge) - sizeof(E), E, sizeof(E));
    CHECK(count(huge, last) == 0);
}

TEST(the_one_is_found_in_a_file_or_not_at_all)
{
    static const char pem[] = "x\n" B "YWJj\n" E "\n" B "YWJjZA==\n" E "\n";
    char path[] = "/tmp/courier-anchor.XXXXXX";
    int fd = mkstemp(path);
    uint8_t wanted[SHA256_SIZE];
    struct secret *found = NULL;

    NEED(fd >= 0 && write(fd, pem, strlen(pem)) == (ssize_t)strlen(pem));
    sha256("abcd", 4, wanted);
    CHECK(anchor_find(path, NULL, wanted, &found) == MP_OK && found &&
          strcmp(secret_text(found), B "YWJjZA==\n" E) == 0);
    secret_free(&found);
    wanted[31] ^= 1;
    CHECK(anchor_find(path, NULL, wanted, &found) == MP_CONFIGURATION && !found);
    CHECK(anchor_find(NULL, NULL, wanted, &found) == MP_CONFIGURATION && !found);
    CHECK(anchor_find("/nonexistent", NULL, wanted, &found) == MP_CONFIGURATION && !found);
    CHECK(anchor_find(NULL, "/nonexistent", wanted, &found) == MP_CONFIGURATION && !found);
    close(fd);
    unlink(path);
}

TESTS(T(sha256_is_the_standard_s), T(fingerprints_are_64_hexadecimal_digits),
      T(certificates_are_found_between_whatever_else_a_file_holds),
      T(the_one_is_found_in_a_file_or_not_at_all))
