#include "helper/own_link.h"

#include <string.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/own_file.h"
#include "helper/replace.h"
#include "lib/trust.h"

int own_link_make(const char *below, const char *target, struct own_link *made)
{
    static const struct own_place none[OWN_PLACES] = {{0}};
    struct own_file link = {0};
    char found[PATH_MAX];
    ssize_t length = 0;
    int code = own_file_find(none, below, &link);

    if (code != 0)
        return code;
    if (replace_make_parents(link.path, 0700, REPLACE_NO_GROUP) != MP_OK)
        return own_file_refuse_system(&link);
    if (trust_parent(link.path, geteuid()) != MP_OK)
        return own_file_refuse(&link, "others can change its folder");
    length = readlink(link.path, found, sizeof(found));
    if (length == (ssize_t)strlen(target) && memcmp(found, target, (size_t)length) == 0)
        return 0;
    if (symlink(target, link.path) != 0)
        return own_file_refuse_system(&link);
    memcpy(made->path, link.path, sizeof(made->path));
    return 0;
}

void own_link_undo(const struct own_link *made)
{
    if (made->path[0])
        unlink(made->path);
}
