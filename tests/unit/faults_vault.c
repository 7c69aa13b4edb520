/* links: broker/ tests/faults/inside.o tests/faults/sodium.o -lsodium -lseccomp */
/*
 * Whatever is kept on disk, while memory runs out, the disk fails and libsodium refuses: an error
 * and nothing in the caller's hands, or all of it; what was there still opens; nothing leaks.
 */
#include "broker/guard.h"
#include "broker/owner.h"
#include "broker/reseal.h"
#include "broker/sealed.h"
#include "broker/sessions.h"
#include "broker/store.h"
#include "broker/vault.h"
#include "tests/unit/every_fault.h"
#include "tests/unit/scratch.h"

static int state_fd = -1;
static struct keyring *ring;
static struct vault *vault;

static const struct vault_name name = {.uid = 1000,
                                       .local_name = "ada",
                                       .account = "tangoe",
                                       .endpoint = "https://ping.example/token",
                                       .client_id = "id"};

static struct record sample(void)
{
    struct record record = {
        .remote_name = "command://ada",
        .expires_at = 1700000300,
        .obtained_at = 1700000000,
        .login_at = 1700000000,
        .claims = {
            .validated_at = 1700000000, .multitenant = 1, .tenant = "XYZ", .identifier = "ada"}};

    record.access_token = secret_copy("access-token", 12);
    record.refresh_token = secret_copy("refresh-token", 13);
    NEED(record.access_token && record.refresh_token);
    return record;
}

static void begin(void)
{
    const char *problem = NULL;

    state_fd = scratch_begin();
    NEED(keyring_open(&ring, state_fd, NULL, 0, &problem) == MP_OK);
    NEED(vault_new(&vault, state_fd, ring) == MP_OK);
}

static void end(void)
{
    vault_free(&vault);
    keyring_free(&ring);
    scratch_end(state_fd);
}

/* Of every kind but memory, with whatever error comes. */
#define ANY_FAULT(run)                          \
    do {                                        \
        EVERY_FAULT(run, FAULT_CALL, 0, MP_OK); \
        EVERY_FAULT(run, FAULT_CALL, 1, MP_OK); \
        EVERY_FAULT(run, FAULT_CALL, 2, MP_OK); \
    } while (0)

/* --- keys --- */

static enum mp_err open_ring(void)
{
    struct keyring *opened = NULL;
    const char *problem = NULL;
    enum mp_err err = keyring_open(&opened, state_fd, NULL, 0, &problem);

    CHECK((opened != NULL) == (err == MP_OK) && (problem == NULL) == (err == MP_OK));
    keyring_free(&opened);
    return err;
}

/* The same where there is no key yet. */
static enum mp_err make_ring(void)
{
    fault_pause();
    unlinkat(state_fd, "vault.key", 0);
    fault_resume();
    return open_ring();
}

TEST(a_ring_opens_or_says_why_not)
{
    state_fd = scratch_begin();
    EVERY_FAULT(make_ring, FAULT_LIBRARY, 0, MP_OK);
    ANY_FAULT(make_ring);
    EVERY_FAULT(open_ring, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(open_ring, FAULT_LIBRARY, 0, MP_OK);
    ANY_FAULT(open_ring);
    scratch_end(state_fd);
}

/* From one key to the next, and back to a ring that seals with the newest. */
static enum mp_err rekey(void)
{
    const char *problem = NULL;
    enum mp_err err = keyring_begin_rekey(ring, state_fd, NULL, &problem);

    if (err == MP_OK)
        err = keyring_end_rekey(ring, state_fd, NULL, &problem);
    CHECK(err == MP_OK || problem != NULL);
    return err;
}

TEST(a_rekey_ends_or_can_be_run_again)
{
    begin();
    EVERY_FAULT(rekey, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(rekey, FAULT_LIBRARY, 0, MP_OK);
    ANY_FAULT(rekey);
    CHECK(rekey() == MP_OK);
    end();
}

/* --- records --- */

static enum mp_err write_record(void)
{
    struct record record;
    uint64_t generation = 0;
    enum mp_err err = MP_OK;

    fault_pause();
    record = sample();
    fault_resume();
    err = vault_write(vault, &name, &record, VAULT_ANY_GENERATION, &generation);
    CHECK((generation != 0) == (err == MP_OK));
    record_free(&record);
    return err;
}

static enum mp_err read_record(void)
{
    struct record record = {0};
    uint64_t generation = 0;
    enum mp_err err = vault_read(vault, &name, &record, &generation);

    CHECK((record.access_token != NULL) == (err == MP_OK));
    CHECK((generation != 0) == (err == MP_OK));
    record_free(&record);
    return err;
}

static enum mp_err erase_record(void)
{
    fault_pause();
    CHECK(write_record() == MP_OK);
    fault_resume();
    return vault_erase(vault, &name);
}

static enum mp_err open_vault(void)
{
    struct vault *opened = NULL;
    enum mp_err err = vault_new(&opened, state_fd, ring);

    CHECK((opened != NULL) == (err == MP_OK));
    vault_free(&opened);
    return err;
}

/* Whoever cannot look must not make a key beside records that he did not see. */
static enum mp_err look_for_records(void)
{
    int holds = 0;
    enum mp_err err = vault_holds_records(state_fd, &holds);

    CHECK(holds == 1);
    return err;
}

TEST(a_record_is_written_and_read_whole_or_not_at_all)
{
    begin();
    EVERY_FAULT(write_record, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(write_record, FAULT_ROOM, 0, MP_TOO_LONG);
    EVERY_FAULT(write_record, FAULT_LIBRARY, 0, MP_INTERNAL);
    ANY_FAULT(write_record);
    EVERY_FAULT(read_record, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(write_record, FAULT_END, 0, MP_OK);
    EVERY_FAULT(read_record, FAULT_END, 0, MP_OK);
    fault_arm(FAULT_END, 1, 0); /* a file that was cut off meanwhile: whole again or not, later */
    CHECK(read_record() == MP_SYSTEM && fault_disarm());
    EVERY_FAULT(read_record, FAULT_ROOM, 0, MP_OK);
    EVERY_FAULT(read_record, FAULT_LIBRARY, 0, MP_STORAGE);
    ANY_FAULT(read_record);
    EVERY_FAULT(look_for_records, FAULT_CALL, 0, MP_OK);
    EVERY_FAULT(open_vault, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(open_vault, FAULT_CALL, 0, MP_OK);
    ANY_FAULT(erase_record);
    end();
}

/* --- secrets --- */

static enum mp_err seal_secret(void)
{
    struct secret *secret = NULL;
    enum mp_err err = MP_OK;

    fault_pause();
    secret = secret_copy("secret", 6);
    fault_resume();
    err = sealed_write(state_fd, ring, "one", "client_secret", "ping.example", secret);
    secret_free(&secret);
    return err;
}

static enum mp_err unseal_secret(void)
{
    struct secret *secret = NULL;
    enum mp_err err = sealed_fetch(state_fd, ring, "one", "client_secret", "ping.example", &secret);

    CHECK((secret != NULL) == (err == MP_OK));
    secret_free(&secret);
    return err;
}

static enum mp_err look_for_secrets(void)
{
    int holds = 0;
    enum mp_err err = sealed_holds_any(state_fd, &holds);

    CHECK(holds == 1);
    return err;
}

TEST(a_sealed_secret_is_written_and_read_whole_or_not_at_all)
{
    begin();
    EVERY_FAULT(seal_secret, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(seal_secret, FAULT_ROOM, 0, MP_TOO_LONG);
    EVERY_FAULT(seal_secret, FAULT_LIBRARY, 0, MP_INTERNAL);
    ANY_FAULT(seal_secret);
    EVERY_FAULT(unseal_secret, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(unseal_secret, FAULT_ROOM, 0, MP_TOO_LONG);
    EVERY_FAULT(unseal_secret, FAULT_LIBRARY, 0, MP_STORAGE);
    ANY_FAULT(unseal_secret);
    EVERY_FAULT(look_for_secrets, FAULT_MEMORY, 0, MP_STORAGE);
    ANY_FAULT(look_for_secrets);
    end();
}

/* --- a rekey's second half --- */

static enum mp_err collect_owners(void)
{
    struct owner *owners = NULL;
    size_t count = 0;
    enum mp_err err = reseal_owners(state_fd, &owners, &count);

    CHECK(count == (err == MP_OK ? 1 : 0) && (owners != NULL) == (err == MP_OK));
    free(owners);
    return err;
}

static struct config_account account;
static struct config config;

static enum mp_err reseal_all(void)
{
    static const struct owner owner = {.uid = 1000};
    struct reseal_count records = {0};
    struct reseal_count secrets = {0};
    const char *problem = NULL;
    enum mp_err err = MP_OK;

    fault_pause();
    CHECK(keyring_begin_rekey(ring, state_fd, NULL, &problem) == MP_OK);
    fault_resume();
    err = reseal_records(state_fd, ring, &config, &owner, "ada", &records);
    if (err == MP_OK)
        err = reseal_secrets(state_fd, ring, &config, &secrets);
    if (err == MP_OK && records.left + secrets.left == 0) {
        fault_pause();
        CHECK(records.sealed == 1 && secrets.sealed == 1);
        CHECK(keyring_end_rekey(ring, state_fd, NULL, &problem) == MP_OK);
        fault_resume();
    }
    return err;
}

TEST(records_and_secrets_still_open_after_a_rekey_that_failed)
{
    static char url[] = "https://ping.example/token";
    static char id[] = "id";
    static char one[] = "one";

    begin();
    snprintf(account.name, sizeof(account.name), "tangoe");
    account.home = url;
    account.client_id = id;
    account.client_secret = (struct config_secret){CONFIG_SECRET_SEALED, one};
    config.accounts[0] = account;
    config.account_count = 1;
    CHECK(write_record() == MP_OK && seal_secret() == MP_OK);
    EVERY_FAULT(collect_owners, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(collect_owners, FAULT_CALL, 0, MP_OK);
    EVERY_FAULT(reseal_all, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(reseal_all, FAULT_ROOM, 0, MP_OK);
    EVERY_FAULT(reseal_all, FAULT_LIBRARY, 0, MP_OK);
    ANY_FAULT(reseal_all);
    CHECK(reseal_all() == MP_OK && read_record() == MP_OK && unseal_secret() == MP_OK);
    end();
}

/* --- the guard and the sessions --- */

static enum mp_err charge_and_give_back(void)
{
    struct guard_unit unit = {0};
    int wait_s = 0;
    enum mp_err err =
        guard_charge(state_fd, "https://ping.example/token", "ada", 0, 2, 60, 1000, &unit, &wait_s);

    CHECK((unit.charged_at != 0) == (err == MP_OK));
    guard_give_back(state_fd, &unit, 1001, 60);
    CHECK(unit.charged_at == 0);
    fault_pause();
    for (int i = 0; i < 3 && err != MP_OK; i++) /* what a fault left charged counts for a while */
        guard_sweep(state_fd, 2000, 60);
    guard_sweep(state_fd, 2000, 60);
    fault_resume();
    return err;
}

static enum mp_err look_whether_used_up(void)
{
    int is_used_up =
        guard_is_used_up(state_fd, "https://ping.example/token", "ada", 0, 2, 60, 1000);

    return is_used_up ? MP_GUARD : MP_OK;
}

/* Who cannot charge, or cannot know, sends nothing. */
TEST(no_password_is_sent_that_could_not_be_charged)
{
    state_fd = scratch_begin();
    EVERY_FAULT(charge_and_give_back, FAULT_MEMORY, 0, MP_OK);
    EVERY_FAULT(charge_and_give_back, FAULT_LIBRARY, 0, MP_OK);
    ANY_FAULT(charge_and_give_back);
    EVERY_FAULT(look_whether_used_up, FAULT_LIBRARY, 0, MP_GUARD);
    EVERY_FAULT(look_whether_used_up, FAULT_CALL, 0, MP_GUARD);
    scratch_end(state_fd);
}

static enum mp_err open_and_close_session(void)
{
    int left = -1;
    enum mp_err err = sessions_open(state_fd, 1000, getpid());

    if (err == MP_OK)
        CHECK(sessions_count(state_fd, 1000) <= 1);
    if (err == MP_OK)
        err = sessions_close(state_fd, 1000, getpid(), &left);
    /* whoever does not know must not think that the last session ended */
    CHECK(left != 0 || err == MP_OK);
    return err;
}

TEST(a_session_that_cannot_be_counted_is_not_the_last)
{
    state_fd = scratch_begin();
    ANY_FAULT(open_and_close_session);
    EVERY_FAULT(open_and_close_session, FAULT_END, 0, MP_OK);
    scratch_end(state_fd);
}

TESTS(T(a_ring_opens_or_says_why_not), T(a_rekey_ends_or_can_be_run_again),
      T(a_record_is_written_and_read_whole_or_not_at_all),
      T(a_sealed_secret_is_written_and_read_whole_or_not_at_all),
      T(records_and_secrets_still_open_after_a_rekey_that_failed),
      T(no_password_is_sent_that_could_not_be_charged),
      T(a_session_that_cannot_be_counted_is_not_the_last))
