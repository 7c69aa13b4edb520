/*
 * One service in /etc/pam.d: our two lines go into it in front of those that bring the modules for
 * local passwords, once it is proven on paper that the right people get in and the wrong ones do
 * not; and come out again.
 */
#ifndef MOBPROC_HELPER_ROLLOUT_SERVICE_H
#define MOBPROC_HELPER_ROLLOUT_SERVICE_H

#include "helper/rollout_store.h"

/* What is to be written. Owns its texts. Start with {0}. */
struct rollout_edit {
    struct secret *before;
    struct secret *after;
};

/*
 * Reads the service, finds the places and the jump, and proves the result. 0; else the exit code
 * after saying why. *has_lines is 1, with 0, when lines of ours are in its stack already: there is
 * nothing to do then. Nothing is changed but for a file of no service that is gone again.
 */
int rollout_service_plan(const char *service, struct rollout_edit *edit, int *has_lines) MUST_CHECK;

void rollout_edit_free(struct rollout_edit *edit);

/*
 * Puts edit->after in place of edit->before, with its owner and mode; what somebody else wrote
 * since is refused. The exit code.
 */
int rollout_service_apply(const char *service, const struct rollout_edit *edit) MUST_CHECK;

/*
 * Puts back the copy "before"; where the file was changed since ("after" is another), only our
 * lines are taken out of it. Nothing of ours there is fine too; lines of ours that cannot be told
 * from others are not. The exit code.
 */
int rollout_service_restore(const char *service) MUST_CHECK;

#endif
