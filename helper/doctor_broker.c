/* mobproc doctor: the broker. Which one is asked and why, who listens, what it holds for us. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/ask.h"
#include "helper/doctor.h"
#include "helper/entry.h"
#include "helper/start.h"
#include "lib/clock.h"
#include "lib/outside.h"
#include "lib/trust.h"

/* --- the socket ----------------------------------------------------------------------------------
 */

static const char *reason(const struct patient *patient)
{
    if (patient->arguments->socket)
        return "named by --socket";
    if (patient->which.runtime[0])
        return "your own broker, since you have a mobproc.conf of your own";
    if (strcmp(patient->which.socket, CALL_SYSTEM_SOCKET) == 0)
        return geteuid() == 0 ? "the system's broker; for root no variable decides"
                              : "the system's broker";
    return "named by MOBPROC_SOCKET";
}

/* The first folder on the way that somebody else could change; "" when a link hides it. */
static void find_open_folder(const char *socket, char *out, size_t size)
{
    uid_t uid = geteuid();

    for (const char *slash = strchr(socket, '/'); slash; slash = strchr(slash + 1, '/')) {
        int is_last = !strchr(slash + 1, '/');
        int length = slash == socket ? 1 : (int)(slash - socket);
        struct stat info = {0};

        snprintf(out, size, "%.*s", length, socket);
        if (stat(out, &info) != 0)
            break;
        if (info.st_uid != 0 && info.st_uid != uid)
            return;
        if (info.st_mode & (S_IWGRP | S_IWOTH) && (is_last || !(info.st_mode & S_ISVTX)))
            return;
    }
    out[0] = '\0';
}

static void check_socket(const struct patient *patient, const struct secret *request,
                         struct findings *findings)
{
    const char *socket = patient->which.socket;
    char folder[WHICH_MAX_PATH] = "";
    enum mp_err err = trust_parent(socket, geteuid());

    findings_add(findings, FINDING_OK, "socket", "%s, %s", socket, reason(patient));
    if (err != MP_BROKER_FOREIGN)
        return; /* what is not there is said with the broker */
    if (request && outside_may_answer(socket, geteuid(), request)) {
        findings_add(findings, FINDING_OK, "socket folder",
                     "of the machine outside this user namespace: tokens come from there, no "
                     "secret is sent");
        return;
    }
    find_open_folder(socket, folder, sizeof(folder));
    findings_add(findings, FINDING_FAILED, "socket folder",
                 "%s can be changed by others than root and you; nothing is sent to this socket",
                 folder[0] ? folder : "a folder above the socket, or a link on the way,");
    if (folder[0])
        findings_mend(findings, "chown root %s; chmod go-w %s", folder, folder);
    else
        findings_mend(findings, "look at the owners: namei -l %s", socket);
}

/* --- its answer ----------------------------------------------------------------------------------
 */

static void say_absent(const struct patient *patient, struct findings *findings)
{
    char program[PATH_MAX];
    struct stat info = {0};

    if (patient->which.runtime[0]) {
        start_find_program(program, sizeof(program));
        findings_add(findings, FINDING_FAILED, "broker", "it could not be started");
        if (access(patient->which.runtime, W_OK) == 0)
            findings_mend(findings, "%s --user --foreground says why", program);
        else
            findings_mend(findings, "set XDG_RUNTIME_DIR to a folder of yours; %s is none",
                          patient->which.runtime);
        return;
    }
    if (stat(patient->which.socket, &info) == 0)
        findings_add(findings, FINDING_FAILED, "broker", "nobody listens at the socket");
    else if (errno == EACCES)
        findings_add(findings, FINDING_FAILED, "broker", "you may not enter the socket's folder");
    else
        findings_add(findings, FINDING_FAILED, "broker", "there is no socket");
    findings_mend(findings,
                  "systemctl enable --now mobprocd.socket mobproc-courier.socket; without "
                  "systemd start mobprocd, see mobprocd(8)");
}

static void say_other(enum mp_err err, struct findings *findings)
{
    findings_add(findings, FINDING_FAILED, "broker", "%s", mp_err_text(err));
    switch (err) {
    case MP_BROKER_HUNG:
        findings_mend(findings, "systemctl status mobprocd says why, or its log does; then restart "
                                "mobprocd");
        break;
    case MP_BROKER_FOREIGN:
        findings_mend(findings,
                      "stop the program that listens there, remove the socket, start mobprocd");
        break;
    case MP_CONFIGURATION:
        findings_mend(findings, "as root: mobprocd --check names the line; then mobproc admin "
                                "reload");
        break;
    case MP_PROTOCOL:
    case MP_UNSUPPORTED:
        findings_mend(findings, "install mobproc and mobprocd of one release; restart mobprocd");
        break;
    default:
        findings_mend(findings, "try again; the broker's log says more");
    }
}

/* --- what it holds -------------------------------------------------------------------------------
 */

static void check_entry(const struct entry *entry, struct findings *findings)
{
    enum finding_result result = FINDING_OK;
    char what[PROTO_MAX_ACCOUNT + 16];
    char lifetime[64];

    snprintf(what, sizeof(what), "account %s", entry->account);
    entry_lifetime(entry, (uint64_t)clock_utc(), lifetime, sizeof(lifetime));
    if (entry->error == MP_OK && !entry->doubt_since) {
        findings_add(findings, FINDING_OK, what, "%s; token: %s", entry_state(entry), lifetime);
        return;
    }
    result = entry->error == MP_OK || entry->error == MP_NO_RECORD ||
                     entry->error == MP_LOGIN_NEEDED || entry->error == MP_OUTAGE
                 ? FINDING_WARNING
                 : FINDING_FAILED;
    findings_add(findings, result, what, "%s", entry_state(entry));
    if (entry->error == MP_OK)
        findings_mend(findings, "mobproc refresh %s", entry->account);
    else if (entry->error == MP_LOCKED)
        findings_mend(findings, "make the vault key available to mobprocd, see above");
    else if (entry->error == MP_STORAGE)
        findings_mend(findings, "mobproc logout %s; mobproc login %s", entry->account,
                      entry->account);
    else
        findings_mend(findings, "mobproc login %s", entry->account);
}

static void check_accounts(const struct patient *patient, const struct wire_message *message,
                           struct findings *findings)
{
    const char *wanted = patient->arguments->account;
    int shown = 0;

    for (size_t i = 0; i < message->count; i++) {
        struct entry entry = {0};

        if (message->fields[i].tag != PROTO_RECORD)
            continue;
        if (entry_read(&message->fields[i], &entry) != MP_OK) {
            say_other(MP_PROTOCOL, findings);
            return;
        }
        if (wanted && strcmp(wanted, entry.account) != 0)
            continue;
        check_entry(&entry, findings);
        shown++;
    }
    if (shown > 0 || (!wanted && geteuid() == 0))
        return; /* root has no accounts; those of others are theirs to look at */
    findings_add(findings, wanted ? FINDING_FAILED : FINDING_WARNING, "accounts",
                 wanted ? "%s is no account of the broker's configuration, or not for you"
                        : "no account of the broker's configuration is for you%s",
                 wanted ? wanted : "");
    findings_mend(findings, "add yourself to allow_users, see mobproc.conf(5)");
}

static void check_vault(const struct wire_message *message, struct findings *findings)
{
    char source[PROTO_MAX_TEXT + 1];
    enum mp_err state = mp_err_from_wire(wire_number(message, PROTO_VAULT_STATE, MP_OK));

    if (wire_text(message, PROTO_KEY_SOURCE, source, sizeof(source)) != MP_OK || !source[0])
        return;
    if (state == MP_OK) {
        findings_add(findings, FINDING_OK, "vault key", "%s", source);
        return;
    }
    findings_add(findings, FINDING_FAILED, "vault key", "locked: %s", source);
    findings_mend(findings, "give mobprocd the key back, then mobproc admin reload");
}

void doctor_broker(struct patient *patient, struct findings *findings)
{
    struct secret *request = call_request(PROTO_STATUS);
    struct call_reply reply = {0};
    enum mp_err err = MP_NOMEM;

    check_socket(patient, request, findings);
    if (request)
        err = ask_broker(patient->arguments->socket, request, &reply);
    patient->is_answering = err == MP_OK;
    if (err == MP_BROKER_ABSENT)
        say_absent(patient, findings);
    else if (err != MP_OK)
        say_other(err, findings);
    else
        findings_add(findings, FINDING_OK, "broker", "it answers");
    if (err == MP_OK) {
        check_vault(&reply.message, findings);
        check_accounts(patient, &reply.message, findings);
    }
    secret_free(&request);
    call_reply_free(&reply);
}
