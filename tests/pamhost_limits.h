/* Limits that a host may run under: `nofile=8`, in bytes or numbers. setrlimit(2) */
#ifndef MOBPROC_TESTS_PAMHOST_LIMITS_H
#define MOBPROC_TESTS_PAMHOST_LIMITS_H

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static int limit_set(const char *text)
{
    static const struct {
        const char *name;
        __rlimit_resource_t resource;
    } known[] = {
        {"nofile=", RLIMIT_NOFILE}, {"as=", RLIMIT_AS},       {"stack=", RLIMIT_STACK},
        {"nproc=", RLIMIT_NPROC},   {"fsize=", RLIMIT_FSIZE}, {"memlock=", RLIMIT_MEMLOCK},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t length = strlen(known[i].name);

        if (strncmp(text, known[i].name, length) == 0) {
            rlim_t most = strtoul(text + length, NULL, 10);

            return setrlimit(known[i].resource, &(struct rlimit){most, most});
        }
    }
    return -1;
}

#endif
