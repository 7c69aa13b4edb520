#include "courier/peer.h"

#if PEER_CAN_STOP

#include <string.h>

#include "courier/certificate.h"
#include "courier/pem.h"

/* The PEM text of the server's own certificate, or NULL. */
static const char *find_certificate(CURL *easy)
{
    static const char label[] = "Cert:";
    struct curl_certinfo *chain = NULL;

    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain ||
        chain->num_of_certs < 1)
        return NULL;
    for (struct curl_slist *line = chain->certinfo[0]; line; line = line->next)
        if (strncmp(line->data, label, strlen(label)) == 0)
            return line->data + strlen(label);
    return NULL;
}

static int is_acceptable(CURL *easy)
{
    const char *text = find_certificate(easy);
    struct pem_certificate certificate;
    size_t offset = 0;

    return text && pem_next(text, strlen(text), &offset, &certificate) &&
           certificate_names_host(certificate.der, certificate.der_length);
}

/* libcurl keeps no certificate of a connection that stayed open. */
static int is_known(const struct peer *peer)
{
    long connections = 1;

    return peer->has_accepted &&
           curl_easy_getinfo(peer->easy, CURLINFO_NUM_CONNECTS, &connections) == CURLE_OK &&
           connections == 0;
}

static int look(void *context, char *peer_address UNUSED, char *own_address UNUSED,
                int peer_port UNUSED, int own_port)
{
    struct peer *peer = context;

    if (!peer->is_plain && !is_known(peer)) {
        peer->has_accepted = is_acceptable(peer->easy);
        if (!peer->has_accepted) {
            *peer->problem = "the server's certificate has no subjectAltName that names a host";
            return CURL_PREREQFUNC_ABORT;
        }
    }
    return peer->then(peer->context, own_port) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

CURLcode peer_attach(struct peer *peer)
{
    CURLcode code = curl_easy_setopt(peer->easy, CURLOPT_CERTINFO, peer->is_plain ? 0L : 1L);

    if (code == CURLE_OK)
        code = curl_easy_setopt(peer->easy, CURLOPT_PREREQFUNCTION, look);
    return code == CURLE_OK ? curl_easy_setopt(peer->easy, CURLOPT_PREREQDATA, peer) : code;
}

#else

CURLcode peer_attach(struct peer *peer UNUSED)
{
    return CURLE_OK;
}
#endif
