/* mobproc refresh: a new access token now, whatever is left of the old one. */
#include "helper/exit.h"
#include "helper/lifetime.h"
#include "helper/target.h"
#include "helper/verbs.h"
#include "lib/clock.h"

int verb_refresh(const struct arguments *arguments)
{
    struct call_reply reply = {0};
    enum mp_err err = target_ask(arguments, PROTO_REFRESH, arguments->account, &reply);
    uint64_t now = (uint64_t)clock_utc();
    uint64_t expires_at = wire_number(&reply.message, PROTO_EXPIRES_AT, 0);
    char left[LIFETIME_SIZE];
    int code = exit_reply(err, &reply, arguments->account);

    if (code == 0) {
        lifetime_text(expires_at > now ? expires_at - now : 0, left);
        exit_say("the new token is valid for %s", left);
    }
    call_reply_free(&reply);
    return code;
}
