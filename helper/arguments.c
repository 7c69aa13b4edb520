#include "helper/arguments.h"

#include <stddef.h>
#include <string.h>

#define MAX_TTL 2147483647
#define MAX_ROLLBACK 86400
#define MAX_TIMEOUT 600 /* for so long the broker knows of a sign-in */

enum kind { FLAG, VALUE };

static const struct option {
    const char *name;
    unsigned needs; /* 0: every verb takes it */
    enum kind kind;
    size_t offset;
} options[] = {
    {"--socket", 0, VALUE, offsetof(struct arguments, socket)},
    {"--help", 0, FLAG, offsetof(struct arguments, help)},
    {"--version", 0, FLAG, offsetof(struct arguments, version)},
    {"--json", TAKE_JSON, FLAG, offsetof(struct arguments, json)},
    {"--all", TAKE_ALL, FLAG, offsetof(struct arguments, all)},
    {"--user", TAKE_USER, VALUE, offsetof(struct arguments, user)},
    {"--min-ttl", TAKE_MIN_TTL, VALUE, offsetof(struct arguments, min_ttl_text)},
    {"--format", TAKE_FORMAT, VALUE, offsetof(struct arguments, format)},
    {"--password-stdin", TAKE_PASSWORD_STDIN, FLAG, offsetof(struct arguments, password_stdin)},
    {"--browser", TAKE_BROWSER, FLAG, offsetof(struct arguments, browser)},
    {"--paste", TAKE_BROWSER, FLAG, offsetof(struct arguments, paste)},
    {"--timeout", TAKE_BROWSER, VALUE, offsetof(struct arguments, timeout_text)},
    {"--stdin", TAKE_STDIN, FLAG, offsetof(struct arguments, from_stdin)},
    {"--config", TAKE_CONFIG, VALUE, offsetof(struct arguments, config)},
    {"--textfile", TAKE_TEXTFILE, VALUE, offsetof(struct arguments, textfile)},
    {"--pam-directory", TAKE_PAM_DIRECTORY, VALUE, offsetof(struct arguments, pam_directory)},
    {"--service", TAKE_SERVICE, VALUE, offsetof(struct arguments, service)},
    {"--rollback", TAKE_ROLLBACK, VALUE, offsetof(struct arguments, rollback_text)},
    {"--accept-unreachable", TAKE_UNREACHABLE, FLAG,
     offsetof(struct arguments, accept_unreachable)},
    {"--no-probe", TAKE_UNREACHABLE, FLAG, offsetof(struct arguments, no_probe)},
    {"--unconfirmed", TAKE_UNCONFIRMED, FLAG, offsetof(struct arguments, unconfirmed)},
    {"--also-local-users", TAKE_LOCAL_USERS, FLAG, offsetof(struct arguments, also_local_users)},
    {"--force", TAKE_FORCE, FLAG, offsetof(struct arguments, force)},
    {"--apply", TAKE_TOOL, FLAG, offsetof(struct arguments, apply)},
};

const char *arguments_option_at(size_t index, unsigned takes, int *has_value)
{
    const struct option *option = &options[index];

    if (index >= sizeof(options) / sizeof(options[0]))
        return NULL;
    *has_value = option->kind == VALUE;
    return !option->needs || takes & option->needs ? option->name : "";
}

/* The option that `text` names, with or without "=VALUE", among those that the verb takes. */
static const struct option *find_option(const char *text, unsigned takes)
{
    size_t length = strcspn(text, "=");

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (strlen(options[i].name) == length && memcmp(options[i].name, text, length) == 0)
            return !options[i].needs || takes & options[i].needs ? &options[i] : NULL;
    return NULL;
}

/* Takes the option at *next, and its value; *next then stands at the last argument used. */
static const char *take_option(char ***next, unsigned takes, struct arguments *arguments)
{
    const struct option *option = find_option(**next, takes);
    char *place = (char *)arguments + (option ? option->offset : 0);
    const char *equals = strchr(**next, '=');

    if (!option)
        return "unknown option";
    if (option->kind == FLAG) {
        if (equals)
            return "this option takes no value";
        *(int *)(void *)place = 1;
        return NULL;
    }
    if (equals) {
        *(const char **)(void *)place = equals + 1;
        return NULL;
    }
    if (!(*next)[1])
        return "a value is missing after";
    ++*next;
    *(const char **)(void *)place = **next;
    return NULL;
}

static const char *take_word(char *word, unsigned takes, struct arguments *arguments)
{
    if (takes & TAKE_ACCOUNT && !arguments->account)
        arguments->account = word;
    else if (takes & (TAKE_WORD | TAKE_WORDS | TAKE_TOOL) && !arguments->words[0])
        arguments->words[0] = word;
    else if (takes & (TAKE_WORDS | TAKE_TOOL) && !arguments->words[1])
        arguments->words[1] = word;
    else
        return "too many arguments";
    return NULL;
}

static const char *read_seconds(const char *text, uint64_t maximum, uint64_t *seconds)
{
    if (!text)
        return NULL;
    if (!*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10)
        return "not a number of seconds";
    for (; *text; text++)
        *seconds = *seconds * 10 + (uint64_t)(*text - '0');
    return *seconds <= maximum ? NULL : "too many seconds";
}

/* How long to wait for a browser: none at all would be a typing error. */
static const char *read_timeout(struct arguments *arguments)
{
    uint64_t seconds = 0;
    const char *complaint = read_seconds(arguments->timeout_text, MAX_TIMEOUT, &seconds);

    arguments->timeout = (unsigned)seconds;
    if (!complaint && arguments->timeout_text && seconds == 0)
        complaint = "not a number of seconds";
    return complaint;
}

/* 90, 90s, 10m or 1h */
static const char *read_rollback(struct arguments *arguments)
{
    const char *text = arguments->rollback_text;
    size_t length = text ? strlen(text) : 0;
    char last = length ? text[length - 1] : '\0';
    uint64_t unit = last == 'h' ? 3600 : last == 'm' ? 60 : 1;
    uint64_t number = 0;

    if (!text)
        return NULL;
    length -= last == 's' || last == 'm' || last == 'h';
    if (length == 0 || length > 6 || strspn(text, "0123456789") != length)
        return "not a time such as 90s, 10m or 1h";
    for (size_t i = 0; i < length; i++)
        number = number * 10 + (uint64_t)(text[i] - '0');
    if (number == 0 || number * unit > MAX_ROLLBACK)
        return "not between one second and one day";
    arguments->rollback = (unsigned)(number * unit);
    return NULL;
}

/* What only the whole can tell. */
static const char *check(unsigned takes, const struct arguments *arguments, const char **culprit)
{
    *culprit = NULL;
    if (arguments->help || arguments->version)
        return NULL;
    if (takes & (TAKE_WORD | TAKE_WORDS) && !arguments->words[0])
        return "an argument is missing";
    if (takes & TAKE_WORDS && !(takes & TAKE_WORD) && !arguments->words[1])
        return "an argument is missing";
    if (takes & TAKE_COMMAND && (!arguments->command || !arguments->command[0]))
        return "-- and the command's arguments are missing";
    if (arguments->apply && !arguments->words[0])
        return "--apply is for a tool";
    if (takes & TAKE_TOOL && arguments->words[0] && (arguments->config || arguments->force))
        return "a tool, or --config and --force";
    if (arguments->all && arguments->account)
        return "either ACCOUNT or --all";
    if (arguments->browser && arguments->password_stdin)
        return "either --browser or --password-stdin";
    if ((arguments->paste || arguments->timeout_text) && !arguments->browser)
        return "--paste and --timeout are for --browser";
    if (arguments->unconfirmed && arguments->service)
        return "either --unconfirmed or --service";
    if (arguments->paste && arguments->timeout_text)
        return "either --paste or --timeout";
    return NULL;
}

const char *arguments_read(char **argv, unsigned takes, struct arguments *arguments,
                           const char **culprit)
{
    const char *complaint = NULL;
    int only_words = 0;

    memset(arguments, 0, sizeof(*arguments));
    for (char **next = argv; *next && !arguments->command; next++) {
        *culprit = *next;
        if (!only_words && strcmp(*next, "--") == 0) {
            if (takes & TAKE_COMMAND)
                arguments->command = next + 1;
            only_words = 1;
        } else if (!only_words && (*next)[0] == '-') {
            complaint = take_option(&next, takes, arguments);
        } else {
            complaint = take_word(*next, takes, arguments);
            if (takes & TAKE_REST)
                arguments->command = next + 1;
        }
        if (complaint)
            return complaint;
    }
    *culprit = arguments->min_ttl_text;
    complaint = read_seconds(arguments->min_ttl_text, MAX_TTL, &arguments->min_ttl);
    if (!complaint) {
        *culprit = arguments->timeout_text;
        complaint = read_timeout(arguments);
    }
    if (!complaint) {
        *culprit = arguments->rollback_text;
        complaint = read_rollback(arguments);
    }
    return complaint ? complaint : check(takes, arguments, culprit);
}
