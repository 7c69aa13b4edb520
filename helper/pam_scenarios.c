#include "helper/pam_scenarios.h"

#include <stdio.h>
#include <string.h>

#include "helper/pam_verdict.h"

static const struct scenario {
    enum pam_stage stage;
    enum pam_code ours;
    enum pam_code local; /* what the modules for local passwords answer */
    int wants;           /* must the stack admit? */
    int needs_local;     /* makes sense only beside such a module */
    enum finding_result severity;
    const char *complaint;
} scenarios[] = {
    {STAGE_AUTH, CODE_SUCCESS, CODE_AUTH_ERR, 1, 0, FINDING_FAILED, "a right password is refused"},
    {STAGE_AUTH, CODE_AUTH_ERR, CODE_AUTH_ERR, 0, 0, FINDING_FAILED, "a wrong password gets in"},
    {STAGE_AUTH, CODE_PERM_DENIED, CODE_AUTH_ERR, 0, 0, FINDING_FAILED,
     "somebody whom the policy refuses gets in"},
    {STAGE_AUTH, CODE_MAXTRIES, CODE_AUTH_ERR, 0, 0, FINDING_FAILED,
     "somebody with too many wrong passwords gets in"},
    {STAGE_AUTH, CODE_USER_UNKNOWN, CODE_SUCCESS, 1, 1, FINDING_FAILED,
     "root and local users are locked out"},
    {STAGE_AUTH, CODE_USER_UNKNOWN, CODE_AUTH_ERR, 0, 0, FINDING_FAILED,
     "a local user gets in with a wrong password"},
    {STAGE_AUTH, CODE_AUTHINFO_UNAVAIL, CODE_SUCCESS, 1, 1, FINDING_WARNING,
     "while the broker or the sign-in server is away, local passwords do not work either"},
    {STAGE_AUTH, CODE_AUTHINFO_UNAVAIL, CODE_AUTH_ERR, 0, 0, FINDING_FAILED,
     "while the broker or the sign-in server is away, a wrong password gets in"},
    {STAGE_ACCOUNT, CODE_SUCCESS, CODE_SUCCESS, 1, 0, FINDING_FAILED,
     "somebody who may log in is refused"},
    {STAGE_ACCOUNT, CODE_PERM_DENIED, CODE_SUCCESS, 0, 0, FINDING_FAILED,
     "a refusal by the policy is thrown away"},
    {STAGE_ACCOUNT, CODE_USER_UNKNOWN, CODE_SUCCESS, 1, 1, FINDING_FAILED,
     "root and local users are refused"},
    {STAGE_ACCOUNT, CODE_IGNORE, CODE_SUCCESS, 1, 1, FINDING_FAILED,
     "somebody who came with an ssh key, and cron, are refused"},
    {STAGE_ACCOUNT, CODE_AUTHINFO_UNAVAIL, CODE_SUCCESS, 1, 1, FINDING_WARNING,
     "while the broker is away, everybody but root is refused"},
};

/* Modules that check a password of this machine or of another directory. */
static const char *const local_modules[] = {
    "pam_unix.so", "pam_unix2.so",   "pam_tcb.so",  "pam_sss.so",    "pam_ldap.so",
    "pam_krb5.so", "pam_winbind.so", "pam_pwdb.so", "pam_userdb.so", "pam_systemd_home.so",
};

struct trial {
    const struct scenario *scenario;
    int conditions_hold;
};

/* --- what each module answers ------------------------------------------------------------------
 */

static const char *module_name(const struct pam_line *line)
{
    const char *slash = strrchr(line->module, '/');

    return slash ? slash + 1 : line->module;
}

int pam_is_ours(const struct pam_line *line)
{
    return strcmp(module_name(line), PAM_OUR_MODULE) == 0;
}

int pam_find_ours(const struct pam_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (pam_is_ours(&stack->lines[i]))
            return (int)i;
    return -1;
}

int pam_is_local(const struct pam_line *line)
{
    for (size_t i = 0; i < sizeof(local_modules) / sizeof(local_modules[0]); i++)
        if (strcmp(module_name(line), local_modules[i]) == 0)
            return 1;
    return 0;
}

static int has_local(const struct pam_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (pam_is_local(&stack->lines[i]))
            return 1;
    return 0;
}

static enum pam_code answer(void *owner, const struct pam_line *line)
{
    const struct trial *trial = owner;
    int action = line->control.actions[CODE_SUCCESS];
    enum pam_code refusal =
        trial->scenario->stage == STAGE_AUTH ? CODE_AUTH_ERR : CODE_ACCT_EXPIRED;

    if (pam_is_ours(line))
        return trial->scenario->ours;
    if (strcmp(module_name(line), "pam_deny.so") == 0)
        return refusal;
    if (strcmp(module_name(line), "pam_permit.so") == 0)
        return CODE_SUCCESS;
    if (pam_is_local(line))
        return trial->scenario->local;
    if (action == ACTION_DONE)
        return refusal;
    return action > 0 && !trial->conditions_hold ? refusal : CODE_SUCCESS;
}

/* --- one scenario ------------------------------------------------------------------------------
 */

static int applies(const struct scenario *scenario, const struct pam_stack *stack)
{
    return scenario->stage == stack->stage && (!scenario->needs_local || has_local(stack));
}

/* Is the outcome the wanted one? *verdict is the one to explain. */
static int passes(const struct scenario *scenario, const struct pam_stack *stack,
                  struct pam_verdict *verdict)
{
    struct trial trial = {scenario, 0};

    *verdict = pam_verdict(stack, answer, &trial);
    if (!scenario->wants || verdict->admits)
        return verdict->admits == scenario->wants;
    trial.conditions_hold = 1;
    return pam_verdict(stack, answer, &trial).admits;
}

static int count_failures(const struct pam_stack *stack)
{
    struct pam_verdict verdict;
    int failures = 0;

    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
        failures += applies(&scenarios[i], stack) && !passes(&scenarios[i], stack, &verdict);
    return failures;
}

/* --- what mends it -----------------------------------------------------------------------------
 */

/* A stack may have two mistakes: an edit is good when this scenario passes and none fails anew. */
static int is_better(const struct pam_stack *stack, const struct scenario *scenario, int failures)
{
    struct pam_verdict verdict;

    return passes(scenario, stack, &verdict) && count_failures(stack) < failures;
}

/* Another success=N for a line that jumps; 0 when none helps. */
static int find_jump(struct pam_stack *stack, const struct scenario *scenario,
                     struct pam_line *line)
{
    int failures = count_failures(stack);
    int before = line->control.actions[CODE_SUCCESS];
    int found = 0;

    for (int jump = 1; before > 0 && jump <= (int)stack->count; jump++) {
        line->control.actions[CODE_SUCCESS] = jump;
        if (is_better(stack, scenario, failures)) {
            failures = count_failures(stack);
            found = jump;
        }
    }
    line->control.actions[CODE_SUCCESS] = before;
    return found;
}

/* The control that pam_mobproc(8) shows for this stage, with the jump that fits this stack. */
static int find_control(struct pam_stack *stack, const struct scenario *scenario,
                        struct pam_line *line, char *out, size_t size)
{
    struct pam_control before = line->control;
    int failures = count_failures(stack);
    int found = 0;

    for (int jump = 1; jump <= (int)stack->count && !found; jump++) {
        if (stack->stage == STAGE_AUTH)
            snprintf(out, size,
                     "success=%d user_unknown=ignore authinfo_unavail=ignore default=die", jump);
        else
            snprintf(out, size,
                     "success=ok user_unknown=ignore authinfo_unavail=ignore ignore=ignore "
                     "default=bad");
        found = !pam_control_read(&line->control, out) && is_better(stack, scenario, failures);
    }
    line->control = before;
    return found;
}

static void mend(struct pam_stack *stack, const struct scenario *scenario,
                 const struct pam_verdict *verdict, struct findings *findings)
{
    struct pam_line *ours = &stack->lines[pam_find_ours(stack)];
    struct pam_line *jumper = verdict->jumper >= 0 ? &stack->lines[verdict->jumper] : NULL;
    int jump = jumper ? find_jump(stack, scenario, jumper) : 0;
    char control[128];

    if (jump)
        findings_mend(findings, "in line %d of %s write success=%d instead of success=%d",
                      jumper->number, jumper->file, jump, jumper->control.actions[CODE_SUCCESS]);
    else if (find_control(stack, scenario, ours, control, sizeof(control)))
        findings_mend(findings, "in line %d of %s write the control [%s]", ours->number, ours->file,
                      control);
    else
        findings_mend(findings, "compare line %d of %s and those around it with pam_mobproc(8)",
                      ours->number, ours->file);
}

/* "; line 4 of FILE (pam_deny.so) decides, where line 2 jumps to" */
static void explain(const struct pam_stack *stack, const struct scenario *scenario,
                    const struct pam_verdict *verdict, char *out, size_t size)
{
    const struct pam_line *line = NULL;
    char from[40] = "";

    out[0] = '\0';
    if (!scenario->wants)
        return;
    if (verdict->decider < 0) {
        snprintf(out, size, "; no line agrees");
        return;
    }
    line = &stack->lines[verdict->decider];
    if (verdict->jumper == verdict->decider)
        snprintf(from, sizeof(from), ", its jump is too long");
    else if (verdict->jumper >= 0)
        snprintf(from, sizeof(from), ", after the jump of line %d",
                 stack->lines[verdict->jumper].number);
    snprintf(out, size, "; line %d of %s (%s) decides%s", line->number, line->file,
             module_name(line), from);
}

void pam_scenarios_run(struct pam_stack *stack, struct findings *findings, const char *what)
{
    char explanation[PAM_MAX_PATH + 200];

    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        const struct scenario *scenario = &scenarios[i];
        struct pam_verdict verdict;

        if (!applies(scenario, stack) || passes(scenario, stack, &verdict))
            continue;
        explain(stack, scenario, &verdict, explanation, sizeof(explanation));
        findings_add(findings, scenario->severity, what, "%s%s", scenario->complaint, explanation);
        mend(stack, scenario, &verdict, findings);
    }
}
