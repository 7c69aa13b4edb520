#include "helper/paste.h"

#include <errno.h>
#include <string.h>

#include "helper/exit.h"
#include "helper/listener.h"
#include "helper/out.h"
#include "helper/terminal.h"

#define MAX_PROMPT 8192

/* The address has the state in it: it goes to the terminal, not to a stream that may be a file. */
static enum mp_err fill_prompt(const struct signin *signin, int is_again, struct secret *prompt)
{
    secret_truncate(prompt, 0);
    if (is_again)
        return out_add(prompt,
                       "That is not the whole address that the sign-in ended at. It begins with\n"
                       "  ",
                       signin->redirect_uri, "\nPaste it here: ", NULL);
    return out_add(
        prompt, "Open this address in the browser of any computer and sign in there:\n\n",
        secret_text(signin->url),
        "\n\nThe browser then goes to a page that it cannot show. Copy the whole address "
        "of that page;\nit begins with ",
        signin->redirect_uri, "\nPaste it here (it is not shown): ", NULL);
}

static enum mp_err ask(const struct signin *signin, struct callback *brought)
{
    struct secret *prompt = secret_new(MAX_PROMPT);
    struct secret *line = NULL;
    enum mp_err err = MP_NOMEM;

    for (int tries = 0; prompt && tries < PASTE_TRIES; tries++) {
        err = fill_prompt(signin, tries > 0, prompt);
        if (err == MP_OK)
            err = terminal_line(secret_text(prompt), PASTE_MAX, &line);
        if (err == MP_OK)
            err = callback_read_address(secret_text(line), signin->redirect_uri, brought);
        secret_free(&line);
        if (err != MP_PROTOCOL && err != MP_TOO_LONG)
            break;
        callback_free(brought);
    }
    secret_free(&prompt);
    return err;
}

/* Nobody waits at it: another computer has the browser. With 0 any port will do. */
static enum mp_err choose_port(const struct signin *signin, int *port)
{
    struct listener *listener = NULL;
    enum mp_err err = MP_OK;

    *port = signin->port;
    if (*port)
        return MP_OK;
    err = listener_open(0, &listener);
    if (err == MP_OK)
        *port = listener_port(listener);
    listener_close(&listener);
    return err;
}

int paste_login(struct signin *signin)
{
    struct callback brought = {0};
    int port = 0;
    enum mp_err err = choose_port(signin, &port);
    int code = 0;

    if (err == MP_OK)
        err = signin_begin(signin, port);
    if (err != MP_OK)
        return exit_reply(err, &signin->reply, signin->account);
    err = ask(signin, &brought);
    if (err == MP_OK) {
        signin_finish(signin, &brought);
        return signin_conclude(signin);
    }
    if (err == MP_SYSTEM)
        exit_say("no terminal to show the address at: %s", strerror(errno));
    else if (err == MP_NOMEM)
        exit_because(err, signin->account);
    else
        exit_say("no answer was pasted; nothing was stored");
    code = err == MP_SYSTEM ? EXIT_USAGE : err == MP_NOMEM ? EXIT_INTERNAL : exit_code(MP_DENIED);
    signin_give_up(signin);
    callback_free(&brought);
    return code;
}
