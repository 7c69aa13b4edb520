/*
 * The arguments of a verb: options before or after the account, `--name VALUE` or `--name=VALUE`.
 * A secret is never an argument: any local user can read /proc/PID/cmdline.
 */
#ifndef MOBPROC_HELPER_ARGUMENTS_H
#define MOBPROC_HELPER_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"

/* What a verb takes; --socket, --help and --version every verb takes. */
enum arguments_take {
    TAKE_ACCOUNT = 1,           /* [ACCOUNT] */
    TAKE_WORDS = 2,             /* exactly two words instead, such as `git get` */
    TAKE_WORD = 4,              /* exactly one word; with TAKE_WORDS one or two */
    TAKE_COMMAND = 8,           /* -- ARG..., at least one */
    TAKE_JSON = 16,             /* --json */
    TAKE_ALL = 32,              /* --all, and then no ACCOUNT */
    TAKE_USER = 64,             /* --user NAME */
    TAKE_MIN_TTL = 128,         /* --min-ttl SECONDS, 0 to 2^31 - 1 */
    TAKE_FORMAT = 256,          /* --format NAME */
    TAKE_PASSWORD_STDIN = 512,  /* --password-stdin */
    TAKE_STDIN = 2048,          /* --stdin */
    TAKE_CONFIG = 4096,         /* --config FILE */
    TAKE_FORCE = 8192,          /* --force */
    TAKE_BROWSER = 16384,       /* --browser, and with it --paste or --timeout SECONDS, 1 to 600 */
    TAKE_PAM_DIRECTORY = 32768, /* --pam-directory DIR */
    TAKE_SERVICE = 65536,       /* --service NAME */
    TAKE_REST = 131072,         /* behind the word anything, options included */
    TAKE_HELP = 262144,         /* its --help is its own */
    TAKE_ROLLBACK = 524288,     /* --rollback TIME: 1 s to 1 day, as 90, 90s, 10m or 1h */
    TAKE_TEXTFILE = 1024,       /* --textfile FILE */
    TAKE_UNCONFIRMED = 1048576, /* --unconfirmed, and then no --service */
    TAKE_TOOL = 2097152,        /* [TOOL [URL] [--apply]] */
    TAKE_UNREACHABLE = 4194304, /* --accept-unreachable or --no-probe */
    TAKE_LOCAL_USERS = 8388608, /* --also-local-users */
};

/* All point into argv. Absent: NULL or 0. */
struct arguments {
    const char *socket;
    const char *account;
    const char *words[2];
    const char *user;
    const char *format;
    const char *min_ttl_text;
    uint64_t min_ttl; /* seconds */
    int json;
    int all;
    int password_stdin;
    int browser;
    int paste;
    const char *timeout_text;
    unsigned timeout; /* seconds; 0: not said */
    int from_stdin;
    int force;
    int apply;
    const char *config;
    const char *textfile;
    const char *pam_directory;
    const char *service;
    const char *rollback_text;
    unsigned rollback; /* seconds; 0: not said */
    int unconfirmed;
    int also_local_users;
    int accept_unreachable;
    int no_probe;
    int help;
    int version;
    char **command; /* what follows `--`, or the word of TAKE_REST, up to a NULL */
};

/*
 * Reads the NULL-terminated `argv` that follows the verb. Returns NULL, or what is wrong with it
 * (static) and the argument that it is about in *culprit (NULL when one is missing).
 */
const char *arguments_read(char **argv, unsigned takes, struct arguments *arguments,
                           const char **culprit) MUST_CHECK;

/*
 * The options that a verb takes, for a completion: NULL behind the last one, "" for one that this
 * verb does not take. *has_value: is a word to follow?
 */
const char *arguments_option_at(size_t index, unsigned takes, int *has_value);

#endif
