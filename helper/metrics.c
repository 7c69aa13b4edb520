/*
 * mobproc metrics: what the broker counts, for Prometheus. There is no listener: a timer writes a
 * file for the textfile collector of its node exporter.
 */
#include <errno.h>
#include <string.h>

#include "helper/ask.h"
#include "helper/durable.h"
#include "helper/exit.h"
#include "helper/out.h"
#include "helper/verbs.h"
#include "lib/proto.h"

/* Readable for the exporter, which is somebody else. */
static int write_file(const char *path, const struct secret *text)
{
    enum mp_err err = durable_write(path, 0644, (uid_t)-1, (gid_t)-1, text);

    if (err == MP_OK)
        return 0;
    exit_say("%s: %s", path, err == MP_SYSTEM ? strerror(errno) : mp_err_text(err));
    return EXIT_INTERNAL;
}

int verb_metrics(const struct arguments *arguments)
{
    struct secret *request = call_request(PROTO_METRICS);
    struct secret *text = NULL;
    struct call_reply reply = {0};
    enum mp_err err = MP_NOMEM;
    int code = 0;

    if (request)
        err = ask_broker(arguments->socket, request, &reply);
    code = exit_reply(err, &reply, NULL);
    if (code == 0 && (wire_secret(&reply.message, PROTO_METRICS_TEXT, &text) != MP_OK || !text))
        code = exit_because(MP_PROTOCOL, NULL);
    if (code == 0)
        code = arguments->textfile ? write_file(arguments->textfile, text) : out_write(text);
    secret_free(&text);
    secret_free(&request);
    call_reply_free(&reply);
    return code;
}
