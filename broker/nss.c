#include "broker/nss.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/packet.h"

#define MAX_GROUPS 1024
#define ANSWER_FD 3

void nss_user_clear(struct nss_user *user)
{
    for (char **group = user->groups; group && *group; group++)
        free(*group);
    free(user->groups);
    *user = (struct nss_user){0};
}

static int is_member(const char *group, const gid_t *gids, int count)
{
    const struct group *entry = getgrnam(group);

    for (int i = 0; entry && i < count; i++)
        if (gids[i] == entry->gr_gid)
            return 1;
    return 0;
}

/* Is it the first of its kind in all accounts, up to this word of account `a`? */
static int is_new(const struct config *config, size_t a, char *const *word)
{
    for (size_t i = 0; i <= a; i++)
        for (char **other = config->accounts[i].allow_users; other && *other; other++) {
            if (other == word)
                return 1;
            if (strcmp(*other, *word) == 0)
                return 0;
        }
    return 1;
}

/* Names those groups of the configuration that the user is in: once, an answer has little room. */
static enum mp_err put_groups(struct secret *answer, const struct config *config,
                              const struct passwd *entry)
{
    gid_t gids[MAX_GROUPS];
    int count = MAX_GROUPS;
    enum mp_err err = MP_OK;

    if (getgrouplist(entry->pw_name, entry->pw_gid, gids, &count) < 0)
        count = MAX_GROUPS;
    for (size_t a = 0; a < config->account_count; a++) {
        char **allowed = config->accounts[a].allow_users;

        for (; err == MP_OK && allowed && *allowed; allowed++)
            if ((*allowed)[0] == '@' && is_new(config, a, allowed) &&
                is_member(*allowed + 1, gids, count))
                err = wire_put_text(answer, PROTO_TEXT, *allowed + 1);
    }
    return err;
}

/*
 * In the child: it ends with the broker, and keeps nothing open that is the broker's. A name
 * service that hangs would else hold the lock of a broker that crashed, and hide hang-ups from the
 * others.
 */
static int let_go(int fd)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || (fd != ANSWER_FD && dup2(fd, ANSWER_FD) < 0))
        return -1;
    return close_range(ANSWER_FD + 1, ~0U, 0);
}

/* In the child: never returns. */
static void answer_and_exit(int fd, const struct config *config, const char *name, uid_t uid)
{
    const struct passwd *entry = NULL;
    struct secret *answer = secret_new(WIRE_MAX_PACKET);
    enum mp_err err = MP_OK;

    entry = name ? getpwnam(name) : getpwuid(uid);
    if (!answer || wire_begin(answer, PROTO_RESULT) != MP_OK)
        _exit(1);
    if (entry) {
        err = wire_put_number(answer, PROTO_UID, entry->pw_uid);
        if (err == MP_OK)
            err = wire_put_text(answer, PROTO_USER, entry->pw_name);
        if (err == MP_OK)
            err = put_groups(answer, config, entry);
    }
    if (err != MP_OK)
        _exit(1);
    _exit(packet_send(fd, clock_monotonic_ms() + NSS_DEADLINE_MS, answer) == MP_OK ? 0 : 1);
}

enum mp_err nss_ask(const struct config *config, const char *name, uid_t uid, int *fd, pid_t *pid)
{
    int ends[2] = {-1, -1};

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return MP_SYSTEM;
    *pid = fork();
    if (*pid == 0) {
        if (let_go(ends[1]) != 0)
            _exit(1);
        answer_and_exit(ANSWER_FD, config, name, uid);
    }
    close(ends[1]);
    if (*pid < 0) {
        close(ends[0]);
        return MP_SYSTEM;
    }
    *fd = ends[0];
    return MP_OK;
}

enum mp_err nss_understand(const struct secret *packet, struct nss_user *user)
{
    struct wire_message message;
    size_t groups = 0;
    enum mp_err err = proto_parse(&message, secret_text(packet), secret_length(packet));

    if (err != MP_OK)
        return MP_SYSTEM;
    if (!wire_find(&message, PROTO_UID))
        return MP_UNMAPPED;
    user->uid = (uid_t)wire_number(&message, PROTO_UID, (uid_t)-1);
    user->groups = calloc(message.count + 1, sizeof(char *));
    if (!user->groups)
        return MP_NOMEM;
    for (size_t i = 0; i < message.count; i++) {
        const struct wire_field *field = &message.fields[i];

        if (field->tag != PROTO_TEXT)
            continue;
        user->groups[groups] = strndup((const char *)field->bytes, field->length);
        if (!user->groups[groups++])
            return MP_NOMEM;
    }
    return wire_text(&message, PROTO_USER, user->name, sizeof(user->name));
}
