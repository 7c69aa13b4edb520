#include "courier/request.h"

#include <string.h>

enum mp_err request_to(struct request *request, const char *url, size_t capacity)
{
    request->url = secret_copy(url, strlen(url));
    request->form = secret_new(capacity);
    return request->url && request->form ? MP_OK : MP_NOMEM;
}

void request_free(struct request *request)
{
    secret_free(&request->url);
    secret_free(&request->form);
    secret_free(&request->authorization);
}
