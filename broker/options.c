#include "broker/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/call.h"

#define USER_IDLE_S 300

static const char usage[] =
    "usage: mobprocd [--user | --config FILE --state DIR --socket PATH] [--courier PATH]\n"
    "                [--courier-socket PATH] [--idle SECONDS] [--foreground] [--verbose]\n"
    "       mobprocd --check [--config FILE]\n"
    "\n"
    "The broker of pam_mobproc: checks passwords with PingFederate, keeps tokens sealed,\n"
    "hands them to their owners. mobprocd(8) explains everything.\n"
    "\n"
    "  --config FILE          configuration (/etc/mobproc/mobproc.conf)\n"
    "  --state DIR            sealed records, guard, key (/var/lib/mobproc)\n"
    "  --socket PATH          where callers connect (/run/mobproc/broker.sock)\n"
    "  --user                 a private broker below the XDG directories; ends when idle\n"
    "  --courier PATH         the courier program to start (beside this one)\n"
    "  --courier-socket PATH  use the courier that listens there instead\n"
    "  --idle SECONDS         end after so long without a caller (0: never)\n"
    "  --ready-fd N           write one byte to this descriptor when ready\n"
    "  --foreground           log to standard error\n"
    "  --verbose              log more; never a secret\n"
    "  --check                report every error of the configuration and exit\n"
    "  --help, --version\n";

enum { CONFIG = 256, STATE, SOCKET, COURIER, COURIER_SOCKET, IDLE, READY, CHECK, HELP, VERSION };

static const struct option known[] = {
    {"config", required_argument, NULL, CONFIG},
    {"state", required_argument, NULL, STATE},
    {"socket", required_argument, NULL, SOCKET},
    {"courier", required_argument, NULL, COURIER},
    {"courier-socket", required_argument, NULL, COURIER_SOCKET},
    {"idle", required_argument, NULL, IDLE},
    {"ready-fd", required_argument, NULL, READY},
    {"user", no_argument, NULL, 'u'},
    {"foreground", no_argument, NULL, 'f'},
    {"verbose", no_argument, NULL, 'v'},
    {"check", no_argument, NULL, CHECK},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {0},
};

static int set_path(char out[PATH_MAX], const char *option, const char *value)
{
    if (value[0] == '\0' || strlen(value) >= PATH_MAX) {
        fprintf(stderr, "mobprocd: %s: not a usable path\n", option);
        return -1;
    }
    memcpy(out, value, strlen(value) + 1);
    return 0;
}

static int set_number(int *out, const char *option, const char *value, long max)
{
    char *end = NULL;
    long number = strtol(value, &end, 10);

    if (value[0] < '0' || value[0] > '9' || *end || number > max) {
        fprintf(stderr, "mobprocd: %s: a number from 0 to %ld is expected\n", option, max);
        return -1;
    }
    *out = (int)number;
    return 0;
}

static int set_option(struct options *options, int option, const char *value)
{
    switch (option) {
    case CONFIG:
        return set_path(options->config, "--config", value);
    case STATE:
        return set_path(options->state, "--state", value);
    case SOCKET:
        return set_path(options->socket, "--socket", value);
    case COURIER:
        return set_path(options->courier, "--courier", value);
    case COURIER_SOCKET:
        return set_path(options->courier_socket, "--courier-socket", value);
    case IDLE:
        return set_number(&options->idle_s, "--idle", value, 86400);
    case READY:
        return set_number(&options->ready_fd, "--ready-fd", value, 65535);
    case 'u':
        options->is_user = 1;
        return 0;
    case 'f':
        options->is_foreground = 1;
        return 0;
    case 'v':
        options->is_verbose = 1;
        return 0;
    case CHECK:
        options->check_only = 1;
        return 0;
    default:
        fputs("mobprocd: see mobprocd --help\n", stderr);
        return -1;
    }
}

/* "$VARIABLE/rest", or "$HOME/fallback/rest"; only absolute values count (XDG base directories). */
static int user_path(char out[PATH_MAX], const char *variable, const char *fallback,
                     const char *rest)
{
    const char *base = getenv(variable);
    const char *home = getenv("HOME");
    int length = -1;

    if (base && base[0] == '/')
        length = snprintf(out, PATH_MAX, "%s/%s", base, rest);
    else if (fallback && home && home[0] == '/')
        length = snprintf(out, PATH_MAX, "%s/%s/%s", home, fallback, rest);
    if (length > 0 && length < PATH_MAX)
        return 0;
    fprintf(stderr, "mobprocd: --user needs %s%s\n", variable, fallback ? " or HOME" : "");
    return -1;
}

/* What was not said: the user's own paths, or the system's. */
static int fill_in(struct options *options, int idle_said)
{
    if (options->is_user) {
        if (geteuid() == 0) {
            fputs("mobprocd: --user is for people, not for root\n", stderr);
            return -1;
        }
        if (!idle_said)
            options->idle_s = USER_IDLE_S;
        if ((!options->config[0] &&
             user_path(options->config, "XDG_CONFIG_HOME", ".config", "mobproc/mobproc.conf")) ||
            (!options->state[0] &&
             user_path(options->state, "XDG_STATE_HOME", ".local/state", "mobproc")) ||
            (!options->socket[0] &&
             user_path(options->socket, "XDG_RUNTIME_DIR", NULL, "mobproc/broker.sock")))
            return -1;
    }
    if (!options->config[0])
        snprintf(options->config, PATH_MAX, "/etc/mobproc/mobproc.conf");
    if (!options->state[0])
        snprintf(options->state, PATH_MAX, "/var/lib/mobproc");
    if (!options->socket[0])
        snprintf(options->socket, PATH_MAX, "%s", CALL_SYSTEM_SOCKET);
    return 0;
}

/* The courier that was built or installed with this program stands beside it. */
static int find_courier(struct options *options)
{
    char *slash = NULL;
    ssize_t length = 0;

    if (options->courier[0])
        return 0;
    length = readlink("/proc/self/exe", options->courier, PATH_MAX - 1);
    if (length > 0) {
        options->courier[length] = '\0';
        slash = strrchr(options->courier, '/');
    }
    if (!slash || (size_t)(slash - options->courier) + sizeof("/mobproc-courier") > PATH_MAX) {
        fputs("mobprocd: cannot find mobproc-courier; say --courier PATH\n", stderr);
        return -1;
    }
    memcpy(slash, "/mobproc-courier", sizeof("/mobproc-courier"));
    return 0;
}

int options_read(struct options *options, int argc, char **argv)
{
    int idle_said = 0;
    int option = 0;

    *options = (struct options){.ready_fd = -1};
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == HELP || option == VERSION) {
            fputs(option == HELP ? usage : "mobprocd " MOBPROC_VERSION "\n", stdout);
            return fflush(stdout) == 0 ? 1 : -1;
        }
        if (set_option(options, option, optarg) != 0)
            return -1;
        idle_said |= option == IDLE;
    }
    if (optind < argc) {
        fprintf(stderr, "mobprocd: unexpected argument: %s\n", argv[optind]);
        return -1;
    }
    if (fill_in(options, idle_said) != 0)
        return -1;
    return find_courier(options);
}
