#include "broker/confinement.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "broker/confine.h"
#include "broker/log.h"
#include "lib/proto.h"

#define UNKNOWN (~0U)
#define WHOLE (PROTO_CONFINED_CALLS | PROTO_CONFINED_FILES)

static unsigned broker;
static unsigned courier = UNKNOWN;

static const char *words(unsigned confined)
{
    if (confined == UNKNOWN)
        return "not known before its first job";
    if (confined == WHOLE)
        return "seccomp and Landlock";
    if (confined == PROTO_CONFINED_CALLS)
        return "seccomp; this kernel has no Landlock";
    if (confined == PROTO_CONFINED_FILES)
        return "Landlock; this kernel has no seccomp";
    return "nothing; this kernel has neither seccomp nor Landlock";
}

static void tell(const char *program, unsigned confined)
{
    if (confined != WHOLE)
        log_line(LOG_WARNING, "event=confine program=%s by=\"%s\"", program, words(confined));
}

static int note(enum mp_err result, enum proto_confined what)
{
    if (result == MP_OK)
        broker |= what;
    if (result == MP_OK || result == MP_UNSUPPORTED)
        return 0;
    fputs("mobprocd: the process could not be confined\n", stderr);
    return -1;
}

int confinement_begin(void)
{
    return note(confine_calls(), PROTO_CONFINED_CALLS);
}

int confinement_to_files(const char *state, const char *socket)
{
    const char *name = strrchr(socket, '/');
    char runtime[PATH_MAX] = "";
    int result = 0;

    if (name)
        snprintf(runtime, sizeof(runtime), "%.*s", (int)(name - socket), socket);
    else if (socket[0])
        snprintf(runtime, sizeof(runtime), ".");
    result = note(confine_files(state, runtime), PROTO_CONFINED_FILES);
    tell("mobprocd", broker);
    return result;
}

void confinement_of_courier(unsigned confined)
{
    confined &= WHOLE;
    if (confined != courier)
        tell("mobproc-courier", confined);
    courier = confined;
}

void confinement_describe(char out[static CONFINEMENT_SIZE])
{
    snprintf(out, CONFINEMENT_SIZE, "broker: %s. courier: %s", words(broker), words(courier));
}
