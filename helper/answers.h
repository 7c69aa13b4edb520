/*
 * The questions of mobproc setup. A person is asked at the terminal, and again after an answer that
 * cannot be right; a program gives one answer a line on standard input, in this order:
 *
 *   environment     production, qa, or the URL of a token endpoint      (production)
 *   client id
 *   client secret   typed twice at a terminal, without echo
 *   tenant                                                              (none)
 *   scope                                                               (MOBPROC)
 *   source system   command, rivermine or platform                      (command)
 *   users           @groups and local names, or * alone                 (for root: no default)
 *   credentials     yes or no: keep the client secret and the vault's key as systemd credentials
 *   write anyway    yes or no: write the configuration although the server cannot be reached
 *
 * A blank line takes the value in brackets. The last two lines may be missing, which means no; a
 * person is asked them only when they matter.
 */
#ifndef MOBPROC_HELPER_ANSWERS_H
#define MOBPROC_HELPER_ANSWERS_H

#include "lib/attr.h"
#include "lib/secret.h"

#define ANSWER_SIZE 1025 /* bytes, with the NUL */

enum answer_yes { ANSWER_MISSING, ANSWER_NO, ANSWER_YES };

/* One line of printable ASCII each, without blanks around it. Owns the secret. Start with {0}. */
struct answers {
    char environment[ANSWER_SIZE];
    char client_id[ANSWER_SIZE];
    struct secret *client_secret;
    char tenant[ANSWER_SIZE]; /* "": none */
    char scope[ANSWER_SIZE];
    char source_system[ANSWER_SIZE];
    char users[ANSWER_SIZE];
    enum answer_yes credentials;
    enum answer_yes anyway;
};

/*
 * Asks everything; `users` is the default of the last question, or NULL. Returns 0, or the exit
 * code after saying why. Free `answers` in any case.
 */
int answers_ask(struct answers *answers, const char *users) MUST_CHECK;

/*
 * The answer to one of the last two: at a terminal it is asked now, with the words of the question.
 * 1 yes, 0 no.
 */
int answers_yes(enum answer_yes given, const char *question);

void answers_free(struct answers *answers);

#endif
