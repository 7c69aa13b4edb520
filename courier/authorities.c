#include "courier/authorities.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const directories[] = {
    "/etc/pki/ca-trust/extracted/pem/directory-hash", /* Fedora, RHEL */
    "/etc/ssl/certs",                                 /* Debian, SUSE, Alpine */
};

static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

static int is_hashed_name(const char *name)
{
    return strlen(name) == 10 && strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
           strchr("0123456789", name[9]);
}

static int is_hashed(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry = NULL;
    int found = 0;

    if (!directory)
        return 0;
    while (!found && (entry = readdir(directory)))
        found = is_hashed_name(entry->d_name);
    closedir(directory);
    return found;
}

static enum mp_err find_configured(const char *path, struct authorities *found)
{
    struct stat info = {0};

    if (path[0] != '/' || stat(path, &info) != 0)
        return MP_CONFIGURATION;
    if (S_ISDIR(info.st_mode) && access(path, R_OK | X_OK) == 0)
        found->directory = path;
    else if (S_ISREG(info.st_mode) && access(path, R_OK) == 0)
        found->file = path;
    else
        return MP_CONFIGURATION;
    return MP_OK;
}

enum mp_err authorities_find(const char *path, struct authorities *found)
{
    found->file = NULL;
    found->directory = NULL;
    if (path[0])
        return find_configured(path, found);
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
        if (is_hashed(directories[i])) {
            found->directory = directories[i];
            return MP_OK;
        }
    for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++)
        if (access(bundles[i], R_OK) == 0) {
            found->file = bundles[i];
            return MP_OK;
        }
    return MP_CONFIGURATION;
}
