/* links: broker/journal.o */
/*
 * The log. It is compiled in here, so that its clock is ours and its socket is not /dev/log but
 * `log` in a directory of the test.
 */
#define LOG_SOCKET "log"
#define JOURNAL_SOCKET "journal"
#include "broker/log.c"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "tests/unit/check.h"

static int64_t now_ms = 1000;

int64_t clock_monotonic_ms(void)
{
    return now_ms;
}

int64_t clock_utc(void)
{
    return 0;
}

int clock_left_ms(int64_t deadline_ms)
{
    return (int)(deadline_ms - now_ms);
}

static int logger = -1; /* the reading end: a socket or a pipe */
static int kept_stderr = -1;
static char line[4096];
static char directory[64];

static void bind_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);

    logger = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    NEED(logger >= 0 && bind(logger, (struct sockaddr *)&address, sizeof(address)) == 0);
}

static void bind_logger(void)
{
    bind_to(LOG_SOCKET);
}

/* A log as after the start of a program; `with_logger` says whether somebody listens. */
static void start(int with_logger, int verbose)
{
    snprintf(directory, sizeof(directory), "/tmp/mobproc-log-XXXXXX");
    NEED(mkdtemp(directory) && chdir(directory) == 0);
    if (with_logger)
        bind_logger();
    state.lines = 0;
    state.dropped = 0;
    log_open("mobprocd", 0, verbose);
    alarm(20); /* nothing here may wait */
}

static void stop(void)
{
    if (logger >= 0)
        close(logger);
    logger = -1;
    unlink(LOG_SOCKET);
    unlink(JOURNAL_SOCKET);
    NEED(chdir("/") == 0 && rmdir(directory) == 0);
    alarm(0);
}

/* The next line that was logged, or "". */
static const char *next(void)
{
    ssize_t length = read(logger, line, sizeof(line) - 1);

    line[length > 0 ? length : 0] = '\0';
    return line;
}

/* What follows "program[pid]: ". */
static const char *next_text(void)
{
    const char *text = strstr(next(), "]: ");

    return text ? text + 3 : "(nothing)";
}

TEST(a_line_has_the_form_of_rfc_3164)
{
    char wanted[64];
    struct tm when = {0};
    const char *rest = NULL;

    start(1, 0);
    log_line(LOG_NOTICE, "event=%s count=%d", "start", 7);
    snprintf(wanted, sizeof(wanted), " mobprocd[%d]: event=start count=7", (int)getpid());
    CHECK(strncmp(next(), "<85>", 4) == 0); /* authpriv 10, notice 5 */
    rest = strptime(line + 4, "%b %e %H:%M:%S", &when);
    CHECK(rest == line + 4 + 15 && strcmp(rest, wanted) == 0);
    log_line(LOG_ERR, "x");
    CHECK(strncmp(next(), "<83>", 4) == 0);
    log_line(LOG_ERR | LOG_KERN | LOG_MAIL, "x");
    CHECK(strncmp(next(), "<83>", 4) == 0);
    stop();
}

TEST(a_journal_is_preferred_and_gets_fields)
{
    char wanted[512];

    start(0, 0);
    bind_to(JOURNAL_SOCKET);
    log_line(LOG_NOTICE, "event=login result=%s user=alice detail=\"a \\ b\" result=ok\"",
             "denied");
    snprintf(wanted, sizeof(wanted),
             "MESSAGE=event=login result=denied user=alice detail=\"a \\x5c b\" result=ok\"\n"
             "PRIORITY=5\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=mobprocd\nSYSLOG_PID=%d\n"
             "MOBPROC_EVENT=login\nMESSAGE_ID=%s\nMOBPROC_RESULT=denied\nMOBPROC_USER=alice\n"
             "MOBPROC_DETAIL=a \\x5c b\" result=ok\n",
             (int)getpid(), journal_message_id("login"));
    CHECK(strcmp(next(), wanted) == 0);
    stop();
}

TEST(L28_no_byte_forges_a_field)
{
    start(0, 0);
    bind_to(JOURNAL_SOCKET);
    log_line(LOG_INFO, "event=login user=%s uid=7 UID=8 x=1", "x\nMOBPROC_UID=0\n");
    CHECK(strstr(next(), "\nMOBPROC_UID=7\n") && !strstr(line, "\nMOBPROC_UID=0") &&
          !strstr(line, "=8\n"));
    log_line(LOG_INFO, "event=a uid=1 uid=2 =3 =  9k=4 detail=\"\" uid=5");
    CHECK(strstr(next(), "\nMOBPROC_UID=1\nMOBPROC_DETAIL=\" uid=5\n") && !strstr(line, "=2\n"));
    stop();
}

/* Sixteen of them: what follows is in the message alone. */
TEST(a_line_has_so_many_fields_and_no_more)
{
    char text[256] = "event=a";

    start(0, 0);
    bind_to(JOURNAL_SOCKET);
    for (char c = 'a'; c < 'a' + 16; c++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " k%c=1", c);
    log_line(LOG_INFO, "%s", text);
    CHECK(strstr(next(), "\nMOBPROC_KO=1\n") && !strstr(line, "MOBPROC_KP"));
    log_line(LOG_INFO, "event=a_name_of_more_than_thirty_two_bytes x=\"");
    CHECK(strstr(next(), "\nMOBPROC_X=\n") && !strstr(line, "MESSAGE_ID"));
    log_line(LOG_INFO, "a_name_of_more_than_thirty_two_bytes=1 y=2");
    CHECK(strstr(next(), "\nMOBPROC_Y=2\n") && !strstr(line, "MOBPROC_A"));
    stop();
}

TEST(debug_lines_need_verbose)
{
    start(1, 0);
    log_line(LOG_DEBUG, "no");
    CHECK(strcmp(next(), "") == 0);
    log_line(LOG_INFO, "yes");
    CHECK(strcmp(next_text(), "yes") == 0);
    stop();
    start(1, 1);
    log_line(LOG_DEBUG, "yes");
    CHECK(strcmp(next_text(), "yes") == 0);
    stop();
}

TEST(L28_no_byte_can_forge_a_line)
{
    start(1, 0);
    for (int byte = 1; byte < 256; byte++) {
        char value[2] = {(char)byte, '\0'};
        char wanted[32];

        state.lines = 0;
        log_line(LOG_INFO, "user=%s", value);
        if (byte < 0x20 || byte >= 0x7f || byte == '\\')
            snprintf(wanted, sizeof(wanted), "user=\\x%02x", byte);
        else
            snprintf(wanted, sizeof(wanted), "user=%c", byte);
        CHECK(strcmp(next_text(), wanted) == 0);
    }
    log_line(LOG_INFO, "user=%s", "x\n<80>Jan  1 00:00:00 sshd[1]: Accepted");
    CHECK(strcmp(next_text(), "user=x\\x0a<80>Jan  1 00:00:00 sshd[1]: Accepted") == 0);
    CHECK(strcmp(next(), "") == 0);
    stop();
}

TEST(a_word_cannot_pass_for_a_further_key)
{
    char word[LOG_WORD_SIZE];
    char longer[200];

    CHECK(strcmp(log_word(word, "10.0.0.1"), "10.0.0.1") == 0);
    CHECK(strcmp(log_word(word, "[fe80::1%eth0]"), "?fe80::1%eth0?") == 0);
    CHECK(strcmp(log_word(word, "x result=ok \"y\"\n\\"), "x?result?ok??y???") == 0);
    CHECK(strcmp(log_word(word, "\xc3\xa4_Z.9:/@+-"), "??_Z.9:/@+-") == 0);
    CHECK(strcmp(log_word(word, ""), "-") == 0);
    CHECK(strcmp(log_word(word, NULL), "-") == 0);
    memset(longer, 'a', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    CHECK(log_word(word, longer) == word && strlen(word) == 64);
}

TEST(a_line_is_cut_at_2000_bytes)
{
    char value[5000];

    start(1, 0);
    memset(value, 'a', sizeof(value));
    value[sizeof(value) - 1] = '\0';
    log_line(LOG_INFO, "%s", value);
    CHECK(strlen(next_text()) == 2000);
    memset(value, '\n', sizeof(value) - 1);
    log_line(LOG_INFO, "a%s", value);
    CHECK(strlen(next_text()) == 1 + 499 * 4); /* no half of an escape */
    stop();
}

TEST(L28_at_most_200_lines_in_10_seconds_then_one_that_counts)
{
    int count = 0;

    start(1, 0);
    for (int i = 0; i < 250; i++) {
        log_line(LOG_INFO, "event=%d", i);
        count += strncmp(next_text(), "event=", 6) == 0;
    }
    CHECK(count == 200);
    now_ms += 9999;
    log_line(LOG_INFO, "event=late");
    CHECK(strcmp(next(), "") == 0);
    now_ms += 1;
    log_line(LOG_INFO, "event=new");
    CHECK(strcmp(next_text(), "event=log-lines-dropped count=51") == 0);
    CHECK(strncmp(line, "<84>", 4) == 0);
    CHECK(strcmp(next_text(), "event=new") == 0);
    now_ms += 10000;
    log_line(LOG_INFO, "event=newer");
    CHECK(strcmp(next_text(), "event=newer") == 0);
    stop();
}

/* ATTACKS L28: whoever floods the log with what anybody can cause drowns no login. */
TEST(L28_notices_have_room_of_their_own)
{
    int count = 0;

    start(1, 0);
    for (int i = 0; i < 250; i++) {
        log_line(LOG_INFO, "event=flood");
        next_text();
    }
    for (int i = 0; i < 250; i++) {
        log_line(LOG_NOTICE, "event=login");
        count += strcmp(next_text(), "event=login") == 0;
    }
    CHECK(count == 200);
    stop();
}

TEST(an_absent_logger_is_no_trouble_and_lines_are_counted)
{
    start(0, 0);
    log_line(LOG_INFO, "event=one");
    log_line(LOG_INFO, "event=two");
    bind_logger();
    log_line(LOG_INFO, "event=three");
    CHECK(strcmp(next_text(), "event=three") == 0);
    now_ms += 10000;
    log_line(LOG_INFO, "event=four");
    CHECK(strcmp(next_text(), "event=log-lines-dropped count=2") == 0);
    CHECK(strcmp(next_text(), "event=four") == 0);
    stop();
}

TEST(a_restarted_logger_misses_nothing)
{
    start(1, 0);
    log_line(LOG_INFO, "event=one");
    close(logger);
    unlink(LOG_SOCKET);
    bind_logger();
    log_line(LOG_INFO, "event=two");
    CHECK(strcmp(next_text(), "event=two") == 0);
    CHECK(state.dropped == 0);
    stop();
}

TEST(P33_a_logger_that_does_not_read_holds_nobody_up)
{
    start(1, 0);
    for (int i = 0; i < 5000; i++) {
        state.lines = 1;
        log_line(LOG_INFO, "event=%d", i);
    }
    CHECK(state.dropped > 0);
    stop();
}

TEST(errno_is_kept)
{
    start(0, 0);
    errno = ENOTTY;
    log_line(LOG_INFO, "x");
    CHECK(errno == ENOTTY);
    stop();
}

TEST(the_descriptor_is_not_inherited)
{
    start(1, 0);
    CHECK(state.socket >= 0 && fcntl(state.socket, F_GETFD) & FD_CLOEXEC);
    stop();
}

/* Standard error becomes fds[1] of a pipe or socket pair that the test reads without waiting. */
static void take_stderr(int fds[2])
{
    kept_stderr = dup(STDERR_FILENO);
    NEED(kept_stderr >= 0 && dup2(fds[1], STDERR_FILENO) == STDERR_FILENO && close(fds[1]) == 0);
    logger = fds[0];
    NEED(fcntl(logger, F_SETFL, O_NONBLOCK) == 0);
    state.lines = 0;
    state.dropped = 0;
    log_open("mobprocd", 1, 0);
    alarm(20);
}

static void give_stderr_back(void)
{
    NEED(dup2(kept_stderr, STDERR_FILENO) == STDERR_FILENO && close(kept_stderr) == 0);
    if (logger >= 0)
        close(logger);
    logger = -1;
    alarm(0);
}

/* Logs until standard error is full, and then some. */
static void fill_stderr(void)
{
    for (int i = 0; i < 20000; i++) {
        state.lines = 1;
        log_line(LOG_INFO, "event=%d", i);
    }
}

TEST(a_pipe_gets_whole_lines_and_is_never_waited_for)
{
    int fds[2];
    int whole = 1;
    char last = '\n';
    ssize_t length = 0;

    NEED(pipe(fds) == 0);
    take_stderr(fds);
    log_line(LOG_INFO, "event=%s", "a\nb");
    CHECK(strcmp(next(), "mobprocd: event=a\\x0ab\n") == 0);
    fill_stderr();
    CHECK(state.dropped > 0);
    CHECK(!(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK));
    while ((length = read(logger, line, sizeof(line))) > 0) {
        if (last == '\n')
            whole &= strncmp(line, "mobprocd: ", (size_t)(length < 10 ? length : 10)) == 0;
        last = line[length - 1];
    }
    CHECK(whole && last == '\n');
    give_stderr_back();
}

TEST(a_socket_gets_lines_and_is_never_waited_for)
{
    int fds[2];

    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    take_stderr(fds);
    log_line(LOG_INFO, "event=a");
    CHECK(strcmp(next(), "mobprocd: event=a\n") == 0);
    fill_stderr();
    CHECK(state.dropped > 0);
    CHECK(!(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK));
    give_stderr_back();
}

TEST(a_closed_standard_error_raises_no_signal)
{
    for (int is_socket = 0; is_socket < 2; is_socket++) {
        int fds[2];

        NEED((is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds)) == 0);
        take_stderr(fds);
        close(logger);
        logger = -1;
        log_line(LOG_INFO, "event=a"); /* SIGPIPE would end this program */
        CHECK(state.dropped == 1);
        close(STDERR_FILENO);
        log_line(LOG_INFO, "event=b");
        CHECK(state.dropped == 2);
        give_stderr_back();
    }
}

TESTS(T(a_journal_is_preferred_and_gets_fields), T(L28_no_byte_forges_a_field),
      T(a_line_has_the_form_of_rfc_3164), T(debug_lines_need_verbose),
      T(L28_no_byte_can_forge_a_line), T(a_word_cannot_pass_for_a_further_key),
      T(a_line_is_cut_at_2000_bytes), T(L28_at_most_200_lines_in_10_seconds_then_one_that_counts),
      T(L28_notices_have_room_of_their_own),
      T(an_absent_logger_is_no_trouble_and_lines_are_counted), T(a_restarted_logger_misses_nothing),
      T(P33_a_logger_that_does_not_read_holds_nobody_up), T(errno_is_kept),
      T(the_descriptor_is_not_inherited), T(a_pipe_gets_whole_lines_and_is_never_waited_for),
      T(a_socket_gets_lines_and_is_never_waited_for), T(a_closed_standard_error_raises_no_signal),
      T(a_line_has_so_many_fields_and_no_more))
