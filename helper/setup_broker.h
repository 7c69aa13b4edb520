/* mobproc setup: the broker that runs already and will serve the new configuration. */
#ifndef MOBPROC_HELPER_SETUP_BROKER_H
#define MOBPROC_HELPER_SETUP_BROKER_H

#include "helper/arguments.h"
#include "helper/which.h"
#include "lib/attr.h"
#include "lib/secret.h"

/* Finds it: its socket, or "" when none runs. None is started. */
void setup_broker_find(const struct arguments *arguments, char socket[static WHICH_MAX_PATH]);

/* Has it read the configuration and seal the client secret. The exit code, after saying why. */
int setup_broker_put_in_force(const char *socket, const struct secret *client_secret) MUST_CHECK;

#endif
