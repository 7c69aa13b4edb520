#include "helper/password.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/terminal.h"
#include "lib/proto.h"

int password_read(int from_stdin, const char *prompt, struct secret **out)
{
    enum mp_err err = MP_OK;

    if (from_stdin && isatty(STDIN_FILENO)) {
        exit_say("standard input is a terminal; without --password-stdin nothing is shown");
        return EXIT_USAGE;
    }
    err = from_stdin ? terminal_password_from(STDIN_FILENO, PROTO_MAX_PASSWORD, out)
                     : terminal_password(prompt, out);
    if (err == MP_OK)
        return 0;
    if (err == MP_INTERRUPTED)
        exit_say("no password was given; nothing was sent");
    else if (err == MP_TOO_LONG)
        exit_say("the password is longer than %d bytes; nothing was sent", PROTO_MAX_PASSWORD);
    else if (err == MP_PROTOCOL)
        exit_say("the password has a NUL byte; nothing was sent");
    else if (err == MP_SYSTEM && !from_stdin)
        exit_say("no terminal to ask for a password: %s; use --password-stdin", strerror(errno));
    else
        return exit_because(err, "password");
    return err == MP_INTERRUPTED ? exit_code(MP_DENIED) : EXIT_USAGE;
}
