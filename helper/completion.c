/*
 * mobproc completion bash|zsh|fish: what `make install` gives to the shells. It is made from the
 * tables that run the verbs, so it knows exactly what --help knows.
 */
#include <string.h>

#include "helper/exit.h"
#include "helper/out.h"
#include "helper/verbs.h"

#define FIRST_LINE "made by mobproc completion; see mobproc(1)\n"

/* The first error stays. */
struct script {
    struct secret *text;
    enum mp_err err;
};

static void add(struct script *script, const char *text)
{
    if (script->err == MP_OK)
        script->err = out_add(script->text, text, NULL);
}

/* In single quotes; `quote` is what a quote becomes, since shells differ. */
static void add_quoted(struct script *script, const char *text, const char *quote)
{
    add(script, "'");
    while (*text && script->err == MP_OK) {
        size_t plain = strcspn(text, "'");

        script->err = secret_append(script->text, text, plain);
        text += plain;
        if (*text) {
            add(script, quote);
            text++;
        }
    }
    add(script, "'");
}

/* Every verb, with a blank behind it. */
static void add_verbs(struct script *script)
{
    for (size_t i = 0; verb_at(i); i++) {
        add(script, verb_at(i)->name);
        add(script, " ");
    }
}

static void add_words(struct script *script, const struct verb *verb)
{
    for (size_t i = 0; verb->word_at && verb->word_at(i); i++) {
        add(script, verb->word_at(i));
        add(script, " ");
    }
}

static void add_options(struct script *script, const struct verb *verb)
{
    const char *name = NULL;
    int has_value = 0;

    for (size_t i = 0; (name = arguments_option_at(i, verb->takes, &has_value)); i++) {
        add(script, name);
        add(script, *name ? " " : "");
    }
}

/* Options that a word follows, with `between` them. */
static void add_valued(struct script *script, const char *between)
{
    const char *name = NULL;
    int has_value = 0;
    int count = 0;

    for (size_t i = 0; (name = arguments_option_at(i, ~0U, &has_value)); i++) {
        if (!has_value)
            continue;
        add(script, count++ ? between : "");
        add(script, name);
    }
}

/* --- the words of one verb, as a case of bash and zsh --- */

static void add_case(struct script *script, const struct verb *verb, const char *second)
{
    add(script, "    ");
    add(script, verb->name);
    add(script, ")\n        list='");
    add_options(script, verb);
    add(script, "'\n");
    if (verb->word_at) {
        add(script, "        [ ");
        add(script, second);
        add(script, " ] && list=\"");
        add_words(script, verb);
        add(script, "$list\"\n");
    }
    add(script, "        ;;\n");
}

static void write_bash(struct script *script)
{
    add(script, "# " FIRST_LINE "_mobproc()\n{\n"
                "    local current=${COMP_WORDS[COMP_CWORD]} list=\n    COMPREPLY=()\n"
                "    case ${COMP_WORDS[COMP_CWORD - 1]} in\n    ");
    add_valued(script, "|");
    add(script, ")\n        COMPREPLY=($(compgen -f -- \"$current\"))\n        return\n        ;;\n"
                "    esac\n    [ \"$COMP_CWORD\" = 1 ] && list='");
    add_verbs(script);
    add(script, "--help --version'\n    [ \"$COMP_CWORD\" = 1 ] || case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; verb_at(i); i++)
        add_case(script, verb_at(i), "\"$COMP_CWORD\" = 2");
    add(script, "    esac\n    COMPREPLY=($(compgen -W \"$list\" -- \"$current\"))\n}\n"
                "complete -F _mobproc mobproc\n");
}

static void write_zsh(struct script *script)
{
    add(script, "#compdef mobproc\n# " FIRST_LINE
                "local -a verbs\nlocal verb=${words[2]} before=${words[CURRENT-1]}\nverbs=(\n");
    for (size_t i = 0; verb_at(i); i++) {
        add(script, "    ");
        add(script, verb_at(i)->name);
        add(script, ":");
        add_quoted(script, verb_at(i)->summary, "'\\''");
        add(script, "\n");
    }
    add(script, ")\nif (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\nfi\n"
                "case $before in\n");
    add_valued(script, "|");
    add(script, ")\n    _files\n    return\n    ;;\nesac\nlocal list=\ncase $verb in\n");
    for (size_t i = 0; verb_at(i); i++)
        add_case(script, verb_at(i), "$CURRENT = 3");
    add(script, "esac\ncompadd -- ${=list}\n");
}

static void add_fish_option(struct script *script, const struct verb *verb, const char *option,
                            int has_value)
{
    add(script, "complete -c mobproc -n '__fish_seen_subcommand_from ");
    add(script, verb->name);
    add(script, "' -l ");
    add(script, option + 2); /* behind -- */
    add(script, has_value ? " -r -F\n" : "\n");
}

static void add_fish_verb(struct script *script, const struct verb *verb)
{
    const char *name = NULL;
    int has_value = 0;

    add(script, "complete -c mobproc -n __fish_use_subcommand -a ");
    add(script, verb->name);
    add(script, " -d ");
    add_quoted(script, verb->summary, "\\'");
    add(script, "\n");
    if (verb->word_at) {
        add(script, "complete -c mobproc -n '__fish_seen_subcommand_from ");
        add(script, verb->name);
        add(script, "; and __fish_is_nth_token 2' -a '");
        add_words(script, verb);
        add(script, "'\n");
    }
    for (size_t i = 0; (name = arguments_option_at(i, verb->takes, &has_value)); i++)
        if (*name)
            add_fish_option(script, verb, name, has_value);
}

static void write_fish(struct script *script)
{
    add(script, "# " FIRST_LINE "complete -c mobproc -f\n");
    for (size_t i = 0; verb_at(i); i++)
        add_fish_verb(script, verb_at(i));
}

static const struct shell {
    const char *name;
    void (*write)(struct script *script);
} shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};

int verb_completion(const struct arguments *arguments)
{
    struct script script = {.text = secret_new(65536)};
    const struct shell *shell = NULL;
    int code = 0;

    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
        if (strcmp(shells[i].name, arguments->words[0]) == 0)
            shell = &shells[i];
    if (!shell) {
        exit_say("a completion is for bash, zsh or fish, not for %s", arguments->words[0]);
        code = EXIT_USAGE;
    }
    script.err = script.text ? MP_OK : MP_NOMEM;
    if (shell)
        shell->write(&script);
    if (code == 0)
        code = script.err == MP_OK ? out_write(script.text) : exit_because(script.err, NULL);
    secret_free(&script.text);
    return code;
}
