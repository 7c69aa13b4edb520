/*
 * The dialects: what other tools expect of a credential helper, a small file each. One is chosen by
 * `mobproc credential DIALECT` or by the name that the program was started under; the table in
 * dialects.c has them all.
 *
 * All of them ask the broker one question (helper/question.h), read with the same strict readers
 * (helper/lines.h, helper/input.h, lib/json_text.h, helper/url.h), and answer through one writer
 * (helper/reply.h).
 */
#ifndef MOBPROC_HELPER_DIALECTS_H
#define MOBPROC_HELPER_DIALECTS_H

#include <stddef.h>

#include "helper/fetch.h"
#include "lib/attr.h"
#include "lib/secret.h"

#define DIALECT_MAX_WORDS 64

struct dialect_call;

struct dialect {
    const char *name;
    const char *program;  /* started under this name, it is spoken; NULL: none */
    const char *synopsis; /* what follows the name */
    const char *summary;
    const char *setup; /* the line that the tool needs */
    int (*run)(const struct dialect_call *call);
};

/* What it was called with. Borrows from argv. */
struct dialect_call {
    const char *name;   /* for messages: the program, or "mobproc credential NAME" */
    const char *socket; /* --socket or NULL */
    const struct dialect *dialect;
    size_t count;
    const char *words[DIALECT_MAX_WORDS]; /* without --socket, --help and --version */
};

/* In the order of the table; NULL behind the last one. */
const struct dialect *dialect_at(size_t index);
const char *dialect_name_at(size_t index);

/* NULL when there is none. A program is known by the last part of its path. */
const struct dialect *dialect_named(const char *name);
const struct dialect *dialect_of_program(const char *argv0);

/* Reads the arguments that follow the program's or the dialect's name, and speaks. Exit code. */
int dialect_start(const struct dialect *dialect, const char *name, const char *socket,
                  char **argv) MUST_CHECK;

/* Says what is wrong and how it is used. Exit code. */
int dialect_usage(const struct dialect_call *call, const char *complaint) MUST_CHECK;

/* What --help and --version print. Exit code. */
int dialect_help(const struct dialect_call *call) MUST_CHECK;
int dialect_version(const struct dialect_call *call) MUST_CHECK;

/* For those that are called with [ACCOUNT | URL]: fetches that token and prints it. Exit code. */
int dialect_print(const struct dialect_call *call,
                  int (*print)(const struct fetched *fetched)) MUST_CHECK;

/* Each speaks its dialect. Exit code: the dialect's own where it has one, else helper/exit.h. */
typedef int dialect_run(const struct dialect_call *call);
dialect_run dialect_git;
dialect_run dialect_docker;
dialect_run dialect_kubernetes;
dialect_run dialect_cargo;
dialect_run dialect_bazel;
dialect_run dialect_goauth;
dialect_run dialect_terraform;
dialect_run dialect_curl;
dialect_run dialect_headers;
dialect_run dialect_token;
dialect_run dialect_json;
dialect_run dialect_systemd;

#endif
