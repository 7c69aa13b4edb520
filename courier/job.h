/* The life of a child: one packet in, one job done, one packet out. */
#ifndef MOBPROC_COURIER_JOB_H
#define MOBPROC_COURIER_JOB_H

/*
 * Receives the job from `connection` within two seconds, does it, and answers. A malformed job is
 * answered too; silence is not. The process must exit afterwards without any clean-up that waits.
 */
void job_run(int connection);

#endif
