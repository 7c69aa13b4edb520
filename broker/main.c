/* mobprocd: start in a fixed order, serve, end cleanly. mobprocd(8). */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/ahead.h"
#include "broker/broker.h"
#include "broker/checkup.h"
#include "broker/confinement.h"
#include "broker/courier.h"
#include "broker/discovery.h"
#include "broker/flights.h"
#include "broker/forget.h"
#include "broker/hygiene.h"
#include "broker/listen.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/options.h"
#include "broker/rekey.h"
#include "broker/revoke.h"
#include "broker/signins.h"
#include "broker/statedir.h"
#include "lib/clock.h"

#define FINISH_MS 30000   /* what is in flight when SIGTERM comes may take so long */
#define LOCK_WAIT_MS 3000 /* a private broker that ends gives its successor the lock in time */

/* What only main knows of. */
struct service {
    struct options options;
    struct broker broker;
    char courier_socket[PATH_MAX];
    pid_t courier; /* -1: not ours */
    int lock_fd;
    int signal_fd;
    int is_bound; /* the socket is ours to remove */
    int is_ending;
    int64_t busy_ms; /* when somebody was last here, or the end began */
};

/* State, lock and courier, in this order: the courier starts before a key is read. */
static int open_state(struct service *service)
{
    struct broker *broker = &service->broker;
    const struct options *options = &service->options;

    if (statedir_open(options->state, options->is_user, options->is_user ? LOCK_WAIT_MS : 0,
                      &broker->state_fd, &service->lock_fd) != 0)
        return -1;
    if (options->courier_socket[0]) {
        broker->courier = options->courier_socket;
        return 0;
    }
    /* through the descriptor, so that a long path still fits a socket address */
    snprintf(service->courier_socket, sizeof(service->courier_socket),
             "/proc/self/fd/%d/courier.sock", broker->state_fd);
    broker->courier = service->courier_socket;
    service->courier = courier_start(options->courier, service->courier_socket);
    return service->courier < 0 ? -1 : 0;
}

static void stop(struct service *service)
{
    if (service->is_ending)
        return;
    service->is_ending = 1;
    service->busy_ms = clock_monotonic_ms();
    clients_stop_accepting(service->broker.clients);
    log_line(LOG_NOTICE, "event=stopping");
}

static void reload(struct service *service)
{
    char *errors = NULL;

    if (broker_reload(&service->broker, &errors) != MP_OK)
        log_line(LOG_ERR, "event=reload result=failed");
    free(errors);
}

static void child_ended(struct service *service)
{
    names_reap(service->broker.names);
    if (service->courier > 0 && waitpid(service->courier, NULL, WNOHANG) > 0) {
        log_line(LOG_ERR, "event=courier result=died");
        service->courier = -1;
        stop(service);
    }
}

static void signal_ready(void *owner, short revents UNUSED)
{
    struct service *service = owner;
    struct signalfd_siginfo info;

    if (read(service->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    if (info.ssi_signo == SIGHUP)
        reload(service);
    else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
        stop(service);
    else
        child_ended(service);
}

static int watch_signals(struct service *service)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    service->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return service->signal_fd >= 0 && loop_watch(service->broker.loop, service->signal_fd, POLLIN,
                                                 signal_ready, service)
               ? 0
               : -1;
}

static void tick(void *owner UNUSED)
{
}

/* Idle for long enough, or everything that was in flight when we were told to end is done? */
static int is_over(struct service *service)
{
    size_t clients = clients_count(service->broker.clients);
    int64_t now = clock_monotonic_ms();

    if (service->is_ending)
        return (clients == 0 && !revoke_is_busy(&service->broker)) ||
               now - service->busy_ms > FINISH_MS;
    if (clients > 0 || signins_are_open(service->broker.signins))
        service->busy_ms = now;
    if (service->options.idle_s && now - service->busy_ms >= service->options.idle_s * 1000) {
        /* new callers find no socket and start the next broker; those who came still get served */
        unlink(service->options.socket);
        service->is_bound = 0;
        log_line(LOG_INFO, "event=idle");
        service->is_ending = 1;
        service->busy_ms = now;
    }
    return 0;
}

static int serve(struct service *service)
{
    struct loop_timer *timer = NULL;

    while (!is_over(service)) {
        if (service->options.idle_s || service->is_ending)
            timer = loop_at(service->broker.loop, clock_monotonic_ms() + 250, tick, NULL);
        if (loop_turn(service->broker.loop) != MP_OK) {
            log_line(LOG_ERR, "event=loop result=failed error=\"%m\"");
            return EXIT_FAILURE;
        }
        loop_cancel(&timer);
    }
    return EXIT_SUCCESS;
}

static void clean_up(struct service *service)
{
    struct broker *broker = &service->broker;

    clients_free(&broker->clients);
    revoke_forget_all(broker);
    flights_free(&broker->flights);
    ahead_free(&broker->ahead);
    discovery_free(&broker->discovery);
    signins_free(&broker->signins);
    rekey_forget(broker);
    forget_cancel_all(broker);
    names_free(&broker->names);
    vault_free(&broker->vault);
    keyring_free(&broker->ring);
    settings_release(&broker->settings);
    loop_free(&broker->loop);
    if (service->courier > 0) {
        kill(service->courier, SIGTERM);
        waitpid(service->courier, NULL, 0);
        unlinkat(broker->state_fd, "courier.sock", 0);
    }
    if (service->is_bound)
        unlink(service->options.socket);
}

/* The configuration. A broken one is no reason to end under socket activation: it mends itself. */
static int read_settings(struct service *service, int is_activated)
{
    char *errors = NULL;
    enum mp_err err = broker_reload(&service->broker, &errors);

    if (err != MP_OK && !is_activated)
        fprintf(stderr, "%s\n", errors ? errors : mp_err_text(err));
    free(errors);
    if (err != MP_OK && is_activated) {
        broker_open_vault(&service->broker);
        return 0;
    }
    return err == MP_OK ? 0 : -1;
}

static int start(struct service *service, int listen_fd)
{
    struct broker *broker = &service->broker;
    const struct options *options = &service->options;
    int is_activated = listen_fd >= 0;
    int mode = options->is_user ? 0600 : 0666;

    if (open_state(service) != 0 || confinement_begin() != 0)
        return EXIT_FAILURE;
    if (loop_new(&broker->loop) != MP_OK || names_new(&broker->names, broker->loop) != MP_OK ||
        flights_new(&broker->flights) != MP_OK || ahead_new(&broker->ahead) != MP_OK ||
        discovery_new(&broker->discovery) != MP_OK || signins_new(&broker->signins) != MP_OK ||
        watch_signals(service) != 0)
        return EXIT_FAILURE;
    if (read_settings(service, is_activated) != 0)
        return CHECKUP_EXIT_CONFIGURATION;
    if (!is_activated)
        listen_fd = listen_bind(options->socket, (mode_t)mode, options->is_user ? 0700 : 0755);
    if (listen_fd < 0 || clients_new(&broker->clients, broker->loop, listen_fd, &broker->settings,
                                     operations_dispatch, broker) != MP_OK)
        return EXIT_FAILURE;
    service->is_bound = !is_activated;
    if (confinement_to_files(options->state, service->is_bound ? options->socket : "") != 0)
        return EXIT_FAILURE;
    if (options->ready_fd >= 0) {
        if (write(options->ready_fd, "1", 1) != 1)
            return EXIT_FAILURE;
        close(options->ready_fd);
    }
    service->busy_ms = clock_monotonic_ms();
    log_line(LOG_NOTICE, "event=started version=%s", MOBPROC_VERSION);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static struct service service = {.courier = -1,
                                     .lock_fd = -1,
                                     .signal_fd = -1,
                                     .broker = {.state_fd = -1, .guard_fd = -1, .sessions_fd = -1}};
    char *no_environment[] = {NULL};
    char *credentials = NULL;
    int listen_fd = -1;
    int status = EXIT_FAILURE;

    if (hygiene_descriptors() != 0)
        return EXIT_FAILURE;
    status = options_read(&service.options, argc, argv);
    if (status != 0)
        return status > 0 ? EXIT_SUCCESS : 2;
    if (service.options.check_only)
        return checkup(service.options.config);
    hygiene_harden();
    listen_fd = listen_activated();
    if (listen_fd == -2)
        return EXIT_FAILURE;
    credentials = getenv("CREDENTIALS_DIRECTORY");
    if (credentials)
        credentials = strdup(credentials);
    environ = no_environment;
    log_open("mobprocd", service.options.is_foreground, service.options.is_verbose);
    service.broker.uid = geteuid();
    service.broker.config_path = service.options.config;
    service.broker.credentials = credentials;
    if (listen_fd >= 0 && !service.options.courier_socket[0])
        snprintf(service.options.courier_socket, PATH_MAX, "/run/mobproc/courier.sock");
    status = start(&service, listen_fd);
    if (status == EXIT_SUCCESS)
        status = serve(&service);
    clean_up(&service);
    free(credentials);
    return status;
}
