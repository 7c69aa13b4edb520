/* links: broker/record.o broker/claims.o */
#include "broker/record.h"

#include "lib/wire.h"
#include "tests/unit/check.h"

static struct secret *text(const char *bytes)
{
    struct secret *made = secret_copy(bytes, strlen(bytes));

    NEED(made != NULL);
    return made;
}

static struct record sample(void)
{
    struct record record = {
        .access_token = text("access-token"),
        .refresh_token = text("refresh-token"),
        .remote_name = "command\\ada",
        .expires_at = 1700000300,
        .obtained_at = 1700000000,
        .login_at = 1699990000,
        .doubt_since = 1700000100,
        .doubt_until = 1700000110,
        .doubt_count = 3,
    };

    return record;
}

static int is_empty(const struct record *record)
{
    static const struct record empty;

    return memcmp(record, &empty, sizeof(empty)) == 0;
}

/* A packet of every field of a record but `without`; the caller adds what it likes. */
static struct secret *packet_without(uint16_t operation, uint16_t without)
{
    static const uint16_t numbers[] = {PROTO_EXPIRES_AT,  PROTO_OBTAINED_AT, PROTO_LOGIN_AT,
                                       PROTO_DOUBT_SINCE, PROTO_DOUBT_UNTIL, PROTO_DOUBT_COUNT};
    struct secret *packet = secret_new(WIRE_MAX_PACKET);

    NEED(packet && wire_begin(packet, operation) == MP_OK);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (numbers[i] != without)
            NEED(wire_put_number(packet, numbers[i], i + 1) == MP_OK);
    if (without != PROTO_REMOTE_NAME)
        NEED(wire_put_text(packet, PROTO_REMOTE_NAME, "ada") == MP_OK);
    return packet;
}

static enum mp_err decode_and_free(struct secret *packet)
{
    struct record record = {0};
    enum mp_err err = record_decode(&record, packet);

    CHECK(err == MP_OK || is_empty(&record));
    record_free(&record);
    secret_free(&packet);
    return err;
}

TEST(a_record_comes_back_as_it_was)
{
    struct record record = sample();
    struct record again = {0};
    struct secret *plain = NULL;

    CHECK(record_encode(&record, &plain) == MP_OK);
    CHECK(record_decode(&again, plain) == MP_OK);
    CHECK(again.access_token && secret_equal(again.access_token, record.access_token));
    CHECK(again.refresh_token && secret_equal(again.refresh_token, record.refresh_token));
    CHECK(strcmp(again.remote_name, record.remote_name) == 0);
    CHECK(again.expires_at == record.expires_at && again.obtained_at == record.obtained_at);
    CHECK(again.login_at == record.login_at && again.doubt_since == record.doubt_since);
    CHECK(again.doubt_until == record.doubt_until && again.doubt_count == record.doubt_count);
    secret_free(&plain);
    record_free(&record);
    record_free(&again);
    CHECK(is_empty(&record));
    record_free(&record);
}

TEST(tokens_may_be_absent)
{
    struct record record = {.remote_name = "ada"};
    struct record again = {0};
    struct secret *plain = NULL;

    CHECK(record_encode(&record, &plain) == MP_OK);
    CHECK(record_decode(&again, plain) == MP_OK);
    CHECK(!again.access_token && !again.refresh_token && strcmp(again.remote_name, "ada") == 0);
    secret_free(&plain);
    record_free(&again);
}

TEST(the_largest_record_fits)
{
    struct record record = {.doubt_count = UINT64_MAX, .expires_at = INT64_MAX};
    struct record again = {0};
    struct secret *plain = NULL;
    char *token = malloc(PROTO_MAX_TOKEN + 1);

    NEED(token != NULL);
    memset(token, 't', PROTO_MAX_TOKEN);
    token[PROTO_MAX_TOKEN] = '\0';
    memset(record.remote_name, 'r', PROTO_MAX_TEXT);
    record.access_token = text(token);
    record.refresh_token = text(token);
    CHECK(record_encode(&record, &plain) == MP_OK);
    CHECK(plain && record_decode(&again, plain) == MP_OK);
    CHECK(strlen(again.remote_name) == PROTO_MAX_TEXT && again.doubt_count == UINT64_MAX);
    CHECK(again.expires_at == INT64_MAX);
    free(token);
    secret_free(&plain);
    record_free(&record);
    record_free(&again);
}

TEST(what_could_not_be_read_again_is_not_written)
{
    struct record record = sample();
    struct secret *plain = NULL;

    record.expires_at = -1;
    CHECK(record_encode(&record, &plain) == MP_INTERNAL && !plain);
    record.expires_at = 1;
    secret_free(&record.access_token);
    record.access_token = text("with space");
    CHECK(record_encode(&record, &plain) == MP_INTERNAL && !plain);
    secret_free(&record.access_token);
    memset(record.remote_name, 'r', sizeof(record.remote_name));
    CHECK(record_encode(&record, &plain) == MP_INTERNAL && !plain);
    record_free(&record);
}

TEST(every_field_but_the_tokens_must_be_there)
{
    static const uint16_t needed[] = {PROTO_REMOTE_NAME, PROTO_EXPIRES_AT,  PROTO_OBTAINED_AT,
                                      PROTO_LOGIN_AT,    PROTO_DOUBT_SINCE, PROTO_DOUBT_UNTIL,
                                      PROTO_DOUBT_COUNT};

    CHECK(decode_and_free(packet_without(PROTO_VAULT_RECORD, 0)) == MP_OK);
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        CHECK(decode_and_free(packet_without(PROTO_VAULT_RECORD, needed[i])) == MP_STORAGE);
}

TEST(anything_odd_is_refused)
{
    struct secret *packet = packet_without(PROTO_VAULT_RECORD, 0);

    NEED(wire_put_text(packet, PROTO_PASSWORD, "no record holds one") == MP_OK);
    CHECK(decode_and_free(packet) == MP_STORAGE);
    packet = packet_without(PROTO_VAULT_RECORD, 0);
    NEED(wire_put_number(packet, PROTO_EXPIRES_AT, 1) == MP_OK);
    CHECK(decode_and_free(packet) == MP_STORAGE);
    packet = packet_without(PROTO_VAULT_RECORD, PROTO_LOGIN_AT);
    NEED(wire_put_number(packet, PROTO_LOGIN_AT, (uint64_t)INT64_MAX + 1) == MP_OK);
    CHECK(decode_and_free(packet) == MP_STORAGE);
    packet = packet_without(PROTO_VAULT_RECORD, 0);
    NEED(wire_put_text(packet, PROTO_ACCESS_TOKEN, "") == MP_OK);
    CHECK(decode_and_free(packet) == MP_STORAGE);
    packet = packet_without(PROTO_VAULT_RECORD, 0);
    NEED(wire_put_text(packet, PROTO_REFRESH_TOKEN, "line\nbreak") == MP_OK);
    CHECK(decode_and_free(packet) == MP_STORAGE);
    packet = packet_without(PROTO_VAULT_RECORD, 0);
    NEED(secret_append(packet, "x", 1) == MP_OK);
    CHECK(decode_and_free(packet) == MP_STORAGE);
    CHECK(decode_and_free(packet_without(PROTO_JOB_DONE, 0)) == MP_STORAGE);
    CHECK(decode_and_free(text("")) == MP_STORAGE);
}

/* An optional field is one that a later release may add without locking out this one. */
TEST(an_unknown_optional_field_is_skipped)
{
    struct secret *packet = packet_without(PROTO_VAULT_RECORD, 0);

    NEED(wire_put_number(packet, 999 | WIRE_OPTIONAL, 1) == MP_OK);
    CHECK(decode_and_free(packet) == MP_OK);
    packet = packet_without(PROTO_VAULT_RECORD, 0);
    NEED(wire_put_number(packet, 999, 1) == MP_OK);
    CHECK(decode_and_free(packet) == MP_STORAGE);
}

TESTS(T(a_record_comes_back_as_it_was), T(tokens_may_be_absent), T(the_largest_record_fits),
      T(what_could_not_be_read_again_is_not_written), T(every_field_but_the_tokens_must_be_there),
      T(anything_odd_is_refused), T(an_unknown_optional_field_is_skipped))
