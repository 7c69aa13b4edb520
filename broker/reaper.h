/*
 * Children that were killed and may not have ended yet. SIGKILL finds a process that sleeps in the
 * kernel, where a server of files or names hangs, only when it wakes up; whoever waited for that in
 * waitpid(2) would hang with it.
 */
#ifndef MOBPROC_BROKER_REAPER_H
#define MOBPROC_BROKER_REAPER_H

#include <stddef.h>
#include <sys/types.h>

#define REAPER_MAX 48 /* of the 64 tasks that the broker's unit allows */

/* All zero: nobody. */
struct reaper {
    pid_t pids[REAPER_MAX];
    size_t count;
};

/* Kills a child and forgets it once it has ended. There must be room: at most REAPER_MAX. */
void reaper_kill(struct reaper *reaper, pid_t pid);

/* Takes leave of those that have ended. Never waits. */
void reaper_reap(struct reaper *reaper);

/* Waits for the rest, but only for a moment: whoever is left then is init's. */
void reaper_end(struct reaper *reaper);

#endif
