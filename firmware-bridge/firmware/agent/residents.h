/*
 * The clients that live on a node of ROJ: they run a seeded workload, keep its history and send its
 * markers, as ResidentNode of the rig does (rig/core/resident), event for event. They stand between
 * whoever runs the node and `roj.h`: replies to them are theirs, requests of theirs go on the bus
 * and to the node itself. The rules are in docs/reference/node-contract.md.
 */
#ifndef RIG_RESIDENTS_H
#define RIG_RESIDENTS_H

#include "roj.h"

/* Operations open at once. */
#define RESIDENTS_MAX 2
/* Keys in use at once, and those that wait to be read. */
#ifndef RESIDENTS_KEYS
#define RESIDENTS_KEYS 16u
#endif
#ifndef RESIDENTS_READS
#define RESIDENTS_READS 32u
#endif
/* Different replies to one request that are told apart: nodes that agree give one. */
#define RESIDENTS_CANDIDATES 3
/* Lists of all reads, each behind its length. */
#define RESIDENTS_LISTS (WIRE_OPS_MAX * (1 + 2 * STORE_LIST_MAX))
#define RESIDENTS_RECORD_MAX (22 + WIRE_OPS_MAX * (3 + 2 * STORE_LIST_MAX))
#define CLASS_OF_REPLIES 4
#define RESIDENTS_FIRST_TIMER 64u
#define RESIDENTS_FIRST_TOKEN 0x40000000u

struct residents_options {
    uint8_t node, nodes;
    uint8_t count;            /* clients; 0 where none live here */
    uint8_t length_max;       /* micro-operations of a transaction */
    uint8_t reads_percent;
    uint8_t are_registers;
    uint32_t seed, keys, writes_per_key;
    uint64_t timeout_ns, retry_ns;
};

struct residents_random {
    uint32_t a, b, c, counter;
};

struct residents_candidate {
    uint16_t voters;          /* 0: not in use */
    uint8_t status, length;
    uint8_t lists[RESIDENTS_LISTS];
};

struct residents_client {
    uint16_t session, request;
    uint32_t process;
    uint32_t announcing;      /* token of the marker that it waits for, or 0 */
    uint8_t is_open, length;
    uint8_t transaction[WIRE_TRANSACTION_MAX];
    struct residents_candidate candidates[RESIDENTS_CANDIDATES];
};

struct residents {
    struct residents_options options;
    struct roj *roj;
    uint16_t boot, sequence;
    uint8_t count, is_running;
    uint32_t records, sent;
    uint64_t now_us;
    struct residents_random random;
    uint16_t keys[RESIDENTS_KEYS];
    uint8_t writes[RESIDENTS_KEYS];
    uint32_t key_count;
    uint16_t reads[RESIDENTS_READS];
    uint32_t first_read, read_count;
    struct residents_client clients[RESIDENTS_MAX];
    uint8_t own[WIRE_OPS_MAX * WIRE_FRAGMENT];  /* a reply of this node, fragment by fragment */
};

/* Before the node boots. Nobody lives here where there are more keys than places for them. */
void residents_start(struct residents *residents, const struct residents_options *options,
                     struct roj *roj, uint16_t boot);
/* After the node has booted. */
void residents_booted(struct residents *residents, uint64_t now_us);
/* What they are told; `residents_read` is 0, and takes no key, where there is no room for all. */
void residents_command(struct residents *residents, uint8_t is_running, uint64_t now_us);
uint8_t residents_read(struct residents *residents, const uint16_t *keys, uint8_t count,
                       uint64_t now_us);
/* A frame of the class of replies, from the bus. */
void residents_heard(struct residents *residents, uint16_t id, const uint8_t *data,
                     uint8_t length, uint64_t now_us);
/* Takes a frame that the node sends where it is a reply to a client here; 0 where it is none. */
uint8_t residents_own(struct residents *residents, uint16_t id, const uint8_t *data,
                      uint8_t length, uint64_t now_us);
/* Of tokens and timers from the first ones on. */
void residents_transmitted(struct residents *residents, uint32_t token, uint64_t now_us);
void residents_timer(struct residents *residents, uint8_t timer, uint64_t now_us);

/* What they do, given by whoever runs them; frames and timers as of the node (`roj_out_send`,
 * `roj_out_timer`, `roj_out_clear`). The layout is that of docs/reference/control-line.md. */
void residents_out_record(struct residents *residents, const uint8_t *body, uint8_t length);

#endif
