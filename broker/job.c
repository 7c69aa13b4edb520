#include "broker/job.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "broker/confinement.h"
#include "lib/clock.h"
#include "lib/packet.h"

#define GRACE_MS 500 /* the courier keeps the deadline itself; this is for its answer */

struct job {
    const struct broker *broker;
    const struct config_account *account;
    int fd;
    struct loop_watch *watch;
    struct loop_timer *timer;
    job_done *done;
    void *owner;
    uid_t uid; /* whose it is, unless it is nobody's */
    enum job_purse purse;
    struct job *next;
};

static struct job *jobs; /* all that are under way */

size_t job_running(void)
{
    size_t count = 0;

    for (const struct job *job = jobs; job; job = job->next)
        count++;
    return count;
}

enum mp_err job_admit(uid_t uid, enum job_purse purse)
{
    int is_own = purse == JOB_OWN || purse == JOB_OWN_LOGIN;
    int most = is_own ? JOB_MAX_PER_USER : JOB_MAX_LOGINS;
    int count = 0;
    int of_all = 0;

    for (const struct job *job = jobs; job; job = job->next) {
        count += job->purse == purse && job->uid == uid;
        of_all += job->purse == JOB_OWN;
    }
    if (uid == 0)
        return MP_OK;
    return count < most && (purse != JOB_OWN || of_all < JOB_MAX_OWN) ? MP_OK : MP_BUSY;
}

void job_charge(struct job *job, uid_t uid, enum job_purse purse)
{
    job->uid = uid;
    job->purse = purse;
}

void job_result_clear(struct job_result *result)
{
    secret_free(&result->access_token);
    secret_free(&result->refresh_token);
    secret_free(&result->steps);
    *result = (struct job_result){0};
}

static void hang_up(struct job *job)
{
    loop_unwatch(&job->watch);
    loop_cancel(&job->timer);
    if (job->fd >= 0)
        close(job->fd);
    job->fd = -1;
}

void job_cancel(struct job **job)
{
    struct job **link = &jobs;

    if (!*job)
        return;
    hang_up(*job);
    while (*link != *job)
        link = &(*link)->next;
    *link = (*job)->next;
    free(*job);
    *job = NULL;
}

static void finish(struct job *job, struct job_result *result)
{
    job_done *done = job->done;
    void *owner = job->owner;

    discovery_learn(job->broker->discovery, job->account, &result->endpoints, result->err);
    job_cancel(&job);
    done(owner, result);
    job_result_clear(result);
}

/* A token field that really is one. */
static enum mp_err take_token(const struct wire_message *message, uint16_t tag, struct secret **out)
{
    enum mp_err err = wire_secret(message, tag, out);

    if (err == MP_OK && *out && !proto_is_token(secret_text(*out), secret_length(*out)))
        err = MP_PROTOCOL;
    return err;
}

static enum mp_err understand(const struct job *job, const struct secret *packet,
                              struct job_result *result)
{
    struct wire_message message;
    uint64_t progress = 0;
    enum mp_err err = proto_parse(&message, secret_text(packet), secret_length(packet));

    if (err == MP_OK && message.operation != PROTO_JOB_DONE)
        err = MP_PROTOCOL;
    if (err != MP_OK)
        return err;
    progress = wire_number(&message, PROTO_PROGRESS, 0);
    if (progress < PROTO_NOTHING_SENT || progress > PROTO_ANSWERED)
        return MP_PROTOCOL;
    result->progress = (enum proto_progress)progress;
    if (wire_find(&message, PROTO_CONFINED))
        confinement_of_courier((unsigned)wire_number(&message, PROTO_CONFINED, 0));
    result->err = mp_err_from_wire(wire_number(&message, PROTO_ERROR, MP_PROTOCOL));
    result->http_status = (unsigned)wire_number(&message, PROTO_HTTP_STATUS, 0);
    result->retry_after_s = (unsigned)wire_number(&message, PROTO_RETRY_AFTER, 0);
    result->expires_in_s = (unsigned)wire_number(&message, PROTO_EXPIRES_IN, 0);
    result->validated_for_s = (unsigned)wire_number(&message, PROTO_VALIDATED_FOR, 0);
    err = wire_text(&message, PROTO_OAUTH_ERROR, result->oauth_error, sizeof(result->oauth_error));
    if (err == MP_OK)
        err = wire_text(&message, PROTO_DETAIL, result->detail, sizeof(result->detail));
    if (err == MP_OK)
        err = wire_text(&message, PROTO_SCOPE, result->scope, sizeof(result->scope));
    if (err == MP_OK)
        err = claims_read(&message, &result->claims);
    if (err == MP_OK)
        err = discovery_read(&message, job->account, &result->endpoints);
    if (err == MP_OK)
        err = take_token(&message, PROTO_ACCESS_TOKEN, &result->access_token);
    if (err == MP_OK)
        err = take_token(&message, PROTO_REFRESH_TOKEN, &result->refresh_token);
    if (err == MP_OK && wire_find(&message, PROTO_PROBE_STEP)) {
        result->steps = secret_copy(secret_text(packet), secret_length(packet));
        err = result->steps ? MP_OK : MP_NOMEM;
    }
    return err;
}

/* A courier that says nothing may have sent everything. */
static void unknown_outcome(struct job_result *result, const char *why)
{
    job_result_clear(result);
    result->err = MP_OUTAGE;
    result->progress = PROTO_MAYBE_SENT;
    strncpy(result->detail, why, sizeof(result->detail) - 1);
}

static void courier_ready(void *owner, short revents UNUSED)
{
    struct job *job = owner;
    struct job_result result = {0};
    struct secret *packet = NULL;
    enum mp_err err = packet_receive(job->fd, 0, &packet);

    if (err == MP_INTERRUPTED)
        return;
    if (err == MP_OK && packet)
        err = understand(job, packet, &result);
    else
        err = MP_SYSTEM;
    secret_free(&packet);
    if (err != MP_OK)
        unknown_outcome(&result, "the courier died or sent nonsense");
    finish(job, &result);
}

static void courier_late(void *owner)
{
    struct job *job = owner;
    struct job_result result = {0};

    job->timer = NULL;
    unknown_outcome(&result, "the courier did not answer in time");
    finish(job, &result);
}

/* A full backlog is EAGAIN. */
int job_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = -1;

    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* MP_OUTAGE: nothing was sent. */
static enum mp_err attempt(struct job *job, int connection, const struct secret *packet,
                           int64_t deadline_ms)
{
    struct loop *loop = job->broker->loop;

    job->fd = connection;
    if (job->fd < 0)
        return MP_OUTAGE;
    job->watch = loop_watch(loop, job->fd, POLLIN, courier_ready, job);
    job->timer = loop_at(loop, deadline_ms + GRACE_MS, courier_late, job);
    if (!job->watch || !job->timer)
        return MP_NOMEM;
    return packet_send(job->fd, 0, packet) == MP_OK ? MP_OK : MP_OUTAGE;
}

enum mp_err job_start_over(struct job **out, const struct broker *broker,
                           const struct config_account *account, int connection,
                           struct secret *packet, int64_t deadline_ms, job_done *done, void *owner)
{
    struct job *job = calloc(1, sizeof(*job));
    enum mp_err err = MP_NOMEM;

    *out = NULL;
    if (!job) {
        if (connection >= 0)
            close(connection);
        return MP_NOMEM;
    }
    job->broker = broker;
    job->account = account;
    job->next = jobs;
    jobs = job;
    job->done = done;
    job->owner = owner;
    job->fd = connection;
    err = wire_put_number(packet, PROTO_REMAINING_MS, (uint64_t)clock_left_ms(deadline_ms));
    if (err == MP_OK)
        err = wire_put_number(packet, PROTO_DEADLINE_MS, (uint64_t)deadline_ms);
    if (err == MP_OK)
        err = attempt(job, connection, packet, deadline_ms);
    if (err == MP_OUTAGE) {
        hang_up(job);
        err = attempt(job, job_connect(broker->courier), packet, deadline_ms);
    }
    if (err == MP_OK)
        *out = job;
    else
        job_cancel(&job);
    return err;
}

enum mp_err job_start(struct job **out, const struct broker *broker,
                      const struct config_account *account, struct secret *packet,
                      int64_t deadline_ms, job_done *done, void *owner)
{
    return job_start_over(out, broker, account, -1, packet, deadline_ms, done, owner);
}
