/* docker's config.json with one more member in `credHelpers`; everything else as it was. */
#ifndef MOBPROC_HELPER_DOCKER_CONFIG_H
#define MOBPROC_HELPER_DOCKER_CONFIG_H

#include "lib/attr.h"
#include "lib/secret.h"

/*
 * Sets *made to the text with "HOST": "mobproc" in it, which the caller frees, or to NULL when it
 * says so already. `config` may be empty; `host` needs no escape. NULL, or a static sentence that
 * says why not.
 */
const char *docker_config_add(const struct secret *config, const char *host,
                              struct secret **made) MUST_CHECK;

#endif
