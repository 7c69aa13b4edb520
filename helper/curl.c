/*
 * mobproc curl: curl with the headers, without a secret in its arguments, its environment or a
 * file: it reads them from a pipe as a configuration (-K), and standard input stays the user's.
 *
 * -q comes first, so that no ~/.curlrc can add -L. max-redirs 0 stops an -L of the user too: curl
 * would send X-TNGO-TENANT and client_id on to the other host (it drops Authorization only).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/api_headers.h"
#include "helper/exit.h"
#include "helper/obtain.h"
#include "helper/reply.h"
#include "helper/verbs.h"

/* Absolute, since PATH may name somebody else's folder first (CVE-2020-26233). */
static const char *const places[] = {"/usr/bin/curl", "/bin/curl", "/usr/local/bin/curl"};

/* All of the configuration into a pipe at once: nobody reads it yet, so it must fit. */
static enum mp_err fill_pipe(const struct secret *configuration, int *read_end)
{
    size_t length = secret_length(configuration);
    enum mp_err err = MP_SYSTEM;
    int ends[2] = {-1, -1};

    if (pipe2(ends, O_CLOEXEC) != 0)
        return MP_SYSTEM;
    /* a user with many pipes gets small ones (pipe(7), pipe-user-pages-soft) */
    if (fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 &&
        write(ends[1], secret_text(configuration), length) == (ssize_t)length &&
        fcntl(ends[0], F_SETFD, 0) == 0) {
        *read_end = ends[0];
        ends[0] = -1;
        err = MP_OK;
    }
    if (ends[0] >= 0)
        close(ends[0]);
    close(ends[1]);
    return err;
}

static enum mp_err run(char **command, int configuration)
{
    char path[32];
    size_t count = 0;
    char **argv = NULL;

    while (command[count])
        count++;
    argv = calloc(count + 5, sizeof(*argv));
    if (!argv)
        return MP_NOMEM;
    snprintf(path, sizeof(path), "/dev/fd/%d", configuration);
    argv[0] = (char[]){"curl"};
    argv[1] = (char[]){"-q"};
    argv[2] = (char[]){"-K"};
    argv[3] = path;
    memcpy(argv + 4, command, count * sizeof(*argv));
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        execv(places[i], argv);
    free(argv);
    return MP_SYSTEM;
}

int verb_curl(const struct arguments *arguments)
{
    struct reply configuration = {0};
    struct fetched fetched = {0};
    enum mp_err err = MP_OK;
    int read_end = -1;
    int code = obtain(arguments, &fetched);

    if (code != 0)
        goto out;
    reply_begin(&configuration);
    api_headers_configuration(&configuration, &fetched);
    err = configuration.err;
    if (err == MP_OK)
        err = fill_pipe(configuration.text, &read_end);
    reply_free(&configuration);
    fetched_free(&fetched);
    if (err == MP_OK)
        err = run(arguments->command, read_end);
    code = exit_because(err, "curl");
    if (read_end >= 0)
        close(read_end);
out:
    fetched_free(&fetched);
    return code;
}
