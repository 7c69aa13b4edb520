/* links: helper/pam_stack.o helper/pam_control.o helper/pam_verdict.o helper/pam_arguments.o pam_mobproc/args.o -lpam */
#include <security/pam_appl.h>

#include "helper/pam_arguments.h"
#include "helper/pam_stack.h"
#include "helper/pam_verdict.h"
#include "pam_mobproc/args.h"

#include "tests/unit/check.h"
#include "tests/unit/scratch.h"

static struct pam_stack *read_stack(const char *service, enum pam_stage stage)
{
    struct pam_stack *stack = NULL;

    NEED(pam_stack_read(scratch_path, service, stage, &stack) == MP_OK);
    return stack;
}

static void put(int dir, const char *name, const char *text)
{
    scratch_put(dir, name, text, strlen(text), 0644);
}

/* --- reading -----------------------------------------------------------------------------------
 */

TEST(words_and_brackets_are_controls)
{
    struct pam_control control;

    CHECK(!pam_control_read(&control, "Required"));
    CHECK(control.actions[CODE_SUCCESS] == ACTION_OK);
    CHECK(control.actions[CODE_AUTH_ERR] == ACTION_BAD);
    CHECK(!pam_control_read(&control, "success=2 user_unknown = ignore default=die"));
    CHECK(control.actions[CODE_SUCCESS] == 2);
    CHECK(control.actions[CODE_USER_UNKNOWN] == ACTION_IGNORE);
    CHECK(control.actions[CODE_IGNORE] == ACTION_DIE);
    /* without a default the rest is bad, and a value named after the default still counts */
    CHECK(!pam_control_read(&control, "default=ignore auth_err=reset"));
    CHECK(control.actions[CODE_AUTH_ERR] == ACTION_RESET);
    CHECK(!pam_control_read(&control, "success=done"));
    CHECK(control.actions[CODE_MAXTRIES] == ACTION_BAD);
}

TEST(a_malformed_control_is_bad_for_every_value)
{
    static const char *const bad[] = {"sucess=ok",          "success", "success=0", "success=-1",
                                      "success=ok default", "requird"};
    struct pam_control control;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(pam_control_read(&control, bad[i]) != NULL);
        for (int code = 0; code < CODE_COUNT; code++)
            CHECK(control.actions[code] == ACTION_BAD);
    }
}

TEST(lines_are_read_with_comments_continuations_and_brackets)
{
    int dir = scratch_begin();
    struct pam_stack *stack = NULL;

    put(dir, "s",
        "# nothing\n"
        "auth required a.so one [two three\\] four] # five\n"
        "\n"
        "-AUTH \\\n  optional b.so \\\nx\n"
        "account required never.so\n"
        "auth\tsufficient /lib/c.so");
    stack = read_stack("s", STAGE_AUTH);
    CHECK(stack->count == 3);
    CHECK(stack->lines[0].number == 2 && strcmp(stack->lines[0].module, "a.so") == 0);
    CHECK(stack->lines[0].argument_count == 2);
    CHECK(strcmp(stack->lines[0].arguments[1], "two three] four") == 0);
    CHECK(stack->lines[1].number == 4 && stack->lines[1].is_silent);
    CHECK(stack->lines[1].argument_count == 1);
    CHECK(stack->lines[2].number == 8 && strcmp(stack->lines[2].module, "/lib/c.so") == 0);
    free(stack);
    scratch_end(dir);
}

TEST(files_are_included_for_one_stage_and_substacks_lie_deeper)
{
    int dir = scratch_begin();
    struct pam_stack *stack = NULL;

    put(dir, "part", "auth required in.so\naccount required acct.so\n");
    put(dir, "s", "auth include part\nauth substack part\n@include part\nauth include gone\n");
    stack = read_stack("s", STAGE_AUTH);
    CHECK(stack->count == 5);
    CHECK(stack->lines[0].level == 0 && strstr(stack->lines[0].file, "/part"));
    CHECK(stack->lines[1].is_substack && stack->lines[1].level == 0);
    CHECK(stack->lines[2].level == 1);
    CHECK(stack->lines[3].level == 0 && !stack->lines[3].is_substack);
    CHECK(stack->lines[4].problem && stack->lines[4].number == 4);
    free(stack);
    stack = read_stack("s", STAGE_ACCOUNT);
    CHECK(stack->count == 1 && strcmp(stack->lines[0].module, "acct.so") == 0);
    free(stack);
    scratch_end(dir);
}

TEST(a_file_that_includes_itself_ends)
{
    int dir = scratch_begin();
    struct pam_stack *stack = NULL;

    put(dir, "one", "auth include one\n");
    stack = read_stack("one", STAGE_AUTH);
    CHECK(stack->count == 1 && stack->lines[0].problem);
    free(stack);
    put(dir, "two", "auth required a.so\n@include two\nauth substack two\n");
    CHECK(pam_stack_read(scratch_path, "two", STAGE_AUTH, &stack) == MP_TOO_LONG);
    CHECK(!stack);
    CHECK(pam_stack_read(scratch_path, "three", STAGE_AUTH, &stack) == MP_SYSTEM);
    scratch_end(dir);
}

TEST(broken_lines_have_a_problem)
{
    static const char *const bad[] = {"auth",
                                      "auth required",
                                      "auth [success=1 default=die",
                                      "auth requried a.so",
                                      "auht required a.so",
                                      "auth include"};
    int dir = scratch_begin();

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct pam_stack *stack = NULL;

        put(dir, "s", bad[i]);
        stack = read_stack("s", STAGE_AUTH);
        CHECK(stack->count == 1 && stack->lines[0].problem);
        free(stack);
    }
    scratch_end(dir);
}

/* --- what the module itself says -----------------------------------------------------------------
 */

static void compare_arguments(int count, const char *one, const char *two)
{
    const char *list[2] = {one, two};
    struct args args;
    struct args_error error = {"", NULL};
    const char *culprit = NULL;
    const char *complaint = pam_arguments_judge(count, list, &culprit);

    if (args_parse(&args, count, list, &error) == 0)
        error.reason = NULL;
    CHECK(!complaint == !error.reason);
    if (complaint && error.reason) {
        CHECK(strcmp(complaint, error.reason) == 0);
        CHECK(strncmp(culprit, error.name, strlen(error.name)) == 0);
    }
    if (!complaint != !error.reason)
        printf("%s %s\n", one, two);
}

TEST(arguments_are_judged_as_the_module_judges_them)
{
    static const char *const some[] = {"account=tangoe",
                                       "account=T",
                                       "account",
                                       "account=",
                                       "socket=/run/x",
                                       "socket=x",
                                       "timeout=3",
                                       "timeout=2",
                                       "timeout=60",
                                       "timeout=61",
                                       "timeout=015",
                                       "minimum_uid=1",
                                       "minimum_uid=0",
                                       "minimum_uid=60001",
                                       "maximum_uid=999",
                                       "maximum_uid=4294967294",
                                       "maximum_uid=4294967295",
                                       "maximum_uid=99999999999",
                                       "prompt=a b",
                                       "prompt=\x1b",
                                       "try_first_pass",
                                       "use_first_pass",
                                       "quiet",
                                       "quiet=1",
                                       "debug",
                                       "nullok",
                                       "debu",
                                       "debugs",
                                       ""};
    size_t count = sizeof(some) / sizeof(some[0]);

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            compare_arguments(2, some[i], some[j]);
}

/* --- what libpam itself says
 * ----------------------------------------------------------------------- */

static unsigned random_state = 20251122;

static unsigned below(unsigned limit)
{
    random_state = random_state * 1103515245U + 12345U;
    return (random_state >> 16) % limit;
}

static const char *const some_codes[] = {
    "success", "success", "auth_err", "user_unknown", "authinfo_unavail", "ignore", "perm_denied"};
#define SOME_CODES (sizeof(some_codes) / sizeof(some_codes[0]))

static void add_control(char *out, size_t size)
{
    static const char *const words[] = {"required", "requisite", "optional", "sufficient"};
    static const char *const acts[] = {"ignore", "ok", "done", "bad", "die",
                                       "reset",  "1",  "2",    "3"};
    size_t used = 0;

    if (below(2)) {
        snprintf(out, size, "%s", words[below(4)]);
        return;
    }
    used = (size_t)snprintf(out, size, "[success=%s", acts[below(9)]);
    for (unsigned pairs = below(3); pairs > 0; pairs--)
        used += (size_t)snprintf(out + used, size - used, " %s=%s", some_codes[below(SOME_CODES)],
                                 acts[below(9)]);
    snprintf(out + used, size - used, " default=%s]", acts[below(9)]);
}

static void put_random_stack(int dir, const char *name, const char *below_name)
{
    char text[4096] = "";
    size_t used = 0;

    for (unsigned lines = 1 + below(6); lines > 0; lines--) {
        char control[256];

        if (below_name && below(4) == 0) {
            used += (size_t)snprintf(text + used, sizeof(text) - used, "auth %s %s/%s\n",
                                     below(2) ? "include" : "substack", scratch_path, below_name);
            continue;
        }
        add_control(control, sizeof(control));
        used += (size_t)snprintf(text + used, sizeof(text) - used, "auth %s pam_debug.so auth=%s\n",
                                 control, some_codes[below(SOME_CODES)]);
    }
    put(dir, name, text);
}

static enum pam_code debug_answer(void *owner, const struct pam_line *line)
{
    (void)owner;
    for (int code = 0; code < CODE_COUNT; code++)
        if (line->argument_count == 1 &&
            strcmp(line->arguments[0] + strlen("auth="), pam_code_name((enum pam_code)code)) == 0)
            return (enum pam_code)code;
    return CODE_MODULE_UNKNOWN; /* none of some_codes: the test fails */
}

static int no_conversation(int count, const struct pam_message **messages,
                           struct pam_response **answers, void *owner)
{
    (void)count;
    (void)messages;
    (void)answers;
    (void)owner;
    return PAM_CONV_ERR;
}

static int libpam_admits(const char *service)
{
    struct pam_conv conversation = {no_conversation, NULL};
    pam_handle_t *handle = NULL;
    int code = pam_start_confdir(service, "nobody", &conversation, scratch_path, &handle);

    NEED(code == PAM_SUCCESS);
    code = pam_authenticate(handle, PAM_SILENT);
    pam_end(handle, code);
    return code == PAM_SUCCESS;
}

/*
 * pam_debug.so answers what its arguments say: libpam and we must agree on any stack of it.
 * Linux-PAM 1.5 looks for an included file without a full path in /etc/pam.d only.
 */
TEST(a_verdict_is_what_libpam_decides)
{
    int dir = scratch_begin();
    int admitted = 0;

    put(dir, "plain", "auth required pam_debug.so auth=success\n");
    CHECK(libpam_admits("plain"));
    put(dir, "other", "auth required pam_deny.so\n");
    for (int i = 0; i < 400 && !check_failure[0]; i++) {
        struct pam_stack *stack = NULL;
        int ours = 0;

        put_random_stack(dir, "deep", NULL);
        put_random_stack(dir, "part", "deep");
        put_random_stack(dir, "s", "part");
        stack = read_stack("s", STAGE_AUTH);
        ours = pam_verdict(stack, debug_answer, NULL).admits;
        admitted += ours;
        CHECK(ours == libpam_admits("s"));
        free(stack);
    }
    CHECK(admitted > 40 && admitted < 360);
    scratch_end(dir);
}

TESTS(T(words_and_brackets_are_controls), T(a_malformed_control_is_bad_for_every_value),
      T(lines_are_read_with_comments_continuations_and_brackets),
      T(files_are_included_for_one_stage_and_substacks_lie_deeper),
      T(a_file_that_includes_itself_ends), T(broken_lines_have_a_problem),
      T(arguments_are_judged_as_the_module_judges_them), T(a_verdict_is_what_libpam_decides))
