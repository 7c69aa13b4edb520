#include "helper/browser.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "helper/exit.h"
#include "helper/listener.h"
#include "helper/opener.h"
#include "helper/page.h"
#include "helper/page_text.h"
#include "helper/paste.h"
#include "helper/signin.h"
#include "lib/clock.h"

#define START_BYTES 16
#define START_SIZE (1 + 2 * START_BYTES + 1)
#define FORM "application/x-www-form-urlencoded"

/* What the routes share. */
struct visit {
    struct signin *signin;
    char start[START_SIZE]; /* the path that works once; "" when it was used */
    unsigned foreign;       /* answers of other sign-ins so far */
};

/* --- routes: each writes an answer --- */

static void write_page(const struct page *page, int is_script, struct secret *reply)
{
    enum mp_err err = is_script ? page_write_lines(page, reply) : page_write(page, reply);

    if (err != MP_OK)
        secret_truncate(reply, 0);
}

static enum listener_next refuse(int status, const char *heading, const char *text, int is_script,
                                 struct secret *reply)
{
    struct page page = {.status = status, .tone = PAGE_BAD};

    snprintf(page.heading, sizeof(page.heading), "%s", heading);
    snprintf(page.paragraphs[0], sizeof(page.paragraphs[0]), "%s", text);
    write_page(&page, is_script, reply);
    return LISTENER_GO_ON;
}

static enum listener_next start(struct visit *visit, struct secret *reply)
{
    enum mp_err err = page_redirect(visit->signin->url, reply);

    visit->start[0] = '\0';
    if (err != MP_OK)
        secret_truncate(reply, 0);
    return LISTENER_GO_ON;
}

static void collect(struct secret *reply)
{
    if (page_collect(reply) != MP_OK)
        secret_truncate(reply, 0);
}

/* Both ways end here: the answer is judged once, and then nobody listens any more. */
static enum listener_next judge(struct visit *visit, struct callback *brought, int is_script,
                                struct secret *reply)
{
    struct page page;

    signin_finish(visit->signin, brought);
    signin_page(visit->signin, &page);
    write_page(&page, is_script, reply);
    return LISTENER_END;
}

/* After too many others the broker is asked, which refuses what has the wrong state and ends it. */
static int is_for_us(const struct visit *visit, const struct callback *brought)
{
    return callback_belongs_to(brought, secret_text(visit->signin->url)) ||
           visit->foreign >= BROWSER_MAX_FOREIGN;
}

/*
 * Every page and program can send one: it must not end the sign-in of the person who waits, and its
 * words are nobody's.
 */
static enum listener_next refuse_foreign(struct visit *visit, int is_script, struct secret *reply)
{
    if (visit->foreign++ == 0)
        exit_say("an answer that belongs to another sign-in (wrong state) was refused; still "
                 "waiting");
    return refuse(403, "This answer belongs to another sign-in",
                  "It has the wrong state. mobproc still waits for the right one: the page that "
                  "the address in the terminal led to.",
                  is_script, reply);
}

/*
 * `text` stood behind the '?' of /callback, or was posted as the fragment. Only the answer uses the
 * sign-in up: whoever knocks at the port without it changes nothing, for a while.
 */
static enum listener_next take(struct visit *visit, struct http_span text, int is_script,
                               struct secret *reply)
{
    struct callback brought = {0};
    enum mp_err err = callback_read(text.text, text.length, &brought);
    enum listener_next next = LISTENER_GO_ON;
    int is_whole = err == MP_OK && callback_is_answer(&brought) && brought.state;

    if (is_whole && is_for_us(visit, &brought))
        next = judge(visit, &brought, is_script, reply);
    else if (is_whole)
        next = refuse_foreign(visit, is_script, reply);
    else if (err == MP_OK && !callback_is_answer(&brought) && !is_script)
        collect(reply);
    else
        refuse(400, "This is no answer of a sign-in page",
               "Something is missing in it, or stands there twice. mobproc still waits for the "
               "right one.",
               is_script, reply);
    callback_free(&brought);
    return next;
}

static enum listener_next take_fragment(struct visit *visit, const struct http_request *request,
                                        struct secret *reply)
{
    if (!http_is(request->method, "POST"))
        return refuse(405, "Not like this", "An answer is posted here.", 0, reply);
    if (!http_is(request->content_type, FORM))
        return refuse(415, "Not like this", "The answer must be a form.", 1, reply);
    return take(visit, request->body, 1, reply);
}

static enum listener_next route(void *owner, const struct http_request *request,
                                struct secret *reply)
{
    struct visit *visit = owner;

    if (http_is(request->path, PAGE_COLLECT_PATH))
        return take_fragment(visit, request, reply);
    if (!http_is(request->method, "GET"))
        return refuse(405, "Not like this", "This address is a page to look at.", 0, reply);
    if (http_is(request->path, "/callback"))
        return take(visit, request->query, 0, reply);
    if (request->path.length != START_SIZE - 1)
        return refuse(404, "Nothing is here", "mobproc waits for the answer of a sign-in page.", 0,
                      reply);
    if (visit->start[0] && secret_equal_bytes(request->path.text, visit->start, START_SIZE - 1))
        return start(visit, reply);
    return refuse(410, "This address was used already",
                  "It works once. If it was not you who opened it, end mobproc login with Ctrl-C "
                  "and begin again.",
                  0, reply);
}

/* --- the way there --- */

static enum mp_err choose_start(char path[static START_SIZE])
{
    unsigned char bytes[START_BYTES];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return MP_SYSTEM;
    path[0] = '/';
    for (size_t i = 0; i < START_BYTES; i++)
        snprintf(path + 1 + 2 * i, 3, "%02x", bytes[i]);
    return MP_OK;
}

static void show_address(const struct visit *visit, int port)
{
    char address[64];

    snprintf(address, sizeof(address), "http://127.0.0.1:%d%s", port, visit->start);
    if (opener_start(address))
        exit_say("opening a browser to sign in; if none appears, open this address on this "
                 "computer (it works once):");
    else
        exit_say("to sign in, open this address in a browser on this computer (it works once; "
                 "--paste is for another computer):");
    exit_say("%s", address);
}

static int say_port(const struct signin *signin)
{
    if (errno == EADDRINUSE && signin->port)
        exit_say("%s: port %d of 127.0.0.1, its redirect_port, is taken by another program; "
                 "nothing was begun",
                 signin->account, signin->port);
    else
        exit_say("%s: cannot listen at port %d of 127.0.0.1: %s; nothing was begun",
                 signin->account, signin->port, strerror(errno));
    return exit_code(MP_OUTAGE);
}

static int wait_for_answer(struct signin *signin, struct listener *listener)
{
    unsigned seconds = signin->arguments->timeout ? signin->arguments->timeout : BROWSER_WAIT_S;
    int64_t deadline = clock_monotonic_ms() + (int64_t)seconds * 1000;
    struct visit visit = {.signin = signin};
    enum mp_err err = choose_start(visit.start);

    if (err == MP_OK) {
        show_address(&visit, listener_port(listener));
        err = listener_serve(listener, deadline, route, &visit);
    }
    if (err == MP_OK)
        return signin_conclude(signin);
    if (err != MP_INTERRUPTED)
        return exit_because(err, signin->account);
    exit_say("the browser brought no answer within %u seconds; nothing was stored", seconds);
    return exit_code(MP_OUTAGE);
}

/* What is said here is all that there is to say. */
static int wait_here(struct signin *signin)
{
    struct listener *listener = NULL;
    enum mp_err err = listener_open(signin->port, &listener);
    int code = 0;

    if (err == MP_SYSTEM)
        return say_port(signin);
    if (err == MP_OK)
        err = signin_begin(signin, listener_port(listener));
    if (err != MP_OK) {
        code = exit_reply(err, &signin->reply, signin->arguments->account);
    } else {
        code = wait_for_answer(signin, listener);
        if (!signin->is_over)
            signin_give_up(signin);
    }
    listener_close(&listener);
    return code;
}

int browser_login(const struct arguments *arguments)
{
    struct signin signin = {.arguments = arguments};
    enum mp_err err = signin_prepare(&signin);
    int code = 0;

    if (err != MP_OK)
        code = exit_reply(err, &signin.reply, arguments->account);
    else
        code = arguments->paste ? paste_login(&signin) : wait_here(&signin);
    signin_free(&signin);
    return code;
}
