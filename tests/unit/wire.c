/* links: lib/wire.o */
#include "tests/unit/check.h"

#include "lib/proto.h"
#include "lib/wire.h"

static const struct wire_tag tags[] = {
    {1, WIRE_TEXT, 8},
    {2, WIRE_NUMBER, 0},
    {3, WIRE_BYTES, 8},
    {4 | WIRE_LIST, WIRE_TEXT, 8},
};

static enum mp_err parse(struct wire_message *message, const struct secret *packet)
{
    return wire_parse(message, secret_text(packet), secret_length(packet), tags, 4);
}

/* A packet with one field of each kind. */
static struct secret *sample(void)
{
    struct secret *packet = secret_new(1024);

    NEED(packet && wire_begin(packet, 7) == MP_OK && wire_put_text(packet, 1, "text") == MP_OK &&
         wire_put_number(packet, 2, 0x0102030405060708) == MP_OK &&
         wire_put(packet, 3, "\0\1", 2) == MP_OK &&
         wire_put_text(packet, 4 | WIRE_LIST, "a") == MP_OK &&
         wire_put_text(packet, 4 | WIRE_LIST, "b") == MP_OK);
    return packet;
}

TEST(what_was_written_is_read)
{
    struct secret *packet = sample();
    struct secret *value = NULL;
    struct wire_message message;
    char text[16];

    CHECK(parse(&message, packet) == MP_OK);
    CHECK(message.operation == 7 && message.count == 5);
    CHECK(wire_text(&message, 1, text, sizeof(text)) == MP_OK && strcmp(text, "text") == 0);
    CHECK(wire_number(&message, 2, 0) == 0x0102030405060708);
    CHECK(wire_secret(&message, 3, &value) == MP_OK && value && secret_length(value) == 2);
    CHECK(wire_number(&message, 9, 42) == 42);
    CHECK(wire_text(&message, 1, text, 4) == MP_TOO_LONG && text[0] == '\0');
    secret_free(&value);
    CHECK(wire_secret(&message, 9, &value) == MP_OK && !value);
    secret_free(&packet);
}

TEST(H18_L8_every_truncation_is_refused_or_ends_at_a_field)
{
    struct secret *packet = sample();
    size_t whole = 0;

    for (size_t length = 0; length < secret_length(packet); length++) {
        struct wire_message message;

        whole += wire_parse(&message, secret_text(packet), length, tags, 4) == MP_OK;
    }
    CHECK(whole == 5); /* after the header and after each field but the last */
    secret_free(&packet);
}

TEST(leftovers_are_refused)
{
    for (size_t extra = 1; extra < 6; extra++) {
        struct secret *packet = sample();
        struct wire_message message;

        NEED(secret_append(packet, "\0\0\0\0\0\0", extra) == MP_OK);
        CHECK(parse(&message, packet) == MP_PROTOCOL);
        secret_free(&packet);
    }
}

TEST(a_field_twice_is_refused_unless_it_is_a_list)
{
    struct secret *packet = sample();
    struct wire_message message;

    NEED(wire_put_text(packet, 1, "x") == MP_OK);
    CHECK(parse(&message, packet) == MP_PROTOCOL);
    secret_free(&packet);
}

TEST(an_unknown_tag_is_refused_unless_it_is_optional)
{
    struct secret *packet = sample();
    struct wire_message message;

    NEED(wire_put_text(packet, 9 | WIRE_OPTIONAL, "x") == MP_OK);
    CHECK(parse(&message, packet) == MP_OK && message.count == 5);
    NEED(wire_put_text(packet, 9, "x") == MP_OK);
    CHECK(parse(&message, packet) == MP_PROTOCOL);
    secret_free(&packet);
}

TEST(L8_sizes_and_kinds_are_enforced)
{
    static const struct {
        uint16_t tag;
        const char *bytes;
        size_t length;
        enum mp_err err;
    } cases[] = {
        {1, "12345678", 8, MP_OK},        {1, "123456789", 9, MP_PROTOCOL},
        {1, "a\0b", 3, MP_PROTOCOL},      {2, "1234567", 7, MP_PROTOCOL},
        {2, "123456789", 9, MP_PROTOCOL}, {3, "a\0b", 3, MP_OK},
        {3, "123456789", 9, MP_PROTOCOL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct secret *packet = secret_new(64);
        struct wire_message message;

        NEED(packet && wire_begin(packet, 1) == MP_OK &&
             wire_put(packet, cases[i].tag, cases[i].bytes, cases[i].length) == MP_OK);
        CHECK(parse(&message, packet) == cases[i].err);
        secret_free(&packet);
    }
}

/* A row of a table that somebody got wrong takes nothing; nor is there room for what is too long.
 */
TEST(a_kind_that_nobody_knows_takes_nothing)
{
    const struct wire_tag odd = {1, (enum wire_kind)7, 8};
    struct secret *packet = secret_new(64);
    struct wire_message message;

    NEED(packet && wire_begin(packet, 1) == MP_OK && wire_put_text(packet, 1, "a") == MP_OK);
    CHECK(wire_parse(&message, secret_text(packet), secret_length(packet), &odd, 1) == MP_PROTOCOL);
    CHECK(wire_put(packet, 2, "", WIRE_MAX_PACKET + 1) == MP_TOO_LONG);
    secret_free(&packet);
}

TEST(another_magic_or_version_is_refused)
{
    for (size_t at = 0; at < 4; at++) {
        struct secret *packet = sample();
        struct wire_message message;

        secret_bytes(packet)[at] ^= 1;
        CHECK(parse(&message, packet) == MP_PROTOCOL);
        secret_free(&packet);
    }
}

TEST(a_full_packet_takes_no_more_and_stays_whole)
{
    struct secret *packet = secret_new(20);
    struct wire_message message;

    NEED(packet && wire_begin(packet, 1) == MP_OK && wire_put_text(packet, 1, "12345678") == MP_OK);
    CHECK(wire_put_text(packet, 4 | WIRE_LIST, "a") == MP_TOO_LONG);
    CHECK(parse(&message, packet) == MP_OK && message.count == 1);
    secret_free(&packet);
}

TEST(too_many_fields_are_refused)
{
    struct secret *packet = secret_new(8192);
    struct wire_message message;

    NEED(packet && wire_begin(packet, 1) == MP_OK);
    for (size_t i = 0; i < WIRE_MAX_FIELDS; i++)
        NEED(wire_put_text(packet, 4 | WIRE_LIST, "a") == MP_OK);
    CHECK(parse(&message, packet) == MP_OK);
    NEED(wire_put_text(packet, 4 | WIRE_LIST, "a") == MP_OK);
    CHECK(parse(&message, packet) == MP_PROTOCOL);
    secret_free(&packet);
}

/* Under the sanitizers this is a small fuzz run: every length field and every byte. */
TEST(L8_no_changed_byte_reads_outside_the_packet)
{
    struct secret *packet = sample();
    size_t refused = 0;

    for (size_t at = 0; at < secret_length(packet); at++)
        for (unsigned value = 0; value < 256; value++) {
            struct secret *copy = secret_copy(secret_text(packet), secret_length(packet));
            struct wire_message message;

            NEED(copy);
            secret_bytes(copy)[at] = (uint8_t)value;
            refused += parse(&message, copy) != MP_OK;
            secret_free(&copy);
        }
    CHECK(refused > 255 * 4);
    secret_free(&packet);
}

TESTS(T(what_was_written_is_read), T(H18_L8_every_truncation_is_refused_or_ends_at_a_field),
      T(leftovers_are_refused), T(a_field_twice_is_refused_unless_it_is_a_list),
      T(an_unknown_tag_is_refused_unless_it_is_optional), T(L8_sizes_and_kinds_are_enforced),
      T(another_magic_or_version_is_refused), T(a_full_packet_takes_no_more_and_stays_whole),
      T(too_many_fields_are_refused), T(L8_no_changed_byte_reads_outside_the_packet),
      T(a_kind_that_nobody_knows_takes_nothing))
