#include "slot.h"

#include <stddef.h>

uint8_t bit_count(uint16_t bits)
{
    uint8_t count = 0;
    for (; bits != 0; bits &= (uint16_t)(bits - 1))
        count++;
    return count;
}

void slot_start(struct slot *slot, uint32_t number, uint8_t nodes)
{
    uint8_t index;
    slot->slot = number;
    slot->is_used = 1;
    slot->active = 0;
    slot->nodes = nodes;
    slot->lock = CHOICE_NONE;
    slot->valid = CHOICE_NONE;
    slot->round_count = 0;
    slot->round = 0;
    slot->lock_round = 0;
    slot->valid_round = 0;
    slot->lively = -1;
    for (index = 0; index < ROJ_NODES_MAX; index++)
        slot->heard[index] = -1;
    for (index = 0; index < ROJ_CHOICES; index++)
        slot->choices[index].is_used = 0;
    for (index = 0; index < ROJ_BATCHES; index++)
        slot->batch_used[index] = 0;
}

/* --- Rounds ----------------------------------------------------------------------------------- */

/* Makes room by the lowest round that is behind the node, and not the one that it relies on. */
static uint8_t forget_round(struct slot *slot)
{
    uint8_t index, lowest = ROJ_ROUNDS;
    for (index = 0; index < slot->round_count; index++) {
        uint16_t round = slot->rounds[index].round;
        if (round >= slot->round || (slot->valid != CHOICE_NONE && round == slot->valid_round) ||
            (slot->lock != CHOICE_NONE && round == slot->lock_round))
            continue;
        if (lowest == ROJ_ROUNDS || round < slot->rounds[lowest].round)
            lowest = index;
    }
    if (lowest == ROJ_ROUNDS)
        return 0;
    slot->round_count--;
    for (index = lowest; index < slot->round_count; index++)
        slot->rounds[index] = slot->rounds[index + 1];
    return 1;
}

static void clear_tally(struct slot_tally *tally)
{
    uint8_t index;
    tally->heard = 0;
    for (index = 0; index < ROJ_NODES_MAX; index++)
        tally->said[index] = CHOICE_NONE;
}

struct slot_round *slot_round_of(struct slot *slot, uint16_t round)
{
    struct slot_round *made;
    uint8_t index;
    for (index = 0; index < slot->round_count; index++)
        if (slot->rounds[index].round == round)
            return &slot->rounds[index];
    if (slot->round_count == ROJ_ROUNDS && !forget_round(slot))
        return NULL;
    made = &slot->rounds[slot->round_count++];
    made->round = round;
    made->proposal = CHOICE_NONE;
    made->is_passed_on = 0;
    made->valid_round = WIRE_NO_ROUND;
    made->voted = 0;
    made->confirmed = 0;
    clear_tally(&made->votes);
    clear_tally(&made->confirms);
    return made;
}

/* --- Choices ---------------------------------------------------------------------------------- */

static uint8_t is_said(const struct slot_tally *tally, uint8_t choice)
{
    uint8_t index;
    for (index = 0; index < ROJ_NODES_MAX; index++)
        if (tally->said[index] == choice)
            return 1;
    return 0;
}

/* Whether anything that the node keeps points to the choice. */
static uint8_t is_needed(const struct slot *slot, uint8_t choice)
{
    uint8_t index;
    if (choice == slot->lock || choice == slot->valid)
        return 1;
    for (index = 0; index < slot->round_count; index++) {
        const struct slot_round *round = &slot->rounds[index];
        if (round->proposal == choice || is_said(&round->votes, choice) ||
            is_said(&round->confirms, choice))
            return 1;
    }
    return 0;
}

/* Gives up what nothing points to any more. */
static void sweep(struct slot *slot)
{
    uint8_t index;
    for (index = 0; index < ROJ_CHOICES; index++) {
        struct slot_choice *choice = &slot->choices[index];
        if (!choice->is_used || is_needed(slot, (uint8_t)(index + CHOICE_FIRST)))
            continue;
        choice->is_used = 0;
        if (choice->batch != NO_BATCH)
            slot->batch_used[choice->batch] = 0;
    }
}

static uint8_t find_choice(const struct slot *slot, uint64_t digest)
{
    uint8_t index;
    for (index = 0; index < ROJ_CHOICES; index++)
        if (slot->choices[index].is_used && slot->choices[index].digest == digest)
            return (uint8_t)(index + CHOICE_FIRST);
    return CHOICE_NONE;
}

uint8_t slot_choice_of(struct slot *slot, uint64_t digest)
{
    uint8_t choice = find_choice(slot, digest), tries, index;
    if (choice != CHOICE_NONE)
        return choice;
    for (tries = 0; tries < 2; tries++) {
        for (index = 0; index < ROJ_CHOICES; index++) {
            if (slot->choices[index].is_used)
                continue;
            slot->choices[index].is_used = 1;
            slot->choices[index].digest = digest;
            slot->choices[index].batch = NO_BATCH;
            return (uint8_t)(index + CHOICE_FIRST);
        }
        sweep(slot);
    }
    return CHOICE_NONE;
}

static uint8_t free_batch(struct slot *slot)
{
    uint8_t tries, index;
    for (tries = 0; tries < 2; tries++) {
        for (index = 0; index < ROJ_BATCHES; index++)
            if (!slot->batch_used[index])
                return index;
        sweep(slot);
    }
    return NO_BATCH;
}

uint8_t slot_keep_batch(struct slot *slot, const struct wire_batch *batch, uint8_t *is_news)
{
    uint8_t choice, place;
    *is_news = 0;
    choice = find_choice(slot, batch->digest);
    if (choice != CHOICE_NONE && slot->choices[choice - CHOICE_FIRST].batch != NO_BATCH)
        return choice;
    /* First the room, as looking for it may sweep the choice away again. */
    place = free_batch(slot);
    if (place == NO_BATCH)
        return CHOICE_NONE;
    choice = slot_choice_of(slot, batch->digest);
    if (choice == CHOICE_NONE)
        return CHOICE_NONE;
    slot->batch_used[place] = 1;
    slot->batches[place] = *batch;
    slot->choices[choice - CHOICE_FIRST].batch = place;
    *is_news = 1;
    return choice;
}

const struct wire_batch *slot_batch(const struct slot *slot, uint8_t choice)
{
    uint8_t place = choice < CHOICE_FIRST ? NO_BATCH : slot->choices[choice - CHOICE_FIRST].batch;
    return place == NO_BATCH ? NULL : &slot->batches[place];
}

uint64_t slot_digest(const struct slot *slot, uint8_t choice)
{
    return choice < CHOICE_FIRST ? 0 : slot->choices[choice - CHOICE_FIRST].digest;
}

/* --- Votes and confirmations ------------------------------------------------------------------ */

uint8_t tally_add(struct slot_tally *tally, uint8_t nodes, uint8_t voter, uint8_t choice)
{
    if (voter >= nodes || choice == CHOICE_NONE || tally->said[voter] != CHOICE_NONE)
        return 0;
    tally->said[voter] = choice;
    tally->heard |= (uint16_t)(1u << voter);
    return 1;
}

uint16_t tally_voters(const struct slot_tally *tally, uint8_t nodes, uint8_t choice)
{
    uint16_t voters = 0;
    uint8_t voter;
    for (voter = 0; voter < nodes; voter++)
        if (choice != CHOICE_NONE && tally->said[voter] == choice)
            voters |= (uint16_t)(1u << voter);
    return voters;
}

uint8_t tally_quorum(const struct slot_tally *tally, uint8_t nodes, uint8_t quorum)
{
    uint8_t voter;
    for (voter = 0; voter < nodes; voter++) {
        uint8_t choice = tally->said[voter];
        if (choice != CHOICE_NONE && bit_count(tally_voters(tally, nodes, choice)) >= quorum)
            return choice;
    }
    return CHOICE_NONE;
}

void slot_heard_round(struct slot *slot, uint8_t source, uint16_t round)
{
    if (source < slot->nodes && round > slot->heard[source])
        slot->heard[source] = round;
}

int32_t slot_reached(const struct slot *slot, uint8_t count)
{
    int32_t reached = -1;
    uint8_t one, other, above;
    for (one = 0; one < slot->nodes; one++) {
        above = 0;
        for (other = 0; other < slot->nodes; other++)
            if (slot->heard[other] >= slot->heard[one])
                above++;
        if (above >= count && slot->heard[one] > reached)
            reached = slot->heard[one];
    }
    return reached;
}

static uint8_t hear_proposal(struct slot *slot, uint8_t source, const struct wire_message *message)
{
    uint16_t round = message->round;
    uint8_t is_value = message->type == WIRE_VALUE, is_news, choice;
    struct slot_round *entry;
    if (!is_value && source != ((uint64_t)slot->slot + round) % slot->nodes)
        return 0;
    if (message->valid_round != WIRE_NO_ROUND && message->valid_round >= round)
        return 0;
    if (round > slot->lively)
        slot->lively = round;
    if (!is_value)
        slot_heard_round(slot, source, round);
    choice = slot_keep_batch(slot, &message->batch, &is_news);
    if (choice == CHOICE_NONE)
        return 0;
    entry = slot_round_of(slot, round);
    if (entry == NULL || entry->proposal != CHOICE_NONE)
        return is_news;
    entry->proposal = choice;
    entry->is_passed_on = is_value;
    entry->valid_round = message->valid_round;
    return 1;
}

uint8_t slot_hear(struct slot *slot, uint8_t source, const struct wire_message *message,
                  uint8_t self)
{
    struct slot_round *entry;
    struct slot_tally *tally;
    uint8_t choice = CHOICE_NIL, is_news = 0, voter;
    if (message->type == WIRE_PROPOSE || message->type == WIRE_VALUE)
        return hear_proposal(slot, source, message);
    if (!message->is_nil && message->round > slot->lively)
        slot->lively = message->round;
    if (message->type != WIRE_VOTE_SET)
        slot_heard_round(slot, source, message->round);
    entry = slot_round_of(slot, message->round);
    if (entry == NULL)
        return 0;
    if (!message->is_nil)
        choice = slot_choice_of(slot, message->digest);
    tally = message->is_confirm ? &entry->confirms : &entry->votes;
    if (message->type != WIRE_VOTE_SET)
        return tally_add(tally, slot->nodes, source, choice);
    for (voter = 0; voter < slot->nodes; voter++) {
        /* What others say of the node itself they may have from a stranger. */
        if ((message->voters >> voter & 1) == 0 || voter == self)
            continue;
        slot_heard_round(slot, voter, message->round);
        is_news |= tally_add(tally, slot->nodes, voter, choice);
    }
    return is_news;
}
