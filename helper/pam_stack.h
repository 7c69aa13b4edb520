/*
 * The lines that libpam would run for a service: /etc/pam.d read like Linux-PAM reads it, with
 * `include`, `substack` and Debian's `@include` followed. Nothing is loaded and nothing is run.
 */
#ifndef MOBPROC_HELPER_PAM_STACK_H
#define MOBPROC_HELPER_PAM_STACK_H

#include <stddef.h>

#include "helper/pam_control.h"
#include "lib/attr.h"
#include "lib/err.h"

#define PAM_DIRECTORY "/etc/pam.d"
#define PAM_STACK_MAX_LINES 128
#define PAM_STACK_MAX_LEVEL 16 /* PAM_SUBSTACK_MAX_LEVEL of Linux-PAM */
#define PAM_LINE_MAX 1024      /* BUFSIZ-like limit of a line with its continuations, bytes */
#define PAM_MAX_WORDS 32
#define PAM_MAX_PATH 512

enum pam_stage { STAGE_AUTH, STAGE_ACCOUNT, STAGE_PASSWORD, STAGE_SESSION, STAGE_COUNT };

struct pam_line {
    char file[PAM_MAX_PATH]; /* where it stands */
    int number;              /* its first line there, from 1 */
    int origin;              /* the line of the service's own file that it came by */
    int level;               /* of substacks around it, from 0 */
    int is_substack;         /* not a module: what follows one level deeper is the substack */
    int is_silent;           /* "-auth": a missing module is no error */
    const char *problem;     /* static; NULL: fine. libpam makes such a line refuse */
    struct pam_control control;
    const char *module; /* a path or a name; "" with a problem */
    int argument_count;
    const char *arguments[PAM_MAX_WORDS];
    char text[PAM_LINE_MAX]; /* the words that the pointers above point to */
};

struct pam_stack {
    enum pam_stage stage;
    size_t count;
    struct pam_line lines[PAM_STACK_MAX_LINES];
};

/* "auth" and so on. Static. */
const char *pam_stage_name(enum pam_stage stage);

/*
 * Reads the service's stack for one stage. The caller frees *stack with free(). A file that cannot
 * be read where another one includes it is a line with a problem. MP_OK, MP_NOMEM, MP_SYSTEM (the
 * service's own file cannot be read; errno), MP_TOO_LONG (more lines than PAM_STACK_MAX_LINES, or a
 * file over 64 KiB).
 */
enum mp_err pam_stack_read(const char *directory, const char *service, enum pam_stage stage,
                           struct pam_stack **stack) MUST_CHECK;

#endif
