#include "broker/owner.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE "service"

void owner_directory(const struct owner *owner, char name[static OWNER_SIZE])
{
    if (owner->is_service)
        snprintf(name, OWNER_SIZE, SERVICE);
    else
        snprintf(name, OWNER_SIZE, "%ju", (uintmax_t)owner->uid);
}

int owner_of_directory(const char *name, struct owner *owner)
{
    struct owner found = {.is_service = strcmp(name, SERVICE) == 0};
    char canonical[OWNER_SIZE];

    if (!found.is_service && (!name[0] || strspn(name, "0123456789") != strlen(name) ||
                              strlen(name) >= sizeof("4294967295")))
        return 0;
    if (!found.is_service)
        found.uid = (uid_t)strtoull(name, NULL, 10);
    owner_directory(&found, canonical);
    if (strcmp(canonical, name) != 0) /* 007, or more than a uid can be */
        return 0;
    if (owner)
        *owner = found;
    return 1;
}
