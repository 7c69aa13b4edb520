/* mobproc doctor: lines in PAM that nobody has confirmed yet. Only root may know. */
#include <stdio.h>
#include <unistd.h>

#include "helper/doctor.h"
#include "helper/rollout_store.h"

static int judge(void *owner, const char *name)
{
    struct findings *findings = owner;
    char what[ROLLOUT_MAX_NAME + 16];

    snprintf(what, sizeof(what), "rollout %s", name);
    switch (rollout_state(name)) {
    case ROLLOUT_PENDING:
        findings_add(findings, FINDING_WARNING, what, "the lines are to be taken out again");
        findings_mend(findings, "mobproc confirm keeps them; mobproc disable does it now");
        break;
    case ROLLOUT_OVERDUE:
        findings_add(findings, FINDING_FAILED, what,
                     "the lines should have been taken out: whoever was to do it is gone");
        findings_mend(findings, "mobproc disable --unconfirmed");
        break;
    case ROLLOUT_LATER:
        findings_add(findings, FINDING_FAILED, what, "a later mobproc put the lines in");
        findings_mend(findings, "use that one: this one leaves them alone");
        break;
    case ROLLOUT_CONFIRMED:
        findings_add(findings, FINDING_OK, what, "confirmed");
        break;
    case ROLLOUT_NONE:
        break;
    }
    return 0;
}

void doctor_rollout(struct patient *patient, struct findings *findings)
{
    /* with another directory it is about stacks that mobproc enable knows nothing of */
    if (geteuid() == 0 && !patient->arguments->pam_directory)
        rollout_each(judge, findings);
}
