#include "helper/apply.h"

#include <string.h>
#include <unistd.h>

#include "helper/docker_config.h"
#include "helper/exit.h"
#include "helper/out.h"
#include "helper/own_file.h"
#include "helper/own_link.h"
#include "helper/replace.h"
#include "lib/trust.h"

/* Does a line begin so, after blanks and what TOML writes around a name? */
static int has_line(const char *text, const char *start)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += strspn(line, " \t\r\n[\"'");
        if (strncmp(line, start, strlen(start)) == 0)
            return 1;
    }
    return 0;
}

/* Do the lines stand there whole? */
static int has_block(const char *text, const char *lines)
{
    for (const char *at = strstr(text, lines); at; at = strstr(at + 1, lines))
        if (at == text || at[-1] == '\n')
            return 1;
    return 0;
}

static int is_odd(const char *text, const char *mark)
{
    int count = 0;

    for (const char *at = strstr(text, mark); at; at = strstr(at + strlen(mark), mark))
        count++;
    return count % 2;
}

/* Would lines at the end become a part of what stands there? NULL, or why. */
static const char *why_unfinished(const char *text, size_t length)
{
    if (length > 0 && text[length - 1] == '\n')
        length--;
    if (length > 0 && text[length - 1] == '\r')
        length--;
    if (length > 0 && text[length - 1] == '\\')
        return "its last line goes on: it ends in a backslash";
    return is_odd(text, "\"\"\"") || is_odd(text, "'''") ? "a string in it has no end" : NULL;
}

/* What the file will be, or NULL in *made when it is that already. */
static int add_lines(const struct tool *tool, const struct own_file *file,
                     const struct secret *lines, struct secret **made)
{
    const char *text = secret_text(file->contents);
    size_t length = secret_length(file->contents);
    const char *unfinished = why_unfinished(text, length);
    enum mp_err err = MP_NOMEM;

    if (has_block(text, secret_text(lines)))
        return 0;
    if (unfinished)
        return own_file_refuse(file, unfinished);
    if (tool->taken && has_line(text, tool->taken)) {
        exit_say("%s: a line begins with %s; add these by hand:", file->path, tool->taken);
        return out_write(lines) == 0 ? exit_code(MP_FORBIDDEN) : EXIT_INTERNAL;
    }
    *made = secret_new(length + secret_length(lines) + 1);
    if (*made)
        err = out_add(*made, text, length && text[length - 1] != '\n' ? "\n" : "",
                      secret_text(lines), NULL);
    return exit_because(err, file->path);
}

static int add_member(const struct own_file *file, const char *host, struct secret **made)
{
    const char *problem = docker_config_add(file->contents, host, made);

    return problem ? own_file_refuse(file, problem) : 0;
}

static int write_file(const struct own_file *file, const struct secret *made)
{
    struct replaced replaced = {0};
    enum mp_err err = replace_file(&replaced, file->path, file->mode, REPLACE_NO_GROUP, made);

    if (err != MP_OK)
        return own_file_refuse_system(file);
    exit_say("%s is written%s%s", file->path,
             replaced.kept[0] ? "; the one before is kept as " : "", replaced.kept);
    return 0;
}

/* Both or neither, once nothing speaks against the file. `made`: NULL when nothing is to add. */
static int write_both(const struct tool *tool, const struct own_file *file,
                      const struct secret *made, const char *program)
{
    struct own_link link = {0};
    int code = tool->link ? own_link_make(tool->link, program, &link) : 0;

    if (code == 0 && made)
        code = write_file(file, made);
    else if (code == 0)
        exit_say("%s says so already", file->path);
    if (code != 0)
        own_link_undo(&link);
    else if (link.path[0])
        exit_say("%s is a link to %s now", link.path, program);
    return code;
}

int apply(const struct tool *tool, const char *host, const char *program,
          const struct secret *lines)
{
    int is_json = strstr(tool->file, ".json") != NULL;
    struct own_file file = {0};
    struct secret *made = NULL;
    int code = own_file_find(tool->places, tool->file, &file);

    if (code != 0)
        return code;
    if (replace_make_parents(file.path, 0700, REPLACE_NO_GROUP) != MP_OK)
        return own_file_refuse_system(&file);
    if (trust_parent(file.path, geteuid()) != MP_OK)
        return own_file_refuse(&file, "others can change its folder");
    code = own_file_read(&file);
    if (code == 0)
        code = is_json ? add_member(&file, host, &made) : add_lines(tool, &file, lines, &made);
    if (code == 0)
        code = write_both(tool, &file, made, program);
    secret_free(&made);
    secret_free(&file.contents);
    return code;
}
