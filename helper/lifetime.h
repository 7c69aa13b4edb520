/* A number of seconds as people say it. */
#ifndef MOBPROC_HELPER_LIFETIME_H
#define MOBPROC_HELPER_LIFETIME_H

#include <stdint.h>

#define LIFETIME_SIZE 40 /* bytes, with the NUL */

/* "45 s", "57 min", "1 h 57 min" or "3 d 2 h": rounded down, two units at most. */
void lifetime_text(uint64_t seconds, char out[static LIFETIME_SIZE]);

#endif
