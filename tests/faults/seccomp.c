/* libseccomp refuses. */
#include <seccomp.h>
#include <stdarg.h>

#include "tests/faults/calls.h"
#include "tests/faults/inside.h"

FAULT_BEFORE(scmp_filter_ctx, NULL, seccomp_init, WITH(uint32_t action), WITH(action))
FAULT_BEFORE(int, -ECANCELED, seccomp_load, WITH(const scmp_filter_ctx filter), WITH(filter))
FAULT_BEFORE(int, -ECANCELED, seccomp_export_bpf, WITH(const scmp_filter_ctx filter, int fd),
             WITH(filter, fd))
FAULT_BEFORE(int, -ENOMEM, seccomp_rule_add_array,
             WITH(scmp_filter_ctx f, uint32_t a, int c, unsigned n, const struct scmp_arg_cmp *l),
             WITH(f, a, c, n, l))

/* None of ours has arguments here. */
int __real_seccomp_rule_add(scmp_filter_ctx filter, uint32_t action, int call, unsigned count, ...);
int __wrap_seccomp_rule_add(scmp_filter_ctx filter, uint32_t action, int call, unsigned count, ...);
int __wrap_seccomp_rule_add(scmp_filter_ctx filter, uint32_t action, int call, unsigned count, ...)
{
    if (count != 0 || fault_is_due(FAULT_LIBRARY, "seccomp_rule_add"))
        return -ENOMEM;
    return __real_seccomp_rule_add(filter, action, call, 0);
}
