/*
 * The pages that a person sees in the browser while signing in, each a whole HTTP answer. They load
 * nothing, may not be framed or stored, and run no script but the one that hands a fragment on.
 */
#ifndef MOBPROC_HELPER_PAGE_H
#define MOBPROC_HELPER_PAGE_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

#define PAGE_MAX 16384 /* bytes; a whole answer fits */
#define PAGE_PARAGRAPHS 4

enum page_tone { PAGE_PLAIN, PAGE_GOOD, PAGE_BAD };

/* What a page says: any text, of whomever. It is escaped when it is written. */
struct page {
    int status; /* RFC 9110 */
    enum page_tone tone;
    char heading[128];
    char paragraphs[PAGE_PARAGRAPHS][PROTO_MAX_TEXT + 128]; /* "" ends them */
};

/* Appends the answer. MP_OK, MP_TOO_LONG. */
enum mp_err page_write(const struct page *page, struct secret *out) MUST_CHECK;

/* The same as plain lines, the heading first, for the script of page_collect(). */
enum mp_err page_write_lines(const struct page *page, struct secret *out) MUST_CHECK;

/*
 * The page that reads the fragment of its own address, clears the address, POSTs the fragment to
 * PAGE_COLLECT_PATH (helper/page_text.h) and shows what comes back: page_write_lines(). A fragment
 * never reaches a server by itself.
 */
enum mp_err page_collect(struct secret *out) MUST_CHECK;

/* Sends the browser on to another address. */
enum mp_err page_redirect(const struct secret *url, struct secret *out) MUST_CHECK;

#endif
