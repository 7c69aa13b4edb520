#include "courier/nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "courier/confine.h"
#include "lib/clock.h"

#define NOBODY 65534
#define BREATH_MS 200 /* after EMFILE and its kind: the listener stays readable, do not spin */

struct nursery {
    int listener;
    uid_t owner;
    void (*work)(int connection);
    pid_t children[NURSERY_MAX_CHILDREN]; /* 0: free */
    size_t running;
    int64_t rest_until_ms; /* do not accept before */
    int64_t stop_by_ms;    /* 0: not stopping */
};

static volatile sig_atomic_t stop_asked;

static void ask_to_stop(int signal_number UNUSED)
{
    stop_asked = 1;
}

/* SIGCHLD has to be caught, or it would not interrupt ppoll(). */
static void wake_up(int signal_number UNUSED)
{
}

enum mp_err nursery_inspect(int listener, uid_t *owner)
{
    struct sockaddr_un address = {0};
    socklen_t address_size = sizeof(address) - 1; /* one byte stays for the NUL */
    socklen_t size = sizeof(int);
    struct stat info = {0};
    int type = 0;
    int listens = 0;

    *owner = (uid_t)-1;
    if (getsockopt(listener, SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
        getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &address_size) != 0)
        return MP_SYSTEM;
    if (address.sun_family != AF_UNIX || type != SOCK_SEQPACKET || !listens)
        return MP_CONFIGURATION;
    if (address.sun_path[0] == '/' && lstat(address.sun_path, &info) == 0 && S_ISSOCK(info.st_mode))
        *owner = info.st_uid;
    return MP_OK;
}

int nursery_admits(uid_t peer, uid_t owner)
{
    if (peer == (uid_t)-1 || peer == NOBODY)
        return 0;
    return peer == geteuid() || peer == owner;
}

static int is_admitted(int connection, uid_t owner)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof(peer);

    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           size == sizeof(peer) && nursery_admits(peer.uid, owner);
}

/* --- children --- */

static void run_child(const struct nursery *nursery, int connection)
{
    sigset_t none;

    close(nursery->listener);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (confine_child() == MP_OK)
        nursery->work(connection);
    _exit(0);
}

static void start_child(struct nursery *nursery, int connection)
{
    pid_t pid = fork();
    size_t free_slot = 0;

    if (pid == 0)
        run_child(nursery, connection);
    close(connection);
    if (pid < 0) {
        nursery->rest_until_ms = clock_monotonic_ms() + BREATH_MS;
        return;
    }
    while (nursery->children[free_slot])
        free_slot++;
    nursery->children[free_slot] = pid;
    nursery->running++;
}

static void reap(struct nursery *nursery)
{
    pid_t pid = 0;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        for (size_t i = 0; i < NURSERY_MAX_CHILDREN; i++)
            if (nursery->children[i] == pid) {
                nursery->children[i] = 0;
                nursery->running--;
            }
}

static void kill_children(const struct nursery *nursery)
{
    for (size_t i = 0; i < NURSERY_MAX_CHILDREN; i++)
        if (nursery->children[i])
            kill(nursery->children[i], SIGKILL);
}

/* --- the loop --- */

static enum mp_err accept_one(struct nursery *nursery)
{
    int connection = accept4(nursery->listener, NULL, NULL, SOCK_CLOEXEC);

    if (connection >= 0) {
        if (is_admitted(connection, nursery->owner))
            start_child(nursery, connection);
        else
            close(connection);
        return MP_OK;
    }
    switch (errno) {
    case EAGAIN:
    case EINTR:
    case ECONNABORTED:
        return MP_OK;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        nursery->rest_until_ms = clock_monotonic_ms() + BREATH_MS;
        return MP_OK;
    default:
        return MP_SYSTEM;
    }
}

/* Waits for a connection or a signal. 1 when one can be accepted, 0 when not, -1 with errno. */
static int wait_for_work(const struct nursery *nursery, const sigset_t *unblocked)
{
    struct pollfd entry = {.fd = nursery->listener, .events = POLLIN};
    int rest = clock_left_ms(nursery->rest_until_ms);
    nfds_t is_open = !nursery->stop_by_ms && !rest && nursery->running < NURSERY_MAX_CHILDREN;
    int wait = nursery->stop_by_ms ? clock_left_ms(nursery->stop_by_ms) : rest;
    struct timespec timeout = {wait / 1000, (long)(wait % 1000) * 1000000};
    int is_bounded = nursery->stop_by_ms || rest;
    int ready = ppoll(&entry, is_open, is_bounded ? &timeout : NULL, unblocked);

    if (ready < 0 && errno == ENOMEM) { /* it may pass: whoever asks waits a little */
        const struct timespec breath = {0, BREATH_MS * 1000000L};

        nanosleep(&breath, NULL);
        return 0;
    }
    return ready < 0 && errno == EINTR ? 0 : ready;
}

/* ppoll() leaves signals pending while connections keep coming: they must not wait for a pause. */
static void take_signals(const sigset_t *unblocked)
{
    sigset_t blocked;

    sigprocmask(SIG_SETMASK, unblocked, &blocked);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static enum mp_err serve(struct nursery *nursery, const sigset_t *unblocked)
{
    for (;;) {
        int ready = 0;

        take_signals(unblocked);
        reap(nursery);
        if (stop_asked && !nursery->stop_by_ms)
            nursery->stop_by_ms = clock_monotonic_ms() + NURSERY_STOP_MS;
        if (nursery->stop_by_ms && nursery->running == 0)
            return MP_OK;
        if (nursery->stop_by_ms && clock_left_ms(nursery->stop_by_ms) == 0) {
            kill_children(nursery);
            return MP_OK;
        }
        ready = wait_for_work(nursery, unblocked);
        if (ready < 0 || (ready > 0 && accept_one(nursery) != MP_OK))
            return MP_SYSTEM;
    }
}

static int catch (int signal_number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL);
}

enum mp_err nursery_serve(int listener, uid_t owner, void (*work)(int connection))
{
    struct nursery nursery = {.listener = listener, .owner = owner, .work = work};
    sigset_t blocked;
    sigset_t unblocked;

    sigemptyset(&unblocked);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGCHLD);
    /* a connection that vanished must not make accept() wait */
    if (confine_prepare() != MP_OK || fcntl(listener, F_SETFL, O_NONBLOCK) != 0 ||
        sigprocmask(SIG_SETMASK, &blocked, NULL) != 0 || catch (SIGTERM, ask_to_stop) != 0 ||
        catch (SIGINT, ask_to_stop) != 0 || catch (SIGCHLD, wake_up) != 0 ||
        catch (SIGPIPE, SIG_IGN) != 0)
        return MP_SYSTEM;
    return serve(&nursery, &unblocked);
}
