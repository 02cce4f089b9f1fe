/*
 * What a node knows of one slot: proposals, votes and confirmations by round, and its own round,
 * lock and valid batch. A first vote counts; a later one of the same voter is left out.
 *
 * What nodes say is kept as the number of a choice: CHOICE_NONE, CHOICE_NIL, or that of a digest
 * and, where it is known, its batch.
 */
#ifndef RIG_SLOT_H
#define RIG_SLOT_H

#include "wire.h"

#define ROJ_NODES_MAX 14
/* Rounds of a slot that are kept; below the current one the oldest give way. */
#ifndef ROJ_ROUNDS
#define ROJ_ROUNDS 16
#endif
/* Digests of a slot that are kept, and batches of them. */
#ifndef ROJ_CHOICES
#define ROJ_CHOICES 16
#endif
#ifndef ROJ_BATCHES
#define ROJ_BATCHES 6
#endif

#define CHOICE_NONE 0
#define CHOICE_NIL 1
#define CHOICE_FIRST 2
#define NO_BATCH 0xFF

struct slot_tally {
    uint8_t said[ROJ_NODES_MAX];
    uint16_t heard;
};

struct slot_round {
    uint16_t round;
    struct slot_tally votes, confirms;
    uint8_t proposal;      /* a choice with a batch; CHOICE_NONE where there is none */
    uint8_t is_passed_on;  /* another node than the proposer sent it */
    uint16_t valid_round;
    uint8_t voted, confirmed;
};

struct slot_choice {
    uint64_t digest;
    uint8_t batch;
    uint8_t is_used;
};

struct slot {
    uint32_t slot;
    uint8_t is_used;
    uint8_t active;         /* the node takes part: its timers run */
    uint8_t nodes;
    uint8_t lock, valid;    /* choices with a batch, or CHOICE_NONE */
    uint8_t round_count;
    uint16_t round, lock_round, valid_round;
    int32_t lively;         /* highest round in which somebody said something other than nil */
    int32_t heard[ROJ_NODES_MAX];
    struct slot_round rounds[ROJ_ROUNDS];  /* in the order in which they were first heard of */
    struct slot_choice choices[ROJ_CHOICES];
    struct wire_batch batches[ROJ_BATCHES];
    uint8_t batch_used[ROJ_BATCHES];
};

uint8_t bit_count(uint16_t bits);

void slot_start(struct slot *slot, uint32_t number, uint8_t nodes);
/* The round, made where it is new; NULL where there is no room for it. */
struct slot_round *slot_round_of(struct slot *slot, uint16_t round);
/* The choice of a digest; CHOICE_NONE where there is no room for it. */
uint8_t slot_choice_of(struct slot *slot, uint64_t digest);
/* Keeps the batch; CHOICE_NONE where there is no room. `is_news` tells whether it was not here. */
uint8_t slot_keep_batch(struct slot *slot, const struct wire_batch *batch, uint8_t *is_news);
/* NULL where it is not here. */
const struct wire_batch *slot_batch(const struct slot *slot, uint8_t choice);
uint64_t slot_digest(const struct slot *slot, uint8_t choice);
/* Whether this was news. */
uint8_t tally_add(struct slot_tally *tally, uint8_t nodes, uint8_t voter, uint8_t choice);
uint16_t tally_voters(const struct slot_tally *tally, uint8_t nodes, uint8_t choice);
/* What at least `quorum` nodes said; CHOICE_NONE when nothing has so many. */
uint8_t tally_quorum(const struct slot_tally *tally, uint8_t nodes, uint8_t quorum);
void slot_heard_round(struct slot *slot, uint8_t source, uint16_t round);
/* The highest round that at least `count` nodes have reached; -1 when there is none. */
int32_t slot_reached(const struct slot *slot, uint8_t count);
/* Notes what a message says of a round; 0 when that is nothing new. */
uint8_t slot_hear(struct slot *slot, uint8_t source, const struct wire_message *message,
                  uint8_t self);

#endif
