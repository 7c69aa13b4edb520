/* mobproc doctor: its checks, a file for each part of the way. */
#ifndef MOBPROC_HELPER_DOCTOR_H
#define MOBPROC_HELPER_DOCTOR_H

#include "helper/arguments.h"
#include "helper/findings.h"
#include "helper/which.h"

#define DOCTOR_SYSTEM_CONFIGURATION "/etc/mobproc/mobproc.conf"

/* What every check may look at. Owns nothing. */
struct patient {
    const struct arguments *arguments;
    struct which which;
    int is_answering;  /* the broker answered; set by doctor_broker() */
    char config[4096]; /* the broker's mobproc.conf; "": not known which */
    int is_private;    /* the broker and its configuration are the caller's own */
};

typedef void doctor_check(struct patient *patient, struct findings *findings);

doctor_check doctor_clock;         /* the machine's clock */
doctor_check doctor_configuration; /* mobproc.conf and secrets: modes, and what mobprocd says */
doctor_check doctor_broker;        /* which socket, who listens, what it holds for the caller */
doctor_check doctor_network;       /* the way from the broker to each account's server */
doctor_check doctor_pam;           /* every PAM stack that names the module */
doctor_check doctor_rollout;       /* what mobproc enable did and nobody confirmed */
doctor_check doctor_sshd;          /* does sshd ask that stack? */

#endif
