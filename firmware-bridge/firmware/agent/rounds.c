/*
 * The rounds of the current slot of ROJ-B: propose, vote, confirm, with a lock. The node sends one
 * vote and one confirmation per (slot, round), durable first, and none for a round that it has
 * left. A quorum of confirmations for one batch in one round decides the slot, at any time.
 */
#include <stddef.h>

#include "roj.h"

#define RECORD_VOTE 1
#define RECORD_CONFIRM 2

struct slot *rounds_slot(struct roj *roj, uint32_t number)
{
    struct slot *slot = &roj->slots[number % ROJ_SLOTS];
    if (!slot->is_used || slot->slot != number)
        slot_start(slot, number, roj->options.nodes);
    return slot;
}

struct slot *rounds_current(struct roj *roj)
{
    return rounds_slot(roj, roj->current);
}

uint8_t rounds_is_silent(const struct roj *roj)
{
    return (int64_t)roj->current <= roj->silent_through;
}

uint8_t rounds_proposer(const struct roj *roj, uint32_t slot, uint16_t round)
{
    return (uint8_t)(((uint64_t)slot + round) % roj->options.nodes);
}

/* --- Promises --------------------------------------------------------------------------------- */

static void start_timers(struct roj *roj)
{
    const struct roj_options *options = &roj->options;
    roj_out_timer(roj, ROJ_ROUND_TIMER,
                  options->round_ns + rounds_current(roj)->round * options->delta_ns);
    roj_out_timer(roj, ROJ_REPAIR_TIMER, options->round_ns / 4);
}

/* NULL where so many are under way that this one has to be left unsaid. */
static struct roj_promise *free_promise(struct roj *roj)
{
    uint16_t index;
    for (index = 0; index < ROJ_PROMISES; index++)
        if (roj->promises[index].token == 0)
            return &roj->promises[index];
    return NULL;
}

static void promise(struct roj *roj, uint16_t round, uint8_t is_confirm, uint8_t choice)
{
    struct slot *slot = rounds_current(roj);
    struct roj_promise *made = free_promise(roj);
    uint64_t digest = slot_digest(slot, choice);
    if (made == NULL)
        return;
    made->slot = slot->slot;
    made->round = round;
    made->is_confirm = is_confirm;
    made->is_nil = choice == CHOICE_NIL;
    made->digest = digest;
    if (is_confirm)
        made->token = roj_persist(roj, RECORD_CONFIRM, slot->slot, round, 0,
                                  slot_batch(slot, choice), NULL);
    else
        made->token = roj_persist(roj, RECORD_VOTE, slot->slot, round, 0, NULL,
                                  made->is_nil ? NULL : &digest);
}

void rounds_vote(struct roj *roj, struct slot_round *entry, uint8_t choice)
{
    uint16_t round = entry->round;
    entry->voted = 1;
    start_timers(roj);
    if (!rounds_is_silent(roj))
        promise(roj, round, 0, choice);
}

void rounds_confirm(struct roj *roj, struct slot_round *entry, uint8_t choice)
{
    struct slot *slot = rounds_current(roj);
    uint16_t round = entry->round;
    entry->confirmed = 1;
    if (rounds_is_silent(roj)) {
        start_timers(roj);
        return;
    }
    if (choice != CHOICE_NIL) {
        slot->lock = choice;
        slot->lock_round = round;
        roj_note_digest(roj, ROJ_LOCKED, slot->slot, round, slot_digest(slot, choice));
    }
    start_timers(roj);
    promise(roj, round, 1, choice);
}

void rounds_send_promise(struct roj *roj, uint16_t round, uint8_t is_confirm, uint8_t is_nil,
                         uint64_t digest)
{
    roj->out.type = is_confirm ? WIRE_CONFIRM : WIRE_VOTE;
    roj->out.slot = roj->current;
    roj->out.round = round;
    roj->out.is_nil = is_nil;
    roj->out.digest = digest;
    roj_send(roj, WIRE_ALL);
}

/* A promise is durable: now it may leave, if the node is still where it made it. */
static void release(struct roj *roj, const struct roj_promise *made)
{
    struct slot *slot = rounds_current(roj);
    struct slot_round *entry;
    uint8_t choice = CHOICE_NIL;
    if (made->slot != slot->slot || made->round != slot->round)
        return;
    entry = slot_round_of(slot, made->round);
    if (!made->is_nil)
        choice = slot_choice_of(slot, made->digest);
    if (entry == NULL || choice == CHOICE_NONE)
        return;
    tally_add(made->is_confirm ? &entry->confirms : &entry->votes, slot->nodes, roj->options.node,
              choice);
    rounds_send_promise(roj, made->round, made->is_confirm, made->is_nil, made->digest);
    if (made->is_nil)
        roj_note(roj, made->is_confirm ? ROJ_CONFIRMED : ROJ_VOTED, slot->slot, made->round);
    else
        roj_note_digest(roj, made->is_confirm ? ROJ_CONFIRMED : ROJ_VOTED, slot->slot, made->round,
                        made->digest);
    rounds_progress(roj, slot->slot, made->round);
}

void rounds_stored(struct roj *roj, uint32_t token, uint8_t result)
{
    uint16_t index;
    for (index = 0; index < ROJ_PROMISES; index++) {
        struct roj_promise made = roj->promises[index];
        if (made.token != token)
            continue;
        roj->promises[index].token = 0;
        if (result == ROJ_STORED_OK)
            release(roj, &made);
        return;
    }
}

/* --- Proposals -------------------------------------------------------------------------------- */

/* Whether a new batch should wait for more requests; only the first one of a slot does. */
static uint8_t gathers(struct roj *roj)
{
    if (roj->gathering == GATHERS_NOT && roj->pending_count > 0) {
        roj->gathering = GATHERS;
        roj_out_timer(roj, ROJ_GATHER_TIMER, roj->options.round_ns / 40);
    }
    return roj->gathering == GATHERS;
}

void rounds_send_proposal(struct roj *roj, const struct slot_round *entry, uint8_t type,
                          uint8_t destination, uint32_t slot)
{
    const struct wire_batch *batch = slot_batch(rounds_slot(roj, slot), entry->proposal);
    if (batch == NULL)
        return;
    roj->out.type = type;
    roj->out.slot = slot;
    roj->out.round = entry->round;
    roj->out.valid_round = entry->valid_round;
    roj->out.batch = *batch;
    roj_send(roj, destination);
}

static void note_proposal(struct roj *roj, uint32_t slot, uint16_t round,
                          const struct wire_batch *batch)
{
    struct roj_note *note = &roj->note;
    struct wire_transaction head;
    uint16_t at = 0;
    note->event = ROJ_PROPOSED;
    note->slot = slot;
    note->round = round;
    note->has_digest = 1;
    note->digest = batch->digest;
    note->has_voters = 0;
    note->has_requests = 1;
    note->request_count = 0;
    while (at < batch->length && wire_read_transaction(batch->bytes + at, WIRE_TRANSACTION_MAX,
                                                       &head)) {
        note->requests[note->request_count][0] = head.client;
        note->requests[note->request_count++][1] = head.request;
        at = (uint16_t)(at + head.length);
    }
    roj_out_note(roj, note);
}

/* Proposes, when it is this node's turn and there is something to propose. */
void rounds_propose(struct roj *roj)
{
    struct slot *slot = rounds_current(roj);
    uint16_t round = slot->round;
    uint8_t is_new = slot->valid == CHOICE_NONE, choice = slot->valid, is_news;
    struct slot_round *entry;
    if (rounds_is_silent(roj) || rounds_proposer(roj, slot->slot, round) != roj->options.node)
        return;
    entry = slot_round_of(slot, round);
    if (entry == NULL || entry->proposal != CHOICE_NONE || entry->voted || entry->confirmed)
        return;
    if (is_new) {
        if (gathers(roj) || !log_fill_batch(roj, &roj->out.batch))
            return;
        choice = slot_keep_batch(slot, &roj->out.batch, &is_news);
    }
    if (slot_batch(slot, choice) == NULL)
        return;
    entry->proposal = choice;
    entry->is_passed_on = 0;
    entry->valid_round = is_new ? (uint16_t)WIRE_NO_ROUND : slot->valid_round;
    if (round > slot->lively)
        slot->lively = round;
    rounds_send_proposal(roj, entry, WIRE_PROPOSE, WIRE_ALL, slot->slot);
    note_proposal(roj, slot->slot, round, slot_batch(slot, choice));
    rounds_progress(roj, slot->slot, round);
}

void rounds_enter(struct roj *roj, uint16_t round)
{
    uint32_t slot = roj->current;
    rounds_current(roj)->round = round < ROJ_ROUND_MAX ? round : ROJ_ROUND_MAX;
    start_timers(roj);
    rounds_propose(roj);
    if (slot == roj->current)
        rounds_progress(roj, slot, rounds_current(roj)->round);
}

/* --- What the messages of one round allow ----------------------------------------------------- */

static uint8_t decide(struct roj *roj, struct slot *slot, const struct slot_round *entry)
{
    uint8_t choice = tally_quorum(&entry->confirms, slot->nodes, roj->quorum);
    const struct wire_batch *batch = slot_batch(slot, choice);
    struct wire_batch copy;
    if (batch == NULL)
        return 0;
    copy = *batch;
    log_decided(roj, slot->slot, entry->round, tally_voters(&entry->confirms, slot->nodes, choice),
                &copy);
    return 1;
}

/* Votes for `choice`, the batch of a proposal, in the round in which it was found valid. */
static uint8_t certificate(struct slot *slot, uint16_t round, uint8_t choice)
{
    uint8_t index;
    for (index = 0; index < slot->round_count && round != WIRE_NO_ROUND; index++)
        if (slot->rounds[index].round == round)
            return bit_count(tally_voters(&slot->rounds[index].votes, slot->nodes, choice));
    return 0;
}

static void vote(struct roj *roj, struct slot *slot, struct slot_round *entry)
{
    uint8_t choice = entry->proposal, has_lock = slot->lock != CHOICE_NONE;
    uint16_t valid = entry->valid_round;
    if (choice == CHOICE_NONE || entry->voted || entry->confirmed || entry->round != slot->round)
        return;
    if (!has_lock || slot->lock == choice ||
        (valid != WIRE_NO_ROUND && slot->lock_round <= valid && valid < entry->round &&
         certificate(slot, valid, choice) >= roj->quorum))
        rounds_vote(roj, entry, choice);
    else if (valid != WIRE_NO_ROUND && slot->lock_round <= valid)
        /* The certificate that would unlock this node got lost: ask who relies on it. */
        agreement_pull(roj, rounds_proposer(roj, slot->slot, entry->round), valid);
    else
        rounds_vote(roj, entry, CHOICE_NIL);
}

static void confirm(struct roj *roj, struct slot *slot, struct slot_round *entry)
{
    uint8_t choice = tally_quorum(&entry->votes, slot->nodes, roj->quorum);
    uint8_t is_current = entry->round == slot->round;
    if (choice == CHOICE_NIL && is_current && entry->voted && !entry->confirmed)
        rounds_confirm(roj, entry, CHOICE_NIL);
    if (slot_batch(slot, choice) == NULL)
        return;
    if (slot->valid == CHOICE_NONE || slot->valid_round < entry->round) {
        slot->valid = choice;
        slot->valid_round = entry->round;
    }
    /* In no other round: a late confirmation of an old one would let two batches be decided. */
    if (!entry->confirmed && is_current)
        rounds_confirm(roj, entry, choice);
}

/* The round brought no decision. A node with nothing at stake then rests until it is woken. */
void rounds_expire(struct roj *roj)
{
    struct slot *slot = rounds_current(roj);
    uint16_t next = slot->round < ROJ_ROUND_MAX ? (uint16_t)(slot->round + 1) : ROJ_ROUND_MAX;
    roj_note(roj, ROJ_EXPIRED, slot->slot, slot->round);
    if (roj->pending_count > 0 || slot->lock != CHOICE_NONE || slot->valid != CHOICE_NONE) {
        rounds_enter(roj, next);
        return;
    }
    slot->round = next;
    slot->active = 0;
    slot->lively = -1;
    roj_out_clear(roj, ROJ_ROUND_TIMER);
    roj_out_clear(roj, ROJ_REPAIR_TIMER);
}

void rounds_progress(struct roj *roj, uint32_t number, uint16_t round)
{
    struct slot *slot = rounds_current(roj);
    struct slot_round *entry;
    if (number != roj->current)
        return;
    entry = slot_round_of(slot, round);
    if (entry == NULL || decide(roj, slot, entry) || !slot->active)
        return;
    vote(roj, slot, entry);
    entry = slot_round_of(slot, round);
    if (entry != NULL)
        confirm(roj, slot, entry);
    entry = slot_round_of(slot, slot->round);
    if (entry == NULL)
        return;
    /* A certificate for the proposal that the node hesitates about may have come in. */
    if (entry->round != round && entry->proposal != CHOICE_NONE && entry->valid_round == round)
        vote(roj, slot, entry);
    entry = slot_round_of(slot, slot->round);
    if (entry != NULL && entry->confirmed &&
        tally_quorum(&entry->confirms, slot->nodes, roj->quorum) == CHOICE_NIL)
        rounds_expire(roj);
}
