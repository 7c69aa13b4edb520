/*
 * A fuzz target: tests/fuzz/NAME.c defines fuzz_one(), which hands arbitrary bytes to one parser
 * and holds the answer against what its header promises. The first line names the objects it is
 * linked with, as a unit test's does.
 *
 * libFuzzer runs it (`make fuzz`), and so does replay.c over the committed inputs (`make check`).
 */
#ifndef MOBPROC_TESTS_FUZZ_H
#define MOBPROC_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The parser broke a promise. abort() is what libFuzzer takes for a finding. */
#define MUST(condition)                                                             \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                \
        }                                                                           \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* --- an input of several texts: each ends at a NUL, the last at the end --- */

/* The next text as a string of its own that the caller frees; "" when nothing is left. */
static inline char *fuzz_text(const uint8_t **bytes, size_t *length)
{
    const uint8_t *end = *length ? memchr(*bytes, 0, *length) : NULL;
    size_t size = end ? (size_t)(end - *bytes) : *length;
    char *text = calloc(1, size + 1);

    MUST(text != NULL);
    memcpy(text, *bytes, size);
    *bytes += end ? size + 1 : size;
    *length -= end ? size + 1 : size;
    return text;
}

#endif
