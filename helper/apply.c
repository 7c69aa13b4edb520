#include "helper/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/docker_config.h"
#include "helper/exit.h"
#include "helper/out.h"
#include "helper/replace.h"
#include "lib/trust.h"

#define NEW_MODE 0600

/* The person's file. Owns the contents. */
struct file {
    char path[PATH_MAX];
    mode_t mode;
    struct secret *contents; /* empty when there is no file */
};

static int refuse(const struct file *file, const char *reason)
{
    exit_say("%s: %s; nothing was changed", file->path, reason);
    return exit_code(MP_FORBIDDEN);
}

static int refuse_system(const struct file *file)
{
    return refuse(file, strerror(errno));
}

static int find_path(const char *below, struct file *file)
{
    const char *home = secure_getenv("HOME");
    int length = -1;
    enum mp_err err = MP_OK;

    if (home && home[0] == '/')
        length = snprintf(file->path, sizeof(file->path), "%s/%s", home, below);
    if (length <= 0 || (size_t)length >= sizeof(file->path)) {
        exit_say("HOME does not say where your files are");
        return exit_code(MP_CONFIGURATION);
    }
    /* before a folder is made: root may have kept somebody's HOME, with links in it */
    err = trust_directory(home, geteuid());
    if (err == MP_SYSTEM)
        return refuse_system(file);
    return err == MP_OK ? 0 : refuse(file, "others can change HOME");
}

static int read_all(int fd, struct file *file, size_t size)
{
    size_t length = 0;
    ssize_t got = 1;

    while (got > 0 && length < size) {
        got = read(fd, secret_bytes(file->contents) + length, size - length);
        if (got > 0)
            length += (size_t)got;
    }
    secret_set_length(file->contents, length);
    return got < 0 ? refuse_system(file) : 0;
}

static int read_file(struct file *file)
{
    int fd = open(file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat found = {0};
    int code = 0;

    file->mode = NEW_MODE;
    if (fd < 0 && errno == ELOOP)
        return refuse(file, "it is a symbolic link; write into the file that it names");
    if (fd < 0 && errno != ENOENT)
        return refuse_system(file);
    if (fd >= 0 && fstat(fd, &found) != 0)
        code = refuse_system(file);
    else if (fd >= 0 && (!S_ISREG(found.st_mode) || found.st_uid != geteuid()))
        code = refuse(file, "it is not a plain file of yours");
    else if (found.st_size > APPLY_MAX_FILE)
        code = refuse(file, "it is longer than 1 MiB");
    if (code == 0) {
        file->contents = secret_new((size_t)found.st_size + 1);
        code = file->contents ? 0 : exit_because(MP_NOMEM, NULL);
    }
    if (code == 0 && fd >= 0) {
        file->mode = found.st_mode & 0777;
        code = read_all(fd, file, (size_t)found.st_size);
    }
    if (fd >= 0)
        close(fd);
    if (code == 0 && strlen(secret_text(file->contents)) != secret_length(file->contents))
        code = refuse(file, "it holds a NUL byte");
    return code;
}

/* Does a line begin so, blanks before it not counted? */
static int has_line(const char *text, const char *start)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += strspn(line, " \t\r\n");
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

/* What the file will be, or NULL in *made when it is that already. */
static int add_lines(const struct tool *tool, const struct file *file, const struct secret *lines,
                     struct secret **made)
{
    const char *text = secret_text(file->contents);
    size_t length = secret_length(file->contents);
    enum mp_err err = MP_NOMEM;

    if (has_block(text, secret_text(lines)))
        return 0;
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

static int add_member(const struct file *file, const char *host, struct secret **made)
{
    const char *problem = docker_config_add(file->contents, host, made);

    return problem ? refuse(file, problem) : 0;
}

static int write_file(const struct file *file, const struct secret *made)
{
    struct replaced replaced = {0};
    int had_old = secret_length(file->contents) > 0;
    enum mp_err err = replace_file(&replaced, file->path, file->mode, REPLACE_NO_GROUP, made);

    if (err != MP_OK)
        return refuse_system(file);
    exit_say("%s is written%s", file->path, had_old ? "; the one before is kept as .old" : "");
    return 0;
}

int apply(const struct tool *tool, const char *host, const struct secret *lines)
{
    int is_json = strstr(tool->file, ".json") != NULL;
    struct file file = {0};
    struct secret *made = NULL;
    int code = find_path(tool->file, &file);

    if (code != 0)
        return code;
    if (replace_make_parents(file.path, 0700, REPLACE_NO_GROUP) != MP_OK)
        return refuse_system(&file);
    if (trust_parent(file.path, geteuid()) != MP_OK)
        return refuse(&file, "others can change its folder");
    code = read_file(&file);
    if (code == 0)
        code = is_json ? add_member(&file, host, &made) : add_lines(tool, &file, lines, &made);
    if (code == 0 && made)
        code = write_file(&file, made);
    else if (code == 0)
        exit_say("%s says so already", file.path);
    secret_free(&made);
    secret_free(&file.contents);
    return code;
}
