#include "broker/checkup.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/config.h"
#include "broker/secretref.h"

static void print_message(void *owner UNUSED, const char *message)
{
    fprintf(stderr, "%s\n", message);
}

int checkup(const char *config_path)
{
    struct config *config = NULL;
    int status = EXIT_SUCCESS;

    if (config_load(&config, config_path, geteuid(), print_message, NULL) != MP_OK)
        return CHECKUP_EXIT_CONFIGURATION;
    for (size_t i = 0; i < config->account_count; i++) {
        struct secret *secret = NULL;
        char problem[256] = "";

        if (secretref_fetch(&config->accounts[i].client_secret, getenv("CREDENTIALS_DIRECTORY"),
                            geteuid(), &secret, problem, sizeof(problem)) != MP_OK) {
            fprintf(stderr, "%s:%d: account %s: client_secret: %s\n", config_path,
                    config->accounts[i].line, config->accounts[i].name, problem);
            status = CHECKUP_EXIT_CONFIGURATION;
        }
        secret_free(&secret);
    }
    if (status == EXIT_SUCCESS)
        printf("%s: %zu account%s, no errors\n", config_path, config->account_count,
               config->account_count == 1 ? "" : "s");
    config_free(&config);
    return status;
}
