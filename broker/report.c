/* PROTO_METRICS: what is counted, and how things stand at this moment. */
#include <inttypes.h>
#include <stdlib.h>

#include "broker/held.h"
#include "broker/job.h"
#include "broker/metrics.h"
#include "broker/operations.h"
#include "lib/clock.h"

/* When the stored token of each service account ends; 0 for none. Users are not listed. */
static void write_expiries(struct broker *broker, const struct config *config,
                           struct metrics_text *text)
{
    static const char name[] = "mobproc_service_token_expiry_timestamp_seconds";
    const struct nss_user root = {.uid = 0};

    metrics_add(text, "# HELP %s When the token of a service account ends.\n# TYPE %s gauge\n",
                name, name);
    for (size_t i = 0; i < config->account_count; i++) {
        struct record record = {0};
        struct holder holder;
        uint64_t generation = 0;
        int is_held = 0;

        if (!config_is_service(&config->accounts[i]) ||
            mapping_holder(&holder, config, &config->accounts[i], &root) != MP_OK)
            continue;
        is_held = held_read(broker, &config->accounts[i], &holder, &record, &generation) == MP_OK &&
                  record.access_token;
        metrics_add(text, "%s{account=\"%s\"} %" PRId64 "\n", name, config->accounts[i].name,
                    is_held ? record.expires_at : 0);
        record_free(&record);
    }
}

static void write_state(struct broker *broker, const struct settings *settings,
                        struct metrics_text *text)
{
    metrics_add(text,
                "# HELP mobproc_couriers Requests to a sign-in server under way.\n"
                "# TYPE mobproc_couriers gauge\nmobproc_couriers %zu\n"
                "# HELP mobproc_configuration_ok Whether a configuration is in force.\n"
                "# TYPE mobproc_configuration_ok gauge\nmobproc_configuration_ok %d\n"
                "# HELP mobproc_vault_open Whether a key opens the vault.\n"
                "# TYPE mobproc_vault_open gauge\nmobproc_vault_open %d\n"
                "# HELP mobproc_build_info The version of the broker.\n"
                "# TYPE mobproc_build_info gauge\nmobproc_build_info{version=\"%s\"} 1\n",
                job_running(), settings != NULL, broker->vault != NULL, MOBPROC_VERSION);
}

void metrics_handle(struct broker *broker, struct request *request)
{
    struct metrics_text text = {.bytes = malloc(METRICS_MAX_TEXT), .size = METRICS_MAX_TEXT};
    struct secret *result = text.bytes ? request_result(MP_OK) : NULL;

    if (result) {
        metrics_write(&broker->metrics, &text);
        write_state(broker, request->settings, &text);
        if (request->settings)
            write_expiries(broker, request->settings->config, &text);
        if (text.is_full || wire_put(result, PROTO_METRICS_TEXT, text.bytes, text.length) != MP_OK)
            secret_free(&result);
    }
    free(text.bytes);
    request_answer(request, result);
}
