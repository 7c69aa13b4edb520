/* mobproc list: the accounts that tokens are stored for. */
#include "helper/exit.h"
#include "helper/records.h"
#include "helper/target.h"
#include "helper/verbs.h"

int verb_list(const struct arguments *arguments)
{
    struct call_reply reply = {0};
    enum mp_err err = target_ask(arguments, PROTO_LIST, NULL, &reply);
    int code = exit_reply(err, &reply, NULL);

    if (code == 0 && !wire_find(&reply.message, PROTO_RECORD))
        exit_say("no tokens are stored; run: mobproc login");
    if (code == 0)
        code = records_print(arguments, &reply.message);
    call_reply_free(&reply);
    return code;
}
