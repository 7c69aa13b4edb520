#include "helper/dialects.h"

#include <string.h>

#include "helper/exit.h"
#include "helper/question.h"
#include "helper/reply.h"

static const struct dialect dialects[] = {
    {"git", "git-credential-mobproc", "get|store|erase|capability",
     "git: the token as a password, or as a bearer where git can",
     "git config --global credential.helper /usr/bin/git-credential-mobproc", dialect_git},
    {"docker", "docker-credential-mobproc", "get|store|erase|list|version",
     "docker, podman, skopeo, buildah, helm: the token as a password",
     "in ~/.docker/config.json: {\"credHelpers\": {\"HOST\": \"mobproc\"}}", dialect_docker},
    {"kubernetes", NULL, "[ACCOUNT]", "kubectl and client-go: the token as a bearer",
     "kubectl config set-credentials NAME --exec-api-version=client.authentication.k8s.io/v1"
     " --exec-interactive-mode=Never --exec-provide-cluster-info"
     " --exec-command=/usr/bin/mobproc --exec-arg=credential --exec-arg=kubernetes",
     dialect_kubernetes},
    {"cargo", "cargo-credential-mobproc", "", "cargo: the token as a bearer",
     "in ~/.cargo/config.toml: [registries.NAME] credential-provider = "
     "[\"/usr/bin/cargo-credential-mobproc\"]",
     dialect_cargo},
    {"bazel", "bazel-credential-mobproc", "get",
     "bazel and other EngFlow callers: the three headers",
     "in ~/.bazelrc: common --credential_helper=HOST=/usr/bin/bazel-credential-mobproc",
     dialect_bazel},
    {"goauth", "goauth-credential-mobproc", "[URL...]", "the go command: the three headers",
     "go env -w GOAUTH=/usr/bin/goauth-credential-mobproc", dialect_goauth},
    {"terraform", "terraform-credentials-mobproc", "get|forget HOST",
     "terraform and tofu: the token as a bearer",
     "in ~/.terraformrc: credentials_helper \"mobproc\" {}, and: ln -s "
     "/usr/bin/git-credential-mobproc ~/.terraform.d/plugins/terraform-credentials-mobproc",
     dialect_terraform},
    {"curl", NULL, "[ACCOUNT | URL]", "curl -K -: the three headers, no redirect",
     "mobproc credential curl URL | curl -K - URL", dialect_curl},
    {"headers", NULL, "[ACCOUNT | URL]", "curl -H @-, scripts: the three headers, a line each",
     "mobproc credential headers URL | curl -H @- URL", dialect_headers},
    {"token", NULL, "[ACCOUNT | URL]", "scripts: the bare token",
     "TOKEN=$(mobproc credential token URL)", dialect_token},
    {"json", NULL, "[ACCOUNT | URL]", "scripts: what is known of the token",
     "mobproc credential json URL", dialect_json},
    {"systemd", NULL, "", "LoadCredential= of units: the bare token",
     "in the unit: LoadCredential=ACCOUNT:/run/mobproc/credential.sock", dialect_systemd},
};

#define DIALECT_COUNT (sizeof(dialects) / sizeof(dialects[0]))

const struct dialect *dialect_at(size_t index)
{
    return index < DIALECT_COUNT ? &dialects[index] : NULL;
}

const char *dialect_name_at(size_t index)
{
    return index < DIALECT_COUNT ? dialects[index].name : NULL;
}

const struct dialect *dialect_named(const char *name)
{
    for (size_t i = 0; i < DIALECT_COUNT; i++)
        if (strcmp(dialects[i].name, name) == 0)
            return &dialects[i];
    return NULL;
}

const struct dialect *dialect_of_program(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');

    for (size_t i = 0; i < DIALECT_COUNT; i++)
        if (dialects[i].program && strcmp(dialects[i].program, slash ? slash + 1 : argv0) == 0)
            return &dialects[i];
    return NULL;
}

int dialect_usage(const struct dialect_call *call, const char *complaint)
{
    exit_say("%s", complaint);
    exit_say("usage: %s [--socket PATH] %s", call->name, call->dialect->synopsis);
    return EXIT_USAGE;
}

int dialect_help(const struct dialect_call *call)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, "usage: ", call->name, " [--socket PATH] ", call->dialect->synopsis, "\n",
              call->dialect->summary, "\n", call->dialect->setup, "\n", NULL);
    return reply_send(&reply);
}

int dialect_version(const struct dialect_call *call)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, call->name, " " MOBPROC_VERSION "\n", NULL);
    return reply_send(&reply);
}

static int is(const char *word, const char *name)
{
    return strcmp(word, name) == 0;
}

int dialect_start(const struct dialect *dialect, const char *name, const char *socket, char **argv)
{
    struct dialect_call call = {.name = name, .socket = socket, .dialect = dialect};

    for (; *argv; argv++) {
        if (is(*argv, "--help"))
            return dialect_help(&call);
        if (is(*argv, "--version"))
            return dialect_version(&call);
        if (is(*argv, "--socket")) {
            if (!argv[1])
                return dialect_usage(&call, "--socket needs a value");
            call.socket = *++argv;
        } else if (strncmp(*argv, "--socket=", 9) == 0) {
            call.socket = *argv + 9;
        } else if (call.count == DIALECT_MAX_WORDS) {
            return dialect_usage(&call, "too many arguments");
        } else {
            call.words[call.count++] = *argv;
        }
    }
    return dialect->run(&call);
}

int dialect_print(const struct dialect_call *call, int (*print)(const struct fetched *fetched))
{
    const char *word = call->count ? call->words[0] : NULL;
    struct fetched fetched = {0};
    struct question question = {0};
    struct url url;
    enum mp_err err = MP_OK;
    int code = 0;

    if (call->count > 1)
        return dialect_usage(call, "too many arguments");
    if (word && word[0] == '-')
        return dialect_usage(call, "unknown option");
    if (word && strstr(word, "://")) {
        err = url_read(word, strlen(word), &url);
        question.url = &url;
    } else {
        question.account = word;
    }
    if (err == MP_PROTOCOL)
        return dialect_usage(call, "the address holds a byte that no address has");
    if (err == MP_OK)
        err = question_ask(call->socket, &question, &fetched);
    code = question_conclude(&question, err, &fetched);
    if (code == 0)
        code = print(&fetched);
    fetched_free(&fetched);
    return code;
}
