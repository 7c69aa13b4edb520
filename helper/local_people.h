/*
 * People of this machine who have a password here: their field of /etc/shadow begins with `$`.
 * Where allow_users names them, it is the server that judges what they type.
 */
#ifndef MOBPROC_HELPER_LOCAL_PEOPLE_H
#define MOBPROC_HELPER_LOCAL_PEOPLE_H

#include <pwd.h>
#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"

#define LOCAL_PEOPLE_NAMED 5
#define LOCAL_PEOPLE_WORDS 512 /* bytes for local_people_words() */

/* Those who were chosen; names of the first, and how many. Start with {0}. Plain data. */
struct local_people {
    char names[LOCAL_PEOPLE_NAMED][65];
    size_t count;
};

/* Is this one meant? 1 yes, 0 no, -1 it cannot be told: then nobody else is asked about. */
typedef int local_people_judge(void *owner, const struct passwd *person);

/*
 * Root only. Everybody but uid 0 of whom `judge` says 1, in the order of the file. MP_OK, also when
 * it could not be told; MP_SYSTEM (errno).
 */
enum mp_err local_people_find(local_people_judge *judge, void *owner,
                              struct local_people *people) MUST_CHECK;

/* "alice, bob" or "a, b, c, d, e and 3 more" */
void local_people_words(const struct local_people *people, char out[static LOCAL_PEOPLE_WORDS]);

#endif
