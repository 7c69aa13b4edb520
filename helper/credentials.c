#include "helper/credentials.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/child.h"
#include "helper/exit.h"

#define PROGRAM "/usr/bin/systemd-creds"
#define SYSTEMCTL "/usr/bin/systemctl"
#define SYSTEMD_RUNS "/run/systemd/system" /* sd_booted(3) */
#define UNITS "/etc/systemd/system"
#define DROP_IN UNITS "/mobprocd.service.d/50-mobproc-setup.conf"
#define VAULT_KEY "vault-key"
#define KEY_PATH CREDENTIALS_FOLDER "/" VAULT_KEY
#define KEY_SIZE 32
#define MAX_KEY 64      /* a copy of a vault.key has a few bytes more */
#define CREATE_MS 60000 /* a TPM takes its time */
#define MAX_ENCRYPTED 16384

static const char drop_in[] =
    "# Written by mobproc setup.\n"
    "[Service]\n"
    "LoadCredentialEncrypted=" CREDENTIALS_SECRET ":" CREDENTIALS_FOLDER "/" CREDENTIALS_SECRET "\n"
    "LoadCredentialEncrypted=" VAULT_KEY ":" CREDENTIALS_FOLDER "/" VAULT_KEY "\n";

int credentials_can_be(void)
{
    return geteuid() == 0 && access(PROGRAM, X_OK) == 0 && access(UNITS, W_OK) == 0;
}

static enum mp_err write_file(struct replaced *replaced, const char *path, mode_t mode,
                              mode_t folder_mode, const char *text, size_t length)
{
    struct secret *contents = secret_copy(text, length);
    enum mp_err err =
        contents ? replace_make_parents(path, folder_mode, REPLACE_NO_GROUP) : MP_NOMEM;

    if (err == MP_OK)
        err = replace_file(replaced, path, mode, REPLACE_NO_GROUP, contents);
    secret_free(&contents);
    return err;
}

/* Only what systemd-creds made of it reaches the disk. */
static int encrypt(struct replaced *replaced, const char *name, const struct secret *secret)
{
    char option[64];
    char path[128];
    char encrypted[MAX_ENCRYPTED];
    const char *const arguments[] = {PROGRAM, "encrypt", "--with-key=auto", option, "-", "-", NULL};
    const struct child child = {.arguments = arguments, .input = secret, .wait_ms = CREATE_MS};
    size_t length = 0;

    snprintf(option, sizeof(option), "--name=%s", name);
    snprintf(path, sizeof(path), CREDENTIALS_FOLDER "/%s", name);
    if (child_run(&child, encrypted, sizeof(encrypted), &length) != 0 || length == 0 ||
        length + 1 >= sizeof(encrypted)) {
        exit_say("systemd-creds did not encrypt %s", name);
        return EXIT_INTERNAL;
    }
    return exit_because(write_file(replaced, path, 0600, 0700, encrypted, length), path);
}

static int make_key(struct credentials *credentials)
{
    struct secret *key = secret_new(KEY_SIZE);
    int code = EXIT_INTERNAL;

    if (key && getrandom(secret_bytes(key), KEY_SIZE, 0) == KEY_SIZE) {
        secret_set_length(key, KEY_SIZE);
        code = encrypt(&credentials->key, VAULT_KEY, key);
    }
    secret_free(&key);
    return code;
}

/* Has systemd-creds open the key that is there; its exit status. */
static int open_key(void)
{
    const char *const arguments[] = {PROGRAM, "decrypt", "--name=" VAULT_KEY, KEY_PATH, "-", NULL};
    const struct child child = {.arguments = arguments, .wait_ms = CREATE_MS};
    struct secret *opened = secret_new(MAX_KEY);
    int status =
        opened ? child_run(&child, (char *)secret_bytes(opened), MAX_KEY, NULL) : CHILD_NOT_RUN;

    secret_free(&opened);
    return status;
}

/* A key that this machine cannot open, with its TPM as it is now, would keep the broker from
 * starting for ever. */
static int keep_or_make_key(struct credentials *credentials)
{
    int status = 0;

    if (access(KEY_PATH, F_OK) != 0)
        return make_key(credentials);
    status = open_key();
    if (status == 0)
        return 0;
    if (status == CHILD_NOT_RUN) {
        exit_say("systemd-creds did not say whether it opens " KEY_PATH);
        return EXIT_INTERNAL;
    }
    exit_say(KEY_PATH " does not open on this machine: a new key takes its place, and what the old "
                      "one sealed is lost; it is kept as " KEY_PATH REPLACE_KEPT);
    return make_key(credentials);
}

int credentials_write(struct credentials *credentials, const struct secret *client_secret)
{
    int code = exit_because(replace_make_parents(CREDENTIALS_FOLDER, 0755, REPLACE_NO_GROUP),
                            CREDENTIALS_FOLDER);

    if (code == 0)
        code = encrypt(&credentials->secret, CREDENTIALS_SECRET, client_secret);
    if (code == 0)
        code = keep_or_make_key(credentials);
    if (code == 0)
        code = exit_because(
            write_file(&credentials->unit, DROP_IN, 0644, 0755, drop_in, strlen(drop_in)), DROP_IN);
    return code;
}

void credentials_undo(struct credentials *credentials)
{
    replace_undo(&credentials->unit);
    replace_undo(&credentials->key);
    replace_undo(&credentials->secret);
}

static void tell_systemd(const char *verb, const char *unit)
{
    const char *const arguments[] = {SYSTEMCTL, verb, unit, NULL};
    const struct child child = {.arguments = arguments, .takes_errors = 1, .wait_ms = CREATE_MS};
    char said[512];

    if (child_run(&child, said, sizeof(said), NULL) == 0)
        return;
    said[strcspn(said, "\n")] = '\0';
    exit_say("systemctl %s: %s", verb, said);
}

void credentials_put_in_force(void)
{
    struct stat info = {0};

    if (stat(SYSTEMD_RUNS, &info) != 0) {
        exit_say(
            "systemd does not run here: the credentials count once it starts mobprocd.service");
        return;
    }
    tell_systemd("daemon-reload", NULL);
    tell_systemd("try-restart", "mobprocd.service");
}
