#include "broker/keysource.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "broker/store.h"
#include "lib/secret.h"

#define CREDENTIAL_NAME "vault-key"

/* vault.key, byte for byte */
struct key_file {
    uint8_t magic[5];
    uint8_t version[1];
    uint8_t key[KEYSOURCE_KEY_SIZE];
};
static const uint8_t key_magic[5] = {'M', 'P', 'K', 'E', 'Y'};
#define KEY_VERSION 1

/* What can be wrong with a source, in words. */
struct complaints {
    const char *form;    /* size, magic or version */
    const char *zero;    /* an empty key */
    const char *foreign; /* owner, mode, kind */
    const char *other;   /* the system's own errors */
};

#define FILE_COMPLAINTS(name)                                                              \
    {                                                                                      \
        name " is not a key file of this version", "the key in " name " is all zero",      \
            name " must be a regular file of mode 0600 with one name that belongs to the " \
                 "broker's user",                                                          \
            name " cannot be read"                                                         \
    }

/* By enum keysource_file. */
static const struct {
    const char *name;
    struct complaints complaints;
} files[] = {
    [KEYSOURCE_CURRENT] = {"vault.key", FILE_COMPLAINTS("vault.key")},
    [KEYSOURCE_NEXT] = {"vault.key.next", FILE_COMPLAINTS("vault.key.next")},
};

static const struct complaints credential_complaints = {
    "the credential vault-key must be 32 bytes, or a copy of a vault.key",
    "the credential vault-key is all zero",
    "the credential vault-key must be a regular file of root or the broker's user that its group "
    "cannot write and others cannot read",
    "the credential vault-key cannot be read",
};

/* The key bytes inside a source's contents, or NULL. */
static const uint8_t *find_key(struct secret *contents, int raw_is_right)
{
    const struct key_file *file = NULL;

    if (raw_is_right && secret_length(contents) == KEYSOURCE_KEY_SIZE)
        return secret_bytes(contents);
    if (secret_length(contents) != sizeof(*file))
        return NULL;
    file = (const struct key_file *)secret_bytes(contents);
    if (memcmp(file->magic, key_magic, sizeof(key_magic)) != 0 || file->version[0] != KEY_VERSION)
        return NULL;
    return file->key;
}

static enum mp_err take_key(struct secret *contents, int raw_is_right,
                            const struct complaints *complaints,
                            uint8_t key[static KEYSOURCE_KEY_SIZE], const char **problem)
{
    const uint8_t *bytes = find_key(contents, raw_is_right);

    if (!bytes) {
        *problem = complaints->form;
        return MP_LOCKED;
    }
    if (sodium_is_zero(bytes, KEYSOURCE_KEY_SIZE)) {
        *problem = complaints->zero;
        return MP_LOCKED;
    }
    memcpy(key, bytes, KEYSOURCE_KEY_SIZE);
    return MP_OK;
}

/* Names why a source could not be read. */
static enum mp_err complain(enum mp_err err, const struct complaints *complaints,
                            const char **problem)
{
    if (err == MP_NO_RECORD)
        return MP_NO_RECORD;
    if (err == MP_NOMEM) {
        *problem = "out of memory";
        return MP_NOMEM;
    }
    if (errno == EFBIG)
        *problem = complaints->form;
    else if (errno == EPERM || errno == ELOOP || errno == ENXIO) /* ENXIO: a socket */
        *problem = complaints->foreign;
    else
        *problem = complaints->other;
    return MP_LOCKED;
}

enum mp_err keysource_credential(const char *directory, uint8_t key[static KEYSOURCE_KEY_SIZE],
                                 const char **problem)
{
    struct secret *contents = NULL;
    enum mp_err err = MP_NO_RECORD;
    int fd = -1;

    if (!directory)
        return MP_NO_RECORD;
    fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        *problem = "CREDENTIALS_DIRECTORY cannot be opened";
        return MP_LOCKED;
    }
    err = store_read_credential(fd, CREDENTIAL_NAME, sizeof(struct key_file), &contents);
    if (err == MP_OK)
        err = take_key(contents, 1, &credential_complaints, key, problem);
    else
        err = complain(err, &credential_complaints, problem);
    close(fd);
    secret_free(&contents);
    return err;
}

enum mp_err keysource_file(int state_fd, enum keysource_file file,
                           uint8_t key[static KEYSOURCE_KEY_SIZE], const char **problem)
{
    struct secret *contents = NULL;
    enum mp_err err = store_read(state_fd, files[file].name, sizeof(struct key_file), &contents);

    if (err == MP_OK)
        err = take_key(contents, 0, &files[file].complaints, key, problem);
    else
        err = complain(err, &files[file].complaints, problem);
    secret_free(&contents);
    return err;
}

enum mp_err keysource_make_file(int state_fd, enum keysource_file file, const char **problem)
{
    struct key_file *made = sodium_malloc(sizeof(*made));
    enum mp_err err = MP_NOMEM;

    if (!made) {
        *problem = "out of memory";
        return MP_NOMEM;
    }
    memcpy(made->magic, key_magic, sizeof(key_magic));
    made->version[0] = KEY_VERSION;
    randombytes_buf(made->key, sizeof(made->key));
    err = store_create(state_fd, files[file].name, made, sizeof(*made));
    if (err != MP_OK)
        *problem = "a new key file cannot be written";
    sodium_free(made);
    return err;
}

enum mp_err keysource_promote_next(int state_fd)
{
    return store_rename(state_fd, files[KEYSOURCE_NEXT].name, files[KEYSOURCE_CURRENT].name);
}

enum mp_err keysource_remove_files(int state_fd)
{
    enum mp_err err = store_remove(state_fd, files[KEYSOURCE_NEXT].name);

    return err == MP_OK ? store_remove(state_fd, files[KEYSOURCE_CURRENT].name) : err;
}
