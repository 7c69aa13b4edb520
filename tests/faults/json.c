/* json-c is short of memory. */
#include <json-c/json.h>

#include "tests/faults/calls.h"
#include "tests/faults/inside.h"

FAULT_BEFORE(struct json_tokener *, NULL, json_tokener_new_ex, WITH(int depth), WITH(depth))
FAULT_BEFORE(struct json_object *, NULL, json_tokener_parse_ex,
             WITH(struct json_tokener *t, const char *text, int n), WITH(t, text, n))
