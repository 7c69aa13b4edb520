/* links: helper/page.o helper/out.o helper/exit.o */
/* What a page makes of the words of strangers. */
#include "helper/page.h"

#include "tests/unit/check.h"

/* The answer for one paragraph, as a C string that lives until the next call. */
static const char *answer(const char *paragraph, int is_lines)
{
    static char copy[PAGE_MAX + 8192];
    struct secret *out = secret_new(PAGE_MAX + 4096);
    struct page page = {.status = 403, .tone = PAGE_BAD, .heading = "A <heading>"};

    NEED(out);
    snprintf(page.paragraphs[0], sizeof(page.paragraphs[0]), "%s", paragraph);
    CHECK((is_lines ? page_write_lines(&page, out) : page_write(&page, out)) == MP_OK);
    snprintf(copy, sizeof(copy), "%s", secret_text(out));
    secret_free(&out);
    return copy;
}

TEST(markup_is_text)
{
    const char *html = answer("<script>x</script>&\"'<!--", 0);

    CHECK(strstr(html, "<p>&lt;script&gt;x&lt;/script&gt;&amp;&quot;&#39;&lt;!--</p>"));
    CHECK(strstr(html, "<h1>A &lt;heading&gt;</h1>"));
    CHECK(strstr(html, "<title>A &lt;heading&gt; - mobproc</title>"));
    CHECK(!strstr(html, "<script>"));
}

TEST(control_bytes_and_others_are_escaped)
{
    const char *text = "a\r\nb\x1b[1m\x7f\xc3\xa4\xff\\";

    CHECK(strstr(answer(text, 0), "<p>a\\x0d\\x0ab\\x1b[1m\\x7f\\xc3\\xa4\\xff\\x5c</p>"));
    CHECK(strstr(answer(text, 1),
                 "\r\n\r\nA <heading>\na\\x0d\\x0ab\\x1b[1m\\x7f\\xc3\\xa4\\xff\\x5c\n"));
}

TEST(the_length_is_that_of_the_body)
{
    static const char *const texts[] = {"", "x", "<<<<"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (int is_lines = 0; is_lines < 2; is_lines++) {
            const char *whole = answer(texts[i], is_lines);
            const char *length = strstr(whole, "\r\nContent-Length: ");
            const char *body = strstr(whole, "\r\n\r\n");

            NEED(length && body);
            CHECK(strtoul(length + 18, NULL, 10) == strlen(body + 4));
            CHECK(strncmp(whole, "HTTP/1.1 403 Forbidden\r\n", 24) == 0);
        }
    }
}

TEST(a_redirect_has_its_address_in_one_line)
{
    struct secret *out = secret_new(PAGE_MAX);
    struct secret *url = secret_copy("https://a/b?c", 13);

    NEED(out && url);
    CHECK(page_redirect(url, out) == MP_OK);
    CHECK(strncmp(secret_text(out), "HTTP/1.1 303 See Other\r\n", 24) == 0);
    CHECK(strstr(secret_text(out), "\r\nLocation: https://a/b?c\r\n"));
    secret_free(&out);
    secret_free(&url);
}

TESTS(T(markup_is_text), T(control_bytes_and_others_are_escaped), T(the_length_is_that_of_the_body),
      T(a_redirect_has_its_address_in_one_line))
