/* What the broker is told of a job: the fields of PROTO_JOB_DONE (lib/proto.h). */
#ifndef MOBPROC_COURIER_REPORT_H
#define MOBPROC_COURIER_REPORT_H

#include "courier/order.h"
#include "courier/steps.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* A job when it is over. Owns nothing. */
struct report {
    enum mp_err err;
    const char *problem; /* static sentence when nothing was begun, else NULL */
    unsigned confined;   /* bits of enum proto_confined */
    const struct order *order;
    const struct step *decided;          /* the step that `err` comes from, or NULL */
    const struct step *grant;            /* its tokens are reported when it succeeded */
    const struct discovered *discovered; /* nothing in it: nothing is said of it */
    const struct step *validation;       /* its claims are reported when it succeeded */
};

/* Writes the packet. MP_OK, MP_TOO_LONG. */
enum mp_err report_write(const struct report *report, struct secret *packet) MUST_CHECK;

#endif
