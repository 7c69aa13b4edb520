/* links: broker/discovery.o broker/address.o tests/faults/inside.o */
/* What an issuer's document named, as a courier tells it: believed on its own server only, kept for
 * the account that asked, forgotten in an outage. */
#include "broker/discovery.h"

#include "tests/unit/every_fault.h"

static struct discovery *discovery;
static struct config_account account;

static void begin(void)
{
    static char issuer[] = "https://ping.example/issuer";

    NEED(discovery_new(&discovery) == MP_OK);
    account = (struct config_account){.name = "tangoe", .issuer = issuer};
}

static void end(void)
{
    discovery_free(&discovery);
    CHECK(!discovery);
}

/* Reads an answer with this one endpoint in it. */
static enum mp_err read_one(uint16_t tag, const char *url, struct endpoints *endpoints)
{
    struct secret *packet = secret_new(WIRE_MAX_PACKET);
    struct wire_message message;
    enum mp_err err = MP_OK;

    *endpoints = (struct endpoints){0};
    NEED(packet && wire_begin(packet, PROTO_JOB_DONE) == MP_OK);
    NEED(wire_put_text(packet, tag, url) == MP_OK);
    NEED(proto_parse(&message, secret_text(packet), secret_length(packet)) == MP_OK);
    err = discovery_read(&message, &account, endpoints);
    secret_free(&packet);
    return err;
}

static const uint16_t tags[] = {PROTO_ENDPOINT, PROTO_INTROSPECTION_ENDPOINT,
                                PROTO_REVOCATION_ENDPOINT, PROTO_AUTHORIZATION_ENDPOINT};

TEST(only_what_lies_on_the_issuers_own_server_is_believed)
{
    struct endpoints endpoints;

    begin();
    for (size_t i = 0; i < 4; i++) {
        CHECK(read_one(tags[i], "https://ping.example/x", &endpoints) == MP_OK);
        CHECK(read_one(tags[i], "https://ping.example:443/x", &endpoints) == MP_OK);
        CHECK(read_one(tags[i], "https://other.example/x", &endpoints) == MP_PROTOCOL);
        CHECK(read_one(tags[i], "https://ping.example:8443/x", &endpoints) == MP_PROTOCOL);
        CHECK(read_one(tags[i], "http://ping.example/x", &endpoints) == MP_PROTOCOL);
        CHECK(read_one(tags[i], "https://PING.example/x", &endpoints) == MP_PROTOCOL);
    }
    account.issuer = (char *)"no address";
    CHECK(read_one(PROTO_ENDPOINT, "https://ping.example/x", &endpoints) != MP_OK);
    end();
}

TEST(each_endpoint_is_used_for_what_it_is)
{
    static const char *(*const ask[])(const struct discovery *, const struct config_account *) = {
        discovery_token, discovery_introspection, discovery_revocation, discovery_authorization};

    for (size_t i = 0; i < 4; i++) {
        struct endpoints endpoints;

        begin();
        CHECK(discovery_is_open(discovery, &account));
        CHECK(read_one(tags[i], "https://ping.example/x", &endpoints) == MP_OK);
        discovery_learn(discovery, &account, &endpoints, MP_DENIED); /* the document was read */
        CHECK(!discovery_is_open(discovery, &account));
        for (size_t k = 0; k < 4; k++) {
            const char *url = ask[k](discovery, &account);

            CHECK(k == i ? url && strcmp(url, "https://ping.example/x") == 0 : !url);
        }
        end();
    }
}

TEST(what_the_configuration_says_comes_first)
{
    char *urls[] = {(char *)"https://ping.example/token", NULL};
    struct endpoints endpoints;

    begin();
    CHECK(read_one(PROTO_ENDPOINT, "https://ping.example/x", &endpoints) == MP_OK);
    discovery_learn(discovery, &account, &endpoints, MP_OK);
    account.token_endpoints = urls;
    CHECK(strcmp(discovery_token(discovery, &account), urls[0]) == 0);
    end();
}

TEST(it_is_kept_for_one_account_and_one_issuer)
{
    struct config_account other;
    struct endpoints endpoints;

    begin();
    CHECK(read_one(PROTO_ENDPOINT, "https://ping.example/x", &endpoints) == MP_OK);
    discovery_learn(discovery, &account, &endpoints, MP_OK);
    other = account;
    snprintf(other.name, sizeof(other.name), "other");
    CHECK(discovery_is_open(discovery, &other) && !discovery_token(discovery, &other));
    other = account;
    other.issuer = (char *)"https://ping.example/another";
    CHECK(discovery_is_open(discovery, &other));
    other.issuer = NULL;
    CHECK(!discovery_is_open(discovery, &other) && !discovery_token(discovery, &other));
    discovery_learn(discovery, &other, &endpoints, MP_OK); /* it asks nobody */
    /* a newer answer replaces, one that names nothing does not, an outage forgets */
    CHECK(read_one(PROTO_ENDPOINT, "https://ping.example/y", &endpoints) == MP_OK);
    discovery_learn(discovery, &account, &endpoints, MP_OK);
    CHECK(strcmp(discovery_token(discovery, &account), "https://ping.example/y") == 0);
    discovery_learn(discovery, &account, &(struct endpoints){0}, MP_OK);
    CHECK(!discovery_is_open(discovery, &account));
    discovery_learn(discovery, &account, &endpoints, MP_OUTAGE);
    CHECK(discovery_is_open(discovery, &account));
    end();
}

static enum mp_err learn(void)
{
    struct endpoints endpoints = {.token = "https://ping.example/x"};

    int is_open = 0;

    discovery_learn(discovery, &account, &endpoints, MP_OK);
    is_open = discovery_is_open(discovery, &account);
    discovery_forget_all(discovery);
    return is_open ? MP_NOMEM : MP_OK;
}

static enum mp_err make(void)
{
    struct discovery *made = NULL;
    enum mp_err err = discovery_new(&made);

    discovery_free(&made);
    return err;
}

TEST(without_memory_nothing_is_learnt)
{
    begin();
    CHECK(learn() == MP_OK);
    EVERY_FAULT(learn, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(make, FAULT_MEMORY, 0, MP_NOMEM);
    end();
}

/* A broker has no more accounts than places, but a reload may have put others into them. */
TEST(when_all_places_are_taken_nothing_is_remembered)
{
    struct endpoints endpoints = {.token = "https://ping.example/x"};

    begin();
    for (int i = 0; i <= CONFIG_MAX_ACCOUNTS; i++) {
        snprintf(account.name, sizeof(account.name), "a%d", i);
        discovery_learn(discovery, &account, &endpoints, MP_OK);
        CHECK(discovery_is_open(discovery, &account) == (i == CONFIG_MAX_ACCOUNTS));
    }
    end();
}

TESTS(T(only_what_lies_on_the_issuers_own_server_is_believed),
      T(each_endpoint_is_used_for_what_it_is), T(what_the_configuration_says_comes_first),
      T(it_is_kept_for_one_account_and_one_issuer), T(without_memory_nothing_is_learnt),
      T(when_all_places_are_taken_nothing_is_remembered))
