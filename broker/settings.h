/*
 * The configuration in force, shared by reference: a request keeps the one that it began with
 * while a reload puts a new one in its place.
 */
#ifndef MOBPROC_BROKER_SETTINGS_H
#define MOBPROC_BROKER_SETTINGS_H

#include "broker/config.h"

struct settings {
    int references;
    struct config *config; /* owned; never NULL */
};

/* Wraps a configuration, which it then owns, with one reference; NULL when memory is short (the
 * configuration is then freed). */
struct settings *settings_new(struct config *config) MUST_CHECK;

/* One more reference; NULL gives NULL. */
struct settings *settings_hold(struct settings *settings);

/* Gives a reference back, frees with the last, and sets the pointer to NULL. NULL is accepted. */
void settings_release(struct settings **settings);

#endif
