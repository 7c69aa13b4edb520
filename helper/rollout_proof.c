#include "helper/rollout_proof.h"

#include <stdlib.h>

#include "helper/pam_scenarios.h"

/* Would an earlier jump, meant for what stood there before our line, now end one line too early? */
static int is_jumped_over(const struct pam_stack *stack, int ours)
{
    int between = 0; /* lines of the service's own level; a substack counts as one */

    for (int i = ours - 1; i >= 0; i--) {
        const struct pam_line *line = &stack->lines[i];

        if (line->level > 0)
            continue; /* it cannot jump out of its substack */
        for (int code = 0; code < CODE_COUNT; code++)
            if (!line->is_substack && line->control.actions[code] > between)
                return 1;
        between++;
    }
    return 0;
}

/* Does every scenario come out right? */
static const char *check_scenarios(struct pam_stack *stack)
{
    struct findings *findings = findings_new();
    enum finding_result worst = FINDING_FAILED;

    if (!findings)
        return "out of memory";
    pam_scenarios_run(stack, findings, "");
    worst = findings_worst(findings);
    findings_free(&findings);
    return worst == FINDING_OK ? NULL : "with the lines somebody would be locked out or let in";
}

const char *rollout_proof_complaint(struct pam_stack *stack)
{
    int ours = pam_find_ours(stack);

    for (size_t i = 0; i < stack->count; i++)
        if (stack->lines[i].problem)
            return "a line in it is wrong already";
    if (ours < 0)
        return "it does not name the module";
    if (is_jumped_over(stack, ours))
        return "an earlier line jumps over the place of ours";
    return check_scenarios(stack);
}

static const char *check_stage(const char *file, enum pam_stage stage)
{
    struct pam_stack *stack = NULL;
    const char *complaint = "it cannot be read";

    if (pam_stack_read(PAM_DIRECTORY, file, stage, &stack) == MP_OK)
        complaint = rollout_proof_complaint(stack);
    free(stack);
    return complaint;
}

const char *rollout_proof_of_service(const char *auth_file, const char *account_file)
{
    const char *complaint = check_stage(auth_file, STAGE_AUTH);

    return complaint ? complaint : check_stage(account_file, STAGE_ACCOUNT);
}

const char *rollout_proof_find_jump(struct pam_stack *stack, int *jump)
{
    const char *complaint = "no line follows to jump to";
    int ours = pam_find_ours(stack);

    for (*jump = 1; ours >= 0 && *jump < (int)stack->count; ++*jump) {
        stack->lines[ours].control.actions[CODE_SUCCESS] = *jump;
        complaint = rollout_proof_complaint(stack);
        if (!complaint)
            return NULL;
    }
    return complaint;
}
