#include "courier/ahead.h"

#include <string.h>
#include <sys/socket.h>

#include "courier/grant.h"
#include "courier/job.h"
#include "lib/clock.h"
#include "lib/packet.h"

struct waiting {
    struct ahead *ahead;
    int connection;
    const struct order *way;
    struct request request;
};

/* MP_INTERRUPTED: nothing has come yet. Any other error but MP_OK: nothing will, or nothing good.
 */
static enum mp_err take_order(struct ahead *ahead, int connection)
{
    struct secret *packet = NULL;
    enum mp_err err = packet_receive(connection, 0, &packet);

    if (err != MP_OK && err != MP_PROTOCOL)
        return err;
    if (err == MP_OK && !packet)
        return MP_SYSTEM;
    ahead->has_come = 1;
    ahead->err = order_parse(packet, ahead->order, &ahead->problem);
    if (ahead->err == MP_OK && ahead->order->operation != PROTO_JOB_PASSWORD) {
        ahead->err = MP_PROTOCOL;
        ahead->problem = "only a password may follow";
    }
    secret_free(&packet);
    return ahead->err;
}

/* struct hold's `complete`. */
static enum mp_err complete(void *owner, int64_t *deadline_ms)
{
    struct waiting *waiting = owner;
    const struct order *order = waiting->ahead->order;
    enum mp_err err = take_order(waiting->ahead, waiting->connection);

    if (err != MP_OK)
        return err;
    job_set_alarm(order->deadline_ms);
    if (!order_goes_the_way_of(order, waiting->way))
        return MP_CONFIGURATION;
    *deadline_ms = order->deadline_ms;
    request_free(&waiting->request);
    return grant_request(order, order->endpoints[0], &waiting->request);
}

void ahead_run(struct ahead *ahead, int connection, const struct order *way, struct http **http,
               struct step *step)
{
    struct waiting waiting = {.ahead = ahead, .connection = connection, .way = way};
    struct hold hold = {
        .fd = connection, .until_ms = way->deadline_ms, .complete = complete, .owner = &waiting};

    job_set_alarm(way->deadline_ms);
    if (http_can_hold() && request_to(&waiting.request, way->endpoints[0], 1) == MP_OK)
        step_grant_ahead(ahead->order, way, &hold, &waiting.request, http, step);
    request_free(&waiting.request);
    /* an order that is sent from here on does not arrive; one that did is not lost */
    if (!ahead->has_come && shutdown(connection, SHUT_RD) == 0 &&
        take_order(ahead, connection) == MP_OK)
        job_set_alarm(ahead->order->deadline_ms);
}
