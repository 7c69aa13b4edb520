/*
 * Runs a fuzz target over files, as libFuzzer would: replay DIRECTORY|FILE...
 * Prints `ok inputs` when all went through.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define LONGEST 1048576 /* bytes */

/* Which input it was that crashed stands last on standard error; tests/run shows that. */
static void run(const char *path)
{
    static uint8_t bytes[LONGEST];
    FILE *file = fopen(path, "rb");
    uint8_t *copy = NULL;
    size_t length = 0;

    MUST(file != NULL);
    length = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    fprintf(stderr, "input %s\n", path);
    copy = malloc(length ? length : 1); /* of its size: a sanitizer sees one byte too many */
    MUST(copy != NULL);
    memcpy(copy, bytes, length);
    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

/* How many inputs there were. */
static int run_all(const char *path)
{
    DIR *directory = opendir(path);
    char input[4096];
    int count = 0;

    if (!directory) {
        run(path);
        return 1;
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(input, sizeof(input), "%s/%s", path, entry->d_name);
        run(input);
        count++;
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++)
        count += run_all(argv[i]);
    run("/dev/null");
    MUST(count > 0);
    printf("ok inputs\n");
    return 0;
}
