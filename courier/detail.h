/* What may be said about a job in a log: one line, printable ASCII, never a secret. */
#ifndef MOBPROC_COURIER_DETAIL_H
#define MOBPROC_COURIER_DETAIL_H

#include <stddef.h>

#include "courier/http.h"
#include "courier/order.h"
#include "courier/reply.h"

/*
 * May the reply's error word be passed on? Known words always; any other one only if it holds no
 * secret of this job (a hostile server may echo the password as its "error").
 */
int detail_may_name_error(const struct order *order, const struct reply *reply);

/*
 * Describes the answer. The error_description is quoted, escaped and cut, only if it is free of
 * control characters and of the job's secrets, plain or form-encoded. "" when there is nothing to
 * say. `size` counts the NUL.
 */
void detail_write(char *out, size_t size, const struct order *order,
                  const struct http_answer *answer, const struct reply *reply);

#endif
