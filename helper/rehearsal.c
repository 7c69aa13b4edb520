#include "helper/rehearsal.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/checkup.h"
#include "helper/doctor.h"
#include "helper/durable.h"
#include "helper/exit.h"
#include "helper/start.h"

#define CONFIG "mobproc.conf"
#define MAX_PATH 160
#define END_TRIES 100 /* of 50 ms: a broker that is told to end does so at once */
#define END_MS 50

static void join(char out[static MAX_PATH], const struct rehearsal *rehearsal, const char *name)
{
    snprintf(out, MAX_PATH, "%s/%s", rehearsal->folder, name);
}

/* In memory where there is such a place for us. */
static int make_folder(struct rehearsal *rehearsal)
{
    char own[32];
    const char *const places[] = {geteuid() == 0 ? "/run" : own, "/tmp"};

    snprintf(own, sizeof(own), "/run/user/%lu", (unsigned long)geteuid());
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        snprintf(rehearsal->folder, sizeof(rehearsal->folder), "%s/mobproc-rehearsal-XXXXXX",
                 places[i]);
        if (mkdtemp(rehearsal->folder))
            return 0;
    }
    rehearsal->folder[0] = '\0';
    return -1;
}

int rehearsal_begin(struct rehearsal *rehearsal, const struct secret *config,
                    const struct secret *client_secret)
{
    char path[MAX_PATH];
    enum mp_err err = make_folder(rehearsal) == 0 ? MP_OK : MP_SYSTEM;

    if (err == MP_OK) {
        join(path, rehearsal, CONFIG);
        err = durable_new(path, 0600, (uid_t)-1, (gid_t)-1, config);
    }
    if (err == MP_OK) {
        join(path, rehearsal, REHEARSAL_SECRET);
        err = durable_new(path, 0600, (uid_t)-1, (gid_t)-1, client_secret);
    }
    return exit_because(err, "a folder to try the configuration in");
}

static int remove_one(const char *path, const struct stat *info UNUSED, int kind UNUSED,
                      struct FTW *place UNUSED)
{
    (void)remove(path); /* its folder then stays, and says so */
    return 0;
}

void rehearsal_end(struct rehearsal *rehearsal)
{
    if (rehearsal->folder[0])
        nftw(rehearsal->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    if (rehearsal->folder[0] && access(rehearsal->folder, F_OK) == 0)
        exit_say("%s could not be removed: do that by hand", rehearsal->folder);
    rehearsal->folder[0] = '\0';
}

int rehearsal_check(const struct rehearsal *rehearsal)
{
    char path[MAX_PATH];
    char words[CHECKUP_MAX_WORDS];
    char *next = words;
    size_t prefix = strlen(rehearsal->folder) + 1;
    int code = 0;

    join(path, rehearsal, CONFIG);
    code = checkup_run(path, NULL, rehearsal->folder, words, sizeof(words));
    for (char *line = strsep(&next, "\n"); line; line = strsep(&next, "\n")) {
        int is_about_it = strncmp(line, rehearsal->folder, prefix - 1) == 0;

        if (line[0])
            exit_say("%s", is_about_it && strlen(line) > prefix ? line + prefix : line);
    }
    return code == CHECKUP_NOT_RUN ? EXIT_INTERNAL : code;
}

/* --- the probe -----------------------------------------------------------------------------------
 */

static void end_broker(pid_t pid)
{
    int status = 0;

    if (pid <= 0)
        return;
    kill(pid, SIGTERM);
    for (int tries = 0; tries < END_TRIES; tries++) {
        if (waitpid(pid, &status, WNOHANG) != 0)
            return;
        poll(NULL, 0, END_MS);
    }
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
}

static enum mp_err start(const struct rehearsal *rehearsal, const char *socket, pid_t *pid)
{
    char config[MAX_PATH];
    char state[MAX_PATH];
    char socket_copy[MAX_PATH];
    char credentials[MAX_PATH + 32];
    char *arguments[] = {(char[]){"mobprocd"},
                         (char[]){"--config"},
                         config,
                         (char[]){"--state"},
                         state,
                         (char[]){"--socket"},
                         socket_copy,
                         (char[]){"--ready-fd"},
                         (char[]){"3"},
                         (char[]){"--foreground"},
                         NULL};
    char *environment[] = {credentials, NULL};

    join(config, rehearsal, CONFIG);
    join(state, rehearsal, "state");
    snprintf(socket_copy, sizeof(socket_copy), "%s", socket);
    snprintf(credentials, sizeof(credentials), "CREDENTIALS_DIRECTORY=%s", rehearsal->folder);
    return start_broker(arguments, environment, pid);
}

void rehearsal_probe(const struct rehearsal *rehearsal, struct findings *findings)
{
    char socket[MAX_PATH];
    struct arguments arguments = {.socket = socket};
    struct patient patient = {.arguments = &arguments, .is_answering = 1, .is_private = 1};
    enum mp_err err = MP_OK;
    pid_t pid = -1;

    join(socket, rehearsal, "run/broker.sock");
    err = start(rehearsal, socket, &pid);
    if (err == MP_OK) {
        doctor_network(&patient, findings);
    } else {
        findings_add(findings, FINDING_FAILED, "server",
                     "not probed, no broker could be started: %s", mp_err_text(err));
        findings_mend(findings, "mobprocd --foreground says why");
    }
    end_broker(pid);
}
