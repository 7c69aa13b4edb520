#include "helper/local_people.h"

#include <errno.h>
#include <shadow.h>
#include <stdio.h>
#include <string.h>

#define SHADOW_FILE "/etc/shadow" /* not by NSS: who stands elsewhere is not of this machine */

static void add(struct local_people *people, const char *name)
{
    if (people->count < LOCAL_PEOPLE_NAMED)
        snprintf(people->names[people->count], sizeof(people->names[0]), "%s", name);
    people->count++;
}

enum mp_err local_people_find(local_people_judge *judge, void *owner, struct local_people *people)
{
    FILE *file = fopen(SHADOW_FILE, "re");
    const struct spwd *entry = NULL;
    int answer = 0;

    if (!file)
        return errno == ENOENT ? MP_OK : MP_SYSTEM;
    while (answer >= 0 && (entry = fgetspent(file))) {
        const struct passwd *person = entry->sp_pwdp[0] == '$' ? getpwnam(entry->sp_namp) : NULL;

        if (!person || person->pw_uid == 0)
            continue;
        answer = judge(owner, person);
        if (answer > 0)
            add(people, person->pw_name);
    }
    fclose(file);
    return MP_OK;
}

void local_people_words(const struct local_people *people, char out[static LOCAL_PEOPLE_WORDS])
{
    int length = 0;

    out[0] = '\0';
    for (size_t i = 0; i < people->count && i < LOCAL_PEOPLE_NAMED; i++)
        length += snprintf(out + length, LOCAL_PEOPLE_WORDS - (size_t)length, "%s%s", i ? ", " : "",
                           people->names[i]);
    if (people->count > LOCAL_PEOPLE_NAMED)
        snprintf(out + length, LOCAL_PEOPLE_WORDS - (size_t)length, " and %zu more",
                 people->count - LOCAL_PEOPLE_NAMED);
}
