/* links: broker/authorization.o broker/pkce.o -lsodium */
/* The authorization request, and whose answer is accepted. */
#include "broker/authorization.h"

#include "tests/unit/check.h"

static struct secret *text(const char *value)
{
    struct secret *made = secret_copy(value, strlen(value));

    NEED(made);
    return made;
}

/* The request of an account, as a C string that lives until the next call. */
static const char *request_of(struct config_account *account, enum mp_err wanted)
{
    static char copy[4200];
    struct signin signin = {.account = account, .redirect_uri = "http://127.0.0.1:80/callback"};
    struct secret *url = NULL;
    enum mp_err err = MP_OK;

    signin.state = text("S_-");
    signin.verifier = text("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    err = authorization_url(&signin, account->authorization_endpoint, &url);
    CHECK(err == wanted && (err == MP_OK) == (url != NULL));
    snprintf(copy, sizeof(copy), "%s", url ? secret_text(url) : "");
    secret_free(&url);
    secret_free(&signin.state);
    secret_free(&signin.verifier);
    return copy;
}

TEST(the_request_for_a_code)
{
    struct config_account account = {.authorization_endpoint = (char[]){"https://a/as"},
                                     .client_id = (char[]){"a b&c=d#%\"+~._-"},
                                     .scope = (char[]){"one two:three"}};

    CHECK(strcmp(request_of(&account, MP_OK),
                 "https://a/as?response_type=code&client_id=a%20b%26c%3Dd%23%25%22%2B~._-"
                 "&redirect_uri=http%3A%2F%2F127.0.0.1%3A80%2Fcallback&scope=one%20two%3Athree"
                 "&state=S_-&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
                 "&code_challenge_method=S256") == 0);
}

TEST(the_request_for_a_token_has_no_challenge)
{
    struct config_account account = {.authorization_endpoint = (char[]){"https://a/as"},
                                     .client_id = (char[]){"x"},
                                     .is_implicit = 1};

    CHECK(strcmp(request_of(&account, MP_OK),
                 "https://a/as?response_type=token&client_id=x"
                 "&redirect_uri=http%3A%2F%2F127.0.0.1%3A80%2Fcallback&state=S_-") == 0);
}

TEST(a_request_that_no_message_can_carry_is_refused)
{
    char id[1025];
    char scope[1025];
    struct config_account account = {
        .authorization_endpoint = (char[]){"https://a/as"}, .client_id = id, .scope = scope};

    memset(id, '"', sizeof(id) - 1);
    memset(scope, '!', sizeof(scope) - 1);
    id[sizeof(id) - 1] = scope[sizeof(scope) - 1] = '\0';
    request_of(&account, MP_TOO_LONG);
}

/* Whose claims: the account asks for no identifier of its own. */
static int is_own(const char *remote, const char *identifier, const char *platform)
{
    const struct config_account account = {0};
    struct holder holder = {0};
    struct claims claims = {0};

    snprintf(holder.remote_name, sizeof(holder.remote_name), "%s", remote);
    snprintf(claims.identifier, sizeof(claims.identifier), "%s", identifier);
    snprintf(claims.platform, sizeof(claims.platform), "%s", platform);
    return authorization_is_own(&account, &holder, &claims);
}

TEST(an_identity_is_the_remote_name_or_its_bare_part)
{
    CHECK(is_own("command://alice", "command://alice", "command"));
    CHECK(is_own("command://alice", "alice", "command"));
    CHECK(is_own("command://alice", "alice", ""));
    CHECK(is_own("alice", "alice", ""));
    CHECK(is_own("alice", "alice", "platform"));
    CHECK(is_own("alice@corp.example", "alice@corp.example", ""));
}

TEST(anything_else_is_somebody_else)
{
    static const char *const others[] = {"",
                                         "bob",
                                         "Alice",
                                         "alice ",
                                         " alice",
                                         "alic",
                                         "alicee",
                                         "command://",
                                         "command://bob",
                                         "rivermine://alice",
                                         "://alice",
                                         "command",
                                         "command://alice2",
                                         "api.alice.x"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        CHECK(!is_own("command://alice", others[i], "command"));
        CHECK(!is_own("alice", others[i], ""));
    }
    CHECK(!is_own("", "", ""));
}

TEST(one_name_in_two_source_systems_is_two_people)
{
    CHECK(!is_own("command://alice", "alice", "rivermine"));
    CHECK(!is_own("command://alice", "alice", "platform"));
    CHECK(!is_own("command://alice", "alice", "comman"));
    CHECK(!is_own("command://alice", "alice", "commands"));
    CHECK(!is_own("alice", "alice", "command"));
    CHECK(!is_own("alice", "alice", "rivermine"));
}

TEST(require_identifier_decides_alone)
{
    const struct config_account account = {.require_identifier = (char[]){"%u"}};
    const struct holder holder = {.remote_name = "command://alice"};
    const struct claims claims = {.identifier = "somebody"};

    CHECK(authorization_is_own(&account, &holder, &claims)); /* policy_check() said yes before */
}

TESTS(T(the_request_for_a_code), T(the_request_for_a_token_has_no_challenge),
      T(a_request_that_no_message_can_carry_is_refused),
      T(an_identity_is_the_remote_name_or_its_bare_part), T(anything_else_is_somebody_else),
      T(one_name_in_two_source_systems_is_two_people), T(require_identifier_decides_alone))
