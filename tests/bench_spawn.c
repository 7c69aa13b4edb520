/*
 * Times whole processes side by side: bench_spawn ROUNDS WARMUP [: INPUT PROGRAM ARGUMENT...]...
 *
 * Each round runs every command once, in turn, with the file INPUT on its standard input and a pipe
 * on its standard output, as git runs a credential helper. After WARMUP rounds it prints one line a
 * round: nanoseconds from posix_spawn() to the end of waitpid(), one number a command. It ends with
 * 1 when a command fails or prints nothing: a quick refusal must not look like a quick answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 24

struct command {
    const char *input;
    char **argv;
};

extern char **environ;

static long long now_ns(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int fail(const struct command *command, const char *what)
{
    fprintf(stderr, "bench_spawn: %s: %s\n", command->argv[0], what);
    return -1;
}

/* The spawn and the wait, and nothing else, between the two looks at the clock. */
static int spawn_and_wait(const struct command *command, int input, int output, long long *took_ns)
{
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    int status = -1;
    int error = 0;
    long long start = 0;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    start = now_ns();
    error = posix_spawn(&pid, command->argv[0], &actions, NULL, command->argv, environ);
    if (error == 0)
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    *took_ns = now_ns() - start;
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return fail(command, strerror(error));
    return status == 0 ? 0 : fail(command, "did not end with 0");
}

static int run(const struct command *command, long long *took_ns)
{
    char answer[PIPE_BUF];
    int ends[2] = {-1, -1};
    int input = open(command->input, O_RDONLY | O_CLOEXEC);
    int result = -1;

    if (input < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return fail(command, "no input or no pipe");
    result = spawn_and_wait(command, input, ends[1], took_ns);
    close(ends[1]);
    if (result == 0 && read(ends[0], answer, sizeof(answer)) <= 0)
        result = fail(command, "printed nothing");
    close(ends[0]);
    close(input);
    return result;
}

/* Cuts the arguments at each ":"; the number of commands, 0 when there is something wrong. */
static size_t read_commands(char **argument, struct command commands[static MAX_COMMANDS])
{
    size_t count = 0;

    for (; *argument; argument++) {
        if (strcmp(*argument, ":") != 0)
            continue;
        *argument = NULL;
        if (count == MAX_COMMANDS || !argument[1] || !argument[2])
            return 0;
        commands[count].input = argument[1];
        commands[count++].argv = argument + 2;
        argument += 2;
    }
    return count;
}

int main(int argc, char **argv)
{
    struct command commands[MAX_COMMANDS];
    size_t count = argc > 3 ? read_commands(argv + 3, commands) : 0;
    long rounds = count ? strtol(argv[1], NULL, 10) : 0;
    long warmup = count ? strtol(argv[2], NULL, 10) : 0;

    if (rounds < 1 || warmup < 0) {
        fputs("usage: bench_spawn ROUNDS WARMUP [: INPUT PROGRAM ARGUMENT...]...\n", stderr);
        return 2;
    }
    for (long round = -warmup; round < rounds; round++) {
        long long took[MAX_COMMANDS];

        for (size_t i = 0; i < count; i++)
            if (run(&commands[i], &took[i]) != 0)
                return 1;
        for (size_t i = 0; round >= 0 && i < count; i++)
            printf("%lld%c", took[i], i + 1 < count ? ' ' : '\n');
    }
    return 0;
}
