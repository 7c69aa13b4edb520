#include "helper/records.h"

#include "helper/entry.h"
#include "helper/exit.h"
#include "helper/json.h"
#include "helper/out.h"
#include "helper/table.h"
#include "lib/clock.h"
#include "lib/proto.h"

/* --- for people ------------------------------------------------------------------------------ */

static void add_row(struct table *table, const struct entry *entry)
{
    char lifetime[64];
    const char *cells[] = {entry->account, entry->login[0] ? entry->login : "-", lifetime,
                           entry->has_refresh ? "yes" : "no", entry_state(entry)};

    entry_lifetime(entry, (uint64_t)clock_utc(), lifetime, sizeof(lifetime));
    table_add(table, cells);
}

static enum mp_err fill_table(const struct wire_message *message, struct table *table)
{
    static const char *const heads[] = {"ACCOUNT", "LOGIN", "TOKEN", "REFRESH", "STATE"};

    table_add(table, heads);
    for (size_t i = 0; i < message->count; i++) {
        struct entry entry = {0};

        if (message->fields[i].tag != PROTO_RECORD)
            continue;
        if (entry_read(&message->fields[i], &entry) != MP_OK)
            return MP_PROTOCOL;
        add_row(table, &entry);
    }
    return MP_OK;
}

/* "HEAD: TEXT", or nothing when the broker did not say. */
static enum mp_err add_line(const struct wire_message *message, uint16_t tag, const char *head,
                            struct secret *text)
{
    char source[PROTO_MAX_TEXT + 1];
    char escaped[4 * PROTO_MAX_TEXT + 1];
    enum mp_err err = wire_text(message, tag, source, sizeof(source));

    if (err != MP_OK || !source[0])
        return err;
    proto_escape(escaped, sizeof(escaped), source);
    return out_add(text, head, ": ", escaped, "\n", NULL);
}

static int print_table(const struct wire_message *message)
{
    struct table *table = NULL;
    struct secret *text = NULL;
    enum mp_err err = MP_NOMEM;
    int code = 0;

    table = table_new(5, WIRE_MAX_FIELDS + 1);
    text = secret_new(WIRE_MAX_PACKET);
    if (table && text)
        err = fill_table(message, table);
    if (err == MP_OK && wire_find(message, PROTO_RECORD))
        err = table_write(table, text);
    if (err == MP_OK)
        err = add_line(message, PROTO_KEY_SOURCE, "vault key", text);
    if (err == MP_OK)
        err = add_line(message, PROTO_CONFINEMENT, "confined", text);
    code = err == MP_OK ? out_write(text) : exit_because(err, NULL);
    table_free(&table);
    secret_free(&text);
    return code;
}

/* --- for scripts ----------------------------------------------------------------------------- */

static enum mp_err put_times(struct json *object, const struct entry *entry)
{
    enum mp_err err = json_put_time(object, "expires_at", entry->expires_at);

    if (err == MP_OK)
        err = json_put_time(object, "login_at", entry->login_at);
    if (err == MP_OK)
        err = json_put_time(object, "obtained_at", entry->obtained_at);
    return err == MP_OK ? json_put_time(object, "doubt_since", entry->doubt_since) : err;
}

static enum mp_err put_texts(struct json *object, const struct entry *entry)
{
    enum mp_err err = json_put_text(object, "account", entry->account);

    if (err == MP_OK)
        err = json_put_text(object, "state", entry_state_name(entry));
    if (err == MP_OK)
        err = json_put_text(object, "login", entry->login[0] ? entry->login : NULL);
    if (err == MP_OK)
        err = json_put_text(object, "tenant", entry->tenant[0] ? entry->tenant : NULL);
    if (err == MP_OK)
        err = json_put_text(object, "client_id", entry->client_id[0] ? entry->client_id : NULL);
    return err;
}

static enum mp_err add_entry(struct json *list, const struct wire_field *field)
{
    struct entry entry = {0};
    struct json *object = json_new_object();
    enum mp_err err = object ? entry_read(field, &entry) : MP_NOMEM;

    if (err == MP_OK)
        err = put_texts(object, &entry);
    if (err == MP_OK)
        err = json_put_flag(object, "has_refresh", entry.has_refresh);
    if (err == MP_OK)
        err = put_times(object, &entry);
    if (err == MP_OK)
        err = json_put_time(object, "sessions", entry.sessions);
    if (err == MP_OK)
        err = json_add(list, &object);
    json_free(&object);
    return err;
}

static enum mp_err add_text(struct json *list, const struct wire_field *field)
{
    struct secret *text = secret_copy(field->bytes, field->length);
    enum mp_err err = text ? json_add_text(list, secret_text(text)) : MP_NOMEM;

    secret_free(&text);
    return err;
}

/* The field as a member, or null when the broker did not say. */
static enum mp_err put_said(struct json *whole, const struct wire_message *message, uint16_t tag,
                            const char *member)
{
    char text[PROTO_MAX_TEXT + 1];
    enum mp_err err = wire_text(message, tag, text, sizeof(text));

    return err == MP_OK ? json_put_text(whole, member, text[0] ? text : NULL) : err;
}

/* {"accounts": [...]} and for status also "key_source", "confinement" and "notes". */
static int print_json(const struct wire_message *message)
{
    struct json *whole = json_new_object();
    struct json *accounts = json_new_array();
    struct json *notes = json_new_array();
    enum mp_err err = whole && accounts && notes ? MP_OK : MP_NOMEM;
    int has_notes = 0;

    for (size_t i = 0; i < message->count && err == MP_OK; i++) {
        if (message->fields[i].tag == PROTO_RECORD)
            err = add_entry(accounts, &message->fields[i]);
        if (message->fields[i].tag == PROTO_TEXT) {
            err = add_text(notes, &message->fields[i]);
            has_notes = 1;
        }
    }
    if (err == MP_OK)
        err = json_put(whole, "accounts", &accounts);
    if (err == MP_OK)
        err = put_said(whole, message, PROTO_KEY_SOURCE, "key_source");
    if (err == MP_OK)
        err = put_said(whole, message, PROTO_CONFINEMENT, "confinement");
    if (err == MP_OK && has_notes)
        err = json_put(whole, "notes", &notes);
    json_free(&accounts);
    json_free(&notes);
    return json_print(&whole, err);
}

int records_print(const struct arguments *arguments, const struct wire_message *message)
{
    return arguments->json ? print_json(message) : print_table(message);
}
