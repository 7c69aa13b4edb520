/* mobproc setup: asks what an account needs, writes mobproc.conf and has it checked. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/answers.h"
#include "helper/ask.h"
#include "helper/checkup.h"
#include "helper/exit.h"
#include "helper/out.h"
#include "helper/replace.h"
#include "helper/setup_text.h"
#include "helper/tools.h"
#include "helper/verbs.h"
#include "helper/which.h"
#include "lib/clock.h"

#define SYSTEM_CONFIGURATION "/etc/mobproc/mobproc.conf"
#define BROKER_GROUP "mobproc" /* of the system's broker, which reads the secret */

/* One run. Owns its answers. */
struct setup {
    const struct arguments *arguments;
    char config[PATH_MAX];
    char secret[PATH_MAX];       /* file of the client secret */
    char socket[WHICH_MAX_PATH]; /* of the broker that listens already, or "" */
    gid_t group;                 /* of the secret's file */
    int is_sealed;               /* by that broker, instead of a file */
    struct answers answers;
    struct replaced replaced_config;
    struct replaced replaced_secret;
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

/* Does a broker answer there, whatever it says? None is started. */
static int is_running(const char *socket)
{
    struct secret *request = call_request(PROTO_LIST);
    struct call_reply reply = {0};
    int is_there = 0;

    if (request && call_broker(socket, clock_monotonic_ms() + PROTO_ACCEPT_MS, request, &reply) !=
                       MP_BROKER_ABSENT)
        is_there = reply.packet != NULL;
    secret_free(&request);
    call_reply_free(&reply);
    return is_there;
}

/* The broker that will serve this configuration, if it runs. */
static void find_broker(struct setup *setup)
{
    struct which which = {0};
    const char *option = setup->arguments->socket;

    if ((!option && setup->arguments->config) || which_broker(option, &which) != MP_OK)
        return;
    /* a person who has no configuration yet would be sent to the system's broker */
    if (!option && geteuid() != 0 && !which.runtime[0])
        return;
    if (is_running(which.socket))
        memcpy(setup->socket, which.socket, sizeof(setup->socket));
}

static int find_everything(struct setup *setup)
{
    enum mp_err err = find_config(setup);

    if (err == MP_OK)
        err = find_secret(setup);
    if (err != MP_OK)
        return exit_because(err, "mobproc.conf");
    find_group(setup);
    find_broker(setup);
    setup->is_sealed = setup->socket[0] != '\0';
    if (access(setup->config, F_OK) != 0 || setup->arguments->force)
        return 0;
    exit_say("%s is there already; with --force it is replaced and kept as %s" REPLACE_KEPT,
             setup->config, setup->config);
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

    snprintf(reference, sizeof(reference), setup->is_sealed ? "sealed:%s" : "file:%s",
             setup->is_sealed ? SETUP_ACCOUNT : setup->secret);
    if (err == MP_OK)
        err = setup_text(&setup->answers, reference, &text);
    if (err == MP_OK && !setup->is_sealed) {
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

/* mobprocd's own words, with the line of each mistake. */
static int check_what_is_written(const struct setup *setup)
{
    char words[CHECKUP_MAX_WORDS];
    const char *user = setup->group != REPLACE_NO_GROUP ? CHECKUP_USER : NULL;
    int code = checkup_run(setup->config, user, NULL, words, sizeof(words));
    char *next = words;

    for (char *line = strsep(&next, "\n"); line; line = strsep(&next, "\n"))
        if (line[0])
            exit_say("%s", line);
    return code == CHECKUP_NOT_RUN ? EXIT_INTERNAL : code;
}

/* A configuration that is not right does not stay. */
static int write_and_check(struct setup *setup)
{
    int code = write_files(setup);

    if (code == 0) {
        code = check_what_is_written(setup);
        if (code != 0)
            exit_say("%s is not right; nothing was changed", setup->config);
    }
    if (code != 0) {
        replace_undo(&setup->replaced_config);
        replace_undo(&setup->replaced_secret);
    }
    return code;
}

/* One request to the broker that runs; it frees the request. */
static int tell(const struct setup *setup, struct secret **request)
{
    struct call_reply reply = {0};
    enum mp_err err = *request ? ask_broker(setup->socket, *request, &reply) : MP_NOMEM;
    int code = exit_reply(err, &reply, NULL);

    secret_free(request);
    call_reply_free(&reply);
    return code;
}

static int put_in_force(const struct setup *setup)
{
    struct secret *request = call_request(PROTO_RELOAD);
    int code = tell(setup, &request);

    if (code != 0)
        return code;
    request = call_request(PROTO_SEAL);
    if (request &&
        (wire_put_text(request, PROTO_SECRET_NAME, SETUP_ACCOUNT) != MP_OK ||
         wire_put_secret(request, PROTO_PASSWORD, setup->answers.client_secret) != MP_OK))
        secret_free(&request);
    code = tell(setup, &request);
    if (code != 0)
        exit_say("the client secret is not stored; when this is mended, run: mobproc admin "
                 "seal " SETUP_ACCOUNT);
    return code;
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
        code = write_and_check(&setup);
    if (code == 0 && setup.is_sealed)
        code = put_in_force(&setup);
    if (code == 0 && setup.is_sealed && access(setup.secret, F_OK) == 0)
        exit_say("the secret in %s is not used any more; remove it", setup.secret);
    if (code == 0)
        exit_say("%s is written; next: %smobproc login", setup.config,
                 setup.is_sealed || geteuid() != 0 ? "" : "start mobprocd, then ");
    answers_free(&setup.answers);
    return code;
}
