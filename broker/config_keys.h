/*
 * The keys of mobproc.conf as data: a new key is one line in the table and a field to hold it.
 */
#ifndef MOBPROC_BROKER_CONFIG_KEYS_H
#define MOBPROC_BROKER_CONFIG_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"

#define CONFIG_MAX_KEYS 48

enum config_section { CONFIG_MOBPROC, CONFIG_ACCOUNT };

/* One of the words that a key accepts, and what it stands for. */
struct config_word {
    const char *word; /* NULL ends a list */
    int number;
    const char *text;
};

struct config_key;

/*
 * Reads `value` (never "") into `field`, replacing what was there. MP_OK; MP_NOMEM;
 * MP_CONFIGURATION with the reason in `problem` (of `size` bytes), without the key's name. On an
 * error the field stays free-able.
 */
typedef enum mp_err config_set(const struct config_key *key, void *field, const char *value,
                               char *problem, size_t size);

struct config_key {
    enum config_section section;
    const char *name;
    config_set *set;
    size_t field; /* its offset in struct config or struct config_account */
    /* for numbers */
    int64_t minimum;
    int64_t maximum;
    int scale;        /* what one unit is in the field: 1000 for seconds kept as milliseconds */
    const char *unit; /* for messages; NULL: a plain number */
    /* for words */
    const struct config_word *words;
};

/* The table; its length is at most CONFIG_MAX_KEYS. */
extern const struct config_key config_keys[];
extern const size_t config_key_count;

/* The index of a key in the table, or -1. */
int config_key_find(enum config_section section, const char *name);

#endif
