/* The life of a child: one packet in, one job done, one packet out. */
#ifndef MOBPROC_COURIER_JOB_H
#define MOBPROC_COURIER_JOB_H

#include <stdint.h>

/*
 * Receives the job from `connection` within two seconds, does it, and answers. A malformed job is
 * answered too; silence is not. The process must exit afterwards without any clean-up that waits.
 */
void job_run(int connection);

/* SIGALRM ends the process a while after this moment: what hangs in a library ends too. */
void job_set_alarm(int64_t deadline_ms);

#endif
