#include "helper/rollout_lines.h"

#include <stdio.h>
#include <string.h>

#include "helper/pam_scenarios.h"

#define BEGIN "# BEGIN mobproc: written by `mobproc enable`, taken out by `mobproc disable`\n"
#define END "# END mobproc\n"
#define MAX_BLOCK 512

/* The length of the line that begins here, with its newline. */
static size_t line_length(const char *line)
{
    size_t length = strcspn(line, "\n");

    return length + (line[length] == '\n');
}

/* Does the next line belong to it? */
static int ends_open(const char *line, size_t length)
{
    while (length > 0 && strchr("\r\n", line[length - 1]))
        length--;
    return length > 0 && line[length - 1] == '\\';
}

static enum mp_err add(struct secret *out, const char *text)
{
    return secret_append(out, text, strlen(text));
}

static enum mp_err add_block(struct secret *out, const char *line)
{
    enum mp_err err = add(out, BEGIN);

    if (err == MP_OK)
        err = add(out, line);
    return err == MP_OK ? add(out, END) : err;
}

enum mp_err rollout_lines_put(const struct secret *text, const struct rollout_place *place,
                              struct secret **out)
{
    struct secret *fresh = secret_new(secret_length(text) + 2 * MAX_BLOCK);
    enum mp_err err = fresh ? MP_OK : MP_NOMEM;
    char auth[MAX_BLOCK];
    int number = 1;

    snprintf(auth, sizeof(auth),
             "auth\t[success=%d user_unknown=ignore authinfo_unavail=ignore default=die]\t"
             "pam_mobproc.so\n",
             place->jump);
    for (const char *line = secret_text(text); err == MP_OK && *line; number++) {
        size_t length = line_length(line);

        if (number == place->auth)
            err = add_block(fresh, auth);
        if (err == MP_OK && number == place->account)
            err = add_block(fresh, "account\t[success=ok user_unknown=ignore "
                                   "authinfo_unavail=ignore ignore=ignore default=bad]\t"
                                   "pam_mobproc.so\n");
        if (err == MP_OK)
            err = secret_append(fresh, line, length);
        line += length;
    }
    if (err != MP_OK)
        secret_free(&fresh);
    *out = fresh;
    return err;
}

/* Is the line this one, however it ends? An editor may have written CRLF, or blanks. */
static int is_line(const char *line, size_t length, const char *wanted)
{
    size_t known = strlen(wanted) - 1; /* without its newline */

    if (length < known || memcmp(line, wanted, known) != 0)
        return 0;
    return known + strspn(line + known, " \t\r\n") >= length;
}

/*
 * Inside our block: does it name our module, or is it a piece of a line that goes on? What somebody
 * else wrote there stays.
 */
static int is_ours(const char *line, size_t length, int goes_on)
{
    return goes_on || ends_open(line, length) ||
           memmem(line, length, PAM_OUR_MODULE, strlen(PAM_OUR_MODULE));
}

enum mp_err rollout_lines_cut(const struct secret *text, struct secret **out)
{
    struct secret *fresh = secret_new(secret_length(text) + 1);
    enum mp_err err = fresh ? MP_OK : MP_NOMEM;
    int is_inside = 0;
    int goes_on = 0;
    int found = 0;

    for (const char *line = secret_text(text); err == MP_OK && *line;) {
        size_t length = line_length(line);

        if (!is_inside && is_line(line, length, BEGIN))
            is_inside = found = 1;
        else if (is_inside && is_line(line, length, END))
            is_inside = 0;
        else if (!is_inside || !is_ours(line, length, goes_on))
            err = secret_append(fresh, line, length);
        goes_on = ends_open(line, length);
        line += length;
    }
    if (err == MP_OK && is_inside)
        err = MP_PROTOCOL;
    if (err == MP_OK && !found)
        err = MP_NO_RECORD;
    if (err != MP_OK)
        secret_free(&fresh);
    *out = fresh;
    return err;
}
