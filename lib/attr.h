/* Compiler attributes under short names (gcc and clang both know them). */
#ifndef MOBPROC_LIB_ATTR_H
#define MOBPROC_LIB_ATTR_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define UNUSED __attribute__((unused))

#endif
