/* links: pam_mobproc/ tests/faults/inside.o tests/faults/pam.o */
/*
 * The module with a libpam and a broker that the test has in its hand: whatever fails, nobody is
 * admitted whom the broker did not admit, and nobody is "ignored" into the modules after this one.
 */
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib/clock.h"
#include "lib/packet.h"
#include "lib/proto.h"
#include "pam_mobproc/ask.h"
#include "pam_mobproc/log.h"
#include "pam_mobproc/stages.h"
#include "tests/faults/inside.h"
#include "tests/faults/pam.h"
#include "tests/unit/scratch.h"

#define ARGUMENTS 4

static char socket_argument[640];
static const char *arguments[ARGUMENTS] = {socket_argument, "timeout=3", "minimum_uid=1", "debug"};

/* --- a broker in another process, which says the same to everybody --- */

struct says {
    enum mp_err err;
    uint64_t verdict;
    int lacks_expiry;
    const char *account;
    const char *user; /* whose answer it is; NULL: it does not say */
};

static pid_t broker = -1;
static int scratch_fd = -1;

static void answer(int fd, const struct says *says)
{
    struct secret *request = NULL;
    struct secret *accepted = secret_new(64);
    struct secret *result = secret_new(1024);

    if (!accepted || !result ||
        packet_receive(fd, clock_monotonic_ms() + 5000, &request) != MP_OK || !request ||
        wire_begin(accepted, PROTO_ACCEPTED) != MP_OK ||
        wire_begin(result, PROTO_RESULT) != MP_OK ||
        wire_put_number(result, PROTO_ERROR, says->err) != MP_OK ||
        wire_put_number(result, PROTO_VERDICT, says->verdict) != MP_OK ||
        wire_put_text(result, PROTO_ACCOUNT, says->account) != MP_OK ||
        wire_put_text(result, PROTO_USER, says->user) != MP_OK ||
        (!says->lacks_expiry && wire_put_number(result, PROTO_EXPIRES_AT, 1) != MP_OK) ||
        packet_send(fd, clock_monotonic_ms() + 5000, accepted) != MP_OK ||
        packet_send(fd, clock_monotonic_ms() + 5000, result) != MP_OK)
        result = NULL; /* who asked has gone */
    close(fd);
}

static void broker_begin(const struct says *says)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    scratch_fd = scratch_begin();
    NEED(chmod(scratch_path, 0755) == 0);
    NEED((size_t)snprintf(address.sun_path, sizeof(address.sun_path), "%s/b", scratch_path) <
         sizeof(address.sun_path));
    NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    NEED(listen(fd, 64) == 0);
    snprintf(socket_argument, sizeof(socket_argument), "socket=%s", address.sun_path);
    broker = fork();
    NEED(broker >= 0);
    while (broker == 0) {
        int caller = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

        if (caller < 0)
            _exit(1);
        answer(caller, says);
    }
    close(fd);
}

static void broker_end(void)
{
    kill(broker, SIGKILL);
    NEED(waitpid(broker, NULL, 0) == broker);
    scratch_end(scratch_fd);
}

/* --- a host --- */

static char user_name[] = "ada";

static pam_handle_t host(void)
{
    return (pam_handle_t){.items = {[PAM_SERVICE] = "unit",
                                    [PAM_USER] = user_name,
                                    [PAM_TTY] = "tty1",
                                    [PAM_RHOST] = "far away"},
                          .typed = "a password",
                          .user = {.pw_name = user_name, .pw_uid = 4000}};
}

static const struct stage_case {
    const char *name;
    int (*run)(pam_handle_t *pamh, int flags, int argc, const char **argv);
} stage_cases[] = {
    {"authenticate", pam_sm_authenticate}, {"account", pam_sm_acct_mgmt},
    {"open_session", pam_sm_open_session}, {"close_session", pam_sm_close_session},
    {"password", pam_sm_chauthtok},
};

static void blame(const struct stage_case *stage, unsigned at, const char *what)
{
    if (!check_failure[0])
        snprintf(check_failure, sizeof(check_failure), "%s: call %u (%s): %s", stage->name, at,
                 fault_last(), what);
}

/* Sessions are the business of root's hosts; and who libpam does not name is none of ours. */
static int may_ignore(const struct stage_case *stage)
{
    if (strcmp(fault_last(), "pam_get_item") == 0)
        return stage->run != pam_sm_authenticate && stage->run != pam_sm_acct_mgmt;
    return geteuid() != 0 &&
           (stage->run == pam_sm_open_session || stage->run == pam_sm_close_session);
}

/* Each fault of a kind in a stage. */
static void try_stage(const struct stage_case *stage, enum fault_kind kind, unsigned variant,
                      int may_admit)
{
    long before = fault_live();
    int code = PAM_SUCCESS;
    int failed = 1;

    for (unsigned at = 1; failed; at++) {
        pam_handle_t pamh = host();

        fault_arm(kind, at, variant);
        code = stage->run(&pamh, PAM_PRELIM_CHECK, ARGUMENTS, arguments);
        failed = fault_disarm();
        if (code == PAM_SUCCESS && !may_admit)
            blame(stage, at, "success for nothing");
        if (code == PAM_IGNORE && !may_ignore(stage))
            blame(stage, at, "passed over");
        if (fault_live() != before)
            blame(stage, at, "a leak");
    }
}

static void try_all(const struct says *says, int may_admit)
{
    broker_begin(says);
    for (size_t i = 0; i < sizeof(stage_cases) / sizeof(stage_cases[0]); i++) {
        try_stage(&stage_cases[i], FAULT_MEMORY, 0, may_admit);
        try_stage(&stage_cases[i], FAULT_ROOM, 0, may_admit);
        try_stage(&stage_cases[i], FAULT_LIBRARY, 0, may_admit);
        for (unsigned variant = 0; variant < 3; variant++)
            try_stage(&stage_cases[i], FAULT_CALL, variant, may_admit);
    }
    broker_end();
}

TEST(P1_no_fault_turns_a_refusal_into_a_success)
{
    const struct says says = {.err = MP_DENIED, .verdict = PROTO_DENY, .account = "tangoe"};

    try_all(&says, 0);
}

TEST(no_fault_keeps_anything_of_a_login)
{
    const struct says says = {.err = MP_OK, .verdict = PROTO_ADMIT, .account = "tangoe"};

    try_all(&says, 1);
}

/* --- without a fault --- */

static int authenticate(const struct says *says)
{
    pam_handle_t pamh = host();
    int code = PAM_SUCCESS;

    broker_begin(says);
    code = pam_sm_authenticate(&pamh, 0, ARGUMENTS, arguments);
    broker_end();
    return code;
}

TEST(only_the_whole_answer_admits)
{
    struct says says = {.err = MP_OK, .verdict = PROTO_ADMIT, .account = "tangoe"};

    CHECK(authenticate(&says) == PAM_SUCCESS);
    says.lacks_expiry = 1;
    CHECK(authenticate(&says) == PAM_AUTH_ERR);
    says.lacks_expiry = 0;
    says.user = "bob";
    CHECK(authenticate(&says) == PAM_AUTH_ERR);
    says.user = "ada";
    says.verdict = PROTO_ADMIT ^ 1;
    CHECK(authenticate(&says) == PAM_AUTH_ERR);
    says.verdict = (uint64_t)PROTO_ADMIT << 32 | PROTO_ADMIT;
    CHECK(authenticate(&says) == PAM_AUTH_ERR);
}

/* An empty text of the host, and one that was never set, are not sent. */
TEST(a_host_may_have_set_little)
{
    const struct says says = {.err = MP_OK, .verdict = PROTO_ADMIT, .account = "tangoe"};
    pam_handle_t pamh = host();

    pamh.items[PAM_TTY] = "";
    pamh.items[PAM_RHOST] = NULL;
    broker_begin(&says);
    CHECK(pam_sm_authenticate(&pamh, 0, ARGUMENTS, arguments) == PAM_SUCCESS);
    CHECK(strcmp(pamh.authtok, "a password") == 0);
    pamh.items[PAM_USER] = NULL;
    pamh.said = user_name;
    CHECK(pam_sm_authenticate(&pamh, 0, ARGUMENTS, arguments) == PAM_SUCCESS);
    pamh.items[PAM_USER] = pamh.said = NULL;
    CHECK(pam_sm_authenticate(&pamh, 0, ARGUMENTS, arguments) == PAM_CONV_ERR);
    CHECK(pam_sm_acct_mgmt(&pamh, 0, ARGUMENTS, arguments) == PAM_USER_UNKNOWN);
    broker_end();
}

/* A locker or a private test has no sessions: its broker counts those of root's hosts only. */
TEST(a_session_is_the_business_of_a_host_that_is_root)
{
    const struct says says = {.err = MP_OK, .verdict = PROTO_ADMIT, .account = "tangoe"};
    pam_handle_t pamh = host();
    uid_t own = geteuid();

    broker_begin(&says);
    if (own == 0) {
        CHECK(pam_sm_open_session(&pamh, 0, ARGUMENTS, arguments) == PAM_SUCCESS);
        CHECK(strcmp(pamh.environment, "MOBPROC_ACCOUNT=tangoe") == 0);
        CHECK(pam_sm_close_session(&pamh, 0, ARGUMENTS, arguments) == PAM_SUCCESS);
        NEED(seteuid(4000) == 0);
    }
    pamh.environment[0] = '\0';
    CHECK(pam_sm_open_session(&pamh, 0, ARGUMENTS, arguments) == PAM_IGNORE);
    CHECK(strstr(pamh.logged, "reason=host_not_root"));
    CHECK(pam_sm_close_session(&pamh, 0, ARGUMENTS, arguments) == PAM_IGNORE);
    CHECK(pamh.environment[0] == '\0');
    NEED(seteuid(own) == 0);
    broker_end();
}

/* Whoever begins a conversation may end it as somebody else: then nothing is sent. */
TEST(what_the_host_says_of_the_user_must_not_change)
{
    struct user user = {.name = "ada", .uid = 4000};
    pam_handle_t pamh = host();

    CHECK(user_is_still(&pamh, &user));
    pamh.items[PAM_USER] = "bob";
    CHECK(!user_is_still(&pamh, &user));
    pamh.items[PAM_USER] = NULL;
    CHECK(!user_is_still(&pamh, &user));
}

TEST(a_value_in_the_log_is_one_word)
{
    char out[LOG_VALUE];

    log_value(out, NULL);
    CHECK(strcmp(out, "-") == 0);
    log_value(out, "");
    CHECK(strcmp(out, "-") == 0);
    log_value(out, "a b=\"c\"\n");
    CHECK(strcmp(out, "a?b??c?\\x0a") == 0);
}

TEST(a_code_that_is_none_of_ours_has_a_word_and_no_success)
{
    CHECK(strcmp(code_name(4711), "unknown") == 0);
    CHECK(code_for(STAGE_COUNT, MP_OK) == PAM_PERM_DENIED);
    CHECK(code_for(STAGE_AUTHENTICATE, MP_ERR_COUNT) == PAM_PERM_DENIED);
}

TESTS(T(P1_no_fault_turns_a_refusal_into_a_success), T(no_fault_keeps_anything_of_a_login),
      T(only_the_whole_answer_admits), T(a_host_may_have_set_little),
      T(a_session_is_the_business_of_a_host_that_is_root),
      T(what_the_host_says_of_the_user_must_not_change), T(a_value_in_the_log_is_one_word),
      T(a_code_that_is_none_of_ours_has_a_word_and_no_success))
