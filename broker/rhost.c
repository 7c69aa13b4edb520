#include "broker/rhost.h"

#include <string.h>

int rhost_is_remote(const char *rhost)
{
    return rhost[0] && strcmp(rhost, "localhost") != 0 && strcmp(rhost, "127.0.0.1") != 0 &&
           strcmp(rhost, "::1") != 0;
}
