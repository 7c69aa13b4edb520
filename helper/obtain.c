#include "helper/obtain.h"

#include "helper/exit.h"
#include "helper/question.h"

int obtain(const struct arguments *arguments, struct fetched *fetched)
{
    struct question question = {.account = arguments->account,
                                .has_min_ttl = arguments->min_ttl_text != NULL,
                                .min_ttl = arguments->min_ttl};
    enum mp_err err = question_ask(arguments->socket, &question, fetched);

    return exit_reply(err, &fetched->reply, arguments->account);
}
