#include "broker/settings.h"

#include <stdlib.h>

struct settings *settings_new(struct config *config)
{
    struct settings *settings = calloc(1, sizeof(*settings));

    if (!settings) {
        config_free(&config);
        return NULL;
    }
    settings->references = 1;
    settings->config = config;
    return settings;
}

struct settings *settings_hold(struct settings *settings)
{
    if (settings)
        settings->references++;
    return settings;
}

void settings_release(struct settings **settings)
{
    struct settings *given = *settings;

    *settings = NULL;
    if (!given || --given->references > 0)
        return;
    config_free(&given->config);
    free(given);
}
