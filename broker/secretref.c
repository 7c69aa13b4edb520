#include "broker/secretref.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/trusted_file.h"

#define TOO_OPEN 027 /* others may not read it, nobody but the owner may write it */

/* Where the secret lies, as a path that the caller frees, or NULL. */
static enum mp_err find(const struct config_secret *reference, const char *credentials_directory,
                        char **path, char *problem, size_t size)
{
    int length = -1;

    if (reference->kind == CONFIG_SECRET_FILE) {
        *path = strdup(reference->value);
        return *path ? MP_OK : MP_NOMEM;
    }
    if (!credentials_directory || credentials_directory[0] != '/') {
        snprintf(problem, size,
                 "credential:%s: CREDENTIALS_DIRECTORY is not set; the service needs "
                 "LoadCredential=%s:...",
                 reference->value, reference->value);
        return MP_CONFIGURATION;
    }
    if (strchr(reference->value, '/') || reference->value[0] == '.') {
        snprintf(problem, size, "credential: the name is not a plain file name");
        return MP_CONFIGURATION;
    }
    length = asprintf(path, "%s/%s", credentials_directory, reference->value);
    if (length < 0)
        *path = NULL;
    return *path ? MP_OK : MP_NOMEM;
}

/* Drops one final newline and says what is wrong with the rest, or NULL. */
static const char *judge(struct secret *secret)
{
    size_t length = secret_length(secret);
    const uint8_t *bytes = secret_bytes(secret);

    if (length > 0 && bytes[length - 1] == '\n')
        secret_truncate(secret, --length);
    if (length == 0)
        return "is empty";
    if (length > PROTO_MAX_PASSWORD)
        return "holds more than 1024 bytes";
    if (bytes[length - 1] == '\r')
        return "ends in CR LF (Windows); end the line with LF alone";
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n')
            return "has more than one line";
        if (bytes[i] < 0x20 || bytes[i] == 0x7f)
            return "holds a NUL or control byte";
    }
    return NULL;
}

enum mp_err secretref_fetch(const struct config_secret *reference,
                            const char *credentials_directory, uid_t uid, struct secret **out,
                            char *problem, size_t size)
{
    const struct trusted_file_rules rules = {uid, TOO_OPEN, PROTO_MAX_PASSWORD + 1, 0};
    const char *prefix = reference->kind == CONFIG_SECRET_FILE ? "file:" : "credential:";
    const char *reason = NULL;
    char trouble[200] = "";
    char *path = NULL;
    enum mp_err err = MP_OK;

    *out = NULL;
    if (reference->kind == CONFIG_SECRET_NONE)
        return MP_OK;
    err = find(reference, credentials_directory, &path, problem, size);
    if (err != MP_OK)
        goto done;
    err = trusted_file_read(path, &rules, out, trouble, sizeof(trouble));
    if (err == MP_OK) {
        reason = judge(*out);
        err = reason ? MP_CONFIGURATION : MP_OK;
    } else if (err == MP_CONFIGURATION) {
        reason = trouble;
    }
    if (reason)
        snprintf(problem, size, "%s%s: %s", prefix, reference->value, reason);
done:
    if (err != MP_OK)
        secret_free(out);
    free(path);
    return err;
}

_Static_assert(PROTO_MAX_PASSWORD == 1024, "a message above names the number");
