/* links: broker/ tests/faults/inside.o -lsodium -lseccomp */
/*
 * What a broker seldom meets: a vault without a key, a configuration that broke, couriers that say
 * half of it, records and secrets that nobody can open.
 */
#include <errno.h>
#include <sys/resource.h>

#include "broker/forget.h"
#include "broker/held.h"
#include "broker/mapping.h"
#include "broker/refresh.h"
#include "tests/unit/broker_ask.h"

static enum mp_err ask_user(struct secret *request)
{
    return ask_error(house.uid, request);
}

/* --- without a vault --- */

TEST(without_a_key_everything_says_so_and_nothing_is_sent)
{
    struct answer answer;

    case_begin();
    NEED(mkdirat(house.scratch_fd, "state", 0700) == 0);
    case_put("state/vault.key", "no key");
    CHECK(case_start() == MP_OK && !broker.vault);
    CHECK(log_in() == MP_LOCKED);
    CHECK(ask_user(account_request(PROTO_BEGIN_BROWSER, "tangoe")) == MP_LOCKED);
    CHECK(ask_user(account_request(PROTO_GET, "tangoe")) == MP_LOCKED);
    CHECK(ask_user(account_request(PROTO_LOGOUT, "tangoe")) == MP_LOCKED);
    CHECK(ask_user(account_request(PROTO_VALIDATE, "tangoe")) == MP_LOCKED);
    CHECK(seal_robot() == MP_LOCKED);
    answer = ask_as(geteuid(), request_for(PROTO_REKEY));
    CHECK(answer_error(&answer) == MP_LOCKED && strstr(answer_text(&answer), "vault.key"));
    answer_free(&answer);
    answer = ask_as(house.uid, request_for(PROTO_STATUS));
    CHECK(answer_error(&answer) == MP_OK);
    CHECK(wire_number(&answer.message, PROTO_VAULT_STATE, MP_OK) == MP_LOCKED);
    answer_free(&answer);
    CHECK(courier.jobs == 0);
    case_stop();
    case_end();
}

TEST(without_its_directories_it_counts_no_session_and_sends_no_password)
{
    case_begin();
    NEED(mkdirat(house.scratch_fd, "state", 0700) == 0);
    case_put("state/guard", "in the way");
    CHECK(case_start() == MP_OK && !broker.vault);
    CHECK(strstr(broker.vault_problem, "state directory"));
    CHECK(log_in() == MP_LOCKED && courier.jobs == 0);
    if (geteuid() == 0)
        CHECK(ask_error(0, request_about_user(PROTO_SESSION_OPEN)) == MP_LOCKED);
    case_stop();
    case_end();
}

/* --- without a configuration --- */

TEST(a_configuration_that_broke_leaves_what_needs_none)
{
    case_begin();
    CHECK(case_start() == MP_OK);
    settings_release(&broker.settings);
    CHECK(log_in() == MP_CONFIGURATION);
    CHECK(ask_user(request_for(PROTO_LIST)) == MP_CONFIGURATION);
    CHECK(ask_error(geteuid(), request_for(PROTO_METRICS)) == MP_OK);
    CHECK(ask_error(geteuid(), request_for(PROTO_RELOAD)) == MP_OK);
    CHECK(log_in() == MP_OK);
    case_stop();
    case_end();
}

TEST(a_reload_that_fails_names_the_lines_and_changes_nothing)
{
    struct answer answer;

    case_begin();
    CHECK(case_start() == MP_OK);
    case_configure("[account a]\nnonsense = 1\n[mobproc]\nminimum_uid = x\n");
    answer = ask_as(geteuid(), request_for(PROTO_RELOAD));
    CHECK(answer_error(&answer) == MP_CONFIGURATION);
    CHECK(strstr(answer_text(&answer), "mobproc.conf:2: nonsense: unknown key\n"));
    answer_free(&answer);
    CHECK(log_in() == MP_OK);
    case_stop();
    case_end();
}

/* --- couriers --- */

TEST(a_grant_without_a_token_is_none)
{
    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    courier.lacks_tokens = 1;
    CHECK(log_in() == MP_PROTOCOL);
    CHECK(ask_user(account_request(PROTO_REFRESH, "tangoe")) == MP_OUTAGE);
    courier.lacks_tokens = 0;
    CHECK(ask_user(account_request(PROTO_GET, "tangoe")) == MP_OK);
    case_stop();
    case_end();
}

TEST(a_courier_that_hangs_up_may_have_sent_everything)
{
    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    courier.is_silent = 1;
    CHECK(log_in() == MP_OUTAGE);
    CHECK(ask_user(account_request(PROTO_REFRESH, "tangoe")) == MP_OUTAGE);
    CHECK(ask_user(account_request(PROTO_VALIDATE, "tangoe")) == MP_OUTAGE);
    CHECK(ask_error(geteuid(), account_request(PROTO_PROBE, "tangoe")) == MP_OUTAGE);
    courier.is_silent = 0;
    courier.progress = (enum proto_progress)7;
    CHECK(log_in() == MP_OUTAGE);
    case_stop();
    case_end();
}

static void write_odd_step(uint16_t operation, struct secret *packet)
{
    if (operation == PROTO_JOB_PROBE)
        case_put_step(packet, PROTO_RECORD_ENTRY);
}

static void write_no_step(uint16_t operation UNUSED, struct secret *packet)
{
    secret_truncate(packet, 0);
    NEED(wire_begin(packet, PROTO_JOB_DONE) == MP_OK);
    NEED(wire_put_number(packet, PROTO_ERROR, MP_OK) == MP_OK);
    NEED(wire_put_number(packet, PROTO_PROGRESS, PROTO_ANSWERED) == MP_OK);
}

TEST(the_steps_of_a_probe_are_read_before_they_are_passed_on)
{
    case_begin();
    CHECK(case_start() == MP_OK);
    CHECK(ask_error(geteuid(), account_request(PROTO_PROBE, "tangoe")) == MP_OK);
    courier.write = write_odd_step;
    CHECK(ask_error(geteuid(), account_request(PROTO_PROBE, "tangoe")) == MP_PROTOCOL);
    courier.write = write_no_step;
    CHECK(ask_error(geteuid(), account_request(PROTO_PROBE, "tangoe")) == MP_OUTAGE);
    CHECK(ask_error(geteuid(), account_request(PROTO_PROBE, "nobody")) == MP_NO_ACCOUNT);
    case_stop();
    case_end();
}

TEST(a_wider_scope_than_asked_for_is_given_back)
{
    unsigned before = 0;

    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    courier.scope = "MOBPROC admin";
    before = courier.jobs;
    CHECK(log_in() == MP_POLICY);
    CHECK(ask_user(account_request(PROTO_REFRESH, "tangoe")) == MP_LOGIN_NEEDED);
    case_turn();
    case_turn();
    CHECK(courier.jobs >= before + 3); /* a grant, a refresh and what gave the tokens back */
    CHECK(ask_user(account_request(PROTO_REFRESH, "tangoe")) == MP_LOGIN_NEEDED);
    case_stop();
    case_end();
}

TEST(a_sign_in_of_somebody_else_is_not_kept)
{
    struct secret *request = account_request(PROTO_BEGIN_BROWSER, "tangoe");
    struct answer answer;
    char words[2][4097];
    char *state = NULL;

    case_begin();
    CHECK(case_start() == MP_OK);
    with_text(request, PROTO_REDIRECT_URI, "http://127.0.0.1:4000/callback");
    answer = ask_as(house.uid, request);
    CHECK(wire_text(&answer.message, PROTO_HANDLE, words[0], sizeof(words[0])) == MP_OK);
    CHECK(wire_text(&answer.message, PROTO_URL, words[1], sizeof(words[1])) == MP_OK);
    answer_free(&answer);
    state = strstr(words[1], "&state=");
    NEED(state);
    state += strlen("&state=");
    state[strcspn(state, "&")] = '\0';
    courier.identifier = "command://somebody";
    request = request_for(PROTO_FINISH_BROWSER);
    with_text(request, PROTO_HANDLE, words[0]);
    with_text(request, PROTO_STATE, state);
    with_text(request, PROTO_CODE, "a code");
    CHECK(ask_user(request) == MP_POLICY);
    CHECK(ask_user(account_request(PROTO_GET, "tangoe")) == MP_NO_RECORD);
    case_stop();
    case_end();
}

/* --- records --- */

static struct holder holder_of(const struct config_account *account)
{
    struct nss_user user = {.uid = house.uid};
    struct holder holder;

    snprintf(user.name, sizeof(user.name), "%s", house.user);
    NEED(mapping_holder(&holder, broker.settings->config, account, &user) == MP_OK);
    return holder;
}

/* A record as no login would leave it. */
static void write_record(int64_t ends_in_s, const char *refresh_token)
{
    const struct config_account *account = config_account(broker.settings->config, "tangoe");
    struct holder holder = holder_of(account);
    struct record record = {.obtained_at = clock_utc() - 3600};
    uint64_t generation = 0;

    record.access_token = secret_copy("old-token", 9);
    record.refresh_token = refresh_token ? secret_copy(refresh_token, strlen(refresh_token)) : NULL;
    record.expires_at = clock_utc() + ends_in_s;
    NEED(held_write(&broker, account, &holder, &record, VAULT_ANY_GENERATION, &generation) ==
         MP_OK);
    record_free(&record);
}

/* Without memory to look at it again it stays, and somebody hears of that. */
TEST(a_record_that_cannot_be_looked_at_again_is_not_forgotten)
{
    const struct config_account *account = NULL;
    struct holder holder;
    enum mp_err err = MP_SYSTEM;
    int failed = 1;

    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    account = config_account(broker.settings->config, "tangoe");
    holder = holder_of(account);
    for (unsigned at = 1; failed; at++) {
        fault_arm(FAULT_MEMORY, at, 0);
        err = forget_record(&broker, broker.settings, account, &holder, 1);
        failed = fault_disarm();
        CHECK(err == (failed ? MP_NOMEM : MP_OK));
        CHECK((broker.forgettings == NULL) == failed);
    }
    CHECK(ask_user(account_request(PROTO_GET, "tangoe")) == MP_OK);
    case_stop();
    case_end();
}

/* The entry of the list's only record. */
static uint64_t listed(uint16_t tag)
{
    struct answer answer = ask_as(house.uid, request_for(PROTO_LIST));
    const struct wire_field *field = wire_find(&answer.message, PROTO_RECORD);
    struct wire_message entry = {0};
    uint64_t number = 0;

    NEED(field && proto_parse(&entry, field->bytes, field->length) == MP_OK);
    number = wire_number(&entry, tag, 0);
    answer_free(&answer);
    return number;
}

TEST(a_list_tells_what_a_record_is_good_for)
{
    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    CHECK(listed(PROTO_ERROR) == MP_OK && listed(PROTO_DOUBT_SINCE) == 0);
    write_record(-1, NULL);
    CHECK(listed(PROTO_ERROR) == MP_LOGIN_NEEDED);
    write_record(60, NULL);
    CHECK(listed(PROTO_ERROR) == MP_OK);
    CHECK(log_in() == MP_OK);
    courier.err = MP_OUTAGE;
    courier.progress = PROTO_MAYBE_SENT;
    CHECK(ask_user(account_request(PROTO_REFRESH, "tangoe")) == MP_OUTAGE);
    CHECK(listed(PROTO_DOUBT_SINCE) != 0);
    case_stop();
    case_end();
}

TEST(a_token_that_a_tool_complains_of_is_dropped_when_it_is_old_enough)
{
    struct secret *request = NULL;

    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    for (int is_old = 0; is_old < 2; is_old++) {
        if (is_old)
            write_record(3600, "refresh-token");
        request = account_request(PROTO_ERASE, "tangoe");
        with_text(request, PROTO_ACCESS_TOKEN, "old-token");
        CHECK(ask_user(request) == MP_OK);
        CHECK((listed(PROTO_EXPIRES_AT) == 0) == is_old);
    }
    CHECK(ask_user(account_request(PROTO_VALIDATE, "tangoe")) == MP_DENIED);
    case_stop();
    case_end();
}

/* Without a name and an address every account of the user fits; records decide. */
TEST(among_all_accounts_those_with_a_record_are_meant)
{
    case_begin();
    CHECK(case_start() == MP_OK && seal_robot() == MP_OK);
    /* he holds nothing: the service account, whose tokens he may have, is left */
    CHECK(ask_user(request_for(PROTO_GET)) == MP_OK);
    CHECK(log_in() == MP_OK);
    CHECK(ask_user(request_for(PROTO_GET)) == MP_OK);
    CHECK(ask_user(request_for(PROTO_LOGOUT)) == MP_OK);
    CHECK(ask_user(request_for(PROTO_LOGOUT)) == MP_FORBIDDEN); /* what is left is the service's */
    case_stop();
    case_end();
}

TEST(a_record_of_another_mapping_is_erased)
{
    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    case_configure("[mobproc]\nlogin_account = tangoe\nminimum_uid = 1\nmaximum_uid = 4294967293\n"
                   "[account tangoe]\n"
                   "token_endpoint = https://ping.example/as/token.oauth2\n"
                   "client_id = tangoe\nclient_secret = file:%1$s/secret\n"
                   "source_system = rivermine\nallow_users = %2$s\n");
    CHECK(ask_error(geteuid(), request_for(PROTO_RELOAD)) == MP_OK);
    CHECK(ask_user(account_request(PROTO_GET, "tangoe")) == MP_NO_RECORD);
    /* no revocation endpoint either: told, and nothing is held against him */
    CHECK(log_in() == MP_OK);
    CHECK(ask_user(account_request(PROTO_LOGOUT, "tangoe")) == MP_OK);
    case_stop();
    case_end();
}

/* --- a rekey --- */

static void put_foreign(const char *name, mode_t mode)
{
    char path[64];

    snprintf(path, sizeof(path), "state/%u/%s", (unsigned)house.uid, name);
    scratch_put(house.scratch_fd, path, "foreign", 7, mode);
}

static struct answer rekey(void)
{
    return ask_as(geteuid(), request_for(PROTO_REKEY));
}

TEST(a_rekey_leaves_alone_what_it_cannot_open)
{
    struct answer answer;

    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK && seal_robot() == MP_OK);
    put_foreign("open", 0644);
    put_foreign("UPPER", 0600);
    put_foreign("damaged", 0600);
    case_put("state/secrets/UPPER", "not ours");
    answer = rekey();
    CHECK(answer_error(&answer) == MP_OK);
    CHECK(strcmp(answer_text(&answer),
                 "sealed with the new key: 1 record, 1 secret; 2 records and 0 secrets did not "
                 "open and were left alone") == 0);
    answer_free(&answer);
    /* a secret that no account refers to any more */
    case_configure("[account tangoe]\nenvironment = qa\nclient_id = i\nclient_auth = none\n");
    CHECK(ask_error(geteuid(), request_for(PROTO_RELOAD)) == MP_OK);
    answer = rekey();
    CHECK(answer_error(&answer) == MP_STORAGE);
    CHECK(strstr(answer_text(&answer), "have no user or account now"));
    answer_free(&answer);
    case_stop();
    case_end();
}

static void found_nobody(void *owner, enum mp_err err, const struct nss_user *user UNUSED)
{
    CHECK(err == MP_UNMAPPED || err == MP_OUTAGE || err == MP_OK);
    ++*(int *)owner;
}

static int lookups_over;

/* All places of the name service are taken when the request arrives. */
static void dispatch_in_a_crowd(void *owner, struct request *request)
{
    for (unsigned i = 0; i < NAMES_MAX_CHILDREN; i++)
        names_find(broker.names, broker.settings->config, NULL, 2000000 + i, found_nobody,
                   &lookups_over);
    operations_dispatch(owner, request);
}

/* While the name service is busy a rekey rests; everybody else is told so. */
TEST(a_rekey_waits_for_the_name_service)
{
    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    case_stop();
    case_dispatch = dispatch_in_a_crowd;
    CHECK(case_start() == MP_OK);
    CHECK(ask_user(account_request(PROTO_GET, "tangoe")) == MP_BUSY);
    while (lookups_over < NAMES_MAX_CHILDREN)
        case_turn();
    CHECK(ask_error(geteuid(), request_for(PROTO_REKEY)) == MP_OK);
    CHECK(lookups_over == 2 * NAMES_MAX_CHILDREN);
    case_dispatch = operations_dispatch;
    case_stop();
    case_end();
}

/* A child that cannot answer says nothing, and nobody is somebody else for it. */
TEST(a_lookup_that_fails_maps_nobody)
{
    static const enum fault_kind kinds[] = {FAULT_MEMORY, FAULT_CALL, FAULT_ROOM};

    case_begin();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        enum mp_err err = MP_SYSTEM;

        for (unsigned at = 1; at <= 12; at++) {
            names_forget(broker.names);
            fault_arm_children(kinds[i], at, 0);
            err = ask_user(account_request(PROTO_GET, "tangoe"));
            fault_disarm();
            CHECK(err == MP_OK || err == MP_SYSTEM);
            CHECK(at > 1 || err == MP_SYSTEM || kinds[i] == FAULT_CALL);
        }
        CHECK(err == MP_OK);
    }
    case_stop();
    case_end();
}

/* Root says whom it asks for, by name and by number; nothing is guessed. */
TEST(a_login_of_nobody_is_refused)
{
    struct secret *request = NULL;

    case_begin();
    CHECK(case_start() == MP_OK);
    request = request_for(PROTO_LOGIN);
    with_text(request, PROTO_PASSWORD, "a password");
    CHECK(ask_error(geteuid(), request) == MP_PROTOCOL);
    for (int i = 0; geteuid() == 0 && i < 2; i++) {
        request = request_for(PROTO_LOGIN);
        with_text(request, PROTO_USER, house.user);
        with_text(request, PROTO_PASSWORD, "a password");
        if (i == 1)
            NEED(wire_put_number(request, PROTO_UID, UINT32_MAX) == MP_OK);
        CHECK(ask_error(0, request) == MP_PROTOCOL);
    }
    CHECK(courier.jobs == 0);
    case_stop();
    case_end();
}

/* What is too long for its place is refused or told, and not cut. */
TEST(what_does_not_fit_is_not_cut)
{
    char path[200];
    char text[64];
    struct metrics_text metrics = {.bytes = text, .size = sizeof(text)};

    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    errno = 0;
    CHECK(job_connect(path) == -1 && errno == ENAMETOOLONG);
    metrics_write(&broker.metrics, &metrics);
    CHECK(metrics.is_full && metrics.length < sizeof(text));
}

/* --- the end --- */

static void refresh_over(void *owner, enum mp_err err UNUSED, const char *text UNUSED,
                         unsigned retry_after_s UNUSED)
{
    ++*(int *)owner;
}

/* Whoever waits when the broker ends, for a name, a courier, a refresh, is let go of unanswered. */
TEST(a_broker_that_ends_lets_go_of_everybody)
{
    const struct config_account *account = NULL;
    struct holder holder;
    long before = 0;
    int answered = 0;
    int idle = -1;

    case_begin();
    before = fault_live();
    CHECK(case_start() == MP_OK && log_in() == MP_OK);
    account = config_account(broker.settings->config, "tangoe");
    holder = holder_of(account);
    case_stop_courier();
    house.courier_fd = listen_bind(house.courier, 0600, 0700); /* nobody answers */
    CHECK(ask_error(geteuid(), request_about_user(PROTO_PREPARE)) == MP_OK);
    idle = case_connect(geteuid());
    case_turn();
    for (int i = 0; i < 2; i++) {
        refresh_join(&broker, broker.settings, account, &holder, refresh_over, &answered);
        names_find(broker.names, broker.settings->config, NULL, 2000000, found_nobody, &answered);
    }
    CHECK(job_running() == 1 && clients_count(broker.clients) == 1);
    case_stop();
    CHECK(job_running() == 0 && fault_live() == before && answered == 0);
    close(idle);
    case_end();
}

/* Each uid has places of its own, and there is an end to all of them. */
/* As often as it takes to accept all who wait: a few in each turn. */
static void turn_and_turn(void)
{
    for (int i = 0; i <= CLIENT_MAX_PER_UID / CLIENT_MAX_A_TURN; i++)
        case_turn();
}

/* The last places are root's. */
TEST(callers_beyond_the_places_wait)
{
    const struct rlimit many = {4 * CLIENT_MAX, 4 * CLIENT_MAX};
    static int fds[CLIENT_MAX + CLIENT_MAX_PER_UID];
    size_t count = 0;

    if (geteuid() != 0 || setrlimit(RLIMIT_NOFILE, &many) != 0)
        return;
    case_begin();
    CHECK(case_start() == MP_OK);
    for (unsigned uid = 0; uid < CLIENT_MAX / CLIENT_MAX_PER_UID; uid++) {
        for (unsigned i = 0; i < CLIENT_MAX_PER_UID; i++)
            fds[count++] = case_connect(4000 + uid);
        fds[count++] = case_connect(4000 + uid); /* one too many for him */
        turn_and_turn();
    }
    CHECK(clients_count(broker.clients) == CLIENT_MAX - CLIENT_RESERVED);
    for (unsigned i = 0; i <= CLIENT_RESERVED; i++)
        fds[count++] = case_connect(0);
    turn_and_turn();
    CHECK(clients_count(broker.clients) == CLIENT_MAX);
    close(fds[0]); /* somebody goes, and the one of root's who waited comes in */
    turn_and_turn();
    CHECK(clients_count(broker.clients) == CLIENT_MAX);
    for (size_t i = 1; i < count; i++)
        close(fds[i]);
    case_stop();
    case_end();
}

TESTS(T(without_a_key_everything_says_so_and_nothing_is_sent),
      T(without_its_directories_it_counts_no_session_and_sends_no_password),
      T(a_configuration_that_broke_leaves_what_needs_none),
      T(a_reload_that_fails_names_the_lines_and_changes_nothing),
      T(a_grant_without_a_token_is_none), T(a_courier_that_hangs_up_may_have_sent_everything),
      T(the_steps_of_a_probe_are_read_before_they_are_passed_on),
      T(a_wider_scope_than_asked_for_is_given_back), T(a_sign_in_of_somebody_else_is_not_kept),
      T(a_record_that_cannot_be_looked_at_again_is_not_forgotten),
      T(a_list_tells_what_a_record_is_good_for),
      T(a_token_that_a_tool_complains_of_is_dropped_when_it_is_old_enough),
      T(among_all_accounts_those_with_a_record_are_meant), T(a_record_of_another_mapping_is_erased),
      T(a_rekey_leaves_alone_what_it_cannot_open), T(a_rekey_waits_for_the_name_service),
      T(a_broker_that_ends_lets_go_of_everybody), T(callers_beyond_the_places_wait),
      T(a_lookup_that_fails_maps_nobody), T(a_login_of_nobody_is_refused),
      T(what_does_not_fit_is_not_cut))
