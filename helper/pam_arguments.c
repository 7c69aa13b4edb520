#include "helper/pam_arguments.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "helper/which.h"
#include "lib/proto.h"

#define MAX_PROMPT 255

enum kind { FLAG, ACCOUNT, SOCKET, PROMPT, NUMBER };

/* Two arguments with one bit in `once` exclude each other. */
static const struct known {
    const char *name;
    enum kind kind;
    unsigned once;
    uint64_t least;
    uint64_t most;
} known[] = {
    {"account", ACCOUNT, 1U << 0, 0, 0},
    {"socket", SOCKET, 1U << 1, 0, 0},
    {"timeout", NUMBER, 1U << 2, 3, 60},
    {"minimum_uid", NUMBER, 1U << 3, 1, UINT32_MAX - 1},
    {"maximum_uid", NUMBER, 1U << 4, 1, UINT32_MAX - 1},
    {"prompt", PROMPT, 1U << 5, 0, 0},
    {"try_first_pass", FLAG, 1U << 6, 0, 0},
    {"use_first_pass", FLAG, 1U << 6, 0, 0},
    {"quiet", FLAG, 1U << 7, 0, 0},
    {"debug", FLAG, 1U << 8, 0, 0},
};

const char *pam_arguments_known(void)
{
    return "account=, socket=, timeout=, minimum_uid=, maximum_uid=, prompt=, try_first_pass, "
           "use_first_pass, quiet, debug";
}

static const struct known *find(const char *argument)
{
    size_t length = strcspn(argument, "=");

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strlen(known[i].name) == length && memcmp(known[i].name, argument, length) == 0)
            return &known[i];
    return NULL;
}

static int number_fits(const struct known *entry, const char *text, uint64_t *value)
{
    size_t length = strlen(text);

    *value = 0;
    if (length > 10 || strspn(text, "0123456789") != length || text[0] == '0')
        return 0;
    for (size_t i = 0; i < length; i++)
        *value = *value * 10 + (uint64_t)(text[i] - '0');
    return *value >= entry->least && *value <= entry->most;
}

static int fits(const struct known *entry, const char *value, uint64_t *number)
{
    switch (entry->kind) {
    case ACCOUNT:
        return proto_is_account_name(value);
    case SOCKET:
        return value[0] == '/' && strlen(value) < WHICH_MAX_PATH;
    case PROMPT:
        return strlen(value) <= MAX_PROMPT && proto_is_header_text(value);
    case NUMBER:
        return number_fits(entry, value, number);
    case FLAG:
        break;
    }
    return 1;
}

const char *pam_arguments_judge(int count, const char *const *arguments, const char **culprit)
{
    uint64_t minimum = 1000;
    uint64_t maximum = 60000;
    unsigned seen = 0;

    for (int i = 0; i < count; i++) {
        const struct known *entry = find(arguments[i]);
        const char *equals = strchr(arguments[i], '=');
        uint64_t number = 0;

        *culprit = arguments[i];
        if (!entry)
            return "unknown";
        if (seen & entry->once)
            return "duplicate";
        seen |= entry->once;
        if (entry->kind == FLAG && equals)
            return "takes_no_value";
        if (entry->kind != FLAG && (!equals || !equals[1]))
            return "empty";
        if (!fits(entry, equals ? equals + 1 : "", &number))
            return "out_of_range";
        if (strcmp(entry->name, "minimum_uid") == 0)
            minimum = number;
        if (strcmp(entry->name, "maximum_uid") == 0)
            maximum = number;
    }
    *culprit = "minimum_uid";
    return minimum > maximum ? "above_maximum_uid" : NULL;
}
