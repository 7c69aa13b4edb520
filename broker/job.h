/*
 * One job for a courier: send it, wait for its one answer, understand it. Each job has a connection
 * of its own; nothing that came from the network is parsed here beyond lib/wire.
 */
#ifndef MOBPROC_BROKER_JOB_H
#define MOBPROC_BROKER_JOB_H

#include <stdint.h>

#include "broker/broker.h"
#include "broker/claims.h"
#include "broker/discovery.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

/*
 * What came of it. Owns its secrets; they may be taken by setting the member to NULL. A grant that
 * succeeded has an access token, also when the validation after it failed (`err`).
 */
struct job_result {
    enum mp_err err;
    enum proto_progress progress;
    unsigned http_status; /* 0: none */
    char oauth_error[65];
    char detail[PROTO_MAX_TEXT + 1]; /* for the log */
    unsigned retry_after_s;          /* 0: not said */
    unsigned expires_in_s;           /* 0: not said */
    unsigned validated_for_s;        /* by the validation; 0: not said */
    struct secret *access_token;     /* NULL: no grant */
    struct secret *refresh_token;    /* NULL: none came */
    char scope[PROTO_MAX_TEXT + 1];  /* "": not said */
    struct claims claims;
    struct endpoints endpoints; /* what the issuer's document named */
    struct secret *steps;       /* a probe's whole answer; NULL without PROBE_STEP in it */
};

void job_result_clear(struct job_result *result);

struct job;

/* Called once, after the courier answered, died or was late. `result` is cleared afterwards. */
typedef void job_done(void *owner, struct job_result *result);

/*
 * Sends a packet (broker/order.h) for `account`, which must stay, to the courier, with
 * PROTO_REMAINING_MS added. The courier has until `deadline_ms`; a moment later the job ends as an
 * outage, perhaps sent. MP_OK; MP_OUTAGE (no courier: nothing was sent), MP_NOMEM; then `done` is
 * not called.
 */
enum mp_err job_start(struct job **job, const struct broker *broker,
                      const struct config_account *account, struct secret *packet,
                      int64_t deadline_ms, job_done *done, void *owner) MUST_CHECK;

/* A connection to the courier at that path, which the caller closes; -1 with errno. Never waits. */
int job_connect(const char *socket_path) MUST_CHECK;

/*
 * job_start() over a connection that is there already, and is taken in any case. When it is -1, or
 * the courier there has gone, over a new one.
 */
enum mp_err job_start_over(struct job **job, const struct broker *broker,
                           const struct config_account *account, int connection,
                           struct secret *packet, int64_t deadline_ms, job_done *done,
                           void *owner) MUST_CHECK;

/*
 * Whose job it is. Couriers are few, and whoever has many jobs at a slow server under way takes
 * them from everybody's logins. So a user may have JOB_MAX_PER_USER, counted apart for what he asks
 * himself, for logins that he asks for (a screen locker), for his logins at this machine and for
 * those from others: neither his tools nor strangers who type his name stand in his way. And of the
 * nursery's 32 children, all users together have JOB_MAX_OWN for what they ask themselves, logins
 * apart; with AHEAD_MAX that wait, some are left for logins.
 */
#define JOB_MAX_PER_USER 4
#define JOB_MAX_OWN 20
#define JOB_MAX_LOGINS 12 /* that root asks for: the guard bounds those with a wrong password */
enum job_purse { JOB_NOBODYS, JOB_OWN, JOB_OWN_LOGIN, JOB_LOGIN_HERE, JOB_LOGIN_REMOTE };

/* May the user have one more? Root always may. MP_OK, MP_BUSY. */
enum mp_err job_admit(uid_t uid, enum job_purse purse) MUST_CHECK;

/* Counts a job that was started, until it is over. One that nobody is charged with counts not. */
void job_charge(struct job *job, uid_t uid, enum job_purse purse);

/* Jobs that were started and are not over. */
size_t job_running(void);

/* Ends a job without calling `done`. */
void job_cancel(struct job **job);

#endif
