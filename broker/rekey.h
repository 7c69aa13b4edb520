/* PROTO_REKEY: seals everything with a new key while the broker serves on. broker/rekey.c. */
#ifndef MOBPROC_BROKER_REKEY_H
#define MOBPROC_BROKER_REKEY_H

#include "broker/broker.h"

/* Drops the one under way without an answer, when the broker ends; a further rekey finishes it. */
void rekey_forget(struct broker *broker);

#endif
