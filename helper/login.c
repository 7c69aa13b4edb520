/* mobproc login: the password grant for the caller's own name. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/ask.h"
#include "helper/browser.h"
#include "helper/exit.h"
#include "helper/lifetime.h"
#include "helper/password.h"
#include "helper/verbs.h"
#include "lib/clock.h"

static const char *own_name(void)
{
    const struct passwd *entry = getpwuid(getuid());

    return entry && strlen(entry->pw_name) <= PROTO_MAX_NAME ? entry->pw_name : NULL;
}

/* Nobody should type a password for a broker that is not there. */
static enum mp_err knock(const struct arguments *arguments)
{
    struct secret *request = call_request(PROTO_LIST);
    struct call_reply reply = {0};
    enum mp_err err = request ? ask_broker(arguments->socket, request, &reply) : MP_NOMEM;
    int is_there = reply.packet != NULL;

    secret_free(&request);
    call_reply_free(&reply);
    return is_there && err != MP_CONFIGURATION ? MP_OK : err;
}

static int read_password(const struct arguments *arguments, const char *user, struct secret **out)
{
    char prompt[2 * PROTO_MAX_NAME];
    enum mp_err err = arguments->password_stdin ? MP_OK : knock(arguments);

    if (err != MP_OK)
        return exit_because(err, arguments->account);
    snprintf(prompt, sizeof(prompt), "Password of %s%s%s: ", user,
             arguments->account ? " for " : "", arguments->account ? arguments->account : "");
    return password_read(arguments->password_stdin, prompt, out);
}

static enum mp_err send_login(const struct arguments *arguments, const char *user,
                              const struct secret *password, struct call_reply *reply)
{
    struct secret *request = call_request(PROTO_LOGIN);
    enum mp_err err = request ? MP_OK : MP_NOMEM;

    if (err == MP_OK)
        err = wire_put_text(request, PROTO_ACCOUNT, arguments->account);
    if (err == MP_OK)
        err = wire_put_text(request, PROTO_USER, user);
    if (err == MP_OK)
        err = wire_put_number(request, PROTO_UID, getuid());
    if (err == MP_OK)
        err = wire_put_secret(request, PROTO_PASSWORD, password);
    if (err == MP_OK)
        err = wire_put_text(request, PROTO_SERVICE, "mobproc");
    if (err == MP_OK)
        err = ask_broker(arguments->socket, request, reply);
    secret_free(&request);
    /* anything but a clear yes is a no */
    if (err == MP_OK && wire_number(&reply->message, PROTO_VERDICT, PROTO_DENY) != PROTO_ADMIT)
        err = MP_DENIED;
    return err;
}

static void say_success(const struct call_reply *reply, const char *user)
{
    uint64_t now = (uint64_t)clock_utc();
    uint64_t expires_at = wire_number(&reply->message, PROTO_EXPIRES_AT, 0);
    char account[PROTO_MAX_ACCOUNT + 1];
    char left[LIFETIME_SIZE];

    if (wire_text(&reply->message, PROTO_ACCOUNT, account, sizeof(account)) != MP_OK)
        account[0] = '\0';
    lifetime_text(expires_at > now ? expires_at - now : 0, left);
    exit_say("%s is logged in%s%s; the token is valid for %s", user, account[0] ? " to " : "",
             account, left);
}

int verb_login(const struct arguments *arguments)
{
    const char *user = own_name();
    struct secret *password = NULL;
    struct call_reply reply = {0};
    enum mp_err err = MP_OK;
    int code = 0;

    if (arguments->browser)
        return browser_login(arguments);
    if (!user) {
        exit_say("no user name belongs to uid %lu", (unsigned long)getuid());
        return exit_code(MP_UNMAPPED);
    }
    code = read_password(arguments, user, &password);
    if (code == 0) {
        err = send_login(arguments, user, password, &reply);
        secret_free(&password);
        code = exit_reply(err, &reply, arguments->account);
    }
    if (code == 0)
        say_success(&reply, user);
    call_reply_free(&reply);
    return code;
}
