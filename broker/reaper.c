#include "broker/reaper.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define END_TURNS 50 /* of 10 ms */

void reaper_kill(struct reaper *reaper, pid_t pid)
{
    kill(pid, SIGKILL);
    reaper->pids[reaper->count++] = pid;
    reaper_reap(reaper);
}

void reaper_reap(struct reaper *reaper)
{
    size_t left = 0;

    for (size_t i = 0; i < reaper->count; i++)
        if (waitpid(reaper->pids[i], NULL, WNOHANG) == 0)
            reaper->pids[left++] = reaper->pids[i];
    reaper->count = left;
}

void reaper_end(struct reaper *reaper)
{
    const struct timespec moment = {0, 10000000};

    reaper_reap(reaper);
    for (int turn = 0; reaper->count > 0 && turn < END_TURNS; turn++) {
        nanosleep(&moment, NULL);
        reaper_reap(reaper);
    }
}
