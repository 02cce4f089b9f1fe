/*
 * A node of ROJ-B in the crash profile, portable: agreement on one slot after the other, the
 * decided log, the state made from it, and catching up. The same protocol as the rig's own node
 * (rig/core/consensus/roj), event for event: a test compares what both do. Left out are the
 * signed profile and ROJ-A. What is kept is bounded by the numbers below; beyond them a node
 * forgets what others say, which it can ask for again, and never what it said itself.
 */
#ifndef RIG_ROJ_H
#define RIG_ROJ_H

#include "slot.h"
#include "store.h"

/* Slots ahead of the current one whose messages are kept. */
#define ROJ_WINDOW 8
#define ROJ_SLOTS 16
/* Decided slots that are kept for nodes that fell behind, and those behind a gap. */
#ifndef ROJ_KEPT
#define ROJ_KEPT 16u
#endif
#ifndef ROJ_AHEAD
#define ROJ_AHEAD 4
#endif
/* Requests that wait, one for each client, and clients whose station is known. */
#ifndef ROJ_PENDING
#define ROJ_PENDING 24
#endif
#ifndef ROJ_STATIONS
#define ROJ_STATIONS 32
#endif
#ifndef ROJ_SNAPSHOT_BYTES
#define ROJ_SNAPSHOT_BYTES STORE_SNAPSHOT_MAX
#endif
/* Rounds are 16 bits on the wire, and the last value says "none". */
#define ROJ_ROUND_MAX 0xFFFE
/* Promises that are not durable yet, and those behind a damaged record, for slots to come. */
#ifndef ROJ_PROMISES
#define ROJ_PROMISES 16
#endif
#ifndef ROJ_FAR
#define ROJ_FAR 2
#endif
#define ROJ_SNAPSHOT_WRITES 4
#define ROJ_RECORD_HEAD 10
#define ROJ_CHUNKS (ROJ_SNAPSHOT_BYTES / WIRE_CHUNK + 1)

enum roj_timer { ROJ_ROUND_TIMER, ROJ_REPAIR_TIMER, ROJ_CATCH_UP_TIMER, ROJ_GATHER_TIMER };

/* A proposal waits a little for more requests: they have the lowest priority on the bus. */
enum roj_gathering { GATHERS_NOT, GATHERS, HAS_GATHERED };

enum roj_event {
    ROJ_BOOT,
    ROJ_PROPOSED,
    ROJ_VOTED,
    ROJ_LOCKED,
    ROJ_CONFIRMED,
    ROJ_COMMITTED,
    ROJ_APPLIED,
    ROJ_EXPIRED,
    ROJ_FETCHED,
    ROJ_SNAPSHOT,
    ROJ_ABSTAINED,
    ROJ_REFUSED,
    ROJ_REJECTED  /* a frame in the node's own name */
};

enum roj_stored { ROJ_STORED_OK, ROJ_STORED_IO, ROJ_STORED_FULL };

struct roj_options {
    uint8_t node, nodes;
    uint64_t round_ns, delta_ns;
    uint32_t every_slots, journal_bytes, kept_slots;
};

/* What a node notes of its own deeds. */
struct roj_note {
    uint8_t event;
    uint8_t has_digest, has_voters, has_requests;
    uint32_t slot;
    uint16_t round;
    uint64_t digest;
    uint16_t voters;
    uint8_t request_count;
    uint16_t requests[WIRE_BATCH_MAX][2];
};

struct roj_decision {
    uint32_t slot;
    uint16_t round, voters;
    uint8_t is_used;
    struct wire_batch batch;
};

struct roj_pending {
    uint16_t client, request;
    uint8_t length;
    uint8_t bytes[WIRE_TRANSACTION_MAX];
};

struct roj_promise {
    uint32_t token;   /* 0: not in use */
    uint32_t slot;
    uint64_t digest;
    uint16_t round;
    uint8_t is_nil, is_confirm;
};

/* A promise read from storage, for a slot that is not near yet. */
struct roj_far {
    uint32_t slot;
    uint16_t round;
    uint8_t is_used, is_confirm, has_digest, has_batch;
    struct wire_batch batch;  /* of a vote the digest alone */
};

struct roj_snapshot {
    uint32_t slot, length;
    uint64_t digest;
    uint8_t is_used;
    uint8_t bytes[ROJ_RECORD_HEAD + ROJ_SNAPSHOT_BYTES];  /* its record: room, then the state */
};

struct roj_write {
    uint32_t token;   /* 0: not in use */
    uint64_t before;
    uint8_t may_drop;
};

/* A snapshot on its way here. */
struct roj_incoming {
    uint8_t is_under_way, is_stuck;
    uint32_t slot, total, missing, asked;
    uint64_t digest;
    uint8_t has[ROJ_CHUNKS];
    uint8_t bytes[ROJ_SNAPSHOT_BYTES];
};

struct roj {
    struct roj_options options;
    uint8_t quorum, jump_at;
    uint16_t life;
    uint8_t has_stopped;        /* its state does not fit: it says and does nothing more */
    /* agreement */
    uint32_t current;
    struct slot slots[ROJ_SLOTS];
    struct roj_promise promises[ROJ_PROMISES];
    struct roj_far far[ROJ_FAR];
    int64_t silent_through, restored_through;
    uint8_t pull_peer;
    uint8_t gathering;
    /* log and state */
    struct store store;
    struct roj_decision decided[ROJ_KEPT];
    uint32_t first, next;
    struct roj_decision ahead[ROJ_AHEAD];
    uint8_t ahead_journaled[ROJ_AHEAD];
    struct roj_pending pending[ROJ_PENDING];
    uint8_t pending_count;
    uint16_t stations[ROJ_STATIONS][2];
    uint8_t station_count;
    /* compaction and state transfer */
    struct roj_snapshot shelf[2];
    uint8_t newest;
    struct roj_write writes[ROJ_SNAPSHOT_WRITES];
    uint32_t last_snapshot;
    uint64_t written;
    int64_t dropped;
    uint8_t needs_room;
    struct roj_incoming incoming;
    /* catching up */
    uint64_t heard[WIRE_SOURCES], reached;
    uint8_t is_catching_up, knows_position, peer;
    /* bus */
    int16_t boots[WIRE_SOURCES];
    struct wire_parts parts;
    uint32_t token;
    uint16_t sequence;
    /* scratch */
    struct wire_message in, out;
    struct roj_note note;
    uint8_t body[WIRE_BODY_MAX];
    uint8_t record[ROJ_RECORD_HEAD + WIRE_BATCH_BYTES];
};

/* Passes over the durable records at a start: 0 snapshots, 1 decisions, 2 promises. */
#define ROJ_PASSES 3

/* A start: `roj_start`, then for each pass `roj_pass`, and `roj_load` with all records, oldest
 * first, then `roj_begin`. `damaged`: the highest slot of a record that can't be read, or -1. */
void roj_start(struct roj *roj, const struct roj_options *options, uint16_t life);
void roj_pass(struct roj *roj, uint8_t pass);
void roj_load(struct roj *roj, uint8_t pass, const uint8_t *record, uint32_t length);
void roj_begin(struct roj *roj, int64_t damaged);
/* An FD frame with a base identifier. */
void roj_frame(struct roj *roj, uint16_t id, const uint8_t *data, uint8_t length);
void roj_timer(struct roj *roj, uint8_t timer);
void roj_stored(struct roj *roj, uint32_t token, uint8_t result);

/* What a node does, given by whoever runs it; in order. */
void roj_out_send(struct roj *roj, uint32_t token, uint16_t id, const uint8_t *data,
                  uint8_t length);
void roj_out_timer(struct roj *roj, uint8_t timer, uint64_t delay_ns);
void roj_out_clear(struct roj *roj, uint8_t timer);
void roj_out_persist(struct roj *roj, uint32_t token, uint32_t slot, const uint8_t *record,
                     uint32_t length, uint8_t is_base);
void roj_out_truncate(struct roj *roj, uint32_t token);
void roj_out_note(struct roj *roj, const struct roj_note *note);

/* --- Between the parts of it ------------------------------------------------------------------ */

void roj_send(struct roj *roj, uint8_t destination);  /* `out` */
void roj_reply(struct roj *roj, const struct store_session *session, uint8_t destination);
void roj_note(struct roj *roj, uint8_t event, uint32_t slot, uint16_t round);
void roj_note_digest(struct roj *roj, uint8_t event, uint32_t slot, uint16_t round,
                     uint64_t digest);
uint32_t roj_persist(struct roj *roj, uint8_t code, uint32_t slot, uint16_t round, uint16_t voters,
                     const struct wire_batch *batch, const uint64_t *digest);

/* rounds.c: of the current slot */
struct slot *rounds_slot(struct roj *roj, uint32_t number);
struct slot *rounds_current(struct roj *roj);
uint8_t rounds_is_silent(const struct roj *roj);
uint8_t rounds_proposer(const struct roj *roj, uint32_t slot, uint16_t round);
void rounds_vote(struct roj *roj, struct slot_round *entry, uint8_t choice);
void rounds_confirm(struct roj *roj, struct slot_round *entry, uint8_t choice);
void rounds_send_promise(struct roj *roj, uint16_t round, uint8_t is_confirm, uint8_t is_nil,
                         uint64_t digest);
void rounds_send_proposal(struct roj *roj, const struct slot_round *entry, uint8_t type,
                          uint8_t destination, uint32_t slot);
void rounds_propose(struct roj *roj);
void rounds_enter(struct roj *roj, uint16_t round);
void rounds_expire(struct roj *roj);
void rounds_progress(struct roj *roj, uint32_t slot, uint16_t round);
void rounds_stored(struct roj *roj, uint32_t token, uint8_t result);

/* agreement.c */
void agreement_start(struct roj *roj);
void agreement_restore(struct roj *roj, uint32_t slot, uint16_t round, uint8_t is_confirm,
                       const struct wire_batch *batch, const uint64_t *digest);
void agreement_keep_far(struct roj *roj, const struct roj_far *promise);
uint8_t agreement_has_stake(const struct roj *roj, uint32_t slot);
void agreement_begin(struct roj *roj, uint32_t slot);
void agreement_wake(struct roj *roj);
void agreement_message(struct roj *roj, uint8_t source, const struct wire_message *message);
void agreement_timer(struct roj *roj, uint8_t timer);
void agreement_pull(struct roj *roj, uint8_t peer, uint16_t round);
void agreement_answer(struct roj *roj, uint8_t source, const struct wire_message *pull);

/* log.c */
void log_decided(struct roj *roj, uint32_t slot, uint16_t round, uint16_t voters,
                 const struct wire_batch *batch);
void log_apply(struct roj *roj, const struct roj_decision *decision, uint8_t replies);
struct roj_decision *log_get(struct roj *roj, uint32_t slot);
void log_keep_ahead(struct roj *roj, const struct roj_decision *decision, uint8_t is_journaled);
void log_take_ahead(struct roj *roj, uint8_t is_boot);
void log_install(struct roj *roj);
uint8_t log_fill_batch(struct roj *roj, struct wire_batch *batch);
uint8_t log_add_request(struct roj *roj, const struct wire_transaction *head,
                        const uint8_t *bytes);

/* transfer.c */
void transfer_restored(struct roj *roj, const uint8_t *state, uint32_t length, uint32_t slot);
uint8_t transfer_is_due(const struct roj *roj);
void transfer_write(struct roj *roj, struct roj_snapshot *snapshot, uint8_t may_drop);
struct roj_snapshot *transfer_take(struct roj *roj);
struct roj_snapshot *transfer_place(struct roj *roj, uint32_t slot);
void transfer_stored(struct roj *roj, uint32_t token, uint8_t result);
void transfer_send(struct roj *roj, uint8_t destination, uint32_t slot, uint32_t offset);
void transfer_chunk(struct roj *roj, uint8_t source, const struct wire_message *chunk);
uint8_t transfer_ask_again(struct roj *roj, uint8_t peer);

/* roj.c */
void roj_go_on(struct roj *roj);
void roj_on_piece(struct roj *roj);

#endif
