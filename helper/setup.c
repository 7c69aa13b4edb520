/* mobproc setup: asks what an account needs, writes mobproc.conf and has it checked. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/answers.h"
#include "helper/credentials.h"
#include "helper/exit.h"
#include "helper/out.h"
#include "helper/rehearsal.h"
#include "helper/replace.h"
#include "helper/setup_broker.h"
#include "helper/setup_people.h"
#include "helper/setup_text.h"
#include "helper/tools.h"
#include "helper/verbs.h"
#include "helper/which.h"

#define SYSTEM_CONFIGURATION "/etc/mobproc/mobproc.conf"
#define SYSTEM_KEY_FILE "/var/lib/mobproc/vault.key" /* without credentials it makes one */
#define START_BROKER "systemctl enable --now mobprocd.socket mobproc-courier.socket"
#define BROKER_GROUP "mobproc" /* of the system's broker, which reads the secret */

/* One run. Owns its answers. */
struct setup {
    const struct arguments *arguments;
    char config[PATH_MAX];
    char secret[PATH_MAX];       /* file of the client secret */
    char socket[WHICH_MAX_PATH]; /* of the broker that listens already, or "" */
    gid_t group;                 /* of the secret's file */
    int is_sealed;               /* by that broker, instead of a file */
    int is_credential;           /* of systemd's, instead of either */
    struct answers answers;
    struct replaced replaced_config;
    struct replaced replaced_secret;
    struct credentials credentials;
};

/* --- where --- */

static enum mp_err find_config(struct setup *setup)
{
    const char *named = setup->arguments->config;
    char directory[PATH_MAX];
    int length = -1;

    if (named && named[0] != '/') {
        if (!named[0] || !getcwd(directory, sizeof(directory)))
            return MP_SYSTEM;
        length = snprintf(setup->config, PATH_MAX, "%s/%s", directory, named);
        return length > 0 && length < PATH_MAX ? MP_OK : MP_TOO_LONG;
    }
    if (!named && geteuid() != 0)
        return which_own_configuration(setup->config, PATH_MAX);
    length = snprintf(setup->config, PATH_MAX, "%s", named ? named : SYSTEM_CONFIGURATION);
    return length < PATH_MAX ? MP_OK : MP_TOO_LONG;
}

/* Only the system's broker is somebody else; its group may read what root writes. */
static void find_group(struct setup *setup)
{
    const struct group *entry = NULL;

    if (geteuid() == 0 && strcmp(setup->config, SYSTEM_CONFIGURATION) == 0)
        entry = getgrnam(BROKER_GROUP);
    setup->group = entry ? entry->gr_gid : REPLACE_NO_GROUP;
}

static enum mp_err find_secret(struct setup *setup)
{
    const char *slash = strrchr(setup->config, '/');
    int length = snprintf(setup->secret, PATH_MAX, "%.*s/secrets.d/" SETUP_ACCOUNT,
                          (int)(slash - setup->config), setup->config);

    return length > 0 && length < PATH_MAX ? MP_OK : MP_TOO_LONG;
}

/* Through somebody else's link the secret would come to stand where he wants it. */
static int check_place(const char *path)
{
    enum mp_err err = replace_check_place(path);

    if (err != MP_BROKER_FOREIGN)
        return exit_because(err, path);
    exit_say("others can change the folders on the way to %s; nothing was changed", path);
    return exit_code(MP_FORBIDDEN);
}

static int find_everything(struct setup *setup)
{
    enum mp_err err = find_config(setup);
    int code = 0;

    if (err == MP_OK)
        err = find_secret(setup);
    if (err != MP_OK)
        return exit_because(err, "mobproc.conf");
    code = check_place(setup->secret); /* in a folder beside the other, so both */
    if (code != 0)
        return code;
    find_group(setup);
    setup_broker_find(setup->arguments, setup->socket);
    setup->is_sealed = setup->socket[0] != '\0';
    if (access(setup->config, F_OK) != 0 || setup->arguments->force)
        return 0;
    exit_say("%s is there already; with --force it is replaced, and kept beside it", setup->config);
    return exit_code(MP_FORBIDDEN);
}

/* --- doing it --- */

static enum mp_err write_secret(struct setup *setup)
{
    const struct secret *secret = setup->answers.client_secret;
    int has_group = setup->group != REPLACE_NO_GROUP;
    enum mp_err err = replace_make_parents(setup->secret, has_group ? 0750 : 0700, setup->group);

    return err == MP_OK ? replace_file(&setup->replaced_secret, setup->secret,
                                       has_group ? 0640 : 0600, setup->group, secret)
                        : err;
}

static int write_files(struct setup *setup)
{
    char reference[SETUP_MAX_REFERENCE];
    struct secret *text = NULL;
    const char *path = setup->config;
    enum mp_err err = replace_make_parents(path, geteuid() == 0 ? 0755 : 0700, REPLACE_NO_GROUP);

    if (setup->is_credential)
        snprintf(reference, sizeof(reference), "credential:" CREDENTIALS_SECRET);
    else if (setup->is_sealed)
        snprintf(reference, sizeof(reference), "sealed:" SETUP_ACCOUNT);
    else
        snprintf(reference, sizeof(reference), "file:%s", setup->secret);
    if (err == MP_OK)
        err = setup_text(&setup->answers, reference, &text);
    if (err == MP_OK && !setup->is_sealed && !setup->is_credential) {
        path = setup->secret;
        err = write_secret(setup);
    }
    if (err == MP_OK) {
        path = setup->config;
        err = replace_file(&setup->replaced_config, path, 0644, REPLACE_NO_GROUP, text);
    }
    secret_free(&text);
    return exit_because(err, path);
}

static int write_credentials(struct setup *setup)
{
    return setup->is_credential
               ? credentials_write(&setup->credentials, setup->answers.client_secret)
               : 0;
}

/* What could not be written whole does not stay. */
static int write_everything(struct setup *setup)
{
    int code = write_credentials(setup);

    if (code == 0)
        code = write_files(setup);
    if (code != 0) {
        replace_undo(&setup->replaced_config);
        replace_undo(&setup->replaced_secret);
        credentials_undo(&setup->credentials);
    }
    return code;
}

/* --- trying it first --- */

/* Does the server answer as it should, and if not, is that fine? The exit code. */
static int probe(const struct setup *setup, const struct rehearsal *rehearsal)
{
    struct findings *findings = findings_new();
    int is_bad = 0;
    int code = 0;

    if (!findings)
        return exit_because(MP_NOMEM, NULL);
    rehearsal_probe(rehearsal, findings);
    findings_say(findings);
    is_bad = findings_worst(findings) == FINDING_FAILED;
    findings_free(&findings);
    if (is_bad && !setup->arguments->accept_unreachable &&
        !answers_yes(setup->answers.anyway, "Write the configuration all the same (yes or no)"))
        code = exit_code(MP_OUTAGE);
    return code;
}

static int rehearse(struct setup *setup)
{
    struct rehearsal rehearsal = {0};
    struct secret *text = NULL;
    enum mp_err err = setup_text(&setup->answers, "credential:" REHEARSAL_SECRET, &text);
    int code = exit_because(err, NULL);

    if (code == 0)
        code = rehearsal_begin(&rehearsal, text, setup->answers.client_secret);
    if (code == 0) {
        code = rehearsal_check(&rehearsal);
        if (code != 0)
            exit_say("the configuration is not right; nothing was changed");
    }
    if (code == 0 && !setup->arguments->no_probe) {
        code = probe(setup, &rehearsal);
        if (code != 0)
            exit_say("nothing was changed; mend it, or see --accept-unreachable");
    }
    rehearsal_end(&rehearsal);
    secret_free(&text);
    return code;
}

/* The system's broker alone is systemd's. */
static void choose_place(struct setup *setup)
{
    setup->is_credential =
        strcmp(setup->config, SYSTEM_CONFIGURATION) == 0 && credentials_can_be() &&
        answers_yes(setup->answers.credentials,
                    "Keep the client secret and the vault key as encrypted systemd credentials, by "
                    "the TPM if there is one (yes or no)");
    if (setup->is_credential)
        setup->is_sealed = 0;
    else if (setup->answers.credentials == ANSWER_YES)
        exit_say("no systemd credentials here: the secret is kept as it is without them");
}

/* --- the verb --- */

static int put_in_force(const struct setup *setup)
{
    if (setup->is_credential)
        credentials_put_in_force();
    if (!setup->is_sealed)
        return 0;
    return setup_broker_put_in_force(setup->socket, setup->answers.client_secret);
}

static void say_what_is_kept(const struct replaced *replaced)
{
    if (replaced->kept[0])
        exit_say("the %s of before is kept as %s", strrchr(replaced->path, '/') + 1,
                 replaced->kept);
}

static void say_what_next(const struct setup *setup)
{
    say_what_is_kept(&setup->replaced_config);
    say_what_is_kept(&setup->replaced_secret);
    if ((setup->is_sealed || setup->is_credential) && access(setup->secret, F_OK) == 0)
        exit_say("the secret in %s is not used any more; remove it", setup->secret);
    if (geteuid() != 0)
        exit_say("%s is written; next: mobproc login", setup->config);
    else if (setup->is_sealed)
        exit_say("%s is written; next: mobproc check USER", setup->config);
    else
        exit_say("%s is written; next: %s, then mobproc check USER", setup->config,
                 strcmp(setup->config, SYSTEM_CONFIGURATION) == 0 ? START_BROKER
                                                                  : "start mobprocd");
    if (setup->is_credential && access(SYSTEM_KEY_FILE, F_OK) == 0)
        exit_say(SYSTEM_KEY_FILE " still opens the vault; to remove it: mobproc admin rekey");
}

int verb_setup(const struct arguments *arguments)
{
    struct setup setup = {.arguments = arguments};
    const struct passwd *me = geteuid() == 0 ? NULL : getpwuid(geteuid());
    int code = 0;

    if (arguments->words[0])
        return tools_setup(arguments);
    code = find_everything(&setup);
    if (code == 0)
        code = answers_ask(&setup.answers, me ? me->pw_name : NULL);
    if (code == 0)
        code = rehearse(&setup);
    if (code == 0) {
        choose_place(&setup);
        code = write_everything(&setup);
    }
    if (code == 0)
        code = put_in_force(&setup);
    if (code == 0)
        say_what_next(&setup);
    if (code == 0 && geteuid() == 0 && strcmp(setup.config, SYSTEM_CONFIGURATION) == 0)
        setup_people_warn(setup.answers.users);
    answers_free(&setup.answers);
    return code;
}
