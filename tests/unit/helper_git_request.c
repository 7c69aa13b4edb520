/* links: helper/git_request.o helper/lines.o helper/control.o */
#include "helper/git_request.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/check.h"

static struct git_request request;

/* Feeds `text` in pieces of `piece` bytes through a pipe, so that no read ends where a line does.
 */
static enum mp_err feed(const char *text, size_t length, size_t piece)
{
    int ends[2] = {-1, -1};
    enum mp_err err = MP_INTERNAL;
    pid_t writer = -1;

    git_request_free(&request);
    request = (struct git_request){0};
    NEED(pipe(ends) == 0);
    writer = fork();
    NEED(writer >= 0);
    if (writer == 0) {
        close(ends[0]);
        for (size_t at = 0; at < length; at += piece)
            if (write(ends[1], text + at, length - at < piece ? length - at : piece) < 0)
                break;
        _exit(0);
    }
    close(ends[1]);
    err = git_request_read(ends[0], &request);
    close(ends[0]);
    waitpid(writer, NULL, 0);
    return err;
}

#define FEED(text) feed(text, sizeof(text) - 1, sizeof(text))
#define HAS(field, text) (request.field && strcmp(secret_text(request.field), text) == 0)

TEST(fields_are_taken_from_their_lines)
{
    CHECK(FEED("protocol=https\nhost=h:1\npath=a=b\nusername=u\npassword=p\ncredential=c\n") ==
          MP_OK);
    CHECK(HAS(protocol, "https") && HAS(host, "h:1") && HAS(path, "a=b"));
    CHECK(HAS(username, "u") && HAS(password, "p") && HAS(credential, "c"));
    CHECK(!request.wants_authtype);
}

TEST(what_is_absent_is_null_and_what_is_empty_is_not)
{
    CHECK(FEED("host=\n") == MP_OK);
    CHECK(!request.protocol && HAS(host, ""));
}

TEST(pieces_of_any_size_read_alike)
{
    static const char text[] = "protocol=https\r\nhost=example.com\r\ncapability[]=authtype\n\nx";

    for (size_t piece = 1; piece < sizeof(text); piece++) {
        CHECK(feed(text, sizeof(text) - 1, piece) == MP_OK);
        CHECK(HAS(protocol, "https") && HAS(host, "example.com"));
        CHECK(request.wants_authtype);
    }
}

TEST(a_request_cut_anywhere_is_shorter_or_refused_but_never_another)
{
    static const char text[] = "protocol=https\nhost=example.com\nusername=u\n";

    for (size_t length = 0; length < sizeof(text); length++) {
        enum mp_err err = feed(text, length, 3);

        CHECK(err == MP_OK || err == MP_PROTOCOL);
        CHECK(!request.host ||
              strncmp("example.com", secret_text(request.host), secret_length(request.host)) == 0);
    }
}

TEST(a_line_may_have_65535_bytes_and_no_more)
{
    size_t size = 200000;
    char *text = malloc(size);

    NEED(text);
    for (size_t length = 65533; length < 65538; length++) {
        size_t used = length;

        memset(text, 'x', length - 1);
        memcpy(text, "wwwauth[]=", 10);
        text[length - 1] = '\n';
        memcpy(text + used, "host=h\n", 7);
        CHECK(feed(text, used + 7, 4096) == (length <= 65535 ? MP_OK : MP_TOO_LONG));
        CHECK(length > 65535 || HAS(host, "h"));
    }
    free(text);
}

TEST(many_long_lines_use_one_buffer_again)
{
    size_t size = 60000;
    char *text = malloc(15 * size + 7);

    NEED(text);
    for (size_t i = 0; i < 15; i++) {
        memset(text + i * size, 'y', size - 1);
        memcpy(text + i * size, "x=", 2);
        text[(i + 1) * size - 1] = '\n';
    }
    memcpy(text + 15 * size, "host=h\n", 7);
    CHECK(feed(text, 15 * size + 7, 7919) == MP_OK);
    CHECK(HAS(host, "h"));
    free(text);
}

TEST(H1_H2_every_control_byte_is_refused_in_every_place)
{
    for (int byte = 0; byte < 256; byte++) {
        char text[] = "host=aXb\n";
        int refused = byte < 0x20 || byte == 0x7f;

        if (byte == '\n')
            continue; /* makes the line "b", which has no "=" */
        text[6] = (char)byte;
        CHECK(FEED("x=y\n") == MP_OK);
        CHECK(feed(text, sizeof(text) - 1, 100) == (refused ? MP_PROTOCOL : MP_OK));
    }
}

TEST(H1_separators_of_unicode_are_refused_and_their_neighbours_are_not)
{
    CHECK(FEED("host=\xe2\x80\xa8\n") == MP_PROTOCOL);
    CHECK(FEED("host=\xe2\x80\xa9\n") == MP_PROTOCOL);
    CHECK(FEED("host=\xc2\x85\n") == MP_PROTOCOL);
    CHECK(FEED("host=\xe2\x80\xa7\xe2\x80\xaa\xc2\xa0\xe2\x80\n") == MP_OK);
    CHECK(FEED("host=\xe2\n") == MP_OK);
}

TESTS(T(fields_are_taken_from_their_lines), T(what_is_absent_is_null_and_what_is_empty_is_not),
      T(pieces_of_any_size_read_alike),
      T(a_request_cut_anywhere_is_shorter_or_refused_but_never_another),
      T(a_line_may_have_65535_bytes_and_no_more), T(many_long_lines_use_one_buffer_again),
      T(H1_H2_every_control_byte_is_refused_in_every_place),
      T(H1_separators_of_unicode_are_refused_and_their_neighbours_are_not))
