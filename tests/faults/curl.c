/* libcurl refuses, or is short of memory itself. */
#include <curl/curl.h>
#include <stdarg.h>

#include "tests/faults/calls.h"
#include "tests/faults/inside.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

FAULT_BEFORE(CURL *, NULL, curl_easy_init, WITH(void), WITH())
FAULT_BEFORE(CURLM *, NULL, curl_multi_init, WITH(void), WITH())
FAULT_BEFORE(CURLMcode, CURLM_OUT_OF_MEMORY, curl_multi_add_handle, WITH(CURLM *m, CURL *e),
             WITH(m, e))
FAULT_BEFORE(CURLMcode, CURLM_INTERNAL_ERROR, curl_multi_perform, WITH(CURLM *m, int *running),
             WITH(m, running))
FAULT_BEFORE(CURLMcode, CURLM_OUT_OF_MEMORY, curl_multi_poll,
             WITH(CURLM *m, struct curl_waitfd *w, unsigned n, int t, int *r), WITH(m, w, n, t, r))
FAULT_BEFORE(struct curl_slist *, NULL, curl_slist_append,
             WITH(struct curl_slist *list, const char *text), WITH(list, text))

/* One argument, and each kind of it is passed in the same place (LP64). */
CURLcode __real_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    va_list list;
    void *argument = NULL;

    va_start(list, option);
    argument = va_arg(list, void *);
    va_end(list);
    if (fault_is_due(FAULT_LIBRARY, "curl_easy_setopt"))
        return CURLE_OUT_OF_MEMORY;
    return __real_curl_easy_setopt(easy, option, argument);
}

CURLcode __real_curl_easy_getinfo(CURL *easy, CURLINFO info, ...);
CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO info, ...);
CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
    va_list list;
    void *argument = NULL;

    va_start(list, info);
    argument = va_arg(list, void *);
    va_end(list);
    if (fault_is_due(FAULT_LIBRARY, "curl_easy_getinfo"))
        return CURLE_UNKNOWN_OPTION;
    return __real_curl_easy_getinfo(easy, info, argument);
}
