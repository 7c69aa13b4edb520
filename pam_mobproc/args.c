#include "pam_mobproc/args.h"

#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "lib/call.h"
#include "lib/proto.h"

#define MAX_PROMPT 255
#define MAX_NAME 63

/* Each takes a value that is not empty, or says no with -1. */
static int take_account(struct args *args, const char *value)
{
    args->account = value;
    return proto_is_account_name(value) ? 0 : -1;
}

static int take_socket(struct args *args, const char *value)
{
    struct sockaddr_un address;

    args->socket = value;
    return value[0] == '/' && strlen(value) < sizeof(address.sun_path) ? 0 : -1;
}

static int take_prompt(struct args *args, const char *value)
{
    args->prompt = value;
    return strlen(value) <= MAX_PROMPT && proto_is_header_text(value) ? 0 : -1;
}

/* Decimal digits without sign or leading zero: "010" could be meant as eight. */
static int number(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    uint64_t value = 0;
    size_t length = strlen(text);

    if (length > 10 || strspn(text, "0123456789") != length || text[0] == '0')
        return -1;
    for (size_t i = 0; i < length; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    *out = value;
    return value >= least && value <= most ? 0 : -1;
}

static int take_timeout(struct args *args, const char *value)
{
    uint64_t seconds = 0;
    int failed = number(value, 3, 60, &seconds);

    args->timeout_ms = (int64_t)seconds * 1000;
    return failed;
}

static int take_uid(const char *value, uid_t *out)
{
    uint64_t uid = 0;
    int failed = number(value, 1, UINT32_MAX - 1, &uid);

    *out = (uid_t)uid;
    return failed;
}

static int take_minimum_uid(struct args *args, const char *value)
{
    return take_uid(value, &args->minimum_uid);
}

static int take_maximum_uid(struct args *args, const char *value)
{
    return take_uid(value, &args->maximum_uid);
}

static int set_use_first_pass(struct args *args, const char *value)
{
    (void)value;
    args->use_first_pass = 1;
    return 0;
}

/* The default, by its name. */
static int set_try_first_pass(struct args *args, const char *value)
{
    (void)value;
    args->use_first_pass = 0;
    return 0;
}

static int set_quiet(struct args *args, const char *value)
{
    (void)value;
    args->quiet = 1;
    return 0;
}

static int set_debug(struct args *args, const char *value)
{
    (void)value;
    args->debug = 1;
    return 0;
}

/* Two options with one bit in `once` exclude each other. */
static const struct option {
    const char *name;
    int has_value;
    unsigned once;
    int (*take)(struct args *args, const char *value);
} options[] = {
    {"account", 1, 1u << 0, take_account},
    {"socket", 1, 1u << 1, take_socket},
    {"timeout", 1, 1u << 2, take_timeout},
    {"minimum_uid", 1, 1u << 3, take_minimum_uid},
    {"maximum_uid", 1, 1u << 4, take_maximum_uid},
    {"prompt", 1, 1u << 5, take_prompt},
    {"try_first_pass", 0, 1u << 6, set_try_first_pass},
    {"use_first_pass", 0, 1u << 6, set_use_first_pass},
    {"quiet", 0, 1u << 7, set_quiet},
    {"debug", 0, 1u << 8, set_debug},
};

static const struct option *find(const char *argument)
{
    size_t length = strcspn(argument, "=");

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (strlen(options[i].name) == length && memcmp(options[i].name, argument, length) == 0)
            return &options[i];
    return NULL;
}

/* NULL, or why the argument is refused. */
static const char *take(struct args *args, unsigned *seen, const char *argument)
{
    const struct option *option = find(argument);
    const char *equals = strchr(argument, '=');

    if (!option)
        return "unknown";
    if (*seen & option->once)
        return "duplicate";
    *seen |= option->once;
    if (!option->has_value && equals)
        return "takes_no_value";
    if (option->has_value && (!equals || !equals[1]))
        return "empty";
    return option->take(args, equals ? equals + 1 : NULL) == 0 ? NULL : "out_of_range";
}

static int refuse(struct args_error *error, const char *argument, const char *reason)
{
    char name[MAX_NAME + 1] = "";
    size_t length = strcspn(argument, "=");

    if (length > MAX_NAME)
        length = MAX_NAME;
    memcpy(name, argument, length);
    proto_escape(error->name, sizeof(error->name), name);
    error->reason = reason;
    return -1;
}

int args_parse(struct args *args, int argc, const char **argv, struct args_error *error)
{
    unsigned seen = 0;

    *args = (struct args){
        .socket = CALL_SYSTEM_SOCKET,
        .prompt = "Password: ", /* the text that sudo replaces by its own */
        .timeout_ms = 15000,
        .minimum_uid = 1000,
        .maximum_uid = 60000,
    };
    for (int i = 0; i < argc; i++) {
        const char *reason = take(args, &seen, argv[i]);

        if (reason)
            return refuse(error, argv[i], reason);
    }
    if (args->minimum_uid > args->maximum_uid)
        return refuse(error, "minimum_uid", "above_maximum_uid");
    return 0;
}
