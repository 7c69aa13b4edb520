/* The password: where it comes from, which ones are refused, and who may have it next. */
#ifndef MOBPROC_PAM_CONVERSATION_H
#define MOBPROC_PAM_CONVERSATION_H

#include "lib/attr.h"
#include "lib/secret.h"
#include "pam_mobproc/visit.h"

/* The visit's reason (by its address) when the host, and not a person, made the password up. */
extern const char conversation_stand_in[];

/*
 * The password that an earlier module left in PAM_AUTHTOK, or else what the person types now
 * (never with use_first_pass); the broker is told before he begins. The caller frees *password;
 * *typed says that it was typed here. PAM_SUCCESS: 1..PROTO_MAX_PASSWORD bytes. PAM_AUTH_ERR:
 * none, empty, longer, or sshd's stand-in for a user that it refuses already. PAM_CONV_ERR,
 * PAM_BUF_ERR.
 */
int conversation_password(struct visit *visit, struct secret **password, int *typed) MUST_CHECK;

/* Leaves the password in PAM_AUTHTOK for the modules after this one. PAM_SUCCESS, PAM_BUF_ERR. */
int conversation_pass_on(const struct visit *visit, const struct secret *password) MUST_CHECK;

#endif
