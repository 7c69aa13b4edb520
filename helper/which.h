/*
 * Which broker is asked. In this order, and never another one when that one is broken:
 *
 *   1. --socket PATH
 *   2. MOBPROC_SOCKET, an absolute path
 *   3. the user's own, when mobproc.conf stands in $XDG_CONFIG_HOME/mobproc (or
 *      $HOME/.config/mobproc): $XDG_RUNTIME_DIR/mobproc/broker.sock
 *   4. the system's, CALL_SYSTEM_SOCKET
 *
 * For euid 0 and in a set-user-id program (AT_SECURE) the environment decides nothing: 1 or 4.
 * A relative path in an XDG variable counts as unset (XDG base directory specification); without
 * XDG_RUNTIME_DIR (cron, ssh without pam_systemd) it is /run/user/UID.
 */
#ifndef MOBPROC_HELPER_WHICH_H
#define MOBPROC_HELPER_WHICH_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"

#define WHICH_MAX_PATH 108 /* sun_path of unix(7), with its NUL */

struct which {
    char socket[WHICH_MAX_PATH];
    char runtime[WHICH_MAX_PATH]; /* XDG_RUNTIME_DIR of a private broker, else "" */
};

/*
 * Decides; `option` is the value of --socket or NULL. Nothing is looked up in NSS.
 * MP_OK; MP_TOO_LONG for a path that no socket can have; MP_CONFIGURATION for a relative
 * MOBPROC_SOCKET.
 */
enum mp_err which_broker(const char *option, struct which *which) MUST_CHECK;

/*
 * The path of the user's own mobproc.conf, which need not exist. MP_OK; MP_CONFIGURATION when
 * neither XDG_CONFIG_HOME nor HOME says where; MP_TOO_LONG.
 */
enum mp_err which_own_configuration(char *out, size_t size) MUST_CHECK;

#endif
