/* links: courier/confine_calls.o courier/confine_files.o courier/confine_limits.o -lseccomp */
#include "tests/unit/check.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "courier/confine.h"
#include "tests/unit/confined.h"
#include "tests/unit/scratch.h"

static struct transport transport;
static char vault[600]; /* a file beside the authorities that nobody named */

static int confine(void)
{
    return confine_prepare() == MP_OK && confine_child() == MP_OK && confine_calls() == MP_OK &&
           confine_files(&transport) == MP_OK;
}

static int refused(int (*attempt)(void))
{
    return refused_after(confine, attempt);
}

static int start_a_program(void)
{
    char *arguments[] = {(char *)"true", NULL};

    execv("/bin/true", arguments);
    return errno != EPERM;
}

static int fork_a_process(void)
{
    return fork() >= 0;
}

static void *do_nothing(void *nothing)
{
    return nothing;
}

static int start_a_thread(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, do_nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

static int write_a_file(void)
{
    return open("/dev/null", O_WRONLY) >= 0 || open("/tmp", O_TMPFILE | O_RDWR, 0600) >= 0 ||
           open("/tmp/mobproc-made", O_RDONLY | O_CREAT, 0600) >= 0;
}

static int move_a_file(void)
{
    return rename(vault, "/tmp/mobproc-moved") == 0 || unlink(vault) == 0;
}

static int read_the_vault(void)
{
    return open(vault, O_RDONLY) >= 0 || open(scratch_path, O_RDONLY | O_DIRECTORY) >= 0;
}

static int read_its_authorities(void)
{
    return open(transport.ca, O_RDONLY) >= 0 && open("/etc/passwd", O_RDONLY) >= 0;
}

static int take_a_second_job(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX}; /* the kernel chooses a name */
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t)) != 0)
        return 0;
    errno = 0;
    return listen(listener, 1) == 0 || accept(listener, NULL, NULL) >= 0 || errno != EPERM;
}

static int ask_a_nursery(void)
{
    return socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0) >= 0;
}

static int look_into_its_parent(void)
{
    return kill(getppid(), 0) == 0 || syscall(SYS_pidfd_open, getppid(), 0) >= 0 ||
           syscall(SYS_ptrace, 16, getppid(), 0, 0) == 0;
}

static int use_other_families(void)
{
    static const int needed[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

    for (int family = 0; family < 64; family++) {
        int is_needed = 0;

        for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
            is_needed |= family == needed[i];
        if (!is_needed && (socket(family, SOCK_RAW, 0) >= 0 || socket(family, SOCK_STREAM, 0) >= 0))
            return 1;
    }
    return 0;
}

static int type_into_a_terminal(void)
{
    errno = 0;
    return ioctl(-1, TIOCSTI, "x") == 0 || errno != EPERM;
}

static struct sockaddr_un abstract = {.sun_family = AF_UNIX};
static socklen_t abstract_size = sizeof(abstract);

static int dial_an_abstract_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    return fd >= 0 && connect(fd, (struct sockaddr *)&abstract, abstract_size) == 0;
}

/* Even where the kernel would let it, and whatever it knows of these calls. */
static int use_newer_calls(void)
{
    static const long numbers[] = {
        SYS_rt_tgsigqueueinfo,  452 /* fchmodat2 */, 463 /* setxattrat */, 466 /* removexattrat */,
        469 /* file_setattr */, SYS_utimensat,       SYS_mq_open,          SYS_chroot,
        SYS_finit_module,       SYS_mount_setattr};
    int allowed = 0;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        errno = 0;
        allowed |= syscall(numbers[i], -1, 0, 0, 0, 0) == 0 || errno != EPERM;
    }
    return allowed;
}

static int be_root(void)
{
    return geteuid() == 0 || open("/etc/shadow", O_RDONLY) >= 0 || setuid(0) == 0;
}

static int ask_for_a_ring(void)
{
    errno = 0;
    return syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno != EPERM;
}

static int look_up_and_dial(void)
{
    struct addrinfo *found = NULL;
    int known = getaddrinfo("localhost", "443", NULL, &found) == 0;

    if (known)
        freeaddrinfo(found);
    return known && socket(AF_INET, SOCK_STREAM, 0) >= 0 && socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

TEST(L30_starts_no_program_and_no_process)
{
    CHECK(refused(start_a_program) && refused(fork_a_process) && !refused(start_a_thread));
}

TEST(L30_writes_no_file)
{
    CHECK(refused(write_a_file) && refused(move_a_file));
}

/* No mode keeps anybody out: root's child is nobody. */
static int begin_readable(void)
{
    int fd = scratch_begin();

    NEED(fchmod(fd, 0755) == 0);
    return fd;
}

/* Two files in one directory: the one that the job names can be read, its neighbour not. */
TEST(L30_reads_nothing_but_what_its_job_names)
{
    int fd = begin_readable();

    snprintf(transport.ca, sizeof(transport.ca), "%s/ca.pem", scratch_path);
    snprintf(vault, sizeof(vault), "%s/record", scratch_path);
    close(open(transport.ca, O_CREAT | O_WRONLY, 0644));
    close(open(vault, O_CREAT | O_WRONLY, 0644));
    CHECK(!refused(read_its_authorities) && refused(read_the_vault) && refused(move_a_file));
    scratch_end(fd);
}

static int read_a_link(void)
{
    char path[TRANSPORT_MAX_PATH + 16];

    snprintf(path, sizeof(path), "%s/link", transport.ca);
    return open(path, O_RDONLY) >= 0;
}

/* A hashed directory is full of links to wherever an administrator keeps his authorities. */
TEST(authorities_that_are_links_can_be_read)
{
    char elsewhere[600];
    char link[TRANSPORT_MAX_PATH + 16];
    int fd = begin_readable();

    snprintf(transport.ca, sizeof(transport.ca), "%s/ca.d", scratch_path);
    snprintf(vault, sizeof(vault), "%s/record", scratch_path);
    snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere.pem", scratch_path);
    snprintf(link, sizeof(link), "%s/link", transport.ca);
    NEED(mkdir(transport.ca, 0755) == 0 && symlink(elsewhere, link) == 0);
    close(open(elsewhere, O_CREAT | O_WRONLY, 0644));
    close(open(vault, O_CREAT | O_WRONLY, 0644));
    CHECK(!refused(read_a_link) && refused(read_the_vault));
    scratch_end(fd);
}

TEST(L30_takes_no_second_job)
{
    CHECK(refused(take_a_second_job) && refused(ask_a_nursery));
}

TEST(L30_looks_into_no_other_process)
{
    CHECK(refused(look_into_its_parent) && refused(ask_for_a_ring));
}

TEST(L30_uses_no_kernel_code_that_it_does_not_need)
{
    CHECK(refused(use_other_families) && refused(type_into_a_terminal));
    CHECK(refused(use_newer_calls));
}

TEST(L30_is_never_root)
{
    CHECK(refused(be_root));
}

/* As a desktop's X server has one. */
TEST(L30_talks_to_no_abstract_socket)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CHECK(bind(listener, (struct sockaddr *)&abstract, sizeof(sa_family_t)) == 0 &&
          listen(listener, 8) == 0 &&
          getsockname(listener, (struct sockaddr *)&abstract, &abstract_size) == 0);
    CHECK(dial_an_abstract_socket());
    CHECK(version < 6 || refused(dial_an_abstract_socket));
    close(listener);
}

TEST(what_it_lives_on_still_works)
{
    CHECK(!refused(look_up_and_dial));
}

TESTS(T(L30_starts_no_program_and_no_process), T(L30_writes_no_file),
      T(L30_reads_nothing_but_what_its_job_names), T(authorities_that_are_links_can_be_read),
      T(L30_takes_no_second_job), T(L30_looks_into_no_other_process),
      T(L30_uses_no_kernel_code_that_it_does_not_need), T(L30_is_never_root),
      T(L30_talks_to_no_abstract_socket), T(what_it_lives_on_still_works))
