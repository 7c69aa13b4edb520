/* An owner of records: a local user, or all service accounts together. A directory of STATE. */
#ifndef MOBPROC_BROKER_OWNER_H
#define MOBPROC_BROKER_OWNER_H

#include <sys/types.h>

#define OWNER_SIZE 24 /* bytes of a directory's name, with the NUL */

struct owner {
    int is_service; /* then uid is 0 and means nothing */
    uid_t uid;
};

/* The directory's name: "service", or the uid in decimal. */
void owner_directory(const struct owner *owner, char name[static OWNER_SIZE]);

/* Is this the directory of an owner, and of which? `owner` may be NULL. */
int owner_of_directory(const char *name, struct owner *owner);

#endif
