#include "helper/pam_verdict.h"

#include <string.h>

/* _PAM_UNDEF, _PAM_POSITIVE, _PAM_NEGATIVE */
enum impression { UNDECIDED, POSITIVE, NEGATIVE };

struct state {
    enum impression impression;
    enum pam_code status;
};

struct walk {
    const struct pam_stack *stack;
    struct pam_verdict verdict;
    struct state now;
    struct state entered[PAM_STACK_MAX_LEVEL + 1]; /* when this level began, for `reset` */
    size_t place;
};

/* Is there a next line, and does it still belong to this level or a deeper one? */
static int has_next(const struct walk *walk, int level)
{
    return walk->place + 1 < walk->stack->count &&
           walk->stack->lines[walk->place + 1].level >= level;
}

static void refuse(struct walk *walk, enum pam_code code)
{
    if (walk->now.impression == NEGATIVE)
        return;
    walk->now.impression = NEGATIVE;
    walk->now.status = code == CODE_IGNORE ? CODE_PERM_DENIED : code;
    walk->verdict.decider = (int)walk->place;
}

/* Skips `jump` lines of this level; a substack is one. Too long a jump refuses. */
static void jump_over(struct walk *walk, int level, int jump)
{
    size_t from = walk->place;

    if (walk->now.impression != NEGATIVE)
        walk->verdict.jumper = (int)from;
    for (; jump > 0 && has_next(walk, level); jump--) {
        do
            walk->place++;
        while (has_next(walk, level + 1));
    }
    if (jump > 0) {
        walk->now.impression = UNDECIDED;
        refuse(walk, CODE_PERM_DENIED);
        walk->verdict.decider = (int)from;
    }
}

static void end_level(struct walk *walk, int level)
{
    while (has_next(walk, level))
        walk->place++;
}

static void act(struct walk *walk, int level, int action, enum pam_code code)
{
    switch (action) {
    case ACTION_OK:
    case ACTION_DONE:
        /* PAM_IGNORE too: a line that says ok to it is the stack's answer, and no success */
        if (walk->now.impression == UNDECIDED ||
            (walk->now.impression == POSITIVE && walk->now.status == CODE_SUCCESS)) {
            walk->now.impression = POSITIVE;
            walk->now.status = code;
        }
        if (walk->now.impression == POSITIVE && action == ACTION_DONE)
            end_level(walk, level);
        break;
    case ACTION_BAD:
    case ACTION_DIE:
        refuse(walk, code);
        if (action == ACTION_DIE)
            end_level(walk, level);
        break;
    case ACTION_RESET:
        walk->now = walk->entered[level];
        break;
    case ACTION_IGNORE:
        break;
    default:
        if (action > 0)
            jump_over(walk, level, action);
    }
}

struct pam_verdict pam_verdict(const struct pam_stack *stack, pam_answer *answer, void *owner)
{
    struct walk walk = {
        .stack = stack,
        .verdict = {.decider = -1, .jumper = -1},
        .now = {UNDECIDED, CODE_PERM_DENIED},
    };
    int before = 0;

    walk.entered[0] = walk.now;
    for (; walk.place < stack->count; walk.place++) {
        const struct pam_line *line = &stack->lines[walk.place];
        int level = line->level;
        enum pam_code code = CODE_PERM_DENIED;

        if (before < level && level <= PAM_STACK_MAX_LEVEL)
            walk.entered[level] = walk.now;
        before = level;
        if (line->is_substack)
            continue;
        if (!line->problem)
            code = answer(owner, line);
        act(&walk, level, line->control.actions[code], code);
    }
    walk.verdict.admits = walk.now.impression == POSITIVE && walk.now.status == CODE_SUCCESS;
    return walk.verdict;
}
