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
#define KEY_SIZE 32
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

    if (access(CREDENTIALS_FOLDER "/" VAULT_KEY, F_OK) == 0) {
        code = 0;
    } else if (key && getrandom(secret_bytes(key), KEY_SIZE, 0) == KEY_SIZE) {
        secret_set_length(key, KEY_SIZE);
        code = encrypt(&credentials->key, VAULT_KEY, key);
    }
    secret_free(&key);
    return code;
}

int credentials_write(struct credentials *credentials, const struct secret *client_secret)
{
    int code = exit_because(replace_make_parents(CREDENTIALS_FOLDER, 0755, REPLACE_NO_GROUP),
                            CREDENTIALS_FOLDER);

    if (code == 0)
        code = encrypt(&credentials->secret, CREDENTIALS_SECRET, client_secret);
    if (code == 0)
        code = make_key(credentials);
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
