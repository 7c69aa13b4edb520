/* The secrets of an account, fetched for one job and freed after it. */
#ifndef MOBPROC_BROKER_CREDENTIALS_H
#define MOBPROC_BROKER_CREDENTIALS_H

#include "broker/broker.h"
#include "lib/attr.h"

/*
 * The client secret, or the password of a service account. The caller frees *out (NULL when none is
 * configured). A problem is logged with its file. MP_OK, MP_CONFIGURATION, MP_LOCKED, MP_NOMEM.
 */
enum mp_err credentials_client_secret(const struct broker *broker,
                                      const struct config_account *account,
                                      struct secret **out) MUST_CHECK;
enum mp_err credentials_password(const struct broker *broker, const struct config_account *account,
                                 struct secret **out) MUST_CHECK;

#endif
