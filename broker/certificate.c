#include "broker/certificate.h"

#include <stdio.h>
#include <string.h>

#include "broker/trusted_file.h"
#include "lib/proto.h"

enum mp_err certificate_read(const char *path, uid_t uid, struct secret **pem, char *problem,
                             size_t size)
{
    const struct trusted_file_rules rules = {uid, 022, PROTO_MAX_PEM, 1};
    char reason[200] = "is no certificate in PEM form";
    enum mp_err err = trusted_file_read(path, &rules, pem, reason, sizeof(reason));

    if (err == MP_OK && (strlen(secret_text(*pem)) != secret_length(*pem) ||
                         !strstr(secret_text(*pem), "-----BEGIN CERTIFICATE-----"))) {
        secret_free(pem);
        err = MP_CONFIGURATION;
    }
    if (err == MP_CONFIGURATION)
        snprintf(problem, size, "%.250s: %s", path, reason);
    return err;
}
