/* links: helper/child.o */
#include <stdlib.h>
#include <unistd.h>

#include "helper/child.h"

#include "tests/unit/check.h"

/* Who it was that ran: the uid, or "" when nobody did. */
static int run_as(const char *user, char out[static 64])
{
    static const char *const arguments[] = {"/usr/bin/id", "-u", NULL};
    const struct child child = {.arguments = arguments, .user = user, .wait_ms = 10000};

    return child_run(&child, out, 64, NULL);
}

TEST(without_a_user_the_caller_runs_it)
{
    char said[64];

    CHECK(run_as(NULL, said) == 0);
    CHECK(strtoul(said, NULL, 10) == geteuid());
}

TEST(root_becomes_the_user_or_nothing_runs)
{
    char said[64];

    if (geteuid() != 0)
        return; /* whom else could it become */
    CHECK(run_as("nobody", said) == 0);
    CHECK(strtoul(said, NULL, 10) == 65534);
    CHECK(run_as("no-such-user", said) == CHILD_NOT_RUN);
    CHECK(said[0] == '\0');
}

TESTS(T(without_a_user_the_caller_runs_it), T(root_becomes_the_user_or_nothing_runs))
