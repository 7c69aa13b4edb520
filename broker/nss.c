#include "broker/nss.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/mapping.h"
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

/*
 * getpwnam(3) and its like answer NULL both for "no such name" and for a name service that is away;
 * errno, which was 0 before, tells them apart. An error taken for "no such user" would be an
 * answer.
 */
static int is_certain(void)
{
    return errno == 0 || errno == ENOENT || errno == ESRCH;
}

/* 1, 0, or -1 when that cannot be told. */
static int is_member(const char *group, const gid_t *gids, int count)
{
    const struct group *entry = NULL;

    errno = 0;
    entry = getgrnam(group);
    if (!entry)
        return is_certain() ? 0 : -1;
    for (int i = 0; i < count; i++)
        if (gids[i] == entry->gr_gid)
            return 1;
    return 0;
}

/*
 * The groups of a user, at most MAX_GROUPS; -1 when that cannot be told. An error of the name
 * service leaves the primary group and errno; ERANGE only says that glibc took a larger buffer.
 */
static int list_groups(const struct passwd *entry, gid_t gids[static MAX_GROUPS])
{
    int count = MAX_GROUPS;

    errno = 0;
    if (getgrouplist(entry->pw_name, entry->pw_gid, gids, &count) < 0)
        return count > MAX_GROUPS ? MAX_GROUPS : -1;
    return is_certain() || errno == ERANGE ? count : -1;
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

static enum mp_err put_group(struct secret *answer, const char *group, const gid_t *gids, int count)
{
    int is_in = is_member(group, gids, count);

    if (is_in < 0)
        return MP_SYSTEM;
    return is_in ? wire_put_text(answer, PROTO_TEXT, group) : MP_OK;
}

static int needs_groups(const struct config *config)
{
    for (size_t i = 0; i < config->account_count; i++)
        if (mapping_needs_groups(&config->accounts[i]))
            return 1;
    return 0;
}

/* Names those groups of the configuration that the user is in: once, an answer has little room. */
static enum mp_err put_groups(struct secret *answer, const struct config *config,
                              const struct passwd *entry)
{
    gid_t gids[MAX_GROUPS];
    int count = needs_groups(config) ? list_groups(entry, gids) : 0;
    enum mp_err err = count < 0 ? MP_SYSTEM : MP_OK;

    for (size_t a = 0; a < config->account_count; a++) {
        char **allowed = config->accounts[a].allow_users;

        for (; err == MP_OK && allowed && *allowed; allowed++)
            if ((*allowed)[0] == '@' && is_new(config, a, allowed))
                err = put_group(answer, *allowed + 1, gids, count);
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

/* In the child: never returns. Whoever cannot tell answers nothing. */
static void answer_and_exit(int fd, const struct config *config, const char *name, uid_t uid)
{
    const struct passwd *entry = NULL;
    struct secret *answer = secret_new(WIRE_MAX_PACKET);
    enum mp_err err = MP_OK;

    errno = 0;
    entry = name ? getpwnam(name) : getpwuid(uid);
    if (!entry && !is_certain())
        _exit(1);
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
