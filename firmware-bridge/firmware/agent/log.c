/* The decided log, the state made from it, and the requests that wait to be decided. */
#include <stddef.h>

#include "roj.h"

#define RECORD_DECIDED 3

/* --- Requests --------------------------------------------------------------------------------- */

static void remove_pending(struct roj *roj, uint8_t index)
{
    roj->pending_count--;
    for (; index < roj->pending_count; index++)
        roj->pending[index] = roj->pending[index + 1];
}

static uint8_t find_pending(const struct roj *roj, uint16_t client)
{
    uint8_t index = 0;
    while (index < roj->pending_count && roj->pending[index].client != client)
        index++;
    return index;
}

/* 0 when this request or a later one of the client waits already, or there is no room. */
uint8_t log_add_request(struct roj *roj, const struct wire_transaction *head, const uint8_t *bytes)
{
    uint8_t index = find_pending(roj, head->client);
    struct roj_pending *added;
    if (index < roj->pending_count) {
        if (roj->pending[index].request >= head->request)
            return 0;
        remove_pending(roj, index);
    }
    if (roj->pending_count == ROJ_PENDING)
        return 0;
    added = &roj->pending[roj->pending_count++];
    added->client = head->client;
    added->request = head->request;
    added->length = head->length;
    wire_copy(added->bytes, bytes, head->length);
    return 1;
}

/* As many waiting requests as fit, oldest first; 0 where none waits. */
uint8_t log_fill_batch(struct roj *roj, struct wire_batch *batch)
{
    uint8_t index;
    batch->length = 0;
    batch->count = 0;
    for (index = 0; index < roj->pending_count && batch->count < WIRE_BATCH_MAX; index++) {
        const struct roj_pending *pending = &roj->pending[index];
        wire_copy(batch->bytes + batch->length, pending->bytes, pending->length);
        batch->length = (uint16_t)(batch->length + pending->length);
        batch->count++;
    }
    batch->digest = wire_digest(batch->bytes, batch->length);
    return batch->count > 0;
}

static void settle(struct roj *roj, uint16_t client, uint16_t request)
{
    uint8_t index = find_pending(roj, client);
    if (index < roj->pending_count && roj->pending[index].request <= request)
        remove_pending(roj, index);
}

static void drop_void(struct roj *roj)
{
    uint8_t index = 0;
    while (index < roj->pending_count) {
        const struct roj_pending *pending = &roj->pending[index];
        if (store_is_void(&roj->store, pending->client, pending->request))
            remove_pending(roj, index);
        else
            index++;
    }
}

/* --- Decided slots ---------------------------------------------------------------------------- */

struct roj_decision *log_get(struct roj *roj, uint32_t slot)
{
    return slot < roj->first || slot >= roj->next ? NULL : &roj->decided[slot % ROJ_KEPT];
}

static void push(struct roj *roj, const struct roj_decision *decision)
{
    uint32_t kept = roj->options.kept_slots < ROJ_KEPT ? roj->options.kept_slots : ROJ_KEPT;
    roj->decided[roj->next++ % ROJ_KEPT] = *decision;
    if (roj->next - roj->first > kept)
        roj->first = roj->next - kept;
}

static const uint16_t *station_of(const struct roj *roj, uint16_t client)
{
    uint8_t index;
    for (index = 0; index < roj->station_count; index++)
        if (roj->stations[index][0] == client)
            return &roj->stations[index][1];
    return NULL;
}

/* Applies a decided slot; replies only where somebody may still wait for them. */
void log_apply(struct roj *roj, const struct roj_decision *decision, uint8_t replies)
{
    struct roj_note *note = &roj->note;
    const struct wire_batch *batch = &decision->batch;
    struct wire_transaction head;
    uint16_t at;
    push(roj, decision);
    note->request_count = 0;
    for (at = 0; at < batch->length; at = (uint16_t)(at + head.length)) {
        const struct store_session *session;
        const uint16_t *station;
        if (!wire_read_transaction(batch->bytes + at, WIRE_TRANSACTION_MAX, &head))
            break;
        session = store_apply(&roj->store, batch->bytes + at);
        if (roj->store.is_full)
            roj->has_stopped = 1;
        if (session == NULL)
            continue;
        note->requests[note->request_count][0] = head.client;
        note->requests[note->request_count++][1] = head.request;
        station = station_of(roj, head.client);
        if (replies && station != NULL && !roj->has_stopped)
            roj_reply(roj, session, (uint8_t)*station);
        settle(roj, head.client, head.request);
    }
    note->event = ROJ_APPLIED;
    note->slot = decision->slot;
    note->round = decision->round;
    note->has_digest = 1;
    note->digest = batch->digest;
    note->has_voters = 0;
    note->has_requests = 1;
    if (!roj->has_stopped)
        roj_out_note(roj, note);
}

/* `is_journaled`: it is in the journal already. */
static void commit(struct roj *roj, const struct roj_decision *decision, uint8_t is_journaled)
{
    const struct wire_batch *batch = &decision->batch;
    struct roj_note *note = &roj->note;
    if (!is_journaled)
        roj_persist(roj, RECORD_DECIDED, decision->slot, decision->round, decision->voters, batch,
                    NULL);
    note->event = ROJ_COMMITTED;
    note->slot = decision->slot;
    note->round = decision->round;
    note->has_digest = 1;
    note->digest = batch->digest;
    note->has_voters = 1;
    note->voters = decision->voters;
    note->has_requests = 0;
    roj_out_note(roj, note);
    if (((uint64_t)decision->slot + decision->round) % roj->options.nodes == roj->options.node) {
        roj->out.type = WIRE_COMMIT;
        roj->out.slot = decision->slot;
        roj->out.round = decision->round;
        roj->out.is_nil = 0;
        roj->out.digest = batch->digest;
        roj->out.voters = decision->voters;
        roj_send(roj, WIRE_ALL);
    }
    log_apply(roj, decision, 1);
}

/* Keeps a decision behind a gap, over an earlier one of its slot. */
void log_keep_ahead(struct roj *roj, const struct roj_decision *decision, uint8_t is_journaled)
{
    uint8_t index, place = ROJ_AHEAD;
    for (index = 0; index < ROJ_AHEAD; index++) {
        if (!roj->ahead[index].is_used && place == ROJ_AHEAD)
            place = index;
        if (roj->ahead[index].is_used && roj->ahead[index].slot == decision->slot) {
            is_journaled |= roj->ahead_journaled[index];
            place = index;
            break;
        }
    }
    if (place == ROJ_AHEAD)
        return;
    roj->ahead[place] = *decision;
    roj->ahead[place].is_used = 1;
    roj->ahead_journaled[place] = is_journaled;
}

/* Goes on with the decisions whose turn has come. */
void log_take_ahead(struct roj *roj, uint8_t is_boot)
{
    struct roj_decision decision;
    uint8_t index = 0;
    while (index < ROJ_AHEAD) {
        if (!roj->ahead[index].is_used || roj->ahead[index].slot != roj->next) {
            index++;
            continue;
        }
        decision = roj->ahead[index];
        roj->ahead[index].is_used = 0;
        if (is_boot)
            log_apply(roj, &decision, 0);
        else
            commit(roj, &decision, roj->ahead_journaled[index]);
        index = 0;
    }
}

/* Whether the journal holds, or may have held, what still counts at `slot` or further on. */
static uint8_t needs_journal(const struct roj *roj, uint32_t slot)
{
    uint8_t index;
    for (index = 0; index < ROJ_AHEAD; index++)
        if (roj->ahead[index].is_used && roj->ahead_journaled[index])
            return 1;
    return agreement_has_stake(roj, slot);
}

/* Goes on behind what was decided, with a snapshot of it where one is due. */
static void move_on(struct roj *roj)
{
    if (roj->has_stopped)
        return;
    /* First the snapshot: what the node promises in the next slot must stand behind it. */
    if (transfer_is_due(roj) && !needs_journal(roj, roj->next))
        transfer_write(roj, transfer_take(roj), 1);
    agreement_begin(roj, roj->next);
}

void log_decided(struct roj *roj, uint32_t slot, uint16_t round, uint16_t voters,
                 const struct wire_batch *batch)
{
    struct roj_decision decision;
    uint8_t index, is_journaled = 0;
    decision.slot = slot;
    decision.round = round;
    decision.voters = voters;
    decision.is_used = 1;
    decision.batch = *batch;
    for (index = 0; index < ROJ_AHEAD; index++) {
        if (!roj->ahead[index].is_used || roj->ahead[index].slot != slot)
            continue;
        is_journaled = roj->ahead_journaled[index];
        roj->ahead[index].is_used = 0;
    }
    commit(roj, &decision, is_journaled);
    log_take_ahead(roj, 0);
    move_on(roj);
}

/* Takes over the state of a peer that is further on: the snapshot that has come in. */
void log_install(struct roj *roj)
{
    const struct roj_incoming *incoming = &roj->incoming;
    struct roj_snapshot *snapshot;
    uint8_t index;
    if (!store_restore(&roj->store, incoming->bytes, incoming->total))
        return;
    if (roj->store.is_full) {
        roj->has_stopped = 1;
        return;
    }
    roj->first = incoming->slot;
    roj->next = incoming->slot;
    for (index = 0; index < ROJ_AHEAD; index++)
        if (roj->ahead[index].slot < incoming->slot)
            roj->ahead[index].is_used = 0;
    snapshot = transfer_place(roj, incoming->slot);
    snapshot->slot = incoming->slot;
    snapshot->length = incoming->total;
    snapshot->digest = incoming->digest;
    wire_copy(snapshot->bytes + ROJ_RECORD_HEAD, incoming->bytes, incoming->total);
    transfer_write(roj, snapshot, !needs_journal(roj, incoming->slot));
    drop_void(roj);
    log_take_ahead(roj, 0);
    move_on(roj);
}
