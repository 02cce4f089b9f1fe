#include "store.h"

#include <stddef.h>

enum { REPLY_APPLIED, REPLY_REFUSED };

void store_start(struct store *store)
{
    uint16_t index;
    store->list_count = 0;
    store->session_count = 0;
    store->is_full = 0;
    for (index = 0; index < STORE_BUCKETS; index++)
        store->buckets[index] = 0;
}

/* The bucket of the key: with its list, or the empty one that it will have. */
static uint16_t *bucket_of(struct store *store, uint16_t key)
{
    uint32_t at = (key * 40503u) & (STORE_BUCKETS - 1u);
    while (store->buckets[at] != 0 && store->lists[store->buckets[at] - 1].key != key)
        at = (at + 1) & (STORE_BUCKETS - 1u);
    return &store->buckets[at];
}

static struct store_list *list_of(struct store *store, uint16_t key)
{
    uint16_t bucket = *bucket_of(store, key);
    return bucket == 0 ? NULL : &store->lists[bucket - 1];
}

static struct store_list *make_list(struct store *store, uint16_t key)
{
    struct store_list *list;
    uint16_t *bucket = bucket_of(store, key);
    if (*bucket != 0)
        return &store->lists[*bucket - 1];
    if (store->list_count == STORE_KEYS) {
        store->is_full = 1;
        return NULL;
    }
    list = &store->lists[store->list_count++];
    *bucket = store->list_count;
    list->key = key;
    list->length = 0;
    return list;
}

struct store_session *store_session(struct store *store, uint16_t client)
{
    uint16_t index;
    for (index = 0; index < store->session_count; index++)
        if (store->sessions[index].client == client)
            return &store->sessions[index];
    return NULL;
}

uint8_t store_is_void(struct store *store, uint16_t client, uint16_t request)
{
    const struct store_session *session = store_session(store, client);
    return session != NULL && request <= session->request;
}

/* Whether no append would overfill its list, and each value fits. */
static uint8_t may_apply(struct store *store, const uint8_t *transaction, uint8_t ops)
{
    uint8_t index, other, length;
    for (index = 0; index < ops; index++) {
        struct wire_op op = wire_read_op(transaction, index);
        const struct store_list *list = list_of(store, op.key);
        if (op.opcode != WIRE_READ && op.value > STORE_ELEMENT_MAX)
            return 0;
        if (op.opcode != WIRE_APPEND)
            continue;
        length = list == NULL ? 0 : list->length;
        for (other = 0; other < ops; other++) {
            struct wire_op each = wire_read_op(transaction, other);
            if (each.opcode == WIRE_APPEND && each.key == op.key)
                length++;
        }
        if (length > STORE_LIST_MAX)
            return 0;
    }
    return 1;
}

static void put_list(struct store_session *session, const struct store_list *list)
{
    uint8_t length = list == NULL ? 0 : list->length, index;
    session->reply[session->length++] = length;
    for (index = 0; index < length; index++, session->length = (uint8_t)(session->length + 2))
        wire_put16(session->reply + session->length, list->elements[index]);
}

static void execute(struct store *store, struct store_session *session, const uint8_t *transaction,
                    uint8_t ops)
{
    uint8_t index;
    for (index = 0; index < ops; index++) {
        struct wire_op op = wire_read_op(transaction, index);
        struct store_list *list;
        if (op.opcode == WIRE_READ) {
            put_list(session, list_of(store, op.key));
            continue;
        }
        list = make_list(store, op.key);
        if (list == NULL)
            return;
        if (op.opcode == WIRE_WRITE)
            list->length = 0;
        if (list->length < STORE_LIST_MAX)
            list->elements[list->length++] = (uint16_t)op.value;
    }
}

const struct store_session *store_apply(struct store *store, const uint8_t *transaction)
{
    struct wire_transaction head;
    struct store_session *session;
    uint8_t status;
    if (!wire_read_transaction(transaction, WIRE_TRANSACTION_MAX, &head))
        return NULL;
    session = store_session(store, head.client);
    if (session != NULL && head.request <= session->request)
        return NULL;
    if (session == NULL) {
        if (store->session_count == STORE_SESSIONS) {
            store->is_full = 1;
            return NULL;
        }
        session = &store->sessions[store->session_count++];
        session->client = head.client;
    }
    status = may_apply(store, transaction, head.ops) ? REPLY_APPLIED : REPLY_REFUSED;
    session->request = head.request;
    session->reply[0] = transaction[0];
    session->reply[1] = transaction[1];
    session->reply[2] = transaction[2];
    session->reply[3] = (uint8_t)((transaction[3] & 0xF8u) | status);
    session->length = 4;
    if (status == REPLY_APPLIED)
        execute(store, session, transaction, head.ops);
    return session;
}

/* --- Snapshots -------------------------------------------------------------------------------- */

uint32_t store_snapshot(const struct store *store, uint8_t *bytes)
{
    uint32_t at = 2;
    uint16_t index;
    uint8_t element;
    wire_put16(bytes, store->list_count);
    for (index = 0; index < store->list_count; index++) {
        const struct store_list *list = &store->lists[index];
        wire_put16(bytes + at, list->key);
        bytes[at + 2] = list->length;
        at += 3;
        for (element = 0; element < list->length; element++, at += 2)
            wire_put16(bytes + at, list->elements[element]);
    }
    wire_put16(bytes + at, store->session_count);
    at += 2;
    for (index = 0; index < store->session_count; index++) {
        const struct store_session *session = &store->sessions[index];
        wire_put16(bytes + at, session->client);
        wire_put16(bytes + at + 2, session->request);
        wire_put16(bytes + at + 4, session->length);
        wire_copy(bytes + at + 6, session->reply, session->length);
        at += 6u + session->length;
    }
    return at;
}

/* Where the sessions begin; 0 where the bytes are no snapshot. */
static uint32_t check(const uint8_t *bytes, uint32_t length)
{
    uint32_t at = 2, sessions;
    uint16_t left;
    if (length < 4)
        return 0;
    for (left = wire_get16(bytes); left > 0; left--) {
        if (at + 3 > length || bytes[at + 2] > STORE_LIST_MAX)
            return 0;
        at += 3u + 2u * bytes[at + 2];
    }
    if (at + 2 > length)
        return 0;
    sessions = at;
    left = wire_get16(bytes + at);
    for (at += 2; left > 0; left--) {
        if (at + 6 > length || wire_get16(bytes + at + 4) > STORE_REPLY_MAX)
            return 0;
        at += 6u + wire_get16(bytes + at + 4);
    }
    return at == length ? sessions : 0;
}

static void restore_lists(struct store *store, const uint8_t *bytes)
{
    const uint8_t *at = bytes + 2;
    uint16_t left;
    for (left = wire_get16(bytes); left > 0; left--) {
        struct store_list *list = make_list(store, wire_get16(at));
        uint8_t length = at[2], element;
        at += 3;
        for (element = 0; element < length; element++, at += 2)
            if (list != NULL)
                list->elements[element] = wire_get16(at);
        if (list != NULL)
            list->length = length;
    }
}

uint8_t store_restore(struct store *store, const uint8_t *bytes, uint32_t length)
{
    uint32_t at = check(bytes, length);
    uint16_t left;
    if (at == 0)
        return 0;
    store_start(store);
    restore_lists(store, bytes);
    left = wire_get16(bytes + at);
    for (at += 2; left > 0; left--) {
        struct store_session *session = &store->sessions[store->session_count];
        uint16_t reply = wire_get16(bytes + at + 4);
        if (store->session_count == STORE_SESSIONS) {
            store->is_full = 1;
            break;
        }
        store->session_count++;
        session->client = wire_get16(bytes + at);
        session->request = wire_get16(bytes + at + 2);
        session->length = (uint8_t)reply;
        wire_copy(session->reply, bytes + at + 6, reply);
        at += 6u + reply;
    }
    return 1;
}
