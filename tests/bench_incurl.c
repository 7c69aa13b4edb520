/*
 * The peer of `make bench`: a PAM module that does the password grant itself, with libcurl and
 * json-c inside the host, as other modules do. It only exists to be measured; it is not installed.
 *
 * Arguments: url=URL ca=FILE client_id=ID secret=SECRET scope=SCOPE prefix=PREFIX
 */
#include <curl/curl.h>
#include <json-c/json.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_REPLY 65536
#define TIMEOUT_S 10L

struct reply {
    char text[MAX_REPLY];
    size_t length;
};

/* The value of "NAME=" among the module's arguments, or "". */
static const char *argument(int argc, const char **argv, const char *name)
{
    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], name, strlen(name)) == 0)
            return argv[i] + strlen(name);
    return "";
}

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
    struct reply *reply = context;
    size_t length = size * count;

    if (length >= sizeof(reply->text) - reply->length)
        return 0;
    memcpy(reply->text + reply->length, bytes, length);
    reply->length += length;
    reply->text[reply->length] = '\0';
    return length;
}

/* The form as one string that the caller frees, or NULL. */
static char *make_form(CURL *easy, int argc, const char **argv, const char *user,
                       const char *password)
{
    char *escaped_user = NULL;
    char *escaped_password = curl_easy_escape(easy, password, 0);
    char *name = NULL;
    char *form = NULL;

    if (asprintf(&name, "%s%s", argument(argc, argv, "prefix="), user) < 0)
        name = NULL;
    if (name)
        escaped_user = curl_easy_escape(easy, name, 0);
    if (escaped_user && escaped_password &&
        asprintf(&form,
                 "grant_type=password&username=%s&password=%s&client_id=%s&client_secret=%s"
                 "&scope=%s",
                 escaped_user, escaped_password, argument(argc, argv, "client_id="),
                 argument(argc, argv, "secret="), argument(argc, argv, "scope=")) < 0)
        form = NULL;
    curl_free(escaped_user);
    curl_free(escaped_password);
    free(name);
    return form;
}

static int holds_token(const char *text)
{
    struct json_object *root = json_tokener_parse(text);
    struct json_object *token = NULL;
    int found = root && json_object_object_get_ex(root, "access_token", &token) &&
                json_object_is_type(token, json_type_string);

    json_object_put(root);
    return found;
}

static int post(CURL *easy, int argc, const char **argv, const char *form)
{
    struct reply *reply = calloc(1, sizeof(*reply));
    long status = 0;
    int code = PAM_AUTHINFO_UNAVAIL;

    if (!reply)
        return PAM_BUF_ERR;
    curl_easy_setopt(easy, CURLOPT_URL, argument(argc, argv, "url="));
    curl_easy_setopt(easy, CURLOPT_CAINFO, argument(argc, argv, "ca="));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, form);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, reply);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, TIMEOUT_S);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (curl_easy_perform(easy) == CURLE_OK &&
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        code = status == 200 && holds_token(reply->text) ? PAM_SUCCESS : PAM_AUTH_ERR;
    free(reply);
    return code;
}

int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    const char *user = NULL;
    const char *password = NULL;
    char *form = NULL;
    CURL *easy = NULL;
    int code = pam_get_user(pamh, &user, NULL);

    (void)flags;
    if (code == PAM_SUCCESS)
        code = pam_get_authtok(pamh, PAM_AUTHTOK, &password, NULL);
    if (code != PAM_SUCCESS)
        return code;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return PAM_SERVICE_ERR;
    easy = curl_easy_init();
    form = easy ? make_form(easy, argc, argv, user, password) : NULL;
    code = form ? post(easy, argc, argv, form) : PAM_BUF_ERR;
    free(form);
    curl_easy_cleanup(easy);
    curl_global_cleanup();
    return code;
}

int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
