/*
 * Times the broker's answer to a `get` without a process around it, side by side:
 * bench_get ROUNDS WARMUP ACCOUNT SOCKET...
 *
 * Each round asks every broker once, in turn. After WARMUP rounds it prints one line a round:
 * nanoseconds, one number a socket. It ends with 1 when a broker gives no token.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/call.h"
#include "lib/clock.h"

#define MAX_SOCKETS 8
#define WAIT_MS 10000

static long long now_ns(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static enum mp_err ask(const char *account, const char *socket, long long *took_ns)
{
    struct secret *request = call_request(PROTO_GET);
    struct call_reply reply = {0};
    long long start = now_ns();
    enum mp_err err = request ? wire_put_text(request, PROTO_ACCOUNT, account) : MP_NOMEM;

    if (err == MP_OK)
        err = call_broker(socket, clock_monotonic_ms() + WAIT_MS, request, &reply);
    *took_ns = now_ns() - start;
    if (err == MP_OK && !wire_find(&reply.message, PROTO_ACCESS_TOKEN))
        err = MP_PROTOCOL;
    call_reply_free(&reply);
    secret_free(&request);
    return err;
}

int main(int argc, char **argv)
{
    int count = argc - 4;
    long rounds = count > 0 ? strtol(argv[1], NULL, 10) : 0;
    long warmup = count > 0 ? strtol(argv[2], NULL, 10) : 0;

    if (rounds < 1 || warmup < 0 || count > MAX_SOCKETS) {
        fputs("usage: bench_get ROUNDS WARMUP ACCOUNT SOCKET...\n", stderr);
        return 2;
    }
    for (long round = -warmup; round < rounds; round++) {
        long long took[MAX_SOCKETS] = {0};

        for (int i = 0; i < count; i++) {
            enum mp_err err = ask(argv[3], argv[4 + i], &took[i]);

            if (err != MP_OK) {
                fprintf(stderr, "bench_get: %s: %s\n", argv[4 + i], mp_err_text(err));
                return 1;
            }
        }
        for (int i = 0; round >= 0 && i < count; i++)
            printf("%lld%c", took[i], i + 1 < count ? ' ' : '\n');
    }
    return 0;
}
