/* Bodies of replies as samples: each must be read as the kind that the test says. */
#ifndef MOBPROC_TESTS_COURIER_SAMPLES_H
#define MOBPROC_TESTS_COURIER_SAMPLES_H

#include "courier/reply.h"
#include "tests/unit/check.h"

struct sample {
    const char *text;
    size_t length;
};

#define S(text)                \
    {                          \
        text, sizeof(text) - 1 \
    }
#define BEARER "\"access_token\":\"abc\",\"token_type\":\"Bearer\""
#define WITH(member) S("{" BEARER "," member "}")

static enum reply_kind kind_of(const struct sample *sample, struct reply *reply)
{
    struct secret *body = secret_copy(sample->text, sample->length);

    NEED(body);
    NEED(reply_read(body, reply) == MP_OK);
    secret_free(&body);
    CHECK((reply->kind == REPLY_NONSENSE) == (reply->problem != NULL));
    CHECK((reply->kind == REPLY_GRANT) == (reply->access_token != NULL));
    CHECK((reply->kind == REPLY_ERROR) == (reply->error[0] != '\0'));
    return reply->kind;
}

/* Each sample alone: the first one of another kind is named. */
static void all_are(enum reply_kind expected, const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reply reply = {0};
        enum reply_kind kind = kind_of(&samples[i], &reply);

        if (kind != expected && !check_failure[0])
            snprintf(check_failure, sizeof(check_failure), "sample %zu is %d: %.200s (%s)", i, kind,
                     samples[i].text, reply.problem ? reply.problem : "no problem");
        reply_free(&reply);
    }
}

#define ALL(expected, samples) all_are(expected, samples, sizeof(samples) / sizeof((samples)[0]))

#endif
