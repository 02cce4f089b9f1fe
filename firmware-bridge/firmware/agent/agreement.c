/*
 * Agreement on one slot after the other, as the node around it sees it: what is heard of rounds,
 * what timers do, what is pulled and answered.
 */
#include <stddef.h>

#include "roj.h"

/* Whether a message of `slot` is of use now or soon. */
static uint8_t is_near(const struct roj *roj, uint32_t slot)
{
    return slot >= roj->current && slot - roj->current <= ROJ_WINDOW;
}

void agreement_start(struct roj *roj)
{
    uint16_t index;
    roj->current = 0;
    roj->silent_through = -1;
    roj->restored_through = -1;
    roj->pull_peer = roj->options.node;
    roj->gathering = GATHERS_NOT;
    for (index = 0; index < ROJ_SLOTS; index++)
        roj->slots[index].is_used = 0;
    for (index = 0; index < ROJ_PROMISES; index++)
        roj->promises[index].token = 0;
    for (index = 0; index < ROJ_FAR; index++)
        roj->far[index].is_used = 0;
}

/* Takes back a promise read from storage, before anything else happens in its slot. */
void agreement_restore(struct roj *roj, uint32_t number, uint16_t round, uint8_t is_confirm,
                       const struct wire_batch *batch, const uint64_t *digest)
{
    struct slot *slot = rounds_slot(roj, number);
    struct slot_round *entry;
    uint8_t choice = CHOICE_NIL, is_news;
    if ((int64_t)number > roj->restored_through)
        roj->restored_through = number;
    if (round > slot->round)
        slot->round = round;
    if (batch != NULL)
        choice = slot_keep_batch(slot, batch, &is_news);
    else if (digest != NULL)
        choice = slot_choice_of(slot, *digest);
    entry = slot_round_of(slot, round);
    /* Without room for a promise the node must not make another one in this slot. */
    if ((entry == NULL || choice == CHOICE_NONE) && (int64_t)number > roj->silent_through)
        roj->silent_through = number;
    if (entry == NULL || choice == CHOICE_NONE)
        return;
    tally_add(is_confirm ? &entry->confirms : &entry->votes, slot->nodes, roj->options.node,
              choice);
    entry->voted = 1;
    if (!is_confirm)
        return;
    entry->confirmed = 1;
    if (batch == NULL)
        return;
    if (slot->lock == CHOICE_NONE || slot->lock_round <= round) {
        slot->lock = choice;
        slot->lock_round = round;
    }
    if (slot->valid == CHOICE_NONE || slot->valid_round <= round) {
        slot->valid = choice;
        slot->valid_round = round;
    }
}

/* Without room for it the node makes no other promise up to its slot. */
void agreement_keep_far(struct roj *roj, const struct roj_far *promise)
{
    uint16_t index;
    if ((int64_t)promise->slot > roj->restored_through)
        roj->restored_through = promise->slot;
    for (index = 0; index < ROJ_FAR; index++) {
        if (roj->far[index].is_used)
            continue;
        roj->far[index] = *promise;
        roj->far[index].is_used = 1;
        return;
    }
    if ((int64_t)promise->slot > roj->silent_through)
        roj->silent_through = promise->slot;
}

/* Takes back what has become near, before anything is heard of it. */
static void restore_near(struct roj *roj)
{
    uint16_t index;
    for (index = 0; index < ROJ_FAR; index++) {
        struct roj_far *far = &roj->far[index];
        if (!far->is_used || (far->slot >= roj->current && !is_near(roj, far->slot)))
            continue;
        far->is_used = 0;
        if (far->slot >= roj->current)
            agreement_restore(roj, far->slot, far->round, far->is_confirm,
                              far->has_batch ? &far->batch : NULL,
                              far->has_digest ? &far->batch.digest : NULL);
    }
}

/* Whether the journal so far holds a promise in `slot` or later, or may have held one. */
uint8_t agreement_has_stake(const struct roj *roj, uint32_t slot)
{
    return roj->restored_through >= (int64_t)slot || roj->silent_through >= (int64_t)slot;
}

/* Moves to `slot`: everything below is decided. */
void agreement_begin(struct roj *roj, uint32_t number)
{
    struct slot *old = rounds_current(roj);
    uint8_t index;
    if (old->active) {
        roj_out_clear(roj, ROJ_ROUND_TIMER);
        roj_out_clear(roj, ROJ_REPAIR_TIMER);
    }
    for (index = 0; index < ROJ_SLOTS; index++)
        if (roj->slots[index].slot < number)
            roj->slots[index].is_used = 0;
    if (roj->gathering == GATHERS)
        roj_out_clear(roj, ROJ_GATHER_TIMER);
    roj->gathering = GATHERS_NOT;
    roj->current = number;
    restore_near(roj);
    if (roj->pending_count > 0 || rounds_current(roj)->lively >= 0 ||
        rounds_current(roj)->lock != CHOICE_NONE)
        agreement_wake(roj);
}

/* There is something to agree on: the node takes part in the current slot. */
void agreement_wake(struct roj *roj)
{
    struct slot *slot = rounds_current(roj);
    uint32_t number = slot->slot;
    uint16_t rounds[ROJ_ROUNDS];
    uint8_t count, index;
    if (slot->active) {
        rounds_propose(roj);
        return;
    }
    slot->active = 1;
    rounds_enter(roj, slot->lively > slot->round ? (uint16_t)slot->lively : slot->round);
    if (number != roj->current)
        return;
    count = slot->round_count;
    for (index = 0; index < count; index++)
        rounds[index] = slot->rounds[index].round;
    for (index = 0; index < count; index++)
        rounds_progress(roj, number, rounds[index]);
}

void agreement_message(struct roj *roj, uint8_t source, const struct wire_message *message)
{
    uint32_t number = message->slot;
    uint16_t round = message->round;
    struct slot *slot;
    int32_t reached;
    if (round > ROJ_ROUND_MAX || !is_near(roj, number))
        return;
    slot = rounds_slot(roj, number);
    if (!slot_hear(slot, source, message, roj->options.node) || number != roj->current)
        return;
    if (!slot->active) {
        if (slot->lively >= 0)
            agreement_wake(roj);
        else
            rounds_progress(roj, number, round);
        return;
    }
    reached = slot_reached(slot, roj->jump_at);
    if (reached > slot->round)
        rounds_enter(roj, (uint16_t)reached);
    rounds_progress(roj, number, round);
}

static uint8_t next_peer(struct roj *roj)
{
    const struct roj_options *options = &roj->options;
    do
        roj->pull_peer = (uint8_t)((roj->pull_peer + 1) % options->nodes);
    while (roj->pull_peer == options->node && options->nodes > 1);
    return roj->pull_peer;
}

static void resend(struct roj *roj, struct slot *slot)
{
    struct slot_round *entry = slot_round_of(slot, slot->round);
    uint8_t is_confirm, choice;
    if (entry == NULL || rounds_is_silent(roj))
        return;
    if (entry->proposal != CHOICE_NONE && !entry->is_passed_on &&
        rounds_proposer(roj, slot->slot, slot->round) == roj->options.node)
        rounds_send_proposal(roj, entry, WIRE_PROPOSE, WIRE_ALL, slot->slot);
    for (is_confirm = 0; is_confirm < 2; is_confirm++) {
        choice = (is_confirm ? &entry->confirms : &entry->votes)->said[roj->options.node];
        if (choice != CHOICE_NONE)
            rounds_send_promise(roj, slot->round, is_confirm, choice == CHOICE_NIL,
                         slot_digest(slot, choice));
    }
}

/* The time of the current step of the round is up. */
static void round_timer(struct roj *roj)
{
    struct slot *slot = rounds_current(roj);
    struct slot_round *entry;
    if (!slot->active)
        return;
    resend(roj, slot);
    agreement_pull(roj, next_peer(roj), slot->round);
    entry = slot_round_of(slot, slot->round);
    if (entry == NULL)
        rounds_expire(roj);
    else if (!entry->voted && !entry->confirmed)
        rounds_vote(roj, entry, CHOICE_NIL);
    else if (!entry->confirmed)
        rounds_confirm(roj, entry, CHOICE_NIL);
    else
        rounds_expire(roj);
}

void agreement_timer(struct roj *roj, uint8_t timer)
{
    struct slot *slot = rounds_current(roj);
    if (timer == ROJ_ROUND_TIMER) {
        round_timer(roj);
    } else if (timer == ROJ_GATHER_TIMER) {
        if (roj->gathering != GATHERS)
            return;
        roj->gathering = HAS_GATHERED;
        if (slot->active)
            rounds_propose(roj);
    } else if (slot->active) {
        /* A step takes longer than it should: ask a peer for what may have been lost. */
        agreement_pull(roj, next_peer(roj), slot->round);
        roj_out_timer(roj, ROJ_REPAIR_TIMER, roj->options.round_ns / 4);
    }
}

/* A proposer may show another batch to others: the one that is agreed on may not be here. */
static uint8_t misses_batch(const struct roj *roj, const struct slot *slot,
                            const struct slot_round *entry)
{
    uint8_t choice = tally_quorum(&entry->votes, slot->nodes, roj->jump_at);
    return choice >= CHOICE_FIRST && slot_batch(slot, choice) == NULL;
}

/* Asks `peer` for what this node misses of a round of the current slot. */
void agreement_pull(struct roj *roj, uint8_t peer, uint16_t round)
{
    struct slot *slot = rounds_current(roj);
    struct slot_round *entry = slot_round_of(slot, round);
    uint16_t all = (uint16_t)((1u << roj->options.nodes) - 1u);
    if (entry == NULL)
        return;
    roj->out.type = WIRE_PULL;
    roj->out.slot = slot->slot;
    roj->out.round = round;
    roj->out.voters = all & (uint16_t)~entry->votes.heard;
    roj->out.confirms = all & (uint16_t)~entry->confirms.heard;
    roj->out.wants_value = entry->proposal == CHOICE_NONE || misses_batch(roj, slot, entry);
    roj_send(roj, peer);
}

static void answer_tally(struct roj *roj, struct slot *slot, struct slot_round *entry,
                         uint8_t source)
{
    const struct wire_message *pull = &roj->in;
    uint8_t is_confirm, voter, earlier;
    for (is_confirm = 0; is_confirm < 2; is_confirm++) {
        struct slot_tally *tally = is_confirm ? &entry->confirms : &entry->votes;
        uint16_t missing = is_confirm ? pull->confirms : pull->voters;
        for (voter = 0; voter < slot->nodes; voter++) {
            uint8_t choice = tally->said[voter];
            uint16_t voters = tally_voters(tally, slot->nodes, choice) & missing;
            for (earlier = 0; earlier < voter && tally->said[earlier] != choice; earlier++) {
            }
            if (choice == CHOICE_NONE || earlier < voter || voters == 0)
                continue;
            roj->out.type = WIRE_VOTE_SET;
            roj->out.slot = slot->slot;
            roj->out.round = entry->round;
            roj->out.is_confirm = is_confirm;
            roj->out.is_nil = choice == CHOICE_NIL;
            roj->out.digest = slot_digest(slot, choice);
            roj->out.voters = voters;
            roj_send(roj, source);
        }
    }
}

/* Answers a pull for a slot that is not decided here. `pull` is `roj->in`. */
void agreement_answer(struct roj *roj, uint8_t source, const struct wire_message *pull)
{
    struct slot *slot = &roj->slots[pull->slot % ROJ_SLOTS];
    struct slot_round *entry;
    if (!is_near(roj, pull->slot) || pull->round > ROJ_ROUND_MAX || !slot->is_used ||
        slot->slot != pull->slot)
        return;
    entry = slot_round_of(slot, pull->round);
    if (entry == NULL)
        return;
    if (pull->wants_value && entry->proposal != CHOICE_NONE)
        rounds_send_proposal(roj, entry, WIRE_VALUE, source, slot->slot);
    answer_tally(roj, slot, entry, source);
}
