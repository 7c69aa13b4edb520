/* links: courier/certificate.o courier/pem.o */
/* Does a certificate name a host in its subjectAltName? And the PEM text around it. */
#include "courier/certificate.h"

#include "courier/pem.h"
#include "tests/unit/check.h"

#define SEQUENCE 0x30
#define SET 0x31
#define OID 0x06
#define OCTETS 0x04
#define BOOLEAN 0x01
#define EXTENSIONS 0xa3
#define DNS 0x82
#define EMAIL 0x81
#define ADDRESS 0x87

struct bytes {
    uint8_t at[1024];
    size_t length;
};

static struct bytes plain(const void *at, size_t length)
{
    struct bytes out = {.length = length};

    memcpy(out.at, at, length);
    return out;
}

/* X.690: tag, length (with as many bytes as it needs), content. */
static struct bytes wrap(int tag, struct bytes content)
{
    struct bytes out = {.at = {(uint8_t)tag}, .length = 1};

    if (content.length >= 0x100) {
        out.at[out.length++] = 0x82;
        out.at[out.length++] = (uint8_t)(content.length >> 8);
    } else if (content.length >= 0x80) {
        out.at[out.length++] = 0x81;
    }
    out.at[out.length++] = (uint8_t)content.length;
    memcpy(out.at + out.length, content.at, content.length);
    out.length += content.length;
    return out;
}

static struct bytes both(struct bytes one, struct bytes other)
{
    memcpy(one.at + one.length, other.at, other.length);
    one.length += other.length;
    return one;
}

static struct bytes name(int tag, const char *text)
{
    return wrap(tag, plain(text, strlen(text)));
}

/* An extension with this last byte of its name (2.5.29.17 is subjectAltName) and this value. */
static struct bytes extension(uint8_t last, struct bytes value)
{
    const uint8_t oid[] = {0x55, 0x1d, last};

    return wrap(SEQUENCE, both(wrap(OID, plain(oid, sizeof(oid))), wrap(OCTETS, value)));
}

static struct bytes alt_names(struct bytes names)
{
    return extension(17, wrap(SEQUENCE, names));
}

static struct bytes certificate(struct bytes extensions)
{
    struct bytes body =
        both(name(OCTETS, "what comes before"), wrap(EXTENSIONS, wrap(SEQUENCE, extensions)));

    return wrap(SEQUENCE, wrap(SEQUENCE, body));
}

static int names_host(struct bytes der)
{
    return certificate_names_host(der.at, der.length);
}

TEST(a_name_or_an_address_is_a_host)
{
    char longest[300];

    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    CHECK(names_host(certificate(alt_names(name(DNS, "ping.example")))));
    CHECK(names_host(certificate(alt_names(name(ADDRESS, "\x7f\1\1\1")))));
    CHECK(names_host(certificate(alt_names(both(name(EMAIL, "a@b"), name(DNS, "p"))))));
    CHECK(
        names_host(certificate(both(extension(15, name(OCTETS, "")), alt_names(name(DNS, "p"))))));
    CHECK(names_host(certificate(alt_names(name(DNS, longest)))));
    longest[150] = '\0';
    CHECK(names_host(certificate(alt_names(name(DNS, longest)))));
}

TEST(what_is_no_host_names_none)
{
    CHECK(!names_host(certificate(alt_names(name(EMAIL, "a@b")))));
    CHECK(!names_host(certificate(alt_names(name(DNS, "")))));
    CHECK(!names_host(certificate(alt_names(plain("", 0)))));
    CHECK(!names_host(certificate(extension(15, wrap(SEQUENCE, name(DNS, "ping.example"))))));
    CHECK(!names_host(certificate(plain("", 0))));
}

/* Each level with another tag than the standard's. */
TEST(another_shape_names_none)
{
    const uint8_t oid[] = {0x55, 0x1d, 17};
    const uint8_t longer[] = {0x55, 0x1d, 17, 1};
    struct bytes names = wrap(SEQUENCE, name(DNS, "ping.example"));
    struct bytes good = wrap(EXTENSIONS, wrap(SEQUENCE, alt_names(name(DNS, "p"))));

    CHECK(names_host(wrap(SEQUENCE, wrap(SEQUENCE, good))));
    CHECK(!names_host(wrap(SET, wrap(SEQUENCE, good))));
    CHECK(!names_host(wrap(SEQUENCE, wrap(SET, good))));
    CHECK(!names_host(wrap(SEQUENCE, wrap(SEQUENCE, name(OCTETS, "no extensions")))));
    CHECK(
        !names_host(wrap(SEQUENCE, wrap(SEQUENCE, wrap(EXTENSIONS, wrap(SET, alt_names(names)))))));
    CHECK(!names_host(certificate(wrap(SET, names))));
    CHECK(!names_host(certificate(extension(17, wrap(SET, name(DNS, "p"))))));
    CHECK(!names_host(certificate(
        wrap(SEQUENCE, both(wrap(SET, plain(oid, sizeof(oid))), wrap(OCTETS, names))))));
    CHECK(!names_host(certificate(
        wrap(SEQUENCE, both(wrap(OID, plain(longer, sizeof(longer))), wrap(OCTETS, names))))));
    CHECK(!names_host(certificate(wrap(SEQUENCE, wrap(OID, plain(oid, sizeof(oid)))))));
    CHECK(names_host(certificate(
        wrap(SEQUENCE, both(wrap(OID, plain(oid, sizeof(oid))),
                            both(wrap(BOOLEAN, plain("\xff", 1)), wrap(OCTETS, names)))))));
}

TEST(a_length_is_at_most_three_bytes_and_within_what_is_there)
{
    static const char *const heads[] = {"\x30",         "\x30\x80", "\x30\x84\0\0\0\1",
                                        "\x30\x82\x10", "\x30\x05", "\x30\x83"};
    static const size_t lengths[] = {1, 2, 6, 3, 2, 2};

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        CHECK(!names_host(plain(heads[i], lengths[i])));
    CHECK(!names_host(plain("", 0)));
}

/* Cut off anywhere, and each byte changed: never more than a no, and nothing outside is read. */
TEST(no_cut_and_no_changed_byte_reads_outside)
{
    struct bytes whole = certificate(alt_names(name(DNS, "ping.example")));

    for (size_t i = 0; i < whole.length; i++) {
        uint8_t *copy = malloc(i + 1);

        NEED(copy);
        memcpy(copy, whole.at, i);
        CHECK(!certificate_names_host(copy, i));
        free(copy);
    }
    for (size_t i = 0; i < whole.length; i++) {
        for (int value = 0; value < 256; value += 5) {
            struct bytes changed = whole;

            changed.at[i] = (uint8_t)value;
            (void)names_host(changed);
        }
    }
}

/* --- PEM --- */

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

static struct pem_certificate found;

static int next(const char *text, size_t *offset)
{
    return pem_next(text, strlen(text), offset, &found);
}

TEST(certificates_follow_each_other)
{
    static const char text[] = "words " BEGIN "\nAAEC\nAw==\n" END "\nmore " BEGIN "/+8" END;
    size_t offset = 0;

    CHECK(next(text, &offset) && found.der_length == 4 && memcmp(found.der, "\0\1\2\3", 4) == 0);
    CHECK(strncmp(found.text, BEGIN, strlen(BEGIN)) == 0);
    CHECK(memcmp(found.text + found.length - strlen(END), END, strlen(END)) == 0);
    CHECK(next(text, &offset) && found.der_length == 2 && memcmp(found.der, "\xff\xef", 2) == 0);
    CHECK(!next(text, &offset));
}

TEST(a_text_without_a_whole_one_has_none)
{
    static const char *const texts[] = {
        "", "AAAA", BEGIN, BEGIN "AAAA", END, END BEGIN, "-----BEGIN PRIVATE KEY-----AAAA" END};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t offset = 0;

        CHECK(!next(texts[i], &offset));
    }
}

/* One that is larger than any is passed over. */
TEST(what_has_no_room_is_passed_over)
{
    static char text[4 * PEM_MAX_CERTIFICATE];
    size_t offset = 0;
    size_t used = (size_t)snprintf(text, sizeof(text), BEGIN);

    memset(text + used, 'A', PEM_MAX_CERTIFICATE / 3 * 4 + 8);
    snprintf(text + used + PEM_MAX_CERTIFICATE / 3 * 4 + 8, 200, END BEGIN "AAEC" END);
    CHECK(next(text, &offset) && found.der_length == 3 && memcmp(found.der, "\0\1\2", 3) == 0);
    CHECK(!next(text, &offset));
}

TESTS(T(a_name_or_an_address_is_a_host), T(what_is_no_host_names_none), T(another_shape_names_none),
      T(a_length_is_at_most_three_bytes_and_within_what_is_there),
      T(no_cut_and_no_changed_byte_reads_outside), T(certificates_follow_each_other),
      T(a_text_without_a_whole_one_has_none), T(what_has_no_room_is_passed_over))
