#include "courier/hold.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib/clock.h"

#define MAX_DESCRIPTORS 64 /* courier/confine_limits.c */

int hold_look(struct hold *hold)
{
    enum mp_err err = hold->complete(hold->owner, &hold->deadline_ms);

    hold->is_complete = err == MP_OK;
    return err == MP_OK || err == MP_INTERRUPTED;
}

/* What is there to read is no end: TLS 1.3 sends its tickets when the handshake is over. */
static int has_hung_up(struct pollfd *server)
{
    return poll(server, 1, 0) > 0;
}

static int port_of(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);

    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

/* libcurl names the socket only when the transfer is over. -1: there is none. */
static int find_socket(int own_port)
{
    int fd = MAX_DESCRIPTORS - 1;

    while (fd >= 0 && (own_port == 0 || port_of(fd) != own_port))
        fd--;
    return fd;
}

int hold_wait(struct hold *hold, int own_port)
{
    struct pollfd entries[] = {{.fd = hold->fd, .events = POLLIN},
                               {.fd = find_socket(own_port), .events = POLLRDHUP}};

    while (!hold->is_complete) {
        int left = clock_left_ms(hold->until_ms);
        int ready = poll(entries, 2, left);

        if (left == 0 || (ready < 0 && errno != EINTR) || (ready > 0 && entries[1].revents))
            return 0;
        if (ready > 0 && entries[0].revents && !hold_look(hold))
            return 0;
    }
    return !has_hung_up(&entries[1]);
}
