#include "helper/verbs.h"

#include <string.h>

#include "helper/dialects.h"
#include "helper/tools.h"

static const struct verb verbs[] = {
    {"login", verb_login, TAKE_ACCOUNT | TAKE_PASSWORD_STDIN | TAKE_BROWSER,
     "[ACCOUNT] [--password-stdin | --browser [--paste | --timeout SECONDS]]",
     "sign in with a password or a browser and keep the tokens", NULL},
    {"logout", verb_logout, TAKE_ACCOUNT | TAKE_ALL | TAKE_USER, "[ACCOUNT | --all] [--user NAME]",
     "forget the tokens", NULL},
    {"token", verb_token, TAKE_ACCOUNT | TAKE_MIN_TTL | TAKE_JSON,
     "[ACCOUNT] [--min-ttl SECONDS] [--json]", "print an access token", NULL},
    {"headers", verb_headers, TAKE_ACCOUNT | TAKE_MIN_TTL | TAKE_FORMAT,
     "[ACCOUNT] [--min-ttl SECONDS] [--format plain|curl|json]", "print the headers of an API call",
     NULL},
    {"curl", verb_curl, TAKE_ACCOUNT | TAKE_MIN_TTL | TAKE_COMMAND,
     "[ACCOUNT] [--min-ttl SECONDS] -- ARG...", "run curl with these headers", NULL},
    {"status", verb_status, TAKE_JSON | TAKE_USER, "[--json] [--user NAME]",
     "show every account that you may use", NULL},
    {"list", verb_list, TAKE_JSON | TAKE_USER, "[--json] [--user NAME]",
     "show the accounts that tokens are stored for", NULL},
    {"validate", verb_validate, TAKE_ACCOUNT | TAKE_JSON | TAKE_USER,
     "[ACCOUNT] [--json] [--user NAME]", "ask the server whether the access token is good", NULL},
    {"refresh", verb_refresh, TAKE_ACCOUNT | TAKE_USER, "[ACCOUNT] [--user NAME]",
     "get a new access token now", NULL},
    {"credential", verb_credential, TAKE_WORD | TAKE_REST | TAKE_HELP, "DIALECT [ARGUMENT...]",
     "speak a credential helper's protocol", dialect_name_at},
    {"setup", verb_setup, TAKE_CONFIG | TAKE_FORCE | TAKE_TOOL | TAKE_UNREACHABLE,
     "[--config FILE] [--force] [--accept-unreachable | --no-probe] | TOOL [URL] [--apply]",
     "write a configuration from the answers to a few questions, or show the lines that a tool "
     "needs (git, docker, kubectl, cargo, bazel, go, terraform, curl, systemd)",
     tool_name_at},
    {"doctor", verb_doctor, TAKE_ACCOUNT | TAKE_JSON | TAKE_CONFIG | TAKE_PAM_DIRECTORY,
     "[ACCOUNT] [--json] [--config FILE] [--pam-directory DIR]",
     "find what is wrong, and say what mends it", NULL},
    {"check", verb_check,
     TAKE_WORD | TAKE_PASSWORD_STDIN | TAKE_JSON | TAKE_SERVICE | TAKE_PAM_DIRECTORY,
     "USER [--password-stdin] [--json] [--service NAME [--pam-directory DIR]]",
     "go through a whole login of USER and say what came of it; no file of the system is touched",
     NULL},
    {"enable", verb_enable, TAKE_SERVICE | TAKE_ROLLBACK | TAKE_LOCAL_USERS,
     "--service NAME|all [--rollback TIME] [--also-local-users]",
     "put the module into PAM, until TIME (10m) is over or you confirm", NULL},
    {"confirm", verb_confirm, 0, "", "keep what mobproc enable did", NULL},
    {"disable", verb_disable, TAKE_SERVICE | TAKE_UNCONFIRMED,
     "[--service NAME|all | --unconfirmed]", "take the module out of PAM again", NULL},
    {"metrics", verb_metrics, TAKE_TEXTFILE, "[--textfile FILE]",
     "show what the broker counts, for Prometheus", NULL},
    {"admin", verb_admin, TAKE_WORD | TAKE_WORDS | TAKE_STDIN,
     "reload | rekey | seal NAME [--stdin]",
     "read the configuration again, change the vault's key, or seal a secret", admin_name_at},
};

/* In the shells' hands only: `make install` runs it. */
static const struct verb completion = {
    "completion", verb_completion, TAKE_WORD, "bash|zsh|fish", "print a shell's completion", NULL};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

const struct verb *verb_at(size_t index)
{
    return index < VERB_COUNT ? &verbs[index] : NULL;
}

const struct verb *verb_named(const char *name)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return strcmp(completion.name, name) == 0 ? &completion : NULL;
}
