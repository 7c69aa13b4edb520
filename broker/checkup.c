#include "broker/checkup.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/config.h"
#include "broker/sealed.h"
#include "broker/secretref.h"

static void print_message(void *owner UNUSED, const char *message)
{
    fprintf(stderr, "%s\n", message);
}

/* 0 when the secret can be fetched; a sealed one is for the broker alone to open. */
static int check_secret(const char *config_path, const struct config_account *account,
                        const struct config_secret *reference, const char *kind)
{
    const struct secretref_context context = {
        .credentials_directory = getenv("CREDENTIALS_DIRECTORY"),
        .uid = geteuid(),
        .state_fd = -1,
        .kind = kind,
        .endpoint = account->token_endpoint,
    };
    struct secret *secret = NULL;
    char problem[512] = "";
    enum mp_err err = MP_OK;

    if (reference->kind == CONFIG_SECRET_SEALED)
        return 0;
    err = secretref_fetch(reference, &context, &secret, problem, sizeof(problem));
    if (err != MP_OK)
        fprintf(stderr, "%s:%d: account %s: %s: %s\n", config_path, account->line, account->name,
                kind, problem);
    secret_free(&secret);
    return err == MP_OK ? 0 : -1;
}

int checkup(const char *config_path)
{
    struct config *config = NULL;
    int status = EXIT_SUCCESS;

    if (config_load(&config, config_path, geteuid(), print_message, NULL) != MP_OK)
        return CHECKUP_EXIT_CONFIGURATION;
    for (size_t i = 0; i < config->account_count; i++) {
        const struct config_account *account = &config->accounts[i];

        if (check_secret(config_path, account, &account->client_secret, SEALED_CLIENT_SECRET))
            status = CHECKUP_EXIT_CONFIGURATION;
        if (check_secret(config_path, account, &account->password, SEALED_PASSWORD))
            status = CHECKUP_EXIT_CONFIGURATION;
    }
    if (status == EXIT_SUCCESS)
        printf("%s: %zu account%s, no errors\n", config_path, config->account_count,
               config->account_count == 1 ? "" : "s");
    config_free(&config);
    return status;
}
