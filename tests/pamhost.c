/*
 * A small PAM host on the real libpam, for tests:
 *
 *     pamhost --confdir DIR --service NAME [--user NAME] [OPTION]... STEP...
 *
 * It runs the steps on one handle and prints as they happen
 *     STEP CODE_NAME                 message TEXT                prompt TEXT
 *     environment MOBPROC_NAME=VALUE log PRIORITY TEXT           authtok TEXT
 *     delay                          a refusal that would take a while longer
 *     lookup NAME                    when NSS is asked for the name of --nss-asked
 *     state changed: WHAT            where a step left the process other than it found it
 *
 * Lines of the system log are caught here (--real-log: not caught). A stack can steer the host with
 * pam_echo: the text `pamhost: show authtok` prints PAM_AUTHTOK as the next module would see it,
 * `pamhost: set authtok` sets it to the text of --authtok-fd.
 */
#include "tests/pamhost_caught.h"

#include <security/pam_appl.h>

#include "lib/proto.h"
#include "tests/pamhost_codes.h"
#include "tests/pamhost_jail.h"
#include "tests/pamhost_limits.h"
#include "tests/pamhost_state.h"
#include "tests/pamhost_steps.h"

#define MAX_SECRET (2 * 1024 * 1024)
#define OUTPUT_FD 100

static struct {
    const char *confdir, *service, *user, *rhost, *tty;
    const char *name_answer; /* to a prompt with echo: the user's name */
    const char *change_user; /* PAM_USER becomes this while the password is typed */
    const char *typed_when;  /* a FIFO: he has typed when somebody opens it to write */
    const char *pause;  /* after each step and at the end, until FIFO 0 or 1 there says a byte */
    const char *closed; /* digits: standard descriptors that the host has closed */
    const char *limit;  /* a resource limit: nofile=8 */
    const char *rounds; /* how many handles one after another; 1 */
    char *password, *authtok; /* NULL: the conversation fails; or no such item */
    int no_password, null_password, silent, disallow_null, jail, storm;
    pam_handle_t *pamh;
    FILE *out;
} host;

static void say(const char *kind, const char *text)
{
    char plain[2048];

    proto_escape(plain, sizeof(plain), text);
    fprintf(host.out, "%s %s\n", kind, plain);
    fflush(host.out);
}

/* --- conversation --- */

static void obey(const char *order)
{
    const void *item = NULL;

    if (strcmp(order, "set authtok") == 0)
        (void)pam_set_item(host.pamh, PAM_AUTHTOK, host.authtok);
    else if (pam_get_item(host.pamh, PAM_AUTHTOK, &item) == PAM_SUCCESS)
        say("authtok", item ? item : "(none)");
}

static int answer(const struct pam_message *message, char **response)
{
    static const char order[] = "pamhost: ";
    const char *text = NULL;

    switch (message->msg_style) {
    case PAM_PROMPT_ECHO_OFF:
    case PAM_PROMPT_ECHO_ON:
        say("prompt", message->msg);
        text = message->msg_style == PAM_PROMPT_ECHO_ON ? host.name_answer : host.password;
        if (host.change_user)
            (void)pam_set_item(host.pamh, PAM_USER, host.change_user);
        if (host.typed_when)
            close(open(host.typed_when, O_RDONLY | O_CLOEXEC));
        if (!text || host.no_password || host.null_password)
            return host.null_password ? PAM_SUCCESS : PAM_CONV_ERR;
        *response = strdup(text);
        return *response ? PAM_SUCCESS : PAM_BUF_ERR;
    default:
        if (strncmp(message->msg, order, strlen(order)) == 0)
            obey(message->msg + strlen(order));
        else
            say("message", message->msg);
        return PAM_SUCCESS;
    }
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *unused UNUSED)
{
    struct pam_response *list = calloc((size_t)count, sizeof(*list));
    int code = list ? PAM_SUCCESS : PAM_BUF_ERR;

    for (int i = 0; i < count && code == PAM_SUCCESS; i++)
        code = answer(messages[i], &list[i].resp);
    if (code != PAM_SUCCESS) {
        free(list);
        list = NULL;
    }
    *responses = list;
    return code;
}

/* --- steps --- */

static void show_environment(void)
{
    char **list = pam_getenvlist(host.pamh);

    if (!list)
        say("environment", "unknown"); /* libpam has no memory for it */
    for (char **entry = list; entry && *entry; entry++) {
        if (strncmp(*entry, "MOBPROC_", 8) == 0)
            say("environment", *entry);
        free(*entry);
    }
    free(list);
}

static const char *user_now(void)
{
    const void *name = NULL;

    return pam_get_item(host.pamh, PAM_USER, &name) == PAM_SUCCESS ? name : NULL;
}

/*
 * The host's own copy of the password goes, so that whoever looks finds what others kept. In turn,
 * so that nobody takes the last wait for this one.
 */
static void wait_to_be_looked_at(void)
{
    static unsigned turn;
    char path[256];
    char byte = 0;
    int fd = -1;

    if (!host.pause)
        return;
    if (host.password)
        explicit_bzero(host.password, strlen(host.password));
    snprintf(path, sizeof(path), "%s/%u", host.pause, turn++ % 2);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (read(fd, &byte, 1) != 1)
        say("state changed:", "nobody looked");
    close(fd);
}

static int run(const struct step *step)
{
    struct state before = {0}, after = {0};
    const char *user = user_now();
    char *name = user ? strdup(user) : NULL;
    int flags = step->flags | (host.silent ? (int)PAM_SILENT : 0);
    int code = PAM_ABORT;

    if (host.disallow_null && step->run == pam_authenticate)
        flags |= (int)PAM_DISALLOW_NULL_AUTHTOK;
    state_take(&before);
    code = step->run(host.pamh, flags);
    state_take(&after);
    say(step->name, pam_code_name(code));
    state_compare(host.out, &before, &after);
    if (name && !host.change_user && (!user_now() || strcmp(name, user_now()) != 0))
        say("state changed:", "user");
    free(name);
    show_environment();
    fflush(host.out);
    wait_to_be_looked_at();
    return code;
}

/* --- the host --- */

static char *read_all(const char *number)
{
    char *text = calloc(1, MAX_SECRET + 1);
    int fd = (int)strtol(number, NULL, 10);
    size_t used = 0;
    ssize_t got = 0;

    while (text && used < MAX_SECRET && (got = read(fd, text + used, MAX_SECRET - used)) > 0)
        used += (size_t)got;
    close(fd);
    return text;
}

static void ignore_alarm(int number UNUSED)
{
}

/* A thousand signals a second, without SA_RESTART, as a host with a timer of its own has. */
static void start_storm(void)
{
    struct sigaction action = {.sa_handler = ignore_alarm};
    struct itimerval timer = {{0, 1000}, {0, 1000}};

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static const struct {
    const char *name;
    const char **text;
    int *flag;
    char **from_descriptor;
} options[] = {
    {"--confdir", &host.confdir, NULL, NULL},
    {"--service", &host.service, NULL, NULL},
    {"--user", &host.user, NULL, NULL},
    {"--rhost", &host.rhost, NULL, NULL},
    {"--tty", &host.tty, NULL, NULL},
    {"--name-answer", &host.name_answer, NULL, NULL},
    {"--typed-when", &host.typed_when, NULL, NULL},
    {"--pause", &host.pause, NULL, NULL},
    {"--change-user", &host.change_user, NULL, NULL},
    {"--nss-asked", &caught.nss_asked, NULL, NULL},
    {"--nss-answered", &caught.nss_answered, NULL, NULL},
    {"--closed", &host.closed, NULL, NULL},
    {"--limit", &host.limit, NULL, NULL},
    {"--rounds", &host.rounds, NULL, NULL},
    {"--no-password", NULL, &host.no_password, NULL},
    {"--null-password", NULL, &host.null_password, NULL},
    {"--silent", NULL, &host.silent, NULL},
    {"--disallow-null", NULL, &host.disallow_null, NULL},
    {"--jail", NULL, &host.jail, NULL},
    {"--storm", NULL, &host.storm, NULL},
    {"--real-log", NULL, &caught.real_log, NULL},
    {"--password-fd", NULL, NULL, &host.password},
    {"--authtok-fd", NULL, NULL, &host.authtok},
};

/* How many arguments the option takes up; 0 when it is none. */
static int take_option(char **argument)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(argument[0], options[i].name) != 0)
            continue;
        if (options[i].flag) {
            *options[i].flag = 1;
            return 1;
        }
        if (argument[1] && options[i].text)
            *options[i].text = argument[1];
        else if (argument[1])
            *options[i].from_descriptor = read_all(argument[1]);
        return argument[1] ? 2 : 0;
    }
    return 0;
}

/* Output goes to a high descriptor, so that a test can close the standard ones. */
static int prepare(void)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, OUTPUT_FD);

    host.out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!host.out)
        return -1;
    caught.say = say;
    for (const char *digit = host.closed; digit && *digit; digit++)
        close(*digit - '0');
    if (caught.real_log)
        openlog("pamhost", LOG_NDELAY, LOG_AUTHPRIV); /* as sshd does, before it counts its own */
    if (host.storm)
        start_storm();
    return 0;
}

static int usage(const char *what)
{
    fprintf(stderr, "pamhost: bad or missing: %s\n", what ? what : "step");
    return 2;
}

/* One handle, from pam_start() to pam_end(). */
static int round_of(char **names, int count, int is_first)
{
    struct pam_conv conversation = {.conv = converse};
    int code = pam_start_confdir(host.service, host.user, &conversation, host.confdir, &host.pamh);

    if (code != PAM_SUCCESS)
        return usage("stack");
    (void)pam_set_item(host.pamh, PAM_FAIL_DELAY, (const void *)(size_t)delay_caught);
    if (host.rhost)
        (void)pam_set_item(host.pamh, PAM_RHOST, host.rhost);
    if (host.tty)
        (void)pam_set_item(host.pamh, PAM_TTY, host.tty);
    if (is_first && host.limit && limit_set(host.limit) != 0)
        return usage("--limit");
    if (is_first && host.jail && jail_enter() != 0)
        return usage("--jail");
    for (int i = 0; i < count; i++)
        code = run(find_step(names[i]));
    pam_end(host.pamh, code);
    wait_to_be_looked_at();
    return 0;
}

int main(int argc, char **argv)
{
    int at = 1, used = 0, failed = 0;
    long rounds = 0;

    while (at < argc && (used = take_option(argv + at)) > 0)
        at += used;
    for (int i = at; i < argc || i == at; i++)
        if (i == argc || !find_step(argv[i]))
            return usage(argv[i]);
    if (!host.confdir || !host.service || prepare() != 0)
        return usage("--confdir or --service");
    rounds = host.rounds ? strtol(host.rounds, NULL, 10) : 1;
    for (long i = 0; i < rounds && !failed; i++)
        failed = round_of(argv + at, argc - at, i == 0);
    free(host.password);
    free(host.authtok);
    fclose(host.out);
    return failed;
}
