/*
 * The git credential helper protocol, gitcredentials(7) and git-credential(1): one request on
 * standard input, one reply on standard output.
 *
 *   get         the token of the account that serves the address: as `authtype=Bearer` when git
 *               can (2.46), else as a password. An address that is not ours, or without host or
 *               protocol, or not https: silence and 0. Ours, but no token can be had now:
 *               `quit=1`, so that nobody types a password into git's own prompt.
 *   store       reads and forgets
 *   erase       tells the broker that this token was refused; without one does nothing
 *   capability  what we know of
 *   others      silence and 0
 */
#ifndef MOBPROC_HELPER_GIT_H
#define MOBPROC_HELPER_GIT_H

/*
 * Does one operation; `socket` is the value of --socket or NULL. Returns the exit code: 0, 2 for
 * a request that is refused and for an address that several accounts fit, else helper/exit.h.
 */
int git_operation(const char *socket, const char *operation);

#endif
