/* The remote host that a PAM host names (PAM_RHOST), as far as it matters here. */
#ifndef MOBPROC_BROKER_RHOST_H
#define MOBPROC_BROKER_RHOST_H

/* Does somebody come from another machine? "" and this machine's own names say no. */
int rhost_is_remote(const char *rhost);

#endif
