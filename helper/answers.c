#include "helper/answers.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/new_secret.h"
#include "lib/proto.h"

#define SECRET_WHAT "the client secret"

/* What is wrong with an answer, as the end of a sentence, or NULL. */
typedef const char *judge(const char *answer);

static judge judge_environment, judge_client_id, judge_source_system, judge_any;

static const struct question {
    const char *words;
    const char *fallback; /* NULL: there must be an answer */
    judge *judge;
    size_t offset;
} questions[] = {
    {"Environment (production, qa, or the URL of a token endpoint)", "production",
     judge_environment, offsetof(struct answers, environment)},
    {"Client id", NULL, judge_client_id, offsetof(struct answers, client_id)},
    {NULL, NULL, NULL, 0}, /* the secret */
    {"Tenant, blank for none", "", judge_any, offsetof(struct answers, tenant)},
    {"Scope", "MOBPROC", judge_any, offsetof(struct answers, scope)},
    {"Source system (command, rivermine or platform)", "command", judge_source_system,
     offsetof(struct answers, source_system)},
    {"Who may log in with the server's password (@group or names; * takes local people in, too)",
     NULL, judge_any, offsetof(struct answers, users)},
};

#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static const char *judge_any(const char *answer UNUSED)
{
    return NULL;
}

static const char *judge_environment(const char *answer)
{
    if (strcmp(answer, "production") == 0 || strcmp(answer, "qa") == 0 ||
        strncmp(answer, "https://", 8) == 0)
        return NULL;
    return "is not production, qa or https://...";
}

static const char *judge_client_id(const char *answer)
{
    return strchr(answer, ' ') ? "has a blank in it" : NULL;
}

static const char *judge_source_system(const char *answer)
{
    return strcmp(answer, "command") == 0 || strcmp(answer, "rivermine") == 0 ||
                   strcmp(answer, "platform") == 0
               ? NULL
               : "is not command, rivermine or platform";
}

/* --- reading --- */

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* nobody can be told */
}

/* Byte by byte, so that the next reader finds the next line. MP_INTERRUPTED at the end. */
static enum mp_err read_line(struct secret *line)
{
    secret_truncate(line, 0);
    for (;;) {
        char byte = 0;
        ssize_t got = read(STDIN_FILENO, &byte, 1);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return MP_SYSTEM;
        if (got == 0)
            return MP_INTERRUPTED; /* a line without its newline may have been cut */
        if (byte == '\n')
            return MP_OK;
        if (secret_append(line, &byte, 1) != MP_OK)
            return MP_TOO_LONG;
    }
}

/* Copies the line without the blanks around it; 0 when it is not printable ASCII. */
static int take_text(const struct secret *line, char out[ANSWER_SIZE])
{
    const char *text = secret_text(line);
    size_t length = secret_length(line);

    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7e)
            return 0;
    while (length > 0 && text[0] == ' ')
        text++, length--;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    memcpy(out, text, length);
    out[length] = '\0';
    return 1;
}

/* Takes the line as the answer if it can be one; else what is wrong with it. */
static const char *take_answer(const struct question *question, const char *fallback,
                               const struct secret *line, char out[ANSWER_SIZE])
{
    if (!take_text(line, out))
        return "has a byte that is not printable ASCII";
    if (!out[0] && !fallback)
        return "is missing";
    if (!out[0])
        memcpy(out, fallback, strlen(fallback) + 1);
    return out[0] ? question->judge(out) : NULL;
}

static void prompt(const struct question *question, const char *fallback)
{
    say(question->words);
    if (fallback && fallback[0]) {
        say(" [");
        say(fallback);
        say("]");
    }
    say(": ");
}

static int complain(enum mp_err err, const char *words)
{
    if (err == MP_INTERRUPTED)
        exit_say("standard input ended before the answer to: %s", words);
    else if (err == MP_TOO_LONG)
        exit_say("this answer is too long: %s", words);
    else
        return exit_because(err, words);
    return EXIT_USAGE;
}

static int ask_text(const struct question *question, const char *fallback, struct secret *line,
                    char out[ANSWER_SIZE], int is_terminal)
{
    for (;;) {
        const char *wrong = NULL;
        enum mp_err err = MP_OK;

        if (is_terminal)
            prompt(question, fallback);
        err = read_line(line);
        if (err != MP_OK)
            return complain(err, question->words);
        wrong = take_answer(question, fallback, line, out);
        if (!wrong)
            return 0;
        exit_say("the answer %s: %s", wrong, question->words);
        if (!is_terminal)
            return EXIT_USAGE;
    }
}

static int ask_secret(struct secret *line, struct secret **out, int is_terminal)
{
    const char *wrong = NULL;
    enum mp_err err = MP_OK;

    if (is_terminal)
        return new_secret_ask(SECRET_WHAT, out);
    err = read_line(line);
    if (err != MP_OK)
        return complain(err, SECRET_WHAT);
    wrong = new_secret_judge(line);
    if (wrong) {
        exit_say(SECRET_WHAT " %s", wrong);
        return EXIT_USAGE;
    }
    *out = secret_copy(secret_text(line), secret_length(line));
    return *out ? 0 : exit_because(MP_NOMEM, NULL);
}

/* A line that may be missing; blank is missing too. */
static int read_decision(struct secret *line, const char *words, enum answer_yes *out)
{
    char text[ANSWER_SIZE] = "";
    enum mp_err err = read_line(line);

    *out = ANSWER_MISSING;
    if (err == MP_INTERRUPTED && secret_length(line) == 0)
        return 0;
    if (err != MP_OK)
        return complain(err, words);
    if (take_text(line, text) && (!text[0] || strcmp(text, "no") == 0))
        *out = text[0] ? ANSWER_NO : ANSWER_MISSING;
    else if (strcmp(text, "yes") == 0)
        *out = ANSWER_YES;
    else
        exit_say("the answer is neither yes nor no: %s", words);
    return *out == ANSWER_MISSING && text[0] ? EXIT_USAGE : 0;
}

int answers_yes(enum answer_yes given, const char *question)
{
    static const struct question words = {"", "no", judge_any, 0};
    struct secret *line = NULL;
    char text[ANSWER_SIZE] = "";

    if (given != ANSWER_MISSING || !isatty(STDIN_FILENO))
        return given == ANSWER_YES;
    line = secret_new(ANSWER_SIZE - 1);
    while (line && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0) {
        say(question);
        prompt(&words, "no");
        if (read_line(line) != MP_OK)
            break;
        if (take_answer(&words, "no", line, text))
            text[0] = '\0';
    }
    secret_free(&line);
    return strcmp(text, "yes") == 0;
}

int answers_ask(struct answers *answers, const char *users)
{
    struct secret *line = secret_new(ANSWER_SIZE - 1);
    int is_terminal = isatty(STDIN_FILENO);
    int code = line ? 0 : exit_because(MP_NOMEM, NULL);

    for (size_t i = 0; i < QUESTIONS && code == 0; i++) {
        const struct question *question = &questions[i];
        char *out = (char *)answers + question->offset;

        if (!question->words)
            code = ask_secret(line, &answers->client_secret, is_terminal);
        else
            code = ask_text(question, i + 1 == QUESTIONS ? users : question->fallback, line, out,
                            is_terminal);
    }
    if (code == 0 && !is_terminal)
        code =
            read_decision(line, "keep the secrets as systemd credentials", &answers->credentials);
    if (code == 0 && !is_terminal)
        code = read_decision(line, "write although the server cannot be reached", &answers->anyway);
    if (code == 0 && !is_terminal && read_line(line) != MP_INTERRUPTED) {
        exit_say("standard input has more lines than there are questions");
        code = EXIT_USAGE;
    }
    secret_free(&line);
    return code;
}

void answers_free(struct answers *answers)
{
    secret_free(&answers->client_secret);
}
