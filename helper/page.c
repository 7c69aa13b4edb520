#include "helper/page.h"

#include <stdio.h>
#include <string.h>

#include "helper/out.h"
#include "helper/page_text.h"

#define POLICY                                                                          \
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " \
    "style-src '" PAGE_STYLE_HASH "'"
#define COLLECT_POLICY POLICY "; connect-src 'self'; script-src '" PAGE_SCRIPT_HASH "'"

static const char after_status[] = "Connection: close\r\n"
                                   "Cache-Control: no-store\r\n"
                                   "Referrer-Policy: no-referrer\r\n"
                                   "X-Content-Type-Options: nosniff\r\n"
                                   "X-Frame-Options: DENY\r\n"
                                   "Cross-Origin-Opener-Policy: same-origin\r\n"
                                   "Cross-Origin-Resource-Policy: same-origin\r\n";

static const char head_start[] = "<!DOCTYPE html>\n"
                                 "<html lang=\"en\">\n"
                                 "<head>\n"
                                 "<meta charset=\"utf-8\">\n"
                                 "<meta name=\"viewport\" content=\"width=device-width, "
                                 "initial-scale=1\">\n"
                                 "<title>";

static const char head_end[] = " - mobproc</title>\n"
                               "<style>" PAGE_STYLE "</style>\n"
                               "</head>\n"
                               "<body>\n";

static const char page_end[] = "</body>\n</html>\n";

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {303, "See Other"},
        {400, "Bad Request"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {431, "Request Header Fields Too Large"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Error";
}

/* Text of anybody, first without control bytes, then without markup. */
static enum mp_err add_escaped(struct secret *out, const char *text)
{
    char printable[4 * (PROTO_MAX_TEXT + 128) + 1];
    enum mp_err err = MP_OK;

    proto_escape(printable, sizeof(printable), text);
    for (const char *c = printable; *c && err == MP_OK; c++) {
        switch (*c) {
        case '&':
            err = out_add(out, "&amp;", NULL);
            break;
        case '<':
            err = out_add(out, "&lt;", NULL);
            break;
        case '>':
            err = out_add(out, "&gt;", NULL);
            break;
        case '"':
            err = out_add(out, "&quot;", NULL);
            break;
        case '\'':
            err = out_add(out, "&#39;", NULL);
            break;
        default:
            err = secret_append(out, c, 1);
        }
    }
    return err;
}

/* Status line and header of an answer with a body. */
static enum mp_err add_head(struct secret *out, int status, const char *type, const char *policy,
                            const struct secret *body)
{
    char start[64];
    enum mp_err err = MP_OK;

    snprintf(start, sizeof(start), "HTTP/1.1 %d %s\r\n", status, reason_of(status));
    err = out_add(out, start, after_status, "Content-Security-Policy: ", policy,
                  "\r\nContent-Type: ", type, "; charset=utf-8\r\nContent-Length: ", NULL);
    if (err == MP_OK)
        err = out_add_number(out, secret_length(body));
    return err == MP_OK ? out_add(out, "\r\n\r\n", secret_text(body), NULL) : err;
}

static enum mp_err fill_page(const struct page *page, struct secret *body)
{
    static const char *const starts[] = {"<main>\n<h1>",
                                         "<main class=\"good\" role=\"status\">\n<h1>",
                                         "<main class=\"bad\" role=\"alert\">\n<h1>"};
    enum mp_err err = out_add(body, head_start, NULL);

    if (err == MP_OK)
        err = add_escaped(body, page->heading);
    if (err == MP_OK)
        err = out_add(body, head_end, starts[page->tone], NULL);
    if (err == MP_OK)
        err = add_escaped(body, page->heading);
    if (err == MP_OK)
        err = out_add(body, "</h1>\n", NULL);
    for (size_t i = 0; i < PAGE_PARAGRAPHS && page->paragraphs[i][0] && err == MP_OK; i++) {
        err = out_add(body, "<p>", NULL);
        if (err == MP_OK)
            err = add_escaped(body, page->paragraphs[i]);
        if (err == MP_OK)
            err = out_add(body, "</p>\n", NULL);
    }
    return err == MP_OK ? out_add(body, "</main>\n", page_end, NULL) : err;
}

enum mp_err page_write(const struct page *page, struct secret *out)
{
    struct secret *body = secret_new(PAGE_MAX);
    enum mp_err err = body ? fill_page(page, body) : MP_NOMEM;

    if (err == MP_OK)
        err = add_head(out, page->status, "text/html", POLICY, body);
    secret_free(&body);
    return err;
}

enum mp_err page_write_lines(const struct page *page, struct secret *out)
{
    struct secret *body = secret_new(PAGE_MAX);
    char printable[4 * (PROTO_MAX_TEXT + 128) + 1];
    enum mp_err err = body ? MP_OK : MP_NOMEM;

    proto_escape(printable, sizeof(printable), page->heading);
    if (err == MP_OK)
        err = out_add(body, printable, "\n", NULL);
    for (size_t i = 0; i < PAGE_PARAGRAPHS && page->paragraphs[i][0] && err == MP_OK; i++) {
        proto_escape(printable, sizeof(printable), page->paragraphs[i]);
        err = out_add(body, printable, "\n", NULL);
    }
    if (err == MP_OK)
        err = add_head(out, page->status, "text/plain", POLICY, body);
    secret_free(&body);
    return err;
}

enum mp_err page_collect(struct secret *out)
{
    struct secret *body = secret_new(PAGE_MAX);
    enum mp_err err = body ? MP_OK : MP_NOMEM;

    if (err == MP_OK)
        err = out_add(body, head_start, "Signing in", head_end,
                      "<main>\n<h1>Signing in</h1>\n"
                      "<noscript><p>This page needs a script to hand the answer of the sign-in "
                      "page on to mobproc, and scripts are off here. In the terminal, "
                      "<code>mobproc login --browser --paste</code> works without one.</p>"
                      "</noscript>\n</main>\n<script>" PAGE_SCRIPT "</script>\n",
                      page_end, NULL);
    if (err == MP_OK)
        err = add_head(out, 200, "text/html", COLLECT_POLICY, body);
    secret_free(&body);
    return err;
}

enum mp_err page_redirect(const struct secret *url, struct secret *out)
{
    return out_add(out, "HTTP/1.1 303 See Other\r\n", after_status,
                   "Content-Security-Policy: default-src 'none'\r\nLocation: ", secret_text(url),
                   "\r\nContent-Length: 0\r\n\r\n", NULL);
}
