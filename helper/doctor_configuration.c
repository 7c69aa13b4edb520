/* mobproc doctor: mobproc.conf and the secrets beside it. What they say, only mobprocd can judge.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/checkup.h"
#include "helper/doctor.h"
#include "lib/trust.h"

#define CREDENTIALS \
    "/run/credentials/mobprocd.service" /* of the broker that runs, systemd.exec(5) */

/* --- mobprocd --check ----------------------------------------------------------------------------
 */

/* A credential that systemd has not handed over is not mended by an editor: a TPM, say, may have
 * refused to open it. */
static void say_mend(const char *config, const char *line, struct findings *findings)
{
    if (strstr(line, ": credential:"))
        findings_mend(findings,
                      "systemctl status mobprocd says whether systemd could hand it over; "
                      "mobproc setup --force writes it anew");
    else
        findings_mend(findings, "edit %s (see mobproc.conf(5)), then mobproc admin reload", config);
}

static void say_errors(const char *config, char *words, struct findings *findings)
{
    char *next = words;

    for (char *line = strsep(&next, "\n"); line; line = strsep(&next, "\n")) {
        if (!line[0])
            continue;
        findings_add(findings, FINDING_FAILED, "configuration", "%s", line);
        say_mend(config, line, findings);
    }
}

static void check_content(const char *config, struct findings *findings)
{
    char words[CHECKUP_MAX_WORDS];
    const char *credentials = access(CREDENTIALS, F_OK) == 0 ? CREDENTIALS : NULL;
    const char *user = getpwnam(CHECKUP_USER) ? CHECKUP_USER : NULL;
    int status = checkup_run(config, user, credentials, words, sizeof(words));

    if (status == 0 && !user && strcmp(config, DOCTOR_SYSTEM_CONFIGURATION) == 0) {
        findings_add(
            findings, FINDING_WARNING, "configuration",
            "%s has no errors, but it was root who read it: there is no user " CHECKUP_USER,
            config);
        findings_mend(findings, "systemd-sysusers mobproc.conf");
    } else if (status == 0) {
        findings_add(findings, FINDING_OK, "configuration", "%s has no errors", config);
    } else if (status == CHECKUP_NOT_RUN && words[0]) {
        findings_add(findings, FINDING_WARNING, "configuration", "not checked: %s", words);
        findings_mend(findings, "install mobprocd beside mobproc");
    } else if (words[0]) {
        say_errors(config, words, findings);
    } else {
        findings_add(findings, FINDING_FAILED, "configuration", "mobprocd --check did not finish");
        findings_mend(findings, "run it by hand: mobprocd --check --config %s", config);
    }
}

/* --- modes ---------------------------------------------------------------------------------------
 */

/* Whose may it be? root's, or the broker's own. */
static uid_t broker_uid(const struct patient *patient)
{
    const struct passwd *broker = patient->is_private ? NULL : getpwnam(CHECKUP_USER);

    if (patient->is_private)
        return geteuid();
    return broker ? broker->pw_uid : 0;
}

/* 1 when the file can be looked at. */
static int check_mode(const struct patient *patient, struct findings *findings)
{
    const char *path = patient->config;
    uid_t owner = broker_uid(patient);
    struct stat info = {0};

    if (stat(path, &info) != 0) {
        int is_hidden = errno == EACCES;

        findings_add(findings, is_hidden ? FINDING_OK : FINDING_FAILED, "configuration", "%s: %s",
                     path, is_hidden ? "not for you to see" : strerror(errno));
        if (!is_hidden)
            findings_mend(findings, "mobproc setup");
        return 0;
    }
    if (info.st_uid != 0 && info.st_uid != owner) {
        findings_add(findings, FINDING_FAILED, "configuration",
                     "%s belongs to uid %lu, neither root nor the broker's user", path,
                     (unsigned long)info.st_uid);
        findings_mend(findings, "chown root %s", path);
    } else if (info.st_mode & (S_IWGRP | S_IWOTH)) {
        findings_add(findings, FINDING_FAILED, "configuration", "%s can be written by others",
                     path);
        findings_mend(findings, "chmod go-w %s", path);
    } else if (trust_parent(path, owner) == MP_BROKER_FOREIGN) {
        findings_add(findings, FINDING_FAILED, "configuration", "others can replace %s", path);
        findings_mend(findings, "look at the owners and modes: namei -l %s", path);
    }
    return 1;
}

static void check_secret(const char *path, struct findings *findings)
{
    struct stat info = {0};

    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return;
    if (geteuid() != 0 && info.st_uid != geteuid() && access(path, R_OK) == 0) {
        findings_add(findings, FINDING_FAILED, "secret", "you can read %s", path);
        findings_mend(findings, "as root: chmod o-rwx %s; then have the secret changed", path);
    } else if (info.st_mode & (S_IWGRP | S_IRWXO)) {
        findings_add(findings, FINDING_FAILED, "secret", "%s has mode %04o", path,
                     (unsigned)(info.st_mode & 07777));
        findings_mend(findings, "chmod g-w,o-rwx %s", path);
    }
}

/* The files in secrets.d beside the configuration, as far as the caller sees them. */
static void check_secrets(const struct patient *patient, struct findings *findings)
{
    const char *slash = strrchr(patient->config, '/');
    char path[PATH_MAX];
    struct dirent *entry = NULL;
    DIR *directory = NULL;
    int length = 0;

    if (!slash)
        return;
    snprintf(path, sizeof(path), "%.*s/secrets.d", (int)(slash - patient->config), patient->config);
    directory = opendir(path);
    while (directory && (entry = readdir(directory))) {
        length = snprintf(path, sizeof(path), "%.*s/secrets.d/%s", (int)(slash - patient->config),
                          patient->config, entry->d_name);
        if (entry->d_name[0] != '.' && length > 0 && (size_t)length < sizeof(path))
            check_secret(path, findings);
    }
    if (directory)
        closedir(directory);
}

void doctor_configuration(struct patient *patient, struct findings *findings)
{
    if (!patient->config[0])
        return; /* nobody but the broker at this socket knows its configuration */
    if (!check_mode(patient, findings))
        return;
    check_secrets(patient, findings);
    if (geteuid() == 0 || patient->is_private)
        check_content(patient->config, findings);
}
