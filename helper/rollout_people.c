#include "helper/rollout_people.h"

#include "helper/exit.h"
#include "helper/local_people.h"
#include "lib/call.h"
#include "lib/clock.h"

#define ASK_MS 5000

struct asking {
    const char *socket;
    enum mp_err err; /* why it could not be told */
};

/* The account stage of a login, which decides without the server. */
static enum mp_err ask(const struct asking *asking, const struct passwd *person)
{
    struct secret *request = call_request(PROTO_ACCOUNT_CHECK);
    struct call_reply reply = {0};
    enum mp_err err = request ? MP_OK : MP_NOMEM;

    if (err == MP_OK)
        err = wire_put_text(request, PROTO_USER, person->pw_name);
    if (err == MP_OK)
        err = wire_put_number(request, PROTO_UID, person->pw_uid);
    if (err == MP_OK)
        err = wire_put_text(request, PROTO_SERVICE, "mobproc");
    if (err == MP_OK)
        err = call_broker(asking->socket, clock_monotonic_ms() + ASK_MS, request, &reply);
    secret_free(&request);
    call_reply_free(&reply);
    return err;
}

static int is_ours(void *owner, const struct passwd *person)
{
    struct asking *asking = owner;
    enum mp_err err = ask(asking, person);

    if (err == MP_UNMAPPED)
        return 0;
    if (err == MP_OK || err == MP_NO_RECORD || err == MP_POLICY || err == MP_STORAGE)
        return 1;
    asking->err = err;
    return -1;
}

int rollout_people_check(const char *socket, const char *name)
{
    struct asking asking = {.socket = socket ? socket : CALL_SYSTEM_SOCKET};
    struct local_people people = {0};
    char words[LOCAL_PEOPLE_WORDS];
    enum mp_err err = local_people_find(is_ours, &asking, &people);

    if (err != MP_OK)
        return exit_because(err, "/etc/shadow");
    if (people.count == 0) {
        if (asking.err != MP_OK)
            exit_say("whether allow_users names people with a local password could not be asked: "
                     "%s",
                     mp_err_text(asking.err));
        return 0;
    }
    local_people_words(&people, words);
    exit_say("allow_users names people who have a local password: %s", words);
    exit_say("with the lines what they type goes to the server, and their local password lets them "
             "in no more; nothing was changed");
    exit_say("leave them out of allow_users (a @group instead of *, then mobproc admin reload), or "
             "type: mobproc enable --service %s --also-local-users",
             name);
    return exit_code(MP_FORBIDDEN);
}
