#include "helper/lifetime.h"

#include <stdio.h>

void lifetime_text(uint64_t seconds, char out[static LIFETIME_SIZE])
{
    unsigned long long minutes = seconds / 60;
    unsigned long long hours = minutes / 60;

    if (seconds < 60)
        snprintf(out, LIFETIME_SIZE, "%llu s", (unsigned long long)seconds);
    else if (hours == 0)
        snprintf(out, LIFETIME_SIZE, "%llu min", minutes);
    else if (hours < 48)
        snprintf(out, LIFETIME_SIZE, "%llu h %llu min", hours, minutes % 60);
    else
        snprintf(out, LIFETIME_SIZE, "%llu d %llu h", hours / 24, hours % 24);
}
