#include "pam_mobproc/log.h"

#include <poll.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/proto.h"

void log_value(char out[static LOG_VALUE], const char *text)
{
    proto_escape(out, LOG_VALUE, text && *text ? text : "-");
    for (char *c = out; *c; c++)
        if (*c == ' ' || *c == '"' || *c == '=')
            *c = '?';
}

/* poll(2) says of a connected datagram socket whether the peer's queue has room. */
static int queue_is_full(void)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    struct pollfd entry = {.events = POLLOUT};
    int full = 0;

    entry.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (entry.fd < 0)
        return 0;
    if (connect(entry.fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        full = poll(&entry, 1, 0) == 0;
    close(entry.fd);
    return full;
}

void log_line(pam_handle_t *pamh, int priority, const char *format, ...)
{
    va_list values;

    if (queue_is_full())
        return;
    va_start(values, format);
    pam_vsyslog(pamh, priority, format, values);
    va_end(values);
}
