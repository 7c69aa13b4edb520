/* What root is told about the answer to "who may log in". */
#ifndef MOBPROC_HELPER_SETUP_PEOPLE_H
#define MOBPROC_HELPER_SETUP_PEOPLE_H

/* Root only. Warns of people with a local password whom `users`, an allow_users, names. */
void setup_people_warn(const char *users);

#endif
