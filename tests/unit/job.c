/* links: broker/ -lsodium -lseccomp */
/* Who may have how many couriers at once. The courier here takes orders and never answers. */
#include "broker/job.h"

#include "broker/listen.h"
#include "lib/clock.h"
#include "lib/packet.h"
#include "tests/unit/scratch.h"

#define SEVERAL 8 /* users that have as many as one may have */

static const struct config_account account = {.name = "tangoe"};

static struct {
    struct broker broker;
    char path[600];
    int listen_fd;
    struct job *jobs[64];
    size_t count;
} room;

static void room_begin(void)
{
    memset(&room, 0, sizeof(room));
    snprintf(room.path, sizeof(room.path), "%s/courier.sock", scratch_path);
    room.listen_fd = listen_bind(room.path, 0600, 0700);
    room.broker.courier = room.path;
    NEED(room.listen_fd >= 0 && loop_new(&room.broker.loop) == MP_OK);
}

static void room_end(void)
{
    for (size_t i = 0; i < room.count; i++)
        job_cancel(&room.jobs[i]);
    CHECK(job_running() == 0);
    loop_free(&room.broker.loop);
    close(room.listen_fd);
}

static void never(void *owner UNUSED, struct job_result *result UNUSED)
{
    CHECK(0);
}

/* Starts a job if it is admitted. */
static enum mp_err start(uid_t uid, enum job_purse purse)
{
    struct secret *packet = secret_new(256);
    enum mp_err err = job_admit(uid, purse);

    NEED(packet && wire_begin(packet, PROTO_JOB_VALIDATE) == MP_OK);
    if (err == MP_OK) {
        NEED(job_start(&room.jobs[room.count], &room.broker, &account, packet,
                       clock_monotonic_ms() + 60000, never, NULL) == MP_OK);
        job_charge(room.jobs[room.count++], uid, purse);
    }
    secret_free(&packet);
    return err;
}

TEST(a_user_has_a_few_of_each_kind)
{
    int dir = scratch_begin();

    room_begin();
    for (int i = 0; i < JOB_MAX_PER_USER; i++)
        CHECK(start(1000, JOB_OWN) == MP_OK);
    CHECK(start(1000, JOB_OWN) == MP_BUSY);
    for (int i = 0; i < JOB_MAX_PER_USER; i++)
        CHECK(start(1000, JOB_OWN_LOGIN) == MP_OK);
    CHECK(start(1000, JOB_OWN_LOGIN) == MP_BUSY);
    for (int i = 0; i < JOB_MAX_LOGINS; i++)
        CHECK(start(1000, JOB_LOGIN_REMOTE) == MP_OK);
    CHECK(start(1000, JOB_LOGIN_REMOTE) == MP_BUSY);
    CHECK(start(1000, JOB_LOGIN_HERE) == MP_OK && start(1001, JOB_OWN) == MP_OK);
    room_end();
    scratch_end(dir);
}

TEST(many_users_leave_couriers_for_logins)
{
    int dir = scratch_begin();
    int admitted = 0;

    room_begin();
    for (uid_t uid = 1000; uid < 1000 + SEVERAL; uid++)
        for (int i = 0; i < JOB_MAX_PER_USER; i++)
            admitted += start(uid, JOB_OWN) == MP_OK;
    CHECK(admitted == JOB_MAX_OWN);
    CHECK(start(2000, JOB_OWN) == MP_BUSY && start(0, JOB_OWN) == MP_OK);
    CHECK(start(1000, JOB_LOGIN_HERE) == MP_OK && start(2000, JOB_LOGIN_REMOTE) == MP_OK);
    CHECK(start(1000, JOB_OWN_LOGIN) == MP_OK && start(2000, JOB_OWN_LOGIN) == MP_OK);
    job_cancel(&room.jobs[0]);
    CHECK(start(2000, JOB_OWN) == MP_BUSY);
    job_cancel(&room.jobs[1]);
    CHECK(start(2000, JOB_OWN) == MP_OK);
    room_end();
    scratch_end(dir);
}

TESTS(T(a_user_has_a_few_of_each_kind), T(many_users_leave_couriers_for_logins))
