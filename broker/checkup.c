#include "broker/checkup.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/certificate.h"
#include "broker/config.h"
#include "broker/secretref.h"

static void print_message(void *owner UNUSED, const char *message)
{
    fprintf(stderr, "%s\n", message);
}

static int complain(const char *config_path, const struct config_account *account, const char *key,
                    const char *problem)
{
    fprintf(stderr, "%s:%d: account %s: %s: %s\n", config_path, account->line, account->name, key,
            problem);
    return -1;
}

/* 0 when the secret can be fetched; a sealed one is for the broker alone to open. */
static int check_secret(const char *config_path, const struct config_account *account,
                        enum config_use use)
{
    const struct secretref_context context = {
        .credentials_directory = getenv("CREDENTIALS_DIRECTORY"),
        .uid = geteuid(),
        .state_fd = -1,
        .use = use,
    };
    const struct config_secret *reference = config_secret(account, use);
    struct secret *secret = NULL;
    char problem[512] = "";
    enum mp_err err = MP_OK;

    if (reference->kind != CONFIG_SECRET_SEALED)
        err = secretref_fetch(reference, &context, &secret, problem, sizeof(problem));
    secret_free(&secret);
    return err == MP_OK ? 0 : complain(config_path, account, config_use_name(use), problem);
}

static int check_certificate(const char *config_path, const struct config_account *account)
{
    struct secret *certificate = NULL;
    char problem[512] = "";
    enum mp_err err = MP_OK;

    if (account->client_certificate)
        err = certificate_read(account->client_certificate, geteuid(), &certificate, problem,
                               sizeof(problem));
    secret_free(&certificate);
    return err == MP_OK ? 0 : complain(config_path, account, "client_certificate", problem);
}

int checkup(const char *config_path)
{
    struct config *config = NULL;
    int status = EXIT_SUCCESS;

    if (config_load(&config, config_path, geteuid(), print_message, NULL) != MP_OK)
        return CHECKUP_EXIT_CONFIGURATION;
    for (size_t i = 0; i < config->account_count; i++) {
        const struct config_account *account = &config->accounts[i];

        if (check_certificate(config_path, account) != 0)
            status = CHECKUP_EXIT_CONFIGURATION;
        for (enum config_use use = 0; use < CONFIG_USES; use++)
            if (check_secret(config_path, account, use) != 0)
                status = CHECKUP_EXIT_CONFIGURATION;
    }
    if (status == EXIT_SUCCESS)
        printf("%s: %zu account%s, no errors\n", config_path, config->account_count,
               config->account_count == 1 ? "" : "s");
    config_free(&config);
    return status;
}
