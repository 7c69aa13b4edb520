/*
 * The caller table: which operation, who may ask for it, and what it does. Data, checked against
 * SO_PEERCRED before an operation sees the request.
 */
#ifndef MOBPROC_BROKER_OPERATIONS_H
#define MOBPROC_BROKER_OPERATIONS_H

#include "broker/broker.h"
#include "broker/client.h"

/* Finds the operation and runs it, or refuses. For clients_new(). */
void operations_dispatch(void *broker, struct request *request);

/* One handler for each row. Each sees to it that request_answer() is called once. */
void login_handle(struct broker *broker, struct request *request);
void prepare_handle(struct broker *broker, struct request *request);
void check_handle(struct broker *broker, struct request *request);
void session_handle(struct broker *broker, struct request *request);
void get_handle(struct broker *broker, struct request *request);
void list_handle(struct broker *broker, struct request *request);
void refresh_handle(struct broker *broker, struct request *request);
void logout_handle(struct broker *broker, struct request *request);
void validate_handle(struct broker *broker, struct request *request);
void erase_handle(struct broker *broker, struct request *request);
void begin_browser_handle(struct broker *broker, struct request *request);
void finish_browser_handle(struct broker *broker, struct request *request);
void reload_handle(struct broker *broker, struct request *request);
void rekey_handle(struct broker *broker, struct request *request);
void metrics_handle(struct broker *broker, struct request *request);
void probe_handle(struct broker *broker, struct request *request);
void seal_handle(struct broker *broker, struct request *request);

#endif
