/*
 * Snapshots: when one is due, how it is made durable and the journal before it dropped, and its
 * way over the bus in pieces. A receiver takes pieces in any order, asks for what is missing, with
 * another node too, and installs only what has the digest claimed.
 */
#include <stddef.h>

#include "roj.h"

#define CHUNKS_PER_ANSWER 8u
#define RECORD_SNAPSHOT 4

/* --- The last two snapshots ------------------------------------------------------------------- */

/* Where a snapshot of this slot is to be put; it is the newest then. */
struct roj_snapshot *transfer_place(struct roj *roj, uint32_t slot)
{
    uint8_t place = !roj->newest;
    if (roj->shelf[roj->newest].is_used && roj->shelf[roj->newest].slot == slot)
        place = roj->newest;
    roj->newest = place;
    roj->shelf[place].is_used = 1;
    return &roj->shelf[place];
}

struct roj_snapshot *transfer_take(struct roj *roj)
{
    struct roj_snapshot *snapshot = transfer_place(roj, roj->next);
    snapshot->slot = roj->next;
    snapshot->length = store_snapshot(&roj->store, snapshot->bytes + ROJ_RECORD_HEAD);
    snapshot->digest = wire_digest(snapshot->bytes + ROJ_RECORD_HEAD, snapshot->length);
    return snapshot;
}

void transfer_restored(struct roj *roj, const uint8_t *state, uint32_t length, uint32_t slot)
{
    struct roj_snapshot *snapshot = transfer_place(roj, slot);
    snapshot->slot = slot;
    snapshot->length = length;
    snapshot->digest = wire_digest(state, length);
    wire_copy(snapshot->bytes + ROJ_RECORD_HEAD, state, length);
    roj->last_snapshot = slot;
    roj->shelf[!roj->newest].is_used = 0;
}

/* Whether a snapshot is due. Multiples of the interval, so that nodes agree. */
uint8_t transfer_is_due(const struct roj *roj)
{
    const struct roj_snapshot *newest = &roj->shelf[roj->newest];
    uint32_t every = roj->options.every_slots;
    int64_t most = roj->options.journal_bytes;
    uint8_t index;
    if (roj->next <= roj->last_snapshot)
        return 0;
    for (index = 0; index < ROJ_SNAPSHOT_WRITES; index++)
        if (roj->writes[index].token != 0)
            return 0;
    if (roj->needs_room || roj->next / every > roj->last_snapshot / every)
        return 1;
    /* A large state makes large journals: else there would be a snapshot for every slot. */
    if (newest->is_used && most < 2 * (int64_t)newest->length)
        most = 2 * (int64_t)newest->length;
    return (int64_t)roj->written - roj->dropped > most;
}

/* `may_drop`: nothing before it in the journal is needed once it is durable. */
void transfer_write(struct roj *roj, struct roj_snapshot *snapshot, uint8_t may_drop)
{
    struct roj_write *write = NULL;
    uint64_t before = roj->written;
    uint32_t token;
    uint8_t index;
    roj->last_snapshot = snapshot->slot;
    roj->needs_room = 0;
    for (index = 0; index < ROJ_RECORD_HEAD; index++)
        snapshot->bytes[index] = 0;
    snapshot->bytes[0] = RECORD_SNAPSHOT;
    wire_put32(snapshot->bytes + 2, snapshot->slot);
    token = ++roj->token;
    roj->written += ROJ_RECORD_HEAD + snapshot->length;
    roj_out_persist(roj, token, snapshot->slot, snapshot->bytes, ROJ_RECORD_HEAD + snapshot->length,
                    1);
    for (index = 0; index < ROJ_SNAPSHOT_WRITES && write == NULL; index++)
        if (roj->writes[index].token == 0)
            write = &roj->writes[index];
    if (write != NULL) {
        write->token = token;
        write->before = before;
        write->may_drop = may_drop;
    }
    roj_note_digest(roj, ROJ_SNAPSHOT, snapshot->slot, 0, snapshot->digest);
}

void transfer_stored(struct roj *roj, uint32_t token, uint8_t result)
{
    uint8_t index;
    if (result == ROJ_STORED_FULL)
        roj->needs_room = 1;
    for (index = 0; index < ROJ_SNAPSHOT_WRITES; index++) {
        struct roj_write *write = &roj->writes[index];
        if (write->token != token)
            continue;
        write->token = 0;
        if (result != ROJ_STORED_OK || !write->may_drop)
            return;
        roj->dropped = (int64_t)write->before;
        roj_out_truncate(roj, token);
        return;
    }
}

/* --- On the bus ------------------------------------------------------------------------------- */

static struct roj_snapshot *find(struct roj *roj, uint32_t slot)
{
    uint8_t index;
    for (index = 0; index < 2; index++)
        if (roj->shelf[index].is_used && roj->shelf[index].slot == slot)
            return &roj->shelf[index];
    return NULL;
}

/* Chunks of the snapshot up to `slot`; without it, the first ones of what there is. */
void transfer_send(struct roj *roj, uint8_t destination, uint32_t slot, uint32_t offset)
{
    const struct roj_snapshot *asked = find(roj, slot), *snapshot = asked;
    uint32_t at, count;
    if (snapshot == NULL && roj->shelf[roj->newest].is_used)
        snapshot = &roj->shelf[roj->newest];
    if (asked == NULL)
        offset = 0;
    if (snapshot == NULL || snapshot->slot < roj->first)
        snapshot = transfer_take(roj);
    at = offset - offset % WIRE_CHUNK;
    for (count = 0; count < CHUNKS_PER_ANSWER && at < snapshot->length; count++) {
        uint32_t left = snapshot->length - at;
        roj->out.type = WIRE_CHUNK_OF;
        roj->out.slot = snapshot->slot;
        roj->out.round = 0;
        roj->out.total = snapshot->length;
        roj->out.offset = at;
        roj->out.digest = snapshot->digest;
        roj->out.piece = snapshot->bytes + ROJ_RECORD_HEAD + at;
        roj->out.piece_length = (uint16_t)(left < WIRE_CHUNK ? left : WIRE_CHUNK);
        roj_send(roj, destination);
        at += WIRE_CHUNK;
    }
}

static void ask(struct roj *roj, uint8_t peer)
{
    struct roj_incoming *incoming = &roj->incoming;
    uint32_t index = 0;
    while (index * WIRE_CHUNK < incoming->total && incoming->has[index])
        index++;
    if (index * WIRE_CHUNK >= incoming->total)
        index = 0;
    incoming->asked = index;
    roj->out.type = WIRE_FETCH_CHUNKS;
    roj->out.slot = incoming->slot;
    roj->out.offset = index * WIRE_CHUNK;
    roj_send(roj, peer);
}

/* Asks `peer` for what is missing of a transfer; 0 when none is under way. */
uint8_t transfer_ask_again(struct roj *roj, uint8_t peer)
{
    if (!roj->incoming.is_under_way)
        return 0;
    roj->incoming.is_stuck = 1;
    ask(roj, peer);
    return 1;
}

static uint8_t is_ours(const struct roj_incoming *incoming, const struct wire_message *chunk)
{
    return chunk->slot == incoming->slot && chunk->digest == incoming->digest &&
           chunk->total == incoming->total;
}

static void begin(struct roj_incoming *incoming, const struct wire_message *chunk)
{
    uint32_t index;
    incoming->is_under_way = 1;
    incoming->is_stuck = 0;
    incoming->slot = chunk->slot;
    incoming->total = chunk->total;
    incoming->digest = chunk->digest;
    incoming->asked = 0;
    incoming->missing = (chunk->total + WIRE_CHUNK - 1) / WIRE_CHUNK;
    for (index = 0; index < incoming->missing; index++)
        incoming->has[index] = 0;
}

/* The chunk is `roj->in`, its piece in the memory of the fragments. */
void transfer_chunk(struct roj *roj, uint8_t source, const struct wire_message *chunk)
{
    struct roj_incoming *incoming = &roj->incoming;
    uint32_t index = chunk->offset / WIRE_CHUNK;
    if (chunk->slot <= roj->next || chunk->total > ROJ_SNAPSHOT_BYTES)
        return;
    if (!incoming->is_under_way ||
        (!is_ours(incoming, chunk) && chunk->offset == 0 &&
         (chunk->slot > incoming->slot || incoming->is_stuck)))
        begin(incoming, chunk);
    if (!is_ours(incoming, chunk) || incoming->has[index])
        return;
    incoming->has[index] = 1;
    wire_copy(incoming->bytes + chunk->offset, chunk->piece, chunk->piece_length);
    incoming->is_stuck = 0;
    if (--incoming->missing > 0) {
        if (index != incoming->asked + CHUNKS_PER_ANSWER - 1 &&
            index != (incoming->total + WIRE_CHUNK - 1) / WIRE_CHUNK - 1)
            return;
        roj_on_piece(roj);
        ask(roj, source);
        return;
    }
    roj_on_piece(roj);
    incoming->is_under_way = 0;
    if (wire_digest(incoming->bytes, incoming->total) == incoming->digest)
        log_install(roj);
    roj_go_on(roj);
}
