/*
 * The program of the dialects: git-credential-mobproc, docker-credential-mobproc and so on are its
 * names, and the name decides. It links libc only and looks up nothing in NSS, so that it can be
 * one small static program: tools start it for every request.
 */
#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/out.h"

int main(int argc, char **argv)
{
    const struct dialect *dialect = NULL;

    out_guard_descriptors();
    dialect = argc > 0 ? dialect_of_program(argv[0]) : NULL;
    if (dialect)
        return dialect_start(dialect, dialect->program, NULL, argv + 1);
    exit_say("started under an unknown name; mobproc credential --help lists the programs");
    return EXIT_USAGE;
}
