/* links: lib/wire.o */
/* lib/wire, lib/proto: what was parsed lies inside the packet and is written again as it was. */
#include "lib/proto.h"
#include "tests/fuzz/fuzz.h"

static void check_field(const struct wire_message *message, size_t i, const uint8_t *packet,
                        size_t length)
{
    const struct wire_field *field = &message->fields[i];
    struct secret *copy = NULL;
    char text[256];

    MUST(field->bytes >= packet && field->bytes + field->length <= packet + length);
    for (size_t j = 0; j < i; j++)
        MUST((field->tag & WIRE_LIST) || message->fields[j].tag != field->tag);
    if (wire_text(message, field->tag, text, sizeof(text)) == MP_OK)
        MUST(memchr(text, 0, sizeof(text)) != NULL);
    MUST(wire_secret(message, field->tag, &copy) == MP_OK && copy);
    MUST(secret_length(copy) == wire_find(message, field->tag)->length);
    secret_free(&copy);
    (void)wire_number(message, field->tag, 0);
}

/* Fields that nobody knows are gone: what is written is parsed to the same again. */
static void write_again(const struct wire_message *message)
{
    static struct wire_message again;
    struct secret *packet = secret_new(WIRE_MAX_PACKET);

    MUST(packet != NULL && wire_begin(packet, message->operation) == MP_OK);
    for (size_t i = 0; i < message->count; i++)
        MUST(wire_put(packet, message->fields[i].tag, message->fields[i].bytes,
                      message->fields[i].length) == MP_OK);
    MUST(proto_parse(&again, secret_text(packet), secret_length(packet)) == MP_OK);
    MUST(again.operation == message->operation && again.count == message->count);
    for (size_t i = 0; i < message->count; i++) {
        MUST(again.fields[i].tag == message->fields[i].tag);
        MUST(again.fields[i].length == message->fields[i].length);
        MUST(memcmp(again.fields[i].bytes, message->fields[i].bytes, again.fields[i].length) == 0);
    }
    secret_free(&packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct wire_message message;

    if (proto_parse(&message, bytes, length) != MP_OK)
        return 0;
    MUST(message.count <= WIRE_MAX_FIELDS);
    for (size_t i = 0; i < message.count; i++)
        check_field(&message, i, bytes, length);
    write_again(&message);
    return 0;
}
