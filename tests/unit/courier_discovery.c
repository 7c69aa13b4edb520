/* links: courier/discovery.o courier/endpoint.o courier/json.o courier/request.o -ljson-c */
#include "courier/discovery.h"

#include <string.h>

#include "tests/unit/check.h"

static int is_asked_for(const char *issuer, enum discovery_place place, const char *url)
{
    struct request request = {0};
    int same = discovery_request(issuer, place, &request) == MP_OK && !request.form &&
               strcmp(secret_text(request.url), url) == 0;

    if (!same)
        printf("# got %s\n", request.url ? secret_text(request.url) : "nothing");
    request_free(&request);
    return same;
}

TEST(both_places_are_those_of_the_standards)
{
    CHECK(
        is_asked_for("https://o", DISCOVERY_OPENID, "https://o/.well-known/openid-configuration"));
    CHECK(
        is_asked_for("https://o/", DISCOVERY_OPENID, "https://o/.well-known/openid-configuration"));
    CHECK(is_asked_for("https://o:9031/a/b/", DISCOVERY_OPENID,
                       "https://o:9031/a/b/.well-known/openid-configuration"));
    CHECK(is_asked_for("https://o/", DISCOVERY_OAUTH,
                       "https://o/.well-known/oauth-authorization-server"));
    CHECK(is_asked_for("https://o:9031/a/b", DISCOVERY_OAUTH,
                       "https://o:9031/.well-known/oauth-authorization-server/a/b"));
}

static const char *read_text(const char *text, struct discovered *discovered)
{
    struct secret *body = secret_copy(text, strlen(text));
    const char *problem = NULL;

    NEED(body);
    *discovered = (struct discovered){0};
    problem = discovery_read(body, "https://o:443/a", discovered);
    secret_free(&body);
    return problem;
}

TEST(N17_only_endpoints_on_the_issuer_s_server_count)
{
    static const char *const elsewhere[] = {"https://p/t",
                                            "http://o/t",
                                            "file:///o/t",
                                            "https://o:444/t",
                                            "https://o.p/t",
                                            "https://u@o/t",
                                            "//o/t",
                                            "https://o/t#",
                                            "https://o/t?a=b",
                                            "https://O/t",
                                            "https://o\\u002e/t",
                                            "https://oo/t",
                                            "/t",
                                            ""};
    struct discovered discovered;
    char text[300];

    CHECK(!read_text("{\"issuer\":\"https://o:443/a\",\"token_endpoint\":\"https://o/t\","
                     "\"revocation_endpoint\":\"https://o:443/r\",\"more\":[1,{}]}",
                     &discovered));
    CHECK(strcmp(discovered.token_endpoint, "https://o/t") == 0);
    CHECK(strcmp(discovered.revocation_endpoint, "https://o:443/r") == 0);
    CHECK(!discovered.introspection_endpoint[0] && !discovered.authorization_endpoint[0]);
    for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
        snprintf(text, sizeof(text), "{\"issuer\":\"https://o:443/a\",\"token_endpoint\":\"%s\"}",
                 elsewhere[i]);
        CHECK(!read_text(text, &discovered));
        CHECK(!discovered.token_endpoint[0]);
    }
}

TEST(N17_the_issuer_is_compared_letter_by_letter)
{
    static const char *const others[] = {"https://o/a",      "https://o:443/a/", "https://o:443/A",
                                         "https://O:443/a",  "https://o:443",    "https://evil/a",
                                         "https://o:443/%61"};
    struct discovered discovered;
    char text[300];

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        snprintf(text, sizeof(text), "{\"issuer\":\"%s\",\"token_endpoint\":\"https://o/t\"}",
                 others[i]);
        CHECK(read_text(text, &discovered));
        CHECK(!discovered.token_endpoint[0]);
    }
    CHECK(!read_text("{\"issuer\":\"https:\\/\\/o:443\\/a\"}", &discovered));
    CHECK(read_text("{\"token_endpoint\":\"https://o/t\"}", &discovered));
    CHECK(read_text("{\"issuer\":[\"https://o:443/a\"]}", &discovered));
    CHECK(
        read_text("{\"issuer\":\"https://o:443/a\",\"issuer\":\"https://o:443/a\"}", &discovered));
    CHECK(read_text("[]", &discovered) && read_text("", &discovered));
}

TEST(an_order_gets_what_it_lacks_and_nothing_else)
{
    struct discovered discovered = {.token_endpoint = "https://o/t"};
    struct order order = {.operation = PROTO_JOB_PASSWORD, .validation = PROTO_VALIDATE_BEARER};

    CHECK(!discovery_fill(&order, &discovered));
    CHECK(order.endpoint_count == 1 && strcmp(order.endpoints[0], "https://o/t") == 0);
    CHECK(strcmp(order.validation_endpoint, "https://o/t") == 0);
    order = (struct order){.operation = PROTO_JOB_PASSWORD,
                           .validation = PROTO_VALIDATE_INTROSPECT,
                           .endpoints = {"https://o/own"},
                           .endpoint_count = 1};
    CHECK(discovery_fill(&order, &discovered));
    CHECK(strcmp(order.endpoints[0], "https://o/own") == 0 && order.endpoint_count == 1);
    order = (struct order){.operation = PROTO_JOB_REVOKE, .validation = PROTO_VALIDATE_OFF};
    CHECK(discovery_fill(&order, &discovered) && order.endpoint_count == 0);
    order = (struct order){.operation = PROTO_JOB_DISCOVER, .validation = PROTO_VALIDATE_OFF};
    CHECK(!discovery_fill(&order, &(struct discovered){0}) && order.endpoint_count == 0);
}

TESTS(T(both_places_are_those_of_the_standards), T(N17_only_endpoints_on_the_issuer_s_server_count),
      T(N17_the_issuer_is_compared_letter_by_letter),
      T(an_order_gets_what_it_lacks_and_nothing_else))
