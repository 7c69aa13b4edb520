/* mobproc doctor: looks at every part of the way as the caller would go it. */
#include "helper/doctor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/verbs.h"
#include "lib/call.h"

#define SYSTEM_CONFIGURATION "/etc/mobproc/mobproc.conf"

/* In the order of the way: who is asked, what it was told, when it is, who asks it for a login. */
static doctor_check *const checks[] = {doctor_broker, doctor_configuration, doctor_clock,
                                       doctor_pam};

/* Which mobproc.conf the broker asked reads: known for the system's and for one's own. */
static void find_configuration(struct patient *patient)
{
    const char *named = patient->arguments->config;
    int length = -1;

    patient->is_private = patient->which.runtime[0] != '\0';
    if (named)
        length = snprintf(patient->config, sizeof(patient->config), "%s", named);
    else if (patient->is_private &&
             which_own_configuration(patient->config, sizeof(patient->config)) == MP_OK)
        return;
    else if (strcmp(patient->which.socket, CALL_SYSTEM_SOCKET) == 0)
        length = snprintf(patient->config, sizeof(patient->config), SYSTEM_CONFIGURATION);
    if (length < 0 || (size_t)length >= sizeof(patient->config))
        patient->config[0] = '\0';
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
