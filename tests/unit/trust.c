/* links: lib/trust.o */
#include "tests/unit/check.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/trust.h"

/* A directory a/b below a fresh temporary one, all ours, mode 0755. */
static void make(char base[64], char inner[128])
{
    char outer[96];

    snprintf(base, 64, "/tmp/mobproc-trust-XXXXXX");
    NEED(mkdtemp(base) && chmod(base, 0755) == 0);
    snprintf(outer, sizeof(outer), "%s/a", base);
    NEED(mkdir(outer, 0755) == 0);
    snprintf(inner, 128, "%s/a/b", base);
    NEED(mkdir(inner, 0755) == 0);
}

static void destroy(const char *base, const char *inner)
{
    char outer[96];

    rmdir(inner);
    snprintf(outer, sizeof(outer), "%s/a", base);
    rmdir(outer);
    rmdir(base);
}

TEST(a_directory_of_ours_under_tmp_is_trusted)
{
    char base[64], inner[128], path[160];

    make(base, inner);
    CHECK(trust_directory(inner, geteuid()) == MP_OK);
    snprintf(path, sizeof(path), "%s/broker.sock", inner);
    CHECK(trust_parent(path, geteuid()) == MP_OK);
    CHECK(trust_parent("/x", geteuid()) == MP_OK);
    destroy(base, inner);
}

/* ATTACKS L5 and L12: at each level of the path. */
TEST(L5_a_directory_that_others_can_write_is_not_trusted_at_any_level)
{
    char base[64], inner[128], outer[96];

    make(base, inner);
    snprintf(outer, sizeof(outer), "%s/a", base);
    for (int level = 0; level < 3; level++) {
        const char *path = level == 0 ? inner : level == 1 ? outer : base;

        NEED(chmod(path, 0775) == 0);
        CHECK(trust_directory(inner, geteuid()) == MP_BROKER_FOREIGN);
        NEED(chmod(path, 0757) == 0);
        CHECK(trust_directory(inner, geteuid()) == MP_BROKER_FOREIGN);
        NEED(chmod(path, 0755) == 0);
        CHECK(trust_directory(inner, geteuid()) == MP_OK);
    }
    destroy(base, inner);
}

TEST(L5_the_directory_itself_may_not_even_be_sticky)
{
    char base[64], inner[128];

    make(base, inner);
    NEED(chmod(inner, 01777) == 0);
    CHECK(trust_directory(inner, geteuid()) == MP_BROKER_FOREIGN);
    destroy(base, inner);
}

TEST(L5_another_owner_is_not_trusted_at_any_level)
{
    char base[64], inner[128], outer[96];

    if (geteuid() != 0) /* only root can give a directory away; the owner check runs as root */
        return;
    make(base, inner);
    snprintf(outer, sizeof(outer), "%s/a", base);
    for (int level = 0; level < 3; level++) {
        const char *path = level == 0 ? inner : level == 1 ? outer : base;

        NEED(chown(path, 12345, (gid_t)-1) == 0);
        CHECK(trust_directory(inner, 0) == MP_BROKER_FOREIGN);
        CHECK(trust_directory(inner, 12345) == MP_OK);
        CHECK(trust_directory(inner, 54321) == MP_BROKER_FOREIGN);
        NEED(chown(path, 0, (gid_t)-1) == 0);
    }
    destroy(base, inner);
}

/* /tmp, above them all, is sticky. */
TEST(L5_an_owner_outside_makes_no_sticky_directory_good)
{
    char base[] = "/run/mobproc-trust-XXXXXX";
    char path[64];

    if (geteuid() != 0)
        return;
    NEED(mkdtemp(base) && chmod(base, 0755) == 0);
    snprintf(path, sizeof(path), "%s/socket", base);
    NEED(chown(base, 12345, (gid_t)-1) == 0);
    CHECK(trust_parent(path, 54321) == MP_BROKER_FOREIGN);
    CHECK(trust_parent_outside(path, 54321, 12345) == MP_OK);
    CHECK(trust_parent_outside(path, 54321, 12346) == MP_BROKER_FOREIGN);
    NEED(chmod(base, 0775) == 0);
    CHECK(trust_parent_outside(path, 54321, 12345) == MP_BROKER_FOREIGN);
    rmdir(base);
    snprintf(base, sizeof(base), "/tmp/mobproc-trust-XXXXXX");
    NEED(mkdtemp(base) && chmod(base, 0755) == 0);
    snprintf(path, sizeof(path), "%s/socket", base);
    CHECK(trust_parent(path, 54321) == MP_OK);
    CHECK(trust_parent_outside(path, 54321, 12345) == MP_BROKER_FOREIGN);
    rmdir(base);
}

TEST(a_symbolic_link_is_judged_by_where_it_leads)
{
    char base[64], inner[128], outside[96];

    make(base, inner);
    snprintf(outside, sizeof(outside), "%s/link", base);
    NEED(symlink("a/b", outside) == 0);
    CHECK(trust_directory(outside, geteuid()) == MP_OK);
    NEED(chmod(inner, 0777) == 0);
    CHECK(trust_directory(outside, geteuid()) == MP_BROKER_FOREIGN);
    unlink(outside);
    CHECK(trust_directory(outside, geteuid()) == MP_SYSTEM);
    destroy(base, inner);
}

TEST(L5_a_link_of_somebody_else_is_not_followed)
{
    char base[64], inner[128], link[96];

    if (geteuid() != 0)
        return;
    make(base, inner);
    snprintf(link, sizeof(link), "%s/link", base);
    NEED(chmod(base, 01777) == 0 && symlink("a/b", link) == 0);
    CHECK(trust_directory(link, 0) == MP_OK);
    NEED(lchown(link, 12345, (gid_t)-1) == 0);
    CHECK(trust_directory(link, 0) == MP_BROKER_FOREIGN);
    unlink(link);
    destroy(base, inner);
}

/* Each ends, and as something that is not there. */
TEST(paths_without_an_end_are_not_trusted)
{
    char base[64], inner[128], path[2 * PATH_MAX];

    make(base, inner);
    snprintf(path, sizeof(path), "%s/loop", inner);
    NEED(symlink("loop", path) == 0);
    CHECK(trust_directory(path, geteuid()) == MP_SYSTEM && errno == ELOOP);
    NEED(unlink(path) == 0);
    memset(path, 'x', sizeof(path));
    memcpy(path, "/tmp/", 5);
    path[NAME_MAX + 100] = '\0';
    CHECK(trust_directory(path, geteuid()) != MP_OK);
    path[NAME_MAX + 100] = 'x';
    path[PATH_MAX + 100] = '\0';
    CHECK(trust_directory(path, geteuid()) == MP_SYSTEM && errno == ENAMETOOLONG);
    memcpy(path + PATH_MAX, "/x", 3);
    CHECK(trust_parent(path, geteuid()) == MP_SYSTEM && errno == ENAMETOOLONG);
    destroy(base, inner);
}

TEST(a_relative_path_is_judged_from_here_to_the_root)
{
    char base[64], inner[128], before[PATH_MAX];

    make(base, inner);
    NEED(getcwd(before, sizeof(before)) && chdir(inner) == 0);
    CHECK(trust_directory(".", geteuid()) == MP_OK && trust_parent("sock", geteuid()) == MP_OK);
    NEED(chmod("..", 0777) == 0);
    CHECK(trust_parent("sock", geteuid()) == MP_BROKER_FOREIGN);
    NEED(chmod("..", 0755) == 0 && chdir(before) == 0);
    destroy(base, inner);
}

TESTS(T(a_directory_of_ours_under_tmp_is_trusted),
      T(L5_a_directory_that_others_can_write_is_not_trusted_at_any_level),
      T(L5_the_directory_itself_may_not_even_be_sticky),
      T(L5_another_owner_is_not_trusted_at_any_level),
      T(L5_an_owner_outside_makes_no_sticky_directory_good),
      T(L5_a_link_of_somebody_else_is_not_followed), T(paths_without_an_end_are_not_trusted),
      T(a_relative_path_is_judged_from_here_to_the_root),
      T(a_symbolic_link_is_judged_by_where_it_leads))
