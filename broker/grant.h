/*
 * The password grant (RFC 6749 section 4.3), for a person who logs in and for a service account:
 * sending it, what a refusal costs, and what a record keeps of it.
 */
#ifndef MOBPROC_BROKER_GRANT_H
#define MOBPROC_BROKER_GRANT_H

#include <stdint.h>

#include "broker/broker.h"
#include "broker/job.h"
#include "broker/mapping.h"
#include "broker/record.h"
#include "lib/attr.h"

/*
 * Starts the job, with the validation that the account wants. The guard must have been charged.
 * `courier` is a connection from ahead_take(), which is taken in any case, or -1.
 * MP_OK, or an error with nothing sent, and `done` is not called.
 */
enum mp_err grant_start(struct broker *broker, const struct config_account *account,
                        const char *remote_name, const struct secret *password, int courier,
                        int64_t deadline_ms, struct job **job, job_done *done,
                        void *owner) MUST_CHECK;

/* Was the password accepted, or certainly not judged by the server? Then it costs nothing. */
int grant_costs_nothing(const struct job_result *result);

/*
 * MP_OK when the grant, the validation and the policy all agree; else why not, logged. Only then
 * may grant_fill() be called.
 */
enum mp_err grant_judge(const struct config_account *account, const struct holder *holder,
                        const struct job_result *result) MUST_CHECK;

/* Moves tokens, times and claims into a record; its login is now. */
void grant_fill(struct record *record, const struct config_account *account,
                struct job_result *result, int64_t now);

/* The life of a new token in seconds: what the grant says, or the validation if that is less. */
int64_t grant_lifetime(const struct config_account *account, const struct job_result *result);

#endif
