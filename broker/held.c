#include "broker/held.h"

#include <stdio.h>
#include <string.h>

#include "broker/log.h"

static struct vault_name vault_name(const struct config_account *account,
                                    const struct holder *holder)
{
    return (struct vault_name){.is_service = holder->is_service,
                               .uid = holder->uid,
                               .local_name = holder->local_name,
                               .account = account->name,
                               .endpoint = account->home,
                               .client_id = account->client_id};
}

enum mp_err held_read(struct broker *broker, const struct config_account *account,
                      const struct holder *holder, struct record *record, uint64_t *generation)
{
    struct vault_name name = vault_name(account, holder);
    enum mp_err err = MP_LOCKED;

    if (broker->vault)
        err = vault_read(broker->vault, &name, record, generation);
    if (err == MP_OK && strcmp(record->remote_name, holder->remote_name) != 0) {
        record_free(record);
        log_line(LOG_NOTICE, "event=record_erased reason=mapping_changed uid=%u account=%s",
                 holder->uid, account->name);
        err = vault_erase(broker->vault, &name);
        return err == MP_OK ? MP_NO_RECORD : err;
    }
    return err;
}

enum mp_err held_write(struct broker *broker, const struct config_account *account,
                       const struct holder *holder, struct record *record, uint64_t expected,
                       uint64_t *generation)
{
    struct vault_name name = vault_name(account, holder);
    enum mp_err err = MP_LOCKED;

    memcpy(record->remote_name, holder->remote_name, sizeof(record->remote_name));
    if (broker->vault)
        err = vault_write(broker->vault, &name, record, expected, generation);
    if (err == MP_STORAGE || err == MP_SYSTEM)
        log_line(LOG_ERR, "event=vault_write result=failed uid=%u account=%s error=\"%m\"",
                 holder->uid, account->name);
    return err;
}

enum mp_err held_erase(struct broker *broker, const struct config_account *account,
                       const struct holder *holder)
{
    struct vault_name name = vault_name(account, holder);

    return broker->vault ? vault_erase(broker->vault, &name) : MP_LOCKED;
}

int held_is_new(const struct record *record, const struct holder *holder, int64_t now)
{
    if (!holder->is_service && record->obtained_at == record->login_at)
        return 0;
    return record->obtained_at <= now && now - record->obtained_at < HELD_NEW_S &&
           held_token_left(record, now) > 0;
}

int64_t held_token_left(const struct record *record, int64_t now)
{
    if (!record->access_token || record->expires_at <= now)
        return 0;
    /* a clock that went back must not make an old token look fresh for longer than it lived */
    if (record->expires_at - now > record->expires_at - record->obtained_at)
        return record->expires_at - record->obtained_at;
    return record->expires_at - now;
}
