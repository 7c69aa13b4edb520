#include "helper/pam_stack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE 65536
#define MAX_DEPTH 16 /* of files that include files: libpam itself would run out of memory */

static const char *const stages[STAGE_COUNT] = {"auth", "account", "password", "session"};

/* What is being read. */
struct reading {
    const char *directory;
    struct pam_stack *stack;
    int depth;
    int origin; /* the line of the service's own file that is being read */
};

static enum mp_err read_file(struct reading *reading, const char *name, int all_stages, int level);

const char *pam_stage_name(enum pam_stage stage)
{
    return (unsigned)stage < STAGE_COUNT ? stages[stage] : "";
}

/* --- one line: its words --------------------------------------------------------------------- */

/* Takes a word, or what stands between [ and ] with "\]" as "]"; NULL at the end. In place. */
static char *take_word(char **next)
{
    char *word = *next + strspn(*next, " \t\r");
    char *from = word;
    char *to = word;

    if (!*word) {
        *next = word;
        return NULL;
    }
    if (*word != '[') {
        from = word + strcspn(word, " \t\r");
        *next = *from ? from + 1 : from;
        *from = '\0';
        return word;
    }
    for (from++; *from && *from != ']'; from++) {
        if (from[0] == '\\' && from[1] == ']')
            from++;
        *to++ = *from;
    }
    *next = *from ? from + 1 : from;
    *to = '\0';
    return word;
}

static struct pam_line *add_line(struct reading *reading, const char *file, int number, int level)
{
    struct pam_stack *stack = reading->stack;
    struct pam_line *line = NULL;

    if (stack->count == PAM_STACK_MAX_LINES)
        return NULL;
    line = &stack->lines[stack->count++];
    memset(line, 0, sizeof(*line));
    snprintf(line->file, sizeof(line->file), "%s", file);
    line->number = number;
    line->origin = reading->origin;
    line->level = level;
    line->module = "";
    return line;
}

static void read_arguments(struct pam_line *line, char *next)
{
    char *word = take_word(&next);

    for (; word; word = take_word(&next)) {
        if (line->argument_count == PAM_MAX_WORDS) {
            line->problem = "too many arguments";
            return;
        }
        line->arguments[line->argument_count++] = word;
    }
}

/*
 * `auth include FILE`, `auth substack FILE` and `@include FILE`; a substack is a line of its own to
 * jump over.
 */
static enum mp_err read_included(struct reading *reading, struct pam_line *line, const char *name,
                                 int is_substack, int all_stages)
{
    size_t place = (size_t)(line - reading->stack->lines);
    enum mp_err err = MP_SYSTEM;

    line->is_substack = is_substack;
    if (!is_substack)
        reading->stack->count = place;
    if (name && line->level + is_substack < PAM_STACK_MAX_LEVEL) {
        char copy[PAM_MAX_PATH];

        snprintf(copy, sizeof(copy), "%s", name);
        err = read_file(reading, copy, all_stages, line->level + is_substack);
    }
    if (err != MP_SYSTEM)
        return err;
    /* the line takes its place back, and refuses */
    if (reading->stack->count == place)
        reading->stack->count = place + 1;
    line->is_substack = 0;
    line->problem = "it includes a file that cannot be read";
    return pam_control_read(&line->control, "required") ? MP_INTERNAL : MP_OK;
}

static enum mp_err read_rest(struct reading *reading, struct pam_line *line, char *next)
{
    char *control = take_word(&next);
    char *module = take_word(&next);

    if (control && (strcasecmp(control, "include") == 0 || strcasecmp(control, "substack") == 0))
        return read_included(reading, line, module, strcasecmp(control, "substack") == 0, 0);
    line->problem = pam_control_read(&line->control, control ? control : "required");
    if (!control)
        line->problem = "no control";
    if (!module) {
        line->problem = "no module";
        return MP_OK;
    }
    line->module = module;
    read_arguments(line, next);
    return MP_OK;
}

static int find_stage(const char *word)
{
    for (int i = 0; i < STAGE_COUNT; i++)
        if (strcasecmp(word, stages[i]) == 0)
            return i;
    return -1;
}

/* `text` is one whole line, comments and continuations dealt with; not empty. */
static enum mp_err read_line(struct reading *reading, const char *file, int number, int level,
                             int all_stages, const char *text)
{
    struct pam_line *line = add_line(reading, file, number, level);
    char *next = NULL;
    char *word = NULL;
    int stage = -1;

    if (!line)
        return MP_TOO_LONG;
    snprintf(line->text, sizeof(line->text), "%s", text);
    next = line->text;
    word = take_word(&next);
    if (word && strcasecmp(word, "@include") == 0)
        return read_included(reading, line, take_word(&next), 0, all_stages);
    line->is_silent = word && word[0] == '-';
    stage = word ? find_stage(word + line->is_silent) : -1;
    if (stage == (int)reading->stack->stage)
        return read_rest(reading, line, next);
    /* libpam takes a line of no known kind for one of the stage it reads or of auth, and refuses */
    if (stage < 0 && (!all_stages || reading->stack->stage == STAGE_AUTH)) {
        line->problem = "it begins with none of auth, account, password and session";
        return pam_control_read(&line->control, "required") ? MP_INTERNAL : MP_OK;
    }
    reading->stack->count--;
    return MP_OK;
}

/* --- one file: its lines --------------------------------------------------------------------- */

/* Puts one line with its continuations together; the number of lines of the file it took. */
static int assemble(const char **text, char *out, size_t size)
{
    size_t used = 0;
    int taken = 0;
    int goes_on = 1;

    while (goes_on && **text) {
        size_t length = strcspn(*text, "\n");
        size_t plain = strcspn(*text, "#\n");

        goes_on = plain == length && length > 0 && (*text)[length - 1] == '\\';
        if (goes_on)
            plain--;
        if (plain > size - 1 - used)
            plain = size - 1 - used;
        memcpy(out + used, *text, plain);
        used += plain;
        if (goes_on && used + 1 < size)
            out[used++] = ' ';
        *text += length + ((*text)[length] == '\n');
        taken++;
    }
    out[used] = '\0';
    return taken;
}

static enum mp_err slurp(const char *path, char **out)
{
    struct stat info = {0};
    enum mp_err err = MP_SYSTEM;
    size_t used = 0;
    ssize_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    *out = NULL;
    if (fd < 0)
        return MP_SYSTEM;
    errno = EINVAL;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        goto out;
    err = info.st_size < MAX_FILE ? MP_NOMEM : MP_TOO_LONG;
    if (err == MP_NOMEM)
        *out = calloc(1, MAX_FILE + 1);
    if (!*out)
        goto out;
    while (used < MAX_FILE && (got = read(fd, *out + used, MAX_FILE - used)) > 0)
        used += (size_t)got;
    err = got < 0 ? MP_SYSTEM : MP_OK;
out:
    close(fd);
    if (err != MP_OK) {
        free(*out);
        *out = NULL;
    }
    return err;
}

static enum mp_err find_file(const struct reading *reading, const char *name, char *path,
                             size_t size, char **text)
{
    enum mp_err err = MP_SYSTEM;

    if (name[0] == '/') {
        snprintf(path, size, "%s", name);
        return slurp(path, text);
    }
    snprintf(path, size, "%s/%s", reading->directory, name);
    err = slurp(path, text);
    if (err != MP_SYSTEM || strcmp(reading->directory, PAM_DIRECTORY) != 0)
        return err;
    snprintf(path, size, "/usr/lib/pam.d/%s", name);
    return slurp(path, text);
}

/* `all_stages`: nobody named a stage on the way here. Lines of other stages are passed over. */
static enum mp_err read_file(struct reading *reading, const char *name, int all_stages, int level)
{
    char path[PAM_MAX_PATH];
    char line[PAM_LINE_MAX];
    char *text = NULL;
    const char *next = NULL;
    int number = 1;
    enum mp_err err = reading->depth < MAX_DEPTH ? MP_OK : MP_SYSTEM;

    if (err == MP_OK)
        err = find_file(reading, name, path, sizeof(path), &text);
    reading->depth++;
    for (next = text; err == MP_OK && *next;) {
        int taken = assemble(&next, line, sizeof(line));

        if (reading->depth == 1)
            reading->origin = number;
        if (line[strspn(line, " \t\r")])
            err = read_line(reading, path, number, level, all_stages, line);
        number += taken;
    }
    reading->depth--;
    free(text);
    return err;
}

enum mp_err pam_stack_read(const char *directory, const char *service, enum pam_stage stage,
                           struct pam_stack **stack)
{
    struct reading reading = {.directory = directory};
    enum mp_err err = MP_NOMEM;

    *stack = calloc(1, sizeof(**stack));
    if (!*stack)
        return MP_NOMEM;
    (*stack)->stage = stage;
    reading.stack = *stack;
    err = read_file(&reading, service, 1, 0);
    if (err != MP_OK) {
        free(*stack);
        *stack = NULL;
    }
    return err;
}
