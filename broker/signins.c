#include "broker/signins.h"

#include <stdio.h>
#include <stdlib.h>

#include "broker/pkce.h"
#include "lib/clock.h"

/* In the order in which they were begun; free places are at the end. */
struct signins {
    struct signin *open[SIGNINS_MAX];
    size_t count;
};

enum mp_err signins_new(struct signins **signins)
{
    *signins = calloc(1, sizeof(**signins));
    return *signins ? MP_OK : MP_NOMEM;
}

void signins_free(struct signins **signins)
{
    if (!*signins)
        return;
    for (size_t i = 0; i < (*signins)->count; i++)
        signin_free(&(*signins)->open[i]);
    free(*signins);
    *signins = NULL;
}

void signin_free(struct signin **signin)
{
    if (!*signin)
        return;
    secret_free(&(*signin)->handle);
    secret_free(&(*signin)->state);
    secret_free(&(*signin)->verifier);
    settings_release(&(*signin)->settings);
    free(*signin);
    *signin = NULL;
}

static struct signin *take_at(struct signins *signins, size_t place)
{
    struct signin *taken = signins->open[place];

    signins->count--;
    for (size_t i = place; i < signins->count; i++)
        signins->open[i] = signins->open[i + 1];
    signins->open[signins->count] = NULL;
    return taken;
}

static void end_at(struct signins *signins, size_t place)
{
    struct signin *ended = take_at(signins, place);

    signin_free(&ended);
}

/* All live equally long, so the oldest end first. */
static void end_old(struct signins *signins)
{
    while (signins->count > 0 && signins->open[0]->ends_ms <= clock_monotonic_ms())
        end_at(signins, 0);
}

/* A person who lost a browser window begins again: that must not wait for the forgotten one. */
static void make_room(struct signins *signins, uid_t uid)
{
    size_t oldest = 0;
    size_t count = 0;

    for (size_t i = signins->count; i-- > 0;) {
        if (signins->open[i]->holder.uid == uid) {
            oldest = i;
            count++;
        }
    }
    if (count >= SIGNINS_MAX_PER_UID)
        end_at(signins, oldest);
}

static struct signin *new_signin(void)
{
    struct signin *signin = calloc(1, sizeof(*signin));

    if (!signin)
        return NULL;
    signin->handle = pkce_word();
    signin->state = pkce_word();
    signin->verifier = pkce_word();
    if (!signin->handle || !signin->state || !signin->verifier)
        signin_free(&signin);
    return signin;
}

enum mp_err signins_begin(struct signins *signins, struct settings *settings,
                          const struct config_account *account, const struct holder *holder,
                          const char *redirect_uri, const struct signin **out)
{
    struct signin *signin = NULL;

    *out = NULL;
    end_old(signins);
    make_room(signins, holder->uid);
    if (signins->count == SIGNINS_MAX)
        return MP_BUSY;
    signin = new_signin();
    if (!signin)
        return MP_NOMEM;
    signin->settings = settings_hold(settings);
    signin->account = account;
    signin->holder = *holder;
    snprintf(signin->redirect_uri, sizeof(signin->redirect_uri), "%s", redirect_uri);
    signin->ends_ms = clock_monotonic_ms() + SIGNINS_LIFE_MS;
    signins->open[signins->count++] = signin;
    *out = signin;
    return MP_OK;
}

struct signin *signins_take(struct signins *signins, uid_t uid, const struct secret *handle)
{
    end_old(signins);
    for (size_t i = 0; i < signins->count; i++)
        if (signins->open[i]->holder.uid == uid && secret_equal(signins->open[i]->handle, handle))
            return take_at(signins, i);
    return NULL;
}

int signins_are_open(struct signins *signins)
{
    end_old(signins);
    return signins->count > 0;
}
