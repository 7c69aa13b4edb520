#include "helper/setup_people.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/answers.h"
#include "helper/exit.h"
#include "helper/local_people.h"

#define FIRST_UID 1000 /* minimum_uid and maximum_uid, which setup does not ask for */
#define LAST_UID 60000
#define MAX_GROUPS 1024

static int is_in_group(const struct passwd *person, const char *name)
{
    gid_t groups[MAX_GROUPS];
    int count = MAX_GROUPS;
    const struct group *group = getgrnam(name);

    if (!group || getgrouplist(person->pw_name, person->pw_gid, groups, &count) < 0)
        return 0;
    for (int i = 0; i < count; i++)
        if (groups[i] == group->gr_gid)
            return 1;
    return 0;
}

static int is_named(void *owner, const struct passwd *person)
{
    char users[ANSWER_SIZE];
    char *next = users;

    if (person->pw_uid < FIRST_UID || person->pw_uid > LAST_UID)
        return 0;
    snprintf(users, sizeof(users), "%s", (const char *)owner);
    for (char *word = strsep(&next, " \t"); word; word = strsep(&next, " \t"))
        if (strcmp(word, "*") == 0 || strcmp(word, person->pw_name) == 0 ||
            (word[0] == '@' && is_in_group(person, word + 1)))
            return 1;
    return 0;
}

void setup_people_warn(const char *users)
{
    struct local_people people = {0};
    char list[ANSWER_SIZE];
    char words[LOCAL_PEOPLE_WORDS];

    snprintf(list, sizeof(list), "%s", users);
    if (local_people_find(is_named, list, &people) != MP_OK || people.count == 0)
        return;
    local_people_words(&people, words);
    exit_say("WARNING: allow_users = %s names people who have a local password: %s", users, words);
    exit_say("WARNING: once enabled, what they type goes to the server, and their local password "
             "lets them in no more; name a @group that they are not in");
}
