/* links: broker/ tests/faults/inside.o tests/faults/sodium.o -lsodium -lseccomp */
/*
 * Every allocation, system call, full packet and refusal of libsodium in every operation of the
 * broker: an answer comes or the broker hangs up, nobody is let in without a grant, a password is
 * sent once, nothing leaks, and the next login works.
 */
#include "tests/unit/broker_ask.h"
#include "tests/unit/every_fault.h"

#define ROOT_ONLY (geteuid() == 0 ? MP_OK : MP_FORBIDDEN)
#define ROBOT_SERVED "https://robot.example/"

/* --- how things stand before each try --- */

static int remove_guard(void *owner, const char *name)
{
    NEED(unlinkat(*(int *)owner, name, 0) == 0);
    return 0;
}

/* The user is logged in, and nothing is held against him or remembered. */
static void arrange_login(void)
{
    fault_pause();
    NEED(store_each(broker.guard_fd, remove_guard, &broker.guard_fd) == MP_OK);
    flights_free(&broker.flights);
    NEED(flights_new(&broker.flights) == MP_OK);
    fault_resume();
    courier.err = MP_OK;
    courier.progress = PROTO_ANSWERED;
    courier.scope = NULL;
    CHECK(log_in() == MP_OK);
}

/* The service account has to log in again. */
static void arrange_robot(void)
{
    arrange_login();
    CHECK(seal_robot() == MP_OK);
    fault_pause();
    unlinkat(broker.state_fd, "service/robot", 0);
    fault_resume();
}

static void arrange_sealed(void)
{
    arrange_login();
    CHECK(seal_robot() == MP_OK);
}

/* No courier waits for this user yet. */
static void arrange_prepare(void)
{
    arrange_login();
    fault_pause();
    ahead_free(&broker.ahead);
    NEED(ahead_new(&broker.ahead) == MP_OK);
    fault_resume();
    case_turn(); /* the courier sees it */
}

/* One waits. */
static void arrange_ahead(void)
{
    arrange_prepare();
    CHECK(ask_error(geteuid(), request_about_user(PROTO_PREPARE)) == MP_OK);
}

static void arrange_session(void)
{
    arrange_login();
    CHECK(ask_error(geteuid(), request_about_user(PROTO_SESSION_OPEN)) == ROOT_ONLY);
}

static void arrange_denial(void)
{
    arrange_login();
    courier.err = MP_DENIED;
}

/* The server gives more than was asked for. */
static void arrange_wider(void)
{
    arrange_login();
    courier.scope = "MOBPROC admin";
}

static void arrange_no_record(void)
{
    arrange_login();
    CHECK(ask_error(house.uid, account_request(PROTO_LOGOUT, "tangoe")) == MP_OK);
}

/* Nobody listens where a courier should: what was marked has to be put back. */
static void arrange_no_courier(void)
{
    if (!house.courier_fd)
        case_start_courier();
    arrange_login();
    case_stop_courier();
}

static void arrange_outage(void)
{
    arrange_login();
    courier.err = MP_OUTAGE;
    courier.progress = PROTO_MAYBE_SENT;
}

static char handle[128];
static char state[256];

/* A sign-in with a browser has begun. */
static void arrange_signin(void)
{
    struct secret *request = account_request(PROTO_BEGIN_BROWSER, "tangoe");
    struct answer answer;
    char url[4097];
    const char *found = NULL;

    arrange_login();
    with_text(request, PROTO_REDIRECT_URI, "http://127.0.0.1:4000/callback");
    answer = ask_as(house.uid, request);
    CHECK(answer_error(&answer) == MP_OK);
    CHECK(wire_text(&answer.message, PROTO_HANDLE, handle, sizeof(handle)) == MP_OK);
    CHECK(wire_text(&answer.message, PROTO_URL, url, sizeof(url)) == MP_OK);
    found = strstr(url, "&state=");
    snprintf(state, sizeof(state), "%.*s", found ? (int)strcspn(found + 7, "&") : 0,
             found ? found + 7 : "");
    answer_free(&answer);
}

/* --- what is asked --- */

static struct secret *no_password(void)
{
    return request_about_user(PROTO_LOGIN);
}

static struct secret *check_request(void)
{
    return request_about_user(PROTO_ACCOUNT_CHECK);
}

static struct secret *prepare_request(void)
{
    return request_about_user(PROTO_PREPARE);
}

static struct secret *open_request(void)
{
    return request_about_user(PROTO_SESSION_OPEN);
}

static struct secret *close_request(void)
{
    return request_about_user(PROTO_SESSION_CLOSE);
}

static struct secret *get_request(void)
{
    return account_request(PROTO_GET, "tangoe");
}

static struct secret *get_for_too_long(void)
{
    struct secret *request = account_request(PROTO_GET, "tangoe");

    NEED(wire_put_number(request, PROTO_MIN_TTL, 1000000) == MP_OK);
    return request;
}

static struct secret *get_by_address(void)
{
    struct secret *request = request_for(PROTO_GET);

    with_text(request, PROTO_SCHEME, "https");
    with_text(request, PROTO_HOST, "robot.example");
    with_text(request, PROTO_PATH, "anything");
    with_text(request, PROTO_PREFERRED, "tangoe");
    return request;
}

static struct secret *list_request(void)
{
    return request_for(PROTO_LIST);
}

static struct secret *status_request(void)
{
    return request_for(PROTO_STATUS);
}

static struct secret *refresh_request(void)
{
    return account_request(PROTO_REFRESH, "tangoe");
}

static struct secret *logout_request(void)
{
    return account_request(PROTO_LOGOUT, "tangoe");
}

static struct secret *validate_request(void)
{
    return account_request(PROTO_VALIDATE, "tangoe");
}

static struct secret *erase_request(void)
{
    struct secret *request = account_request(PROTO_ERASE, "tangoe");

    with_text(request, PROTO_ACCESS_TOKEN, "access-token");
    return request;
}

static struct secret *reload_request(void)
{
    return request_for(PROTO_RELOAD);
}

static struct secret *seal_request(void)
{
    struct secret *request = request_for(PROTO_SEAL);

    with_text(request, PROTO_SECRET_NAME, "robot");
    with_text(request, PROTO_PASSWORD, "sealed secret");
    return request;
}

static struct secret *rekey_request(void)
{
    return request_for(PROTO_REKEY);
}

static struct secret *metrics_request(void)
{
    return request_for(PROTO_METRICS);
}

static struct secret *probe_request(void)
{
    return account_request(PROTO_PROBE, "tangoe");
}

static struct secret *names_request(void)
{
    return request_for(PROTO_PROBE);
}

static struct secret *begin_request(void)
{
    struct secret *request = account_request(PROTO_BEGIN_BROWSER, "tangoe");

    with_text(request, PROTO_REDIRECT_URI, "http://127.0.0.1:4000/callback");
    return request;
}

static struct secret *port_request(void)
{
    return account_request(PROTO_BEGIN_BROWSER, "tangoe");
}

static struct secret *finish_request(void)
{
    struct secret *request = request_for(PROTO_FINISH_BROWSER);

    with_text(request, PROTO_HANDLE, handle);
    with_text(request, PROTO_STATE, state);
    with_text(request, PROTO_CODE, "a code");
    return request;
}

/* --- the table --- */

static const struct operation_case {
    const char *name;
    int is_user;     /* asked by the user himself, not by the broker's own uid */
    int is_password; /* it sends one */
    int is_unknown;  /* the name service is asked */
    void (*arrange)(void);
    struct secret *(*request)(void);
    int good; /* enum mp_err without a fault; -1: ROOT_ONLY */
} cases[] = {
    {"login", 0, 1, 0, arrange_login, login_request, MP_OK},
    {"login of the user himself", 1, 1, 1, arrange_login, login_request, MP_OK},
    {"login over a connection made ahead", 0, 1, 0, arrange_ahead, login_request, MP_OK},
    {"wrong password", 0, 1, 0, arrange_denial, login_request, MP_DENIED},
    {"login in an outage", 0, 1, 0, arrange_outage, login_request, MP_OUTAGE},
    {"login without a password", 0, 1, 0, arrange_login, no_password, MP_DENIED},
    {"login with a wider scope", 0, 1, 0, arrange_wider, login_request, MP_POLICY},
    {"account", 0, 0, 1, arrange_login, check_request, MP_OK},
    {"prepare", 0, 0, 0, arrange_prepare, prepare_request, MP_OK},
    {"session-open", 0, 0, 0, arrange_login, open_request, -1},
    {"session-close", 0, 0, 0, arrange_session, close_request, -1},
    {"get", 1, 0, 0, arrange_login, get_request, MP_OK},
    {"get of a service account", 1, 1, 0, arrange_robot, get_by_address, MP_OK},
    {"list", 1, 0, 1, arrange_login, list_request, MP_OK},
    {"status", 1, 0, 0, arrange_login, status_request, MP_OK},
    {"refresh", 1, 0, 0, arrange_login, refresh_request, MP_OK},
    {"get for too long", 1, 0, 0, arrange_login, get_for_too_long, MP_TOO_LONG},
    {"get without a record", 1, 0, 0, arrange_no_record, get_request, MP_NO_RECORD},
    {"refresh with a wider scope", 1, 0, 0, arrange_wider, refresh_request, MP_LOGIN_NEEDED},
    {"refresh that is denied", 1, 0, 0, arrange_denial, refresh_request, MP_LOGIN_NEEDED},
    {"refresh in an outage", 1, 0, 0, arrange_outage, refresh_request, MP_OUTAGE},
    {"refresh without a courier", 1, 0, 0, arrange_no_courier, refresh_request, MP_OUTAGE},
    {"login without a courier", 0, 1, 0, arrange_no_courier, login_request, MP_OUTAGE},
    {"probe without a courier", 0, 0, 0, arrange_no_courier, probe_request, MP_OUTAGE},
    {"logout", 1, 0, 0, arrange_login, logout_request, MP_OK},
    {"validate", 1, 0, 0, arrange_login, validate_request, MP_OK},
    {"erase", 1, 0, 0, arrange_login, erase_request, MP_OK},
    {"reload", 0, 0, 0, arrange_login, reload_request, MP_OK},
    {"seal", 0, 0, 0, arrange_login, seal_request, MP_OK},
    {"rekey", 0, 0, 1, arrange_sealed, rekey_request, MP_OK},
    {"metrics", 0, 0, 0, arrange_login, metrics_request, MP_OK},
    {"probe", 0, 0, 0, arrange_login, probe_request, MP_OK},
    {"probe without an account", 0, 0, 0, arrange_login, names_request, MP_OK},
    {"begin-browser", 1, 0, 0, arrange_login, begin_request, MP_OK},
    {"begin-browser, which port", 1, 0, 0, arrange_login, port_request, MP_OK},
    {"finish-browser", 1, 0, 0, arrange_signin, finish_request, MP_OK},
};

static void blame(const struct operation_case *c, unsigned at, const char *what)
{
    if (!check_failure[0])
        snprintf(check_failure, sizeof(check_failure), "%s: call %u (%s): %s", c->name, at,
                 fault_last(), what);
}

/* One try with call number `at` failing. 1 when there was such a call. */
static int try_once(const struct operation_case *c, enum fault_kind kind, unsigned variant,
                    unsigned at)
{
    enum mp_err good = c->good < 0 ? ROOT_ONLY : (enum mp_err)c->good;
    struct secret *request = NULL;
    struct answer answer;
    enum mp_err err = MP_OK;
    unsigned jobs = 0;
    int failed = 0;

    c->arrange();
    if (c->is_unknown)
        names_forget(broker.names); /* who he is has to be asked again, which takes a process */
    request = c->request();
    jobs = courier.jobs;
    fault_arm(kind, at, variant);
    answer = ask_as(c->is_user ? house.uid : geteuid(), request);
    failed = fault_disarm();
    err = answer_error(&answer);
    if (answer_admits(&answer) && (err != MP_OK || good != MP_OK))
        blame(c, at, "admitted for nothing");
    if (err == MP_OK && good != MP_OK)
        blame(c, at, "a success that it is not");
    if (c->is_password && courier.jobs - jobs > 1)
        blame(c, at, "the password was sent twice");
    if (!failed && err != good)
        blame(c, at, mp_err_name(err));
    answer_free(&answer);
    return failed;
}

static void try_every(enum fault_kind kind, unsigned variant)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned at = 0;
        long before = 0;

        case_begin();
        before = fault_live();
        CHECK(case_start() == MP_OK);
        while (try_once(&cases[i], kind, variant, ++at))
            ;
        case_stop();
        if (fault_live() != before)
            blame(&cases[i], at, "a leak");
        case_end();
    }
}

/* --- the start --- */

/* A state directory that has never been used, as after the installation. */
static enum mp_err start_and_log_in(void)
{
    char state_path[600];
    struct secret *request = NULL;
    enum mp_err err = MP_OK;

    fault_pause();
    request = login_request();
    snprintf(state_path, sizeof(state_path), "%s/state", scratch_path);
    nftw(state_path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    fault_resume();
    err = case_start();
    if (err == MP_OK)
        err = ask_error(geteuid(), request);
    else
        secret_free(&request);
    fault_pause();
    case_stop();
    fault_resume();
    return err;
}

TEST(P1_no_broker_starts_with_half_of_what_it_needs)
{
    case_begin();
    EVERY_FAULT(start_and_log_in, FAULT_MEMORY, 0, MP_OK);
    EVERY_FAULT(start_and_log_in, FAULT_CALL, 0, MP_OK);
    EVERY_FAULT(start_and_log_in, FAULT_ROOM, 0, MP_OK);
    EVERY_FAULT(start_and_log_in, FAULT_LIBRARY, 0, MP_OK);
    case_end();
}

TEST(P1_no_operation_needs_all_of_its_memory)
{
    try_every(FAULT_MEMORY, 0);
}

TEST(P1_no_operation_believes_a_system_call)
{
    try_every(FAULT_CALL, 0);
    try_every(FAULT_CALL, 1);
}

TEST(P1_no_operation_writes_beyond_a_packet)
{
    try_every(FAULT_ROOM, 0);
}

TEST(P1_no_operation_goes_on_when_libsodium_refuses)
{
    try_every(FAULT_LIBRARY, 0);
}

TESTS(T(P1_no_operation_needs_all_of_its_memory), T(P1_no_operation_believes_a_system_call),
      T(P1_no_operation_writes_beyond_a_packet), T(P1_no_operation_goes_on_when_libsodium_refuses),
      T(P1_no_broker_starts_with_half_of_what_it_needs))
