/* links: helper/callback.o */
/* What a browser brings back: parameters, and the address that a person pastes. */
#include "helper/callback.h"

#include "tests/unit/check.h"

static enum mp_err read_text(const char *text, struct callback *callback)
{
    callback_free(callback);
    return callback_read(text, strlen(text), callback);
}

static int is(const struct secret *value, const char *text)
{
    return value && secret_length(value) == strlen(text) && strcmp(secret_text(value), text) == 0;
}

TEST(a_code)
{
    struct callback brought = {0};

    CHECK(read_text("code=a%2Bb%26&state=S&iss=https%3A%2F%2Fx&session=1", &brought) == MP_OK);
    CHECK(is(brought.code, "a+b&") && is(brought.state, "S") && !brought.access_token);
    CHECK(callback_is_answer(&brought) && !brought.error[0]);
    callback_free(&brought);
    CHECK(!brought.code && !callback_is_answer(&brought));
}

TEST(a_token)
{
    struct callback brought = {0};

    CHECK(read_text("access_token=T.~+/=&token_type=bEARER&expires_in=7199&state=S&scope=a+b",
                    &brought) == MP_PROTOCOL); /* '+' is a blank */
    CHECK(read_text("access_token=T.~%2B/=&token_type=bEARER&expires_in=7199&state=S", &brought) ==
          MP_OK);
    CHECK(is(brought.access_token, "T.~+/=") && is(brought.state, "S") && !brought.code);
    CHECK(brought.expires_in == 7199 && callback_is_answer(&brought));
    CHECK(read_text("access_token=T&token_type=Bearer&state=S", &brought) == MP_OK);
    CHECK(brought.expires_in == 0);
    CHECK(read_text("access_token=T&token_type=Bearer&state=S&expires_in=2147483648", &brought) ==
          MP_OK);
    callback_free(&brought);
}

TEST(an_error_with_its_words)
{
    struct callback brought = {0};
    char longest[3000] = "error=x&state=S&error_description=";

    CHECK(read_text("error=access_denied&error_description=No+way%0a%3Cb%3E&state=S", &brought) ==
          MP_OK);
    CHECK(strcmp(brought.error, "access_denied") == 0);
    CHECK(strcmp(brought.description, "No way\n<b>") == 0 && callback_is_answer(&brought));
    memset(longest + strlen(longest), 'd', 2000);
    CHECK(read_text(longest, &brought) == MP_OK && strlen(brought.description) == PROTO_MAX_TEXT);
    callback_free(&brought);
}

TEST(nothing_is_nothing)
{
    static const char *const texts[] = {"", "&&", "x", "x=y&z", "Code=x", "code2=x", "=x"};
    struct callback brought = {0};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        CHECK(read_text(texts[i], &brought) == MP_OK);
        CHECK(!callback_is_answer(&brought) && !brought.state);
    }
}

TEST(what_cannot_be_is_refused)
{
    static const char *const texts[] = {
        "code",
        "code=",
        "state=S",
        "state=",
        "code=x&code=x",
        "code=x&state=S&state=S",
        "code=%",
        "code=%4",
        "code=%4g",
        "code=%00",
        "code=x%00",
        "code=%20",
        "code=a+b",
        "code=%0d%0a",
        "code=\xc3\xa4",
        "code=%c3%a4",
        "code=x&state=%20",
        "code=x&state=a%0ab",
        "error=",
        "error=a+b",
        "error=%3Cb%3E",
        "error=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "error=x&code=y",
        "error=x&access_token=y&token_type=Bearer",
        "code=x&access_token=y&token_type=Bearer",
        "access_token=x",
        "access_token=x&token_type=",
        "access_token=x&token_type=DPoP",
        "access_token=x&token_type=mac",
        "access_token=x&token_type=Bearer+",
        "access_token=&token_type=Bearer",
        "access_token=a%20b&token_type=Bearer",
        "access_token=a%7f&token_type=Bearer",
        "access_token=x&token_type=Bearer&expires_in=",
        "access_token=x&token_type=Bearer&expires_in=0",
        "access_token=x&token_type=Bearer&expires_in=-1",
        "access_token=x&token_type=Bearer&expires_in=1.5",
        "access_token=x&token_type=Bearer&expires_in=1e3",
        "access_token=x&token_type=Bearer&expires_in=2147483649",
        "access_token=x&token_type=Bearer&expires_in=99999999999",
    };
    struct callback brought = {0};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (read_text(texts[i], &brought) != MP_PROTOCOL)
            printf("# %s\n", texts[i]);
        CHECK(read_text(texts[i], &brought) == MP_PROTOCOL);
        CHECK(!callback_is_answer(&brought) || brought.error[0]);
    }
    callback_free(&brought);
}

TEST(the_state_says_which_sign_in_an_answer_belongs_to)
{
    static const struct {
        const char *request;
        int is_its_own;
    } requests[] = {
        {"https://h/as?response_type=code&client_id=c&state=S-_1&code_challenge=x", 1},
        {"https://h/as?response_type=token&state=S-_1", 1},
        {"https://h/as&state=other/p?response_type=token&state=S-_1", 1},
        {"https://h/as&state=S-_1/p?response_type=token&state=other", 0},
        {"https://h/as?response_type=code&state=S-_", 0},
        {"https://h/as?response_type=code&state=S-_12", 0},
        {"https://h/as?response_type=code&state=s-_1", 0},
        {"https://h/as?response_type=code&state=", 0},
        {"https://h/as?response_type=code&scope=state%3DS-_1", 0},
        {"", 0},
    };
    struct callback brought = {0};

    CHECK(read_text("code=x&state=S-_1", &brought) == MP_OK);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        CHECK(callback_belongs_to(&brought, requests[i].request) == requests[i].is_its_own);
    CHECK(read_text("code=x", &brought) == MP_OK);
    CHECK(!callback_belongs_to(&brought, requests[0].request));
    CHECK(!callback_belongs_to(&brought, "https://h/as?state=&state="));
    callback_free(&brought);
}

TEST(sizes_have_their_limits)
{
    static char text[40000];
    struct callback brought = {0};

    memset(text, 'x', sizeof(text) - 1);
    memcpy(text, "code=", 5);
    text[5 + 2048] = '\0';
    CHECK(read_text(text, &brought) == MP_OK);
    text[5 + 2048] = 'x';
    text[5 + 2049] = '\0';
    CHECK(read_text(text, &brought) == MP_PROTOCOL);
    memset(text, 'x', sizeof(text) - 1);
    memcpy(text, "token_type=Bearer&access_token=", 31);
    text[31 + PROTO_MAX_TOKEN] = '\0';
    CHECK(read_text(text, &brought) == MP_OK);
    text[31 + PROTO_MAX_TOKEN] = 'x';
    CHECK(read_text(text, &brought) == MP_PROTOCOL);
    callback_free(&brought);
}

static enum mp_err paste(const char *text, struct callback *brought)
{
    callback_free(brought);
    return callback_read_address(text, "http://127.0.0.1:80/callback", brought);
}

TEST(a_pasted_address)
{
    struct callback brought = {0};

    CHECK(paste("http://127.0.0.1:80/callback?code=x&state=S", &brought) == MP_OK);
    CHECK(is(brought.code, "x"));
    CHECK(paste(" \thttp://127.0.0.1:80/callback?code=y&state=S#_=_ \r", &brought) == MP_OK);
    CHECK(is(brought.code, "y") && is(brought.state, "S"));
    CHECK(paste("http://127.0.0.1:80/callback#access_token=T&token_type=Bearer&state=S",
                &brought) == MP_OK);
    CHECK(is(brought.access_token, "T"));
    callback_free(&brought);
}

TEST(another_address_is_none)
{
    static const char *const texts[] = {
        "",
        " ",
        "code=x&state=S",
        "?code=x&state=S",
        "http://127.0.0.1:80/callback",
        "http://127.0.0.1:80/callback?",
        "http://127.0.0.1:80/callback?code=x",
        "http://127.0.0.1:80/callback?state=S",
        "http://127.0.0.1:80/callback/?code=x&state=S",
        "http://127.0.0.1:80/callback&code=x&state=S",
        "http://127.0.0.1:8/callback?code=x&state=S",
        "https://127.0.0.1:80/callback?code=x&state=S",
        "HTTP://127.0.0.1:80/callback?code=x&state=S",
        "http://evil.example/http://127.0.0.1:80/callback?code=x&state=S",
        "http://127.0.0.1:80/callback?code=x&state=S&state=S",
        "http://127.0.0.1:80/callback#?code=x&x=S"};
    struct callback brought = {0};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        CHECK(paste(texts[i], &brought) == MP_PROTOCOL);
    callback_free(&brought);
}

TESTS(T(a_code), T(a_token), T(an_error_with_its_words), T(nothing_is_nothing),
      T(what_cannot_be_is_refused), T(sizes_have_their_limits), T(a_pasted_address),
      T(another_address_is_none), T(the_state_says_which_sign_in_an_answer_belongs_to))
