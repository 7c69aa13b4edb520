/* links: courier/head.o */
/* courier/head: lines are taken as libcurl hands them over, each with its line end. */
#include "courier/head.h"

#include "tests/fuzz/fuzz.h"

static void check(const struct head *head)
{
    MUST(memchr(head->date, 0, sizeof(head->date)) != NULL);
    MUST(head->bytes <= HEAD_MAX_BYTES && head->informational <= HEAD_MAX_INFORMATIONAL);
    MUST(!head->is_json || head->content_types == 1);
    MUST(head->content_lengths <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct head head = {0};

    while (length > 0) {
        const uint8_t *end = memchr(bytes, '\n', length);
        size_t size = end ? (size_t)(end - bytes) + 1 : length;
        char *line = malloc(size);

        MUST(line != NULL);
        memcpy(line, bytes, size);
        if (!head_line(&head, line, size)) {
            MUST(head.problem && head.problem[0]);
            length = size;
        } else {
            check(&head);
        }
        free(line);
        bytes += size;
        length -= size;
    }
    return 0;
}
