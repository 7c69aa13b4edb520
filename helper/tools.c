#include "helper/tools.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/apply.h"
#include "helper/exit.h"
#include "helper/kubeconfig.h"
#include "helper/out.h"
#include "helper/url.h"

#define FOLDER "/usr/bin"
#define PROGRAM "git-credential-mobproc" /* of all dialects that have a program */
#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789"

static const struct tool tools[] = {
    {.name = "git",
     .how = TOOL_NEEDS_ADDRESS,
     .file = ".gitconfig",
     .places = {{"GIT_CONFIG_GLOBAL", NULL, 1}},
     /* the empty one: no other helper is asked first, or given the token to store it in clear */
     .lines = "[credential \"https://%H\"]\n\thelper =\n"
              "\thelper = %B/git-credential-mobproc\n%P"},
    {.name = "docker",
     .how = TOOL_NEEDS_ADDRESS,
     .file = ".docker/config.json",
     .places = {{"DOCKER_CONFIG", "config.json", 0}},
     .lines = "{\"credHelpers\": {\"%H\": \"mobproc\"}}\n"},
    {.name = "kubectl",
     .how = TOOL_IS_TOLD,
     .file = ".kube/config",
     .lines = "kubectl config set-credentials mobproc"
              " --exec-api-version=client.authentication.k8s.io/v1 --exec-interactive-mode=Never"
              " --exec-provide-cluster-info --exec-command=%B/mobproc"
              " --exec-arg=credential --exec-arg=kubernetes\n"
              "kubectl config set-context --current --user=mobproc\n"},
    {.name = "cargo",
     .file = ".cargo/config.toml",
     .places = {{"CARGO_HOME", "config.toml", 0}},
     .taken = "registry",
     .lines = "[registry]\nglobal-credential-providers = "
              "[\"cargo:token\", \"%B/cargo-credential-mobproc\"]\n"},
    {.name = "bazel",
     .how = TOOL_NEEDS_ADDRESS,
     .file = ".bazelrc",
     .lines = "common --credential_helper=%N=%B/bazel-credential-mobproc\n"},
    {.name = "go",
     .file = ".config/go/env",
     .places = {{"GOENV", NULL, 0}, {"XDG_CONFIG_HOME", "go/env", 0}},
     .taken = "GOAUTH=",
     .lines = "GOAUTH=%B/goauth-credential-mobproc%U\n"},
    {.name = "terraform",
     .file = ".terraformrc",
     .places = {{"TF_CLI_CONFIG_FILE", NULL, 0}},
     .link = ".terraform.d/plugins/terraform-credentials-mobproc",
     .taken = "credentials_helper",
     .lines = "credentials_helper \"mobproc\" {}\n"},
    {.name = "curl",
     .how = TOOL_NEEDS_ADDRESS,
     .lines = "mobproc credential curl %A | curl -K - %A\n"},
    {.name = "systemd",
     .lines = "[Service]\nLoadCredential=ACCOUNT:/run/mobproc/credential.sock\n"},
};

#define TOOL_COUNT (sizeof(tools) / sizeof(tools[0]))

/* What the lines are made of. Plain data. */
struct words {
    char folder[256];
    struct url url; /* host "": none was given */
};

const char *tool_name_at(size_t index)
{
    return index < TOOL_COUNT ? tools[index].name : NULL;
}

static const struct tool *find_tool(const char *name)
{
    for (size_t i = 0; i < TOOL_COUNT; i++)
        if (strcmp(tools[i].name, name) == 0)
            return &tools[i];
    return NULL;
}

/* The folder that this program was started from, when its companions are there. */
static void find_folder(char folder[static 256])
{
    char path[300];
    ssize_t length = readlink("/proc/self/exe", path, 255);
    char *slash = NULL;

    snprintf(folder, 256, "%s", FOLDER);
    if (length <= 0)
        return;
    path[length] = '\0';
    slash = strrchr(path, '/');
    if (!slash || path[strspn(path, LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ/._+-")] != '\0')
        return; /* a folder that would need quotes */
    memcpy(slash, "/" PROGRAM, sizeof("/" PROGRAM));
    if (access(path, X_OK) == 0)
        snprintf(folder, 256, "%.*s", (int)(slash - path), path);
}

/* Only an address of which no byte means anything to a file's format or to a shell. */
static int read_address(const struct tool *tool, const char *address, struct words *words)
{
    if (!address && !(tool->how & TOOL_NEEDS_ADDRESS))
        return 0;
    if (!address) {
        exit_say("which server? for example: mobproc setup %s https://host.example.com/",
                 tool->name);
        return EXIT_USAGE;
    }
    if (url_read(address, strlen(address), &words->url) == MP_OK &&
        words->url.host[strspn(words->url.host, LETTERS "-.:[]")] == '\0' &&
        words->url.path[strspn(words->url.path, LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._~/")] == '\0')
        return 0;
    exit_say("not an https address with a plain host and path: %s", address);
    return EXIT_USAGE;
}

/* The host without its port; brackets keep theirs. */
static enum mp_err add_name(struct secret *out, const char *host)
{
    const char *bracket = strchr(host, ']');
    const char *colon = strchr(bracket ? bracket : host, ':');

    return secret_append(out, host, colon ? (size_t)(colon - host) : strlen(host));
}

static enum mp_err add_word(struct secret *out, char letter, const struct words *words)
{
    const struct url *url = &words->url;

    switch (letter) {
    case 'B':
        return out_add(out, words->folder, NULL);
    case 'H':
        return out_add(out, url->host, NULL);
    case 'N':
        return add_name(out, url->host);
    case 'A':
        return out_add(out, "https://", url->host, url->path, NULL);
    case 'U':
        return url->host[0] ? out_add(out, " https://", url->host, url->path, NULL) : MP_OK;
    case 'P': /* git leaves the path out otherwise, and nothing without a path fits a prefix */
        return strlen(url->path) > 1 ? out_add(out, "\tuseHttpPath = true\n", NULL) : MP_OK;
    default:
        return MP_INTERNAL;
    }
}

static enum mp_err fill(struct secret *out, const char *lines, const struct words *words)
{
    enum mp_err err = MP_OK;

    for (const char *next = lines; *next && err == MP_OK;) {
        size_t plain = strcspn(next, "%");

        err = secret_append(out, next, plain);
        next += plain;
        if (err == MP_OK && *next) {
            err = add_word(out, next[1], words);
            next += 2;
        }
    }
    return err;
}

/* Where the lines belong, and how they come there. */
static void say_where(const struct tool *tool, const struct words *words)
{
    const char *value = NULL;
    const struct own_place *place = own_place_named(tool->places, &value);

    if (tool->link)
        exit_say("~/%s has to be a link to %s/" PROGRAM "; --apply makes it", tool->link,
                 words->folder);
    if (tool->how & TOOL_IS_TOLD)
        exit_say("these write ~/%s; --apply runs them:", tool->file);
    else if (place)
        exit_say("this belongs into %s%s%s, as %s says; --apply writes it:", value,
                 place->below ? "/" : "", place->below ? place->below : "", place->variable);
    else if (tool->file)
        exit_say("this belongs into ~/%s; --apply writes it:", tool->file);
}

static int print(const struct tool *tool, const struct words *words, const struct secret *lines)
{
    say_where(tool, words);
    return out_write(lines);
}

static int put_in_force(const struct tool *tool, const struct words *words,
                        const struct secret *lines)
{
    char program[sizeof(words->folder) + sizeof("/" PROGRAM)];

    if (tool->how & TOOL_IS_TOLD)
        return kubeconfig_apply(tool, lines);
    snprintf(program, sizeof(program), "%s/" PROGRAM, words->folder);
    return apply(tool, words->url.host, program, lines);
}

int tools_setup(const struct arguments *arguments)
{
    const struct tool *tool = find_tool(arguments->words[0]);
    struct words words = {0};
    struct secret *lines = NULL;
    enum mp_err err = MP_NOMEM;
    int code = 0;

    if (!tool) {
        exit_say("unknown tool: %s; mobproc setup --help names them", arguments->words[0]);
        return EXIT_USAGE;
    }
    if (arguments->apply && !tool->file) {
        exit_say("mobproc setup %s only shows the lines; there is no file to write", tool->name);
        return EXIT_USAGE;
    }
    code = read_address(tool, arguments->words[1], &words);
    if (code != 0)
        return code;
    find_folder(words.folder);
    lines = secret_new(16384);
    if (lines)
        err = fill(lines, tool->lines, &words);
    if (err != MP_OK)
        code = exit_because(err, tool->name);
    else
        code = arguments->apply ? put_in_force(tool, &words, lines) : print(tool, &words, lines);
    secret_free(&lines);
    return code;
}
