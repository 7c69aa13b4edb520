/* An order to a courier: which client it is, where it may go, and how it gets there. */
#ifndef MOBPROC_BROKER_ORDER_H
#define MOBPROC_BROKER_ORDER_H

#include "broker/broker.h"
#include "lib/attr.h"
#include "lib/proto.h"

/*
 * Begins the packet of a job (PROTO_JOB_...) for an account, with its endpoints, its client, the
 * secrets of both and, for a grant or a validation, the validation that the account wants.
 * The caller adds what the job is about, sends it with job_start() and frees it. A secret that
 * cannot be had is logged. MP_OK; MP_OUTAGE (the issuer's document names no such endpoint, or for
 * PROTO_JOB_AHEAD has not been read), MP_CONFIGURATION, MP_LOCKED, MP_NOMEM; then *packet is NULL.
 */
enum mp_err order_begin(const struct broker *broker, enum proto_operation operation,
                        const struct config_account *account, struct secret **packet) MUST_CHECK;

#endif
