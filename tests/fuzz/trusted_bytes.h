/*
 * Stands in for broker/trusted_file.o: what a target gives is what every file contains. So a fuzzer
 * is not slowed down by files, and leaves none behind.
 */
#ifndef MOBPROC_TESTS_TRUSTED_BYTES_H
#define MOBPROC_TESTS_TRUSTED_BYTES_H

#include "broker/trusted_file.h"
#include "tests/fuzz/fuzz.h"

/* The contents of files whose name ends in `suffix`; the last entry's suffix is "". */
static struct trusted_bytes {
    const char *suffix;
    const uint8_t *bytes;
    size_t length;
} trusted_bytes[2];

enum mp_err trusted_file_read(const char *path, const struct trusted_file_rules *rules,
                              struct secret **bytes, char *problem, size_t size)
{
    const struct trusted_bytes *file = trusted_bytes;
    size_t suffix = strlen(file->suffix);

    if (strlen(path) < suffix || strcmp(path + strlen(path) - suffix, file->suffix) != 0)
        file++;
    *bytes = NULL;
    snprintf(problem, size, "too long");
    if (file->length > rules->max)
        return MP_CONFIGURATION;
    *bytes = secret_new(file->length + 1);
    MUST(*bytes != NULL && secret_append(*bytes, file->bytes, file->length) == MP_OK);
    return MP_OK;
}

#endif
