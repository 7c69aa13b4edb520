/*
 * user_map: which remote name a local user has, "local remote" a line. Two local users never share
 * a remote name: one could then be charged for the other's failures and read the other's data.
 */
#ifndef MOBPROC_BROKER_USERMAP_H
#define MOBPROC_BROKER_USERMAP_H

#include <sys/types.h>

#include "lib/attr.h"
#include "lib/err.h"

#define USERMAP_MAX_ENTRIES 10000

struct usermap; /* owns its entries */

/* Receives each error as "FILE:LINE: reason". */
typedef void usermap_report(void *owner, const char *message);

/*
 * Reads a file of the same owner and mode as the configuration. Blank lines and lines that begin
 * with '#' are skipped. A local name has no control byte, blank, ':' or '/'; a remote name no
 * control byte or blank. A local or a remote name (compared without case) twice is an error.
 * MP_OK; MP_CONFIGURATION after reporting every error; MP_NOMEM.
 */
enum mp_err usermap_load(struct usermap **map, const char *path, uid_t uid, usermap_report *report,
                         void *owner) MUST_CHECK;

void usermap_free(struct usermap **map);

/* The remote name, or NULL when the user is not in the map. */
const char *usermap_remote(const struct usermap *map, const char *local_name);

/* Is this remote name (compared without case) somebody's in the map? */
int usermap_has_remote(const struct usermap *map, const char *remote_name);

#endif
