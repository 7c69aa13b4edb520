/* mobproc admin reload: the broker reads its configuration again, or says what is wrong with it. */
#include <string.h>

#include "helper/ask.h"
#include "helper/exit.h"
#include "helper/verbs.h"

int verb_admin(const struct arguments *arguments)
{
    struct secret *request = NULL;
    struct call_reply reply = {0};
    enum mp_err err = MP_NOMEM;
    int code = 0;

    if (strcmp(arguments->words[0], "reload") != 0) {
        exit_say("unknown action: %s; there is reload", arguments->words[0]);
        return EXIT_USAGE;
    }
    request = call_request(PROTO_RELOAD);
    if (request)
        err = ask_broker(arguments->socket, request, &reply);
    code = exit_reply(err, &reply, NULL);
    secret_free(&request);
    call_reply_free(&reply);
    return code;
}
