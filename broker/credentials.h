/* The secrets of an account, fetched for one job and freed after it. */
#ifndef MOBPROC_BROKER_CREDENTIALS_H
#define MOBPROC_BROKER_CREDENTIALS_H

#include "broker/broker.h"
#include "lib/attr.h"

/*
 * One of them. The caller frees *out (NULL when none is configured). A problem is logged with its
 * file. MP_OK, MP_CONFIGURATION, MP_LOCKED, MP_NOMEM.
 */
enum mp_err credentials_fetch(const struct broker *broker, const struct config_account *account,
                              enum config_use use, struct secret **out) MUST_CHECK;

/* The client's certificate, which is no secret; in all else the same. */
enum mp_err credentials_certificate(const struct broker *broker,
                                    const struct config_account *account,
                                    struct secret **out) MUST_CHECK;

#endif
