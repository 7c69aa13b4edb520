#include "broker/secretref.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/sealed.h"
#include "broker/trusted_file.h"

#define TOO_OPEN 027 /* others may not read it, nobody but the owner may write it */

static const char *const prefixes[] = {[CONFIG_SECRET_FILE] = "file",
                                       [CONFIG_SECRET_CREDENTIAL] = "credential",
                                       [CONFIG_SECRET_SEALED] = "sealed"};

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

static const char *judge_line(struct secret *secret)
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

/* Only OpenSSL reads it; here it must be a text that a message can carry. */
static const char *judge_pem(const struct secret *secret)
{
    const char *text = secret_text(secret);

    if (secret_length(secret) > PROTO_MAX_PEM)
        return "holds more than 8192 bytes";
    if (strlen(text) != secret_length(secret) || !strstr(text, "-----BEGIN ") ||
        !strstr(text, "PRIVATE KEY-----"))
        return "is no private key in PEM form";
    return strstr(text, "ENCRYPTED") ? "is encrypted with a passphrase, which nobody could type"
                                     : NULL;
}

const char *secretref_judge(struct secret *secret, enum config_use use)
{
    const char *reason = use == CONFIG_CLIENT_KEY ? judge_pem(secret) : judge_line(secret);

    if (!reason && use == CONFIG_PROXY_CREDENTIALS && !strchr(secret_text(secret), ':'))
        return "is not name:password";
    return reason;
}

static enum mp_err read_file(const struct config_secret *reference,
                             const struct secretref_context *context, struct secret **out,
                             char *problem, size_t size)
{
    size_t max = context->use == CONFIG_CLIENT_KEY ? PROTO_MAX_PEM : PROTO_MAX_PASSWORD + 1;
    const struct trusted_file_rules rules = {context->uid, TOO_OPEN, max, 0};
    char trouble[200] = "";
    char *path = NULL;
    enum mp_err err = find(reference, context->credentials_directory, &path, problem, size);

    if (err == MP_OK) {
        err = trusted_file_read(path, &rules, out, trouble, sizeof(trouble));
        if (err == MP_CONFIGURATION)
            snprintf(problem, size, "%s:%s: %s", prefixes[reference->kind], reference->value,
                     trouble);
    }
    free(path);
    return err;
}

static enum mp_err open_sealed(const struct config_secret *reference,
                               const struct secretref_context *context, struct secret **out,
                               char *problem, size_t size)
{
    const char *name = reference->value;
    const char *kind = config_use_name(context->use);
    enum mp_err err = MP_LOCKED;

    if (context->ring && context->servers)
        err = sealed_fetch(context->state_fd, context->ring, name, kind, context->servers, out);
    if (err == MP_LOCKED)
        snprintf(problem, size, "sealed:%s: the key that sealed it is not there", name);
    if (err == MP_NO_RECORD)
        snprintf(problem, size, "sealed:%s: is not sealed yet: mobproc admin seal %s", name, name);
    if (err == MP_STORAGE)
        snprintf(problem, size,
                 "sealed:%s: does not open as %s for %.200s: damaged, or sealed for another use or "
                 "host; mobproc admin seal %s seals it anew",
                 name, kind, context->servers, name);
    return err == MP_NO_RECORD || err == MP_STORAGE ? MP_CONFIGURATION : err;
}

enum mp_err secretref_fetch(const struct config_secret *reference,
                            const struct secretref_context *context, struct secret **out,
                            char *problem, size_t size)
{
    const char *reason = NULL;
    enum mp_err err = MP_OK;

    *out = NULL;
    if (reference->kind == CONFIG_SECRET_NONE)
        return MP_OK;
    if (reference->kind == CONFIG_SECRET_SEALED)
        err = open_sealed(reference, context, out, problem, size);
    else
        err = read_file(reference, context, out, problem, size);
    if (err == MP_OK) {
        reason = secretref_judge(*out, context->use);
        err = reason ? MP_CONFIGURATION : MP_OK;
    }
    if (reason)
        snprintf(problem, size, "%s:%s: %s", prefixes[reference->kind], reference->value, reason);
    if (err != MP_OK)
        secret_free(out);
    return err;
}

_Static_assert(PROTO_MAX_PASSWORD == 1024 && PROTO_MAX_PEM == 8192,
               "messages above name the numbers");
