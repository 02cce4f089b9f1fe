/*
 * The replicated state: lists by key and one session per client, and snapshots of both, equal on
 * all nodes byte by byte. Sizes are fixed: what does not fit makes the node stop, for a state that
 * differs from the others' would be worse.
 */
#ifndef RIG_STORE_H
#define RIG_STORE_H

#include "wire.h"

#ifndef STORE_KEYS
#define STORE_KEYS 128u
#endif
#ifndef STORE_SESSIONS
#define STORE_SESSIONS 32u
#endif
#define STORE_LIST_MAX 24
#define STORE_ELEMENT_MAX 0xFFFFu
#define STORE_REPLY_MAX (4 + WIRE_OPS_MAX * (1 + 2 * STORE_LIST_MAX))
/* A power of two, at least twice the keys. */
#ifndef STORE_BUCKETS
#define STORE_BUCKETS 256u
#endif
#define STORE_SNAPSHOT_MAX                                                                         \
    (4u + STORE_KEYS * (3u + 2u * STORE_LIST_MAX) + STORE_SESSIONS * (6u + STORE_REPLY_MAX))

struct store_list {
    uint16_t key;
    uint8_t length;
    uint16_t elements[STORE_LIST_MAX];
};

struct store_session {
    uint16_t client, request;
    uint8_t length;
    uint8_t reply[STORE_REPLY_MAX];
};

struct store {
    struct store_list lists[STORE_KEYS];  /* in the order of their first appends or writes */
    uint16_t list_count;
    uint16_t buckets[STORE_BUCKETS];      /* number of a list + 1, by key; 0 for none */
    struct store_session sessions[STORE_SESSIONS];
    uint16_t session_count;
    uint8_t is_full;                      /* something did not fit: the state is no longer right */
};

void store_start(struct store *store);
/* NULL where the client has none. */
struct store_session *store_session(struct store *store, uint16_t client);
/* Whether the request was applied before, or was overtaken by a later one of its client. */
uint8_t store_is_void(struct store *store, uint16_t client, uint16_t request);
/* The session with the reply, or NULL when the request is void. */
const struct store_session *store_apply(struct store *store, const uint8_t *transaction);
/* Returns the length. */
uint32_t store_snapshot(const struct store *store, uint8_t *bytes);
/* 0, and nothing changed, where the bytes are no snapshot. */
uint8_t store_restore(struct store *store, const uint8_t *bytes, uint32_t length);

#endif
