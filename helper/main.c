/* mobproc: the table of its verbs, and what they have in common. */
#include <string.h>

#include "helper/arguments.h"
#include "helper/exit.h"
#include "helper/out.h"
#include "helper/verbs.h"
#include "lib/proto.h"

static const struct verb {
    const char *name;
    int (*run)(const struct arguments *arguments);
    unsigned takes;
    const char *synopsis;
    const char *summary;
} verbs[] = {
    {"login", verb_login, TAKE_ACCOUNT | TAKE_PASSWORD_STDIN | TAKE_BROWSER,
     "[ACCOUNT] [--password-stdin | --browser [--paste | --timeout SECONDS]]",
     "sign in with a password or a browser and keep the tokens"},
    {"logout", verb_logout, TAKE_ACCOUNT | TAKE_ALL | TAKE_USER, "[ACCOUNT | --all] [--user NAME]",
     "forget the tokens"},
    {"token", verb_token, TAKE_ACCOUNT | TAKE_MIN_TTL | TAKE_JSON,
     "[ACCOUNT] [--min-ttl SECONDS] [--json]", "print an access token"},
    {"headers", verb_headers, TAKE_ACCOUNT | TAKE_MIN_TTL | TAKE_FORMAT,
     "[ACCOUNT] [--min-ttl SECONDS] [--format plain|curl|json]",
     "print the headers of an API call"},
    {"curl", verb_curl, TAKE_ACCOUNT | TAKE_MIN_TTL | TAKE_COMMAND,
     "[ACCOUNT] [--min-ttl SECONDS] -- ARG...", "run curl with these headers"},
    {"status", verb_status, TAKE_JSON | TAKE_USER, "[--json] [--user NAME]",
     "show every account that you may use"},
    {"list", verb_list, TAKE_JSON | TAKE_USER, "[--json] [--user NAME]",
     "show the accounts that tokens are stored for"},
    {"validate", verb_validate, TAKE_ACCOUNT | TAKE_JSON | TAKE_USER,
     "[ACCOUNT] [--json] [--user NAME]", "ask the server whether the access token is good"},
    {"refresh", verb_refresh, TAKE_ACCOUNT | TAKE_USER, "[ACCOUNT] [--user NAME]",
     "get a new access token now"},
    {"credential", verb_credential, TAKE_WORD | TAKE_REST | TAKE_HELP, "DIALECT [ARGUMENT...]",
     "speak a credential helper's protocol"},
    {"setup", verb_setup, TAKE_CONFIG | TAKE_FORCE | TAKE_TOOL | TAKE_UNREACHABLE,
     "[--config FILE] [--force] [--accept-unreachable | --no-probe] | TOOL [URL] [--apply]",
     "write a configuration from the answers to a few questions, or show the lines that a tool "
     "needs (git, docker, kubectl, cargo, bazel, go, curl, systemd)"},
    {"doctor", verb_doctor, TAKE_ACCOUNT | TAKE_JSON | TAKE_CONFIG | TAKE_PAM_DIRECTORY,
     "[ACCOUNT] [--json] [--config FILE] [--pam-directory DIR]",
     "find what is wrong, and say what mends it"},
    {"check", verb_check,
     TAKE_WORD | TAKE_PASSWORD_STDIN | TAKE_JSON | TAKE_SERVICE | TAKE_PAM_DIRECTORY,
     "USER [--password-stdin] [--json] [--service NAME [--pam-directory DIR]]",
     "go through a whole login of USER and say what came of it; nothing is changed"},
    {"enable", verb_enable, TAKE_SERVICE | TAKE_ROLLBACK, "--service NAME|all [--rollback TIME]",
     "put the module into PAM, until TIME (10m) is over or you confirm"},
    {"confirm", verb_confirm, 0, "", "keep what mobproc enable did"},
    {"disable", verb_disable, TAKE_SERVICE | TAKE_UNCONFIRMED,
     "[--service NAME|all | --unconfirmed]", "take the module out of PAM again"},
    {"admin", verb_admin, TAKE_WORD | TAKE_WORDS | TAKE_STDIN,
     "reload | rekey | seal NAME [--stdin]",
     "read the configuration again, change the vault's key, or seal a secret"},
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))
#define COMMON " [--socket PATH]"
#define VERSION_LINE "mobproc " MOBPROC_VERSION "\n"

/* Prints what `fill` puts together. */
static int print(enum mp_err (*fill)(struct secret *, const struct verb *), const struct verb *verb)
{
    struct secret *text = secret_new(8192);
    enum mp_err err = text ? fill(text, verb) : MP_NOMEM;
    int code = err == MP_OK ? out_write(text) : exit_because(err, NULL);

    secret_free(&text);
    return code;
}

static enum mp_err fill_version(struct secret *text, const struct verb *verb UNUSED)
{
    return out_add(text, VERSION_LINE, NULL);
}

static enum mp_err fill_verb_help(struct secret *text, const struct verb *verb)
{
    return out_add(text, "usage: mobproc ", verb->name, " ", verb->synopsis, COMMON "\n",
                   verb->summary, "\n", NULL);
}

static enum mp_err fill_help(struct secret *text, const struct verb *verb UNUSED)
{
    enum mp_err err = out_add(text, "usage: mobproc VERB [ARGUMENT...]" COMMON "\n\n", NULL);

    for (size_t i = 0; i < VERB_COUNT && err == MP_OK; i++)
        err = out_add(text, "  ", verbs[i].name, " ", verbs[i].synopsis, "\n      ",
                      verbs[i].summary, "\n", NULL);
    return err == MP_OK
               ? out_add(text, "\nEvery verb takes --help and --version; see mobproc(1).\n", NULL)
               : err;
}

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static int run_verb(const struct verb *verb, char **argv)
{
    struct arguments arguments;
    const char *culprit = NULL;
    const char *complaint = arguments_read(argv, verb->takes, &arguments, &culprit);

    if (complaint) {
        exit_say("%s%s%s", complaint, culprit ? ": " : "", culprit ? culprit : "");
        exit_say("usage: mobproc %s %s" COMMON, verb->name, verb->synopsis);
        return EXIT_USAGE;
    }
    if (arguments.help && !(verb->takes & TAKE_HELP))
        return print(fill_verb_help, verb);
    if (arguments.version)
        return print(fill_version, NULL);
    if (arguments.account && !proto_is_account_name(arguments.account))
        return exit_because(MP_NO_ACCOUNT, arguments.account);
    return verb->run(&arguments);
}

int main(int argc, char **argv)
{
    const struct verb *verb = NULL;

    out_guard_descriptors();
    if (argc < 2) {
        exit_say("usage: mobproc VERB [ARGUMENT...]; mobproc --help lists the verbs");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0)
        return print(fill_help, NULL);
    if (strcmp(argv[1], "--version") == 0)
        return print(fill_version, NULL);
    verb = find_verb(argv[1]);
    if (verb)
        return run_verb(verb, argv + 2);
    exit_say("unknown verb: %s", argv[1]);
    exit_say("usage: mobproc VERB [ARGUMENT...]; mobproc --help lists the verbs");
    return EXIT_USAGE;
}
