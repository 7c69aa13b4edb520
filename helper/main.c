/* mobproc: what its verbs have in common. */
#include <string.h>

#include "helper/arguments.h"
#include "helper/exit.h"
#include "helper/out.h"
#include "helper/verbs.h"
#include "lib/proto.h"

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

    for (size_t i = 0; verb_at(i) && err == MP_OK; i++)
        err = out_add(text, "  ", verb_at(i)->name, " ", verb_at(i)->synopsis, "\n      ",
                      verb_at(i)->summary, "\n", NULL);
    return err == MP_OK
               ? out_add(text, "\nEvery verb takes --help and --version; see mobproc(1).\n", NULL)
               : err;
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
    verb = verb_named(argv[1]);
    if (verb)
        return run_verb(verb, argv + 2);
    exit_say("unknown verb: %s", argv[1]);
    exit_say("usage: mobproc VERB [ARGUMENT...]; mobproc --help lists the verbs");
    return EXIT_USAGE;
}
