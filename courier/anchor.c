#include "courier/anchor.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "courier/authorities.h"
#include "courier/pem.h"

#define MAX_FILE (4 << 20)

static int hex_value(char digit)
{
    static const char digits[] = "0123456789abcdef";
    char lower = (char)(digit >= 'A' && digit <= 'F' ? digit + ('a' - 'A') : digit);
    const char *found = lower ? strchr(digits, lower) : NULL;

    return found ? (int)(found - digits) : -1;
}

int anchor_read(const char *text, uint8_t fingerprint[static SHA256_SIZE])
{
    int has_colons = strlen(text) == 3 * SHA256_SIZE - 1;

    if (!has_colons && strlen(text) != 2 * SHA256_SIZE)
        return 0;
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        const char *pair = text + i * (has_colons ? 3 : 2);
        int high = hex_value(pair[0]);
        int low = hex_value(pair[1]);

        if (high < 0 || low < 0 || (has_colons && i > 0 && pair[-1] != ':'))
            return 0;
        fingerprint[i] = (uint8_t)(high << 4 | low);
    }
    return 1;
}

/* The whole file, or NULL. */
static struct secret *read_file(int directory, const char *name)
{
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info = {0};
    struct secret *text = NULL;
    ssize_t got = 0;

    if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= MAX_FILE)
        text = secret_new((size_t)info.st_size);
    if (text)
        got = read(fd, secret_bytes(text), secret_capacity(text));
    if (text && got > 0)
        secret_set_length(text, (size_t)got);
    if (fd >= 0)
        close(fd);
    return text;
}

/* Is it in this file? Sets *pem, or leaves it. */
static void look_into(int directory, const char *name, const uint8_t *fingerprint,
                      struct secret **pem)
{
    struct secret *text = read_file(directory, name);
    struct pem_certificate certificate;
    size_t offset = 0;

    while (text && !*pem &&
           pem_next(secret_text(text), secret_length(text), &offset, &certificate)) {
        uint8_t hash[SHA256_SIZE];

        sha256(certificate.der, certificate.der_length, hash);
        if (memcmp(hash, fingerprint, sizeof(hash)) == 0)
            *pem = secret_copy(certificate.text, certificate.length);
    }
    secret_free(&text);
}

static void look_through(const char *path, const uint8_t *fingerprint, struct secret **pem)
{
    DIR *directory = opendir(path);
    struct dirent *entry = NULL;

    while (directory && !*pem && (entry = readdir(directory)))
        if (authorities_is_hashed_name(entry->d_name))
            look_into(dirfd(directory), entry->d_name, fingerprint, pem);
    if (directory)
        closedir(directory);
}

enum mp_err anchor_find(const char *file, const char *directory,
                        const uint8_t fingerprint[static SHA256_SIZE], struct secret **pem)
{
    *pem = NULL;
    if (file)
        look_into(AT_FDCWD, file, fingerprint, pem);
    else if (directory)
        look_through(directory, fingerprint, pem);
    return *pem ? MP_OK : MP_CONFIGURATION;
}
