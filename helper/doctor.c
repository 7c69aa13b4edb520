/* mobproc doctor: looks at every part of the way as the caller would go it. */
#include "helper/doctor.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/verbs.h"
#include "lib/call.h"

/* In the order of the way: who is asked, what it was told, when it is, who asks it for a login. */
static doctor_check *const checks[] = {doctor_broker,  doctor_configuration, doctor_clock,
                                       doctor_network, doctor_pam,           doctor_rollout,
                                       doctor_sshd};

/* Which mobproc.conf the broker asked reads: known for the system's and for one's own. */
static void find_configuration(struct patient *patient)
{
    const char *path = patient->arguments->config;
    struct stat info = {0};

    if (!path && patient->which.runtime[0]) {
        if (which_own_configuration(patient->config, sizeof(patient->config)) != MP_OK)
            patient->config[0] = '\0';
    } else {
        if (!path && strcmp(patient->which.socket, CALL_SYSTEM_SOCKET) == 0)
            path = DOCTOR_SYSTEM_CONFIGURATION;
        if (path && strlen(path) < sizeof(patient->config))
            memcpy(patient->config, path, strlen(path) + 1);
    }
    patient->is_private = patient->which.runtime[0] != '\0' ||
                          (geteuid() != 0 && patient->config[0] &&
                           stat(patient->config, &info) == 0 && info.st_uid == geteuid());
}

int verb_doctor(const struct arguments *arguments)
{
    struct patient patient = {.arguments = arguments};
    struct findings *findings = findings_new();
    enum mp_err err = which_broker(arguments->socket, &patient.which);
    int code = 0;

    if (!findings)
        return exit_because(MP_NOMEM, NULL);
    if (err != MP_OK) {
        findings_free(&findings);
        exit_say("%s", arguments->socket ? "--socket is no path that a socket can have"
                                         : "MOBPROC_SOCKET is no absolute path of a socket");
        return EXIT_USAGE;
    }
    find_configuration(&patient);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        checks[i](&patient, findings);
    code = findings_print(findings, arguments->json);
    findings_free(&findings);
    return code;
}
