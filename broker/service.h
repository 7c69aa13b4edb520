/*
 * A service account logs itself in: when its refresh token is gone, its configured password is
 * tried once, and after a failure not again for a while. Nobody has to be there.
 */
#ifndef MOBPROC_BROKER_SERVICE_H
#define MOBPROC_BROKER_SERVICE_H

#include "broker/flights.h"
#include "lib/attr.h"

/* Sends the password grant of the flight's account; `done` gets the answer. MP_OK, or why not. */
enum mp_err service_log_in(struct flight *flight, job_done *done) MUST_CHECK;

/* Judges the answer and seals what it brought. */
struct landing service_judge(struct flight *flight, struct job_result *result);

#endif
