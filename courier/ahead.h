/* The life of a child that connects while a password is being typed. */
#ifndef MOBPROC_COURIER_AHEAD_H
#define MOBPROC_COURIER_AHEAD_H

#include "courier/order.h"
#include "courier/steps.h"

/* What came of it. Start with the order's place and {0}. */
struct ahead {
    int has_come;        /* the order came; only then the rest counts */
    struct order *order; /* to be filled */
    enum mp_err err;     /* of order_read(), as the next */
    const char *problem;
};

/*
 * Connects the `way` that was ordered, which must stay, and waits for the order itself on
 * `connection`. `step` has what came of it when it was asked over this connection, and no more than
 * PROTO_NOTHING_SENT when the connection was of no use: then it may be asked as if nothing had been
 * prepared. From the first byte on nothing is asked again.
 *
 * When this returns without an order, none was lost: whoever sends one later gets EPIPE.
 */
void ahead_run(struct ahead *ahead, int connection, const struct order *way, struct http **http,
               struct step *step);

#endif
