/* links: broker/options.o tests/faults/inside.o */
/* What mobprocd is told on its command line, and what it fills in by itself. */
#include "broker/options.h"

#include <getopt.h>
#include <unistd.h>

#include "lib/call.h"
#include "tests/faults/inside.h"
#include "tests/unit/check.h"

static struct options options;

/* The result for these arguments, of which the last is NULL. */
static int read_options(char *const *arguments)
{
    char *all[16] = {(char *)"mobprocd"};
    int count = 1;

    while (*arguments)
        all[count++] = *arguments++;
    optind = 0; /* getopt(3): begins anew */
    return options_read(&options, count, all);
}

#define READ(...) read_options((char *const[]){__VA_ARGS__, NULL})
#define A(text) ((char *)(text))

static void forget_environment(void)
{
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("HOME");
}

/* --user is for people: as root this process is somebody else meanwhile. */
static int read_as_person(char *const *arguments)
{
    uid_t own = geteuid();
    int result = 0;

    NEED(own != 0 || seteuid(4000) == 0);
    result = read_options(arguments);
    NEED(seteuid(own) == 0);
    return result;
}

#define READ_AS_PERSON(...) read_as_person((char *const[]){__VA_ARGS__, NULL})

TEST(what_is_not_said_is_the_systems)
{
    CHECK(READ(NULL) == 0);
    CHECK(strcmp(options.config, "/etc/mobproc/mobproc.conf") == 0);
    CHECK(strcmp(options.state, "/var/lib/mobproc") == 0);
    CHECK(strcmp(options.socket, CALL_SYSTEM_SOCKET) == 0);
    CHECK(options.idle_s == 0 && options.ready_fd == -1 && !options.is_user);
    CHECK(strcmp(strrchr(options.courier, '/'), "/mobproc-courier") == 0);
}

TEST(what_is_said_counts)
{
    CHECK(READ(A("--config"), A("/c"), A("--state"), A("/s"), A("--socket"), A("/k"),
               A("--courier"), A("/p"), A("--courier-socket"), A("/q"), A("--idle"),
               A("86400")) == 0);
    CHECK(strcmp(options.config, "/c") == 0 && strcmp(options.state, "/s") == 0);
    CHECK(strcmp(options.socket, "/k") == 0 && strcmp(options.courier, "/p") == 0);
    CHECK(strcmp(options.courier_socket, "/q") == 0 && options.idle_s == 86400);
    CHECK(READ(A("--ready-fd"), A("7"), A("--foreground"), A("--verbose"), A("--check")) == 0);
    CHECK(options.ready_fd == 7 && options.is_foreground && options.is_verbose &&
          options.check_only);
    CHECK(READ(A("--help")) == 1 && READ(A("--version")) == 1);
}

TEST(what_makes_no_sense_is_refused)
{
    static char longest[PATH_MAX + 1];

    memset(longest, 'x', sizeof(longest) - 1);
    CHECK(READ(A("--config"), A("")) == -1 && READ(A("--state"), longest) == -1);
    CHECK(READ(A("--idle"), A("86401")) == -1 && READ(A("--idle"), A("-1")) == -1);
    CHECK(READ(A("--idle"), A("1s")) == -1 && READ(A("--idle"), A("")) == -1);
    CHECK(READ(A("--ready-fd"), A("65536")) == -1);
    CHECK(READ(A("--nonsense")) == -1 && READ(A("--config")) == -1);
    CHECK(READ(A("more")) == -1);
}

TEST(a_person_has_paths_of_his_own)
{
    forget_environment();
    setenv("XDG_CONFIG_HOME", "/x/config", 1);
    setenv("XDG_STATE_HOME", "/x/state", 1);
    setenv("XDG_RUNTIME_DIR", "/x/run", 1);
    CHECK(READ_AS_PERSON(A("--user")) == 0);
    CHECK(strcmp(options.config, "/x/config/mobproc/mobproc.conf") == 0);
    CHECK(strcmp(options.state, "/x/state/mobproc") == 0);
    CHECK(strcmp(options.socket, "/x/run/mobproc/broker.sock") == 0);
    CHECK(options.idle_s > 0);
    CHECK(READ_AS_PERSON(A("--user"), A("--idle"), A("0"), A("--state"), A("/s")) == 0);
    CHECK(options.idle_s == 0 && strcmp(options.state, "/s") == 0);
    CHECK(READ_AS_PERSON(A("--user"), A("--config"), A("/c"), A("--socket"), A("/k")) == 0);
    CHECK(strcmp(options.config, "/c") == 0 && strcmp(options.socket, "/k") == 0);
    forget_environment();
}

/* The XDG specification: a relative path is ignored. A runtime directory has no fallback. */
TEST(else_they_lie_below_home)
{
    forget_environment();
    setenv("XDG_CONFIG_HOME", "relative", 1);
    setenv("HOME", "/home/ada", 1);
    CHECK(READ_AS_PERSON(A("--user"), A("--socket"), A("/k")) == 0);
    CHECK(strcmp(options.config, "/home/ada/.config/mobproc/mobproc.conf") == 0);
    CHECK(strcmp(options.state, "/home/ada/.local/state/mobproc") == 0);
    CHECK(READ_AS_PERSON(A("--user")) == -1);
    setenv("HOME", "relative", 1);
    CHECK(READ_AS_PERSON(A("--user"), A("--socket"), A("/k")) == -1);
    unsetenv("HOME");
    CHECK(READ_AS_PERSON(A("--user"), A("--socket"), A("/k")) == -1);
    CHECK(READ_AS_PERSON(A("--user"), A("--socket"), A("/k"), A("--config"), A("/c")) == -1);
    forget_environment();
}

TEST(a_home_that_is_too_long_is_none)
{
    static char longest[PATH_MAX + 1];

    memset(longest, 'x', sizeof(longest) - 1);
    longest[0] = '/';
    forget_environment();
    setenv("HOME", longest, 1);
    CHECK(READ_AS_PERSON(A("--user"), A("--socket"), A("/k")) == -1);
    forget_environment();
}

TEST(a_private_broker_is_not_for_root)
{
    uid_t own = geteuid();

    if (own == 0)
        CHECK(READ(A("--user")) == -1);
}

/* Without /proc nobody says where this program lies. */
TEST(a_courier_that_cannot_be_found_has_to_be_named)
{
    fault_arm(FAULT_CALL, 1, 0);
    CHECK(READ(NULL) == -1);
    CHECK(fault_disarm());
    fault_arm(FAULT_CALL, 1, 0);
    CHECK(READ(A("--courier"), A("/p")) == 0);
    CHECK(!fault_disarm());
}

TESTS(T(what_is_not_said_is_the_systems), T(what_is_said_counts), T(what_makes_no_sense_is_refused),
      T(a_person_has_paths_of_his_own), T(else_they_lie_below_home),
      T(a_home_that_is_too_long_is_none), T(a_private_broker_is_not_for_root),
      T(a_courier_that_cannot_be_found_has_to_be_named))
