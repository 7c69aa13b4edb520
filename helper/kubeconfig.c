#include "helper/kubeconfig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/child.h"
#include "helper/durable.h"
#include "helper/exit.h"
#include "helper/own_file.h"
#include "helper/program.h"
#include "helper/replace.h"
#include "lib/trust.h"

#define WAIT_MS 30000
#define MAX_WORDS 16
#define MAX_LINE 1024
#define MAX_SAID 4096
#define TO_BE_KEPT REPLACE_KEPT ".new" /* until it is known that kubectl changed something */

/* What is changed, and by which program. Owns the contents of `before`. */
struct change {
    char program[PATH_MAX];
    char copy[PATH_MAX]; /* "": none was made */
    int is_list;         /* KUBECONFIG names several files; `before` is none of them */
    struct own_file before;
};

/* --- before ------------------------------------------------------------------------------------
 */

static int find_program(struct change *change)
{
    switch (program_find("kubectl", change->program)) {
    case MP_OK:
        return 0;
    case MP_FORBIDDEN:
        exit_say("%s is not run: others than root and you can change it; nothing was changed",
                 change->program);
        return exit_code(MP_FORBIDDEN);
    default:
        exit_say("there is no kubectl in a folder of PATH; nothing was changed");
        return exit_code(MP_CONFIGURATION);
    }
}

/* The file that is there, and whose it is. One in a new folder is made by kubectl, below HOME. */
static int look_at(struct own_file *file, int may_lack_folder)
{
    enum mp_err err = trust_parent(file->path, geteuid());

    if (err == MP_SYSTEM && !(may_lack_folder && errno == ENOENT))
        return own_file_refuse_system(file);
    if (err == MP_BROKER_FOREIGN)
        return own_file_refuse(file, "others can change its folder");
    return own_file_read(file);
}

/* Each of the files that KUBECONFIG names, of which kubectl chooses one. */
static int look_at_list(const char *names)
{
    int code = 0;

    for (const char *next = names; code == 0 && *next; next += strspn(next, ":")) {
        struct own_file file = {0};
        size_t length = strcspn(next, ":");

        snprintf(file.path, sizeof(file.path), "%.*s", (int)length, next);
        next += length;
        if (length > 0)
            code = look_at(&file, 0);
        secret_free(&file.contents);
    }
    return code;
}

static int look(const struct tool *tool, struct change *change)
{
    const char *named = secure_getenv("KUBECONFIG");
    int code = 0;

    if (named && strlen(named) >= PATH_MAX) {
        exit_say("KUBECONFIG is too long");
        return EXIT_USAGE;
    }
    if (named && strchr(named, ':')) {
        change->is_list = 1;
        return look_at_list(named);
    }
    if (named && named[0])
        memcpy(change->before.path, named, strlen(named) + 1);
    else
        code = own_file_find(tool->places, tool->file, &change->before);
    return code == 0 ? look_at(&change->before, !named || !named[0]) : code;
}

/* kubectl writes into the file that is there, so a second name for it would keep nothing. */
static int make_copy(struct change *change)
{
    const struct own_file *file = &change->before;
    int length = 0;

    if (change->is_list || secret_length(file->contents) == 0)
        return 0;
    length = snprintf(change->copy, sizeof(change->copy), "%s%s", file->path, TO_BE_KEPT);
    if (length < 0 || length >= PATH_MAX)
        return exit_because(MP_TOO_LONG, file->path);
    if (durable_new(change->copy, file->mode, (uid_t)-1, REPLACE_NO_GROUP, file->contents) == MP_OK)
        return 0;
    return own_file_refuse_system(file);
}

/* --- kubectl -----------------------------------------------------------------------------------
 */

static void say(const char *said)
{
    for (const char *line = said; *line; line += strspn(line, "\n")) {
        int length = (int)strcspn(line, "\n");

        if (length > 0)
            exit_say("kubectl: %.*s", length, line);
        line += length;
    }
}

/* One line, whose first word is the program's name; its exit status. */
static int run(const struct change *change, const char *line, size_t length)
{
    const char *words[MAX_WORDS + 1] = {NULL};
    struct child child = {.arguments = words,
                          .environment = (const char *const *)environ,
                          .takes_errors = 1,
                          .wait_ms = WAIT_MS};
    char text[MAX_LINE];
    char said[MAX_SAID];
    char *rest = text;
    size_t count = 0;
    int status = CHILD_NOT_RUN;

    if (length >= sizeof(text))
        return CHILD_NOT_RUN;
    memcpy(text, line, length);
    text[length] = '\0';
    while (rest && count < MAX_WORDS)
        words[count++] = strsep(&rest, " ");
    words[0] = change->program;
    if (!rest)
        status = child_run(&child, said, sizeof(said), NULL);
    if (status == CHILD_NOT_RUN)
        exit_say("%s could not be run, or took too long", change->program);
    else
        say(said);
    return status;
}

/* How many of the lines were done; *all is how many there are. */
static int run_all(const struct change *change, const struct secret *lines, int *all)
{
    int done = 0;
    int status = 0;

    *all = 0;
    for (const char *line = secret_text(lines); *line; ++*all) {
        size_t length = strcspn(line, "\n");

        if (status == 0)
            status = run(change, line, length);
        done += status == 0;
        line += length + (line[length] == '\n');
    }
    return done;
}

/* --- after -------------------------------------------------------------------------------------
 */

/* Did kubectl change the file? Then the copy gets its name. */
static int settle(struct change *change)
{
    char kept[PATH_MAX];
    struct secret *now = NULL;
    const struct secret *old = change->before.contents;
    int is_same = 0;

    if (change->is_list)
        return 1;
    if (durable_read(change->before.path, OWN_FILE_MAX, &now) == MP_NO_RECORD)
        is_same = secret_length(old) == 0;
    else if (now)
        is_same = secret_length(now) == secret_length(old) &&
                  memcmp(secret_text(now), secret_text(old), secret_length(old)) == 0;
    secret_free(&now);
    if (!change->copy[0])
        return !is_same;
    snprintf(kept, sizeof(kept), "%.*s", (int)(strlen(change->copy) - strlen(".new")),
             change->copy);
    if (is_same)
        unlink(change->copy);
    else if (rename(change->copy, kept) != 0 || durable_sync_parent(kept) != MP_OK)
        exit_say("the file before stands in %s", change->copy);
    return !is_same;
}

static void say_written(const struct change *change)
{
    if (change->is_list)
        exit_say("KUBECONFIG names several files: none was kept from before");
    else
        exit_say("%s is written%s", change->before.path,
                 change->copy[0] ? "; the one before is kept as .old" : "");
}

/* What was done, in words; the exit code. */
static int report(const struct change *change, int is_changed, int done, int all)
{
    if (done == 0) {
        exit_say("kubectl refused%s", is_changed ? "" : "; nothing was changed");
        return exit_code(MP_FORBIDDEN);
    }
    if (is_changed)
        say_written(change);
    if (done < all) {
        exit_say("the user mobproc is there, but no context has it; choose one and type: "
                 "kubectl config set-context NAME --user=mobproc");
        return exit_code(MP_FORBIDDEN);
    }
    if (!is_changed)
        exit_say("%s says so already", change->before.path);
    return 0;
}

int kubeconfig_apply(const struct tool *tool, const struct secret *lines)
{
    struct change change = {0};
    int done = 0;
    int all = 0;
    int code = find_program(&change);

    if (code == 0)
        code = look(tool, &change);
    if (code == 0)
        code = make_copy(&change);
    if (code == 0) {
        done = run_all(&change, lines, &all);
        code = report(&change, settle(&change), done, all);
    }
    secret_free(&change.before.contents);
    return code;
}
