/*
 * LoadCredential=ACCOUNT:/run/mobproc/credential.sock of systemd.exec(5): systemd connects as the
 * manager of the unit, says nothing, and reads to the end of file. Unit and credential stand in the
 * name that its end of the connection is bound to: NUL RANDOM /unit/ UNIT / ID. So one socket
 * serves all units, and the ID is the account's name.
 *
 * Not the broker listens there but one short process a connection (Accept=yes), for these reasons:
 *   - the broker keeps its one kind of socket and message; a stream that speaks first would be a
 *     second way in, to the program that holds the keys
 *   - who asks is what the kernel says of the peer: this process becomes that uid, and only then
 *     reads a name and asks the broker, which gives every caller his own. The manager of the system
 *     (uid 0) gets what root may get: service accounts that list root in allow_users; a user's
 *     manager what that user may get. Anybody can bind such a name, and gains nothing by it
 *   - a private broker's user runs the same program from his own manager, without any privilege
 *
 * The token has no line feed behind it. The protocol knows no error: whoever gets nothing has an
 * empty credential, and the journal says why.
 */
#include <grp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "helper/control.h"
#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/question.h"
#include "helper/reply.h"

#define NOBODY 65534
#define HEX "0123456789abcdef"

/* Becomes the peer. 0, or -1 after saying why. */
static int become_peer(void)
{
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);

    if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
        size != sizeof(peer)) {
        exit_say("standard input is not a connection of systemd's");
        return -1;
    }
    if (peer.uid == (uid_t)-1 || peer.uid == NOBODY || (geteuid() != 0 && peer.uid != geteuid())) {
        exit_say("a connection of uid %lu is refused", (unsigned long)peer.uid);
        return -1;
    }
    if (geteuid() != 0 || peer.uid == 0)
        return 0;
    if (setgroups(0, NULL) != 0 || setresgid(peer.gid, peer.gid, peer.gid) != 0 ||
        setresuid(peer.uid, peer.uid, peer.uid) != 0 || geteuid() != peer.uid) {
        exit_because(MP_SYSTEM, "becoming the caller");
        return -1;
    }
    return 0;
}

/* Finds UNIT and ID in the name of the peer's end, which it cuts apart. 0, or -1. */
static int read_name(char name[static sizeof(struct sockaddr_un) + 1], const char **unit,
                     const char **id)
{
    struct sockaddr_un peer = {0};
    socklen_t size = sizeof(peer);
    size_t random = 0;
    size_t length = 0;
    char *slash = NULL;

    if (getpeername(STDIN_FILENO, (struct sockaddr *)&peer, &size) != 0 ||
        peer.sun_family != AF_UNIX || size <= offsetof(struct sockaddr_un, sun_path) + 1 ||
        size > sizeof(peer) || peer.sun_path[0] != '\0')
        return -1;
    length = size - offsetof(struct sockaddr_un, sun_path) - 1;
    memcpy(name, peer.sun_path + 1, length);
    name[length] = '\0';
    random = strspn(name, HEX);
    if (control_is_in(name, length) || random == 0 || strncmp(name + random, "/unit/", 6) != 0)
        return -1;
    *unit = name + random + 6;
    slash = strchr(*unit, '/');
    if (!slash || slash == *unit)
        return -1;
    *slash = '\0';
    *id = slash + 1;
    return 0;
}

static int give(const char *socket, const char *unit, const char *account)
{
    struct question question = {.account = account};
    struct fetched fetched = {0};
    struct reply reply;
    enum mp_err err = question_ask(socket, &question, &fetched);
    int code = exit_reply(err, &fetched.reply, account);

    if (code == 0) {
        reply_begin(&reply);
        reply_value(&reply, secret_text(fetched.token));
        code = reply_send(&reply);
    } else {
        exit_say("%s starts with an empty credential", unit);
    }
    fetched_free(&fetched);
    return code;
}

int dialect_systemd(const struct dialect_call *call)
{
    char name[sizeof(struct sockaddr_un) + 1];
    const char *unit = NULL;
    const char *id = NULL;
    int was_root = geteuid() == 0;

    if (call->count > 0)
        return dialect_usage(call, "systemd starts it with a connection and no argument");
    if (become_peer() != 0)
        return exit_code(MP_FORBIDDEN);
    if (read_name(name, &unit, &id) != 0) {
        exit_say("a connection that names no unit and credential is refused");
        return exit_code(MP_FORBIDDEN);
    }
    /* one who became another user does not look for a broker of that user's */
    return give(call->socket || !was_root ? call->socket : CALL_SYSTEM_SOCKET, unit, id);
}
