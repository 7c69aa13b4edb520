/* mobproc logout: the broker forgets the tokens of one account, or of all that have some. */
#include "helper/entry.h"
#include "helper/exit.h"
#include "helper/target.h"
#include "helper/verbs.h"

static int forget(const struct arguments *arguments, const char *account)
{
    struct call_reply reply = {0};
    enum mp_err err = target_ask(arguments, PROTO_LOGOUT, account, &reply);
    int code = exit_reply(err, &reply, account);

    if (code == 0)
        exit_say("%s%sthe tokens are forgotten", account ? account : "", account ? ": " : "");
    call_reply_free(&reply);
    return code;
}

/* One that fails does not keep the others; the first failure is the exit code. */
static int forget_all(const struct arguments *arguments)
{
    struct call_reply reply = {0};
    enum mp_err err = target_ask(arguments, PROTO_LIST, NULL, &reply);
    int code = exit_reply(err, &reply, NULL);

    for (size_t i = 0; i < reply.message.count && err == MP_OK; i++) {
        struct entry entry = {0};
        int one = 0;

        if (reply.message.fields[i].tag != PROTO_RECORD)
            continue;
        err = entry_read(&reply.message.fields[i], &entry);
        one = err == MP_OK ? forget(arguments, entry.account) : exit_because(err, NULL);
        if (code == 0)
            code = one;
    }
    call_reply_free(&reply);
    return code;
}

int verb_logout(const struct arguments *arguments)
{
    return arguments->all ? forget_all(arguments) : forget(arguments, arguments->account);
}
