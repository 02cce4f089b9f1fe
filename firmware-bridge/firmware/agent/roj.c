/* The node around the agreement: its start, what it hears, and catching up when it is behind. */
#include "roj.h"

#include <stddef.h>

/* Decided slots that one answer to a fetch holds, and how far ahead others are kept. */
#define FETCH_SLOTS 8u
#define AHEAD_MAX 64u

enum { RECORD_VOTE = 1, RECORD_CONFIRM, RECORD_DECIDED, RECORD_SNAPSHOT };

/* --- What it says ----------------------------------------------------------------------------- */

static void frames(struct roj *roj, uint8_t type, uint8_t count, uint8_t destination,
                   const uint8_t *body, uint16_t length)
{
    uint8_t data[64], fragment = 0, last, size, total, index;
    uint16_t start = 0;
    last = length == 0 ? 0 : (uint8_t)((length - 1) / WIRE_FRAGMENT);
    if (roj->has_stopped)
        return;
    for (; fragment <= last; fragment++, start = (uint16_t)(start + WIRE_FRAGMENT)) {
        size = length - start < WIRE_FRAGMENT ? (uint8_t)(length - start) : WIRE_FRAGMENT;
        total = wire_pad((uint8_t)(WIRE_HEADER + size));
        data[0] = (uint8_t)(WIRE_PROTOCOL << 5 | type);
        data[1] = (uint8_t)(count << 4 | destination);
        data[2] = (uint8_t)(fragment << 4 | last);
        data[3] = (uint8_t)roj->life;
        wire_put16(data + 4, roj->sequence++);
        wire_copy(data + WIRE_HEADER, body + start, size);
        for (index = (uint8_t)(WIRE_HEADER + size); index < total; index++)
            data[index] = 0;
        roj_out_send(roj, ++roj->token, wire_id(type, roj->options.node), data, total);
    }
}

void roj_send(struct roj *roj, uint8_t destination)
{
    uint8_t count;
    uint16_t length = wire_write_message(&roj->out, roj->body, &count);
    frames(roj, roj->out.type, count, destination, roj->body, length);
}

void roj_reply(struct roj *roj, const struct store_session *session, uint8_t destination)
{
    frames(roj, WIRE_REPLY, 0, destination, session->reply, session->length);
}

void roj_note_digest(struct roj *roj, uint8_t event, uint32_t slot, uint16_t round,
                     uint64_t digest)
{
    struct roj_note *note = &roj->note;
    note->event = event;
    note->slot = slot;
    note->round = round;
    note->has_digest = 1;
    note->digest = digest;
    note->has_voters = 0;
    note->has_requests = 0;
    roj_out_note(roj, note);
}

void roj_note(struct roj *roj, uint8_t event, uint32_t slot, uint16_t round)
{
    struct roj_note *note = &roj->note;
    note->event = event;
    note->slot = slot;
    note->round = round;
    note->has_digest = 0;
    note->has_voters = 0;
    note->has_requests = 0;
    roj_out_note(roj, note);
}

/* Writes a record but for snapshots: code, transactions, slot, round, voters, then the batch or
 * the digest. Returns the token that `roj_stored` will carry. */
uint32_t roj_persist(struct roj *roj, uint8_t code, uint32_t slot, uint16_t round, uint16_t voters,
                     const struct wire_batch *batch, const uint64_t *digest)
{
    uint8_t *record = roj->record;
    uint32_t length = ROJ_RECORD_HEAD;
    record[0] = code;
    record[1] = batch == NULL ? 0 : batch->count;
    wire_put32(record + 2, slot);
    wire_put16(record + 6, round);
    wire_put16(record + 8, voters);
    if (batch != NULL) {
        wire_copy(record + length, batch->bytes, batch->length);
        length += batch->length;
    } else if (digest != NULL) {
        wire_put_digest(record + length, *digest);
        length += 8;
    }
    roj->written += length;
    roj_out_persist(roj, ++roj->token, slot, record, length, 0);
    return roj->token;
}

/* --- Catching up ------------------------------------------------------------------------------ */

/* Asks the next node for what this one misses. */
void roj_go_on(struct roj *roj)
{
    const struct roj_options *options = &roj->options;
    if (roj->has_stopped)
        return;
    roj->is_catching_up = 1;
    roj->peer = (uint8_t)((roj->peer + 1) % options->nodes);
    if (roj->peer == options->node)
        roj->peer = (uint8_t)((roj->peer + 1) % options->nodes);
    if (!transfer_ask_again(roj, roj->peer)) {
        roj->out.type = WIRE_FETCH;
        roj->out.slot = roj->next;
        roj_send(roj, roj->peer);
    }
    roj_note(roj, ROJ_FETCHED, roj->next, 0);
    roj_out_timer(roj, ROJ_CATCH_UP_TIMER, options->round_ns);
}

void roj_on_piece(struct roj *roj)
{
    roj->is_catching_up = 1;
    roj_out_timer(roj, ROJ_CATCH_UP_TIMER, roj->options.round_ns);
}

/* Notes how far others are; being behind for a while starts a fetch. */
static void hear(struct roj *roj, uint8_t source, const struct wire_message *message)
{
    uint64_t reached = (uint64_t)message->slot + (message->type == WIRE_DECIDED ? 1u : 0u);
    if (message->type == WIRE_FETCH || reached <= roj->heard[source])
        return;
    roj->heard[source] = reached;
    if (reached <= roj->reached)
        return;
    roj->reached = reached;
    if (reached > roj->current && !roj->is_catching_up) {
        roj->is_catching_up = 1;
        roj_out_timer(roj, ROJ_CATCH_UP_TIMER, roj->options.round_ns / 4);
    }
}

static void send_decided(struct roj *roj, uint32_t slot, uint8_t destination)
{
    const struct roj_decision *decision = log_get(roj, slot);
    if (decision == NULL)
        return;
    roj->out.type = WIRE_DECIDED;
    roj->out.slot = slot;
    roj->out.round = decision->round;
    roj->out.voters = decision->voters;
    roj->out.batch = decision->batch;
    roj_send(roj, destination);
}

static void on_fetch(struct roj *roj, uint8_t source, uint32_t from)
{
    uint32_t slot;
    if (from < roj->first) {
        transfer_send(roj, source, from, 0);
        return;
    }
    for (slot = from; slot < roj->next && slot - from < FETCH_SLOTS; slot++)
        send_decided(roj, slot, source);
    roj->out.type = WIRE_STATUS;
    roj->out.slot = roj->next;
    roj_send(roj, source);
}

static void on_pull(struct roj *roj, uint8_t source)
{
    uint32_t slot = roj->in.slot;
    if (slot < roj->first)
        transfer_send(roj, source, slot, 0);
    else if (slot < roj->next)
        send_decided(roj, slot, source);
    else
        agreement_answer(roj, source, &roj->in);
}

static void on_status(struct roj *roj, uint32_t slot)
{
    roj->knows_position = 1;
    if (!roj->is_catching_up || roj->incoming.is_under_way)
        return;
    if (slot > roj->next) {
        roj_go_on(roj);
    } else {
        roj->is_catching_up = 0;
        roj_out_clear(roj, ROJ_CATCH_UP_TIMER);
    }
}

static void on_decided(struct roj *roj)
{
    const struct wire_message *message = &roj->in;
    struct roj_decision decision;
    if (message->slot < roj->next || message->slot - roj->next >= AHEAD_MAX ||
        bit_count(message->voters) < roj->quorum)
        return;
    if (message->slot == roj->next) {
        log_decided(roj, message->slot, message->round, message->voters, &message->batch);
        return;
    }
    decision.slot = message->slot;
    decision.round = message->round;
    decision.voters = message->voters;
    decision.is_used = 1;
    decision.batch = message->batch;
    log_keep_ahead(roj, &decision, 0);
}

/* --- What it hears ---------------------------------------------------------------------------- */

static void on_message(struct roj *roj, uint8_t source, uint8_t destination)
{
    const struct wire_message *message = &roj->in;
    uint8_t is_for_us = destination == roj->options.node || destination == WIRE_ALL;
    hear(roj, source, message);
    switch (message->type) {
    case WIRE_PULL:
        if (is_for_us)
            on_pull(roj, source);
        break;
    case WIRE_FETCH:
        if (is_for_us)
            on_fetch(roj, source, message->slot);
        break;
    case WIRE_FETCH_CHUNKS:
        if (is_for_us)
            transfer_send(roj, source, message->slot, message->offset);
        break;
    case WIRE_CHUNK_OF:
        if (!is_for_us)
            break;
        roj->knows_position = 1;
        transfer_chunk(roj, source, message);
        break;
    case WIRE_STATUS:
        if (is_for_us)
            on_status(roj, message->slot);
        break;
    case WIRE_DECIDED:
        on_decided(roj);
        break;
    case WIRE_COMMIT:
        /* A hint and nothing more: what it claims is pulled and counted. */
        if (message->slot == roj->current)
            agreement_pull(roj, source, message->round);
        break;
    default:
        agreement_message(roj, source, message);
    }
}

static void note_station(struct roj *roj, uint16_t client, uint8_t source)
{
    uint8_t index;
    for (index = 0; index < roj->station_count; index++)
        if (roj->stations[index][0] == client)
            break;
    if (index == ROJ_STATIONS) {
        for (index = 1; index < ROJ_STATIONS; index++) {
            roj->stations[index - 1][0] = roj->stations[index][0];
            roj->stations[index - 1][1] = roj->stations[index][1];
        }
        index = ROJ_STATIONS - 1;
    } else if (index == roj->station_count) {
        roj->station_count++;
    }
    roj->stations[index][0] = client;
    roj->stations[index][1] = source;
}

static void on_request(struct roj *roj, uint8_t source, const uint8_t *body, uint32_t length)
{
    struct wire_transaction head;
    const struct store_session *session;
    if (!wire_read_transaction(body, length, &head))
        return;
    note_station(roj, head.client, source);
    session = store_session(&roj->store, head.client);
    if (session != NULL && head.request == session->request) {
        roj_reply(roj, session, source);
        return;
    }
    if (session != NULL && head.request < session->request)
        return;
    if (log_add_request(roj, &head, body))
        agreement_wake(roj);
}

/* 0 for frames that a controller still held from before its node's last boot. */
static uint8_t is_of_this_boot(struct roj *roj, uint8_t source, uint8_t boot)
{
    int16_t known = roj->boots[source];
    if (known == boot)
        return 1;
    /* Counters are eight bits and wrap: newer means less than half a turn ahead. */
    if (known >= 0 && ((boot - known) & 255) >= 128)
        return 0;
    roj->boots[source] = boot;
    return 1;
}

void roj_frame(struct roj *roj, uint16_t id, const uint8_t *data, uint8_t length)
{
    struct wire_header header;
    const uint8_t *body;
    uint8_t source = id & 15;
    uint32_t body_length;
    if (roj->has_stopped || length < WIRE_HEADER)
        return;
    wire_read_header(data, &header);
    /* The identifier is no proof, and what a node has said it knows better from its own journal. */
    if (source == roj->options.node && header.type != WIRE_REQUEST) {
        roj_note(roj, ROJ_REJECTED, 0, 0);
        return;
    }
    if (!is_of_this_boot(roj, source, header.boot))
        return;
    body = wire_parts_add(&roj->parts, source, &header, data, length, &body_length);
    if (body == NULL)
        return;
    if (header.type == WIRE_REQUEST)
        on_request(roj, source, body, body_length);
    else if (source < roj->options.nodes &&
             wire_read_message(&header, body, body_length, &roj->in))
        on_message(roj, source, header.destination);
}

void roj_timer(struct roj *roj, uint8_t timer)
{
    if (roj->has_stopped)
        return;
    if (timer != ROJ_CATCH_UP_TIMER) {
        agreement_timer(roj, timer);
        return;
    }
    roj->is_catching_up = 0;
    if (roj->reached > roj->current || !roj->knows_position)
        roj_go_on(roj);
}

void roj_stored(struct roj *roj, uint32_t token, uint8_t result)
{
    if (roj->has_stopped)
        return;
    if (result != ROJ_STORED_OK)
        roj_note(roj, ROJ_REFUSED, roj->current, 0);
    transfer_stored(roj, token, result);
    rounds_stored(roj, token, result);
}

/* --- Start ------------------------------------------------------------------------------------ */

void roj_start(struct roj *roj, const struct roj_options *options, uint16_t life)
{
    uint8_t index;
    roj->options = *options;
    roj->life = life;
    roj->jump_at = (uint8_t)((options->nodes - 1) / 3 + 1);
    roj->quorum = (uint8_t)((options->nodes + roj->jump_at + 1) / 2);
    roj->has_stopped = 0;
    agreement_start(roj);
    store_start(&roj->store);
    roj->first = 0;
    roj->next = 0;
    roj->pending_count = 0;
    roj->station_count = 0;
    roj->newest = 0;
    roj->last_snapshot = 0;
    roj->written = 0;
    roj->dropped = 0;
    roj->needs_room = 0;
    roj->incoming.is_under_way = 0;
    roj->is_catching_up = 0;
    roj->knows_position = 1;
    roj->peer = options->node;
    roj->reached = 0;
    roj->token = 0;
    roj->sequence = 0;
    for (index = 0; index < ROJ_AHEAD; index++)
        roj->ahead[index].is_used = 0;
    for (index = 0; index < 2; index++)
        roj->shelf[index].is_used = 0;
    for (index = 0; index < ROJ_SNAPSHOT_WRITES; index++)
        roj->writes[index].token = 0;
    for (index = 0; index < WIRE_SOURCES; index++) {
        roj->heard[index] = 0;
        roj->boots[index] = -1;
    }
    wire_parts_start(&roj->parts);
}

void roj_pass(struct roj *roj, uint8_t pass)
{
    const struct roj_snapshot *newest = &roj->shelf[roj->newest];
    uint8_t index;
    if (pass == 1 && newest->is_used) {
        roj->first = newest->slot;
        roj->next = newest->slot;
        roj_note_digest(roj, ROJ_SNAPSHOT, newest->slot, 0, newest->digest);
    }
    if (pass != 2)
        return;
    /* What is left stands behind a damaged record. */
    for (index = 0; index < ROJ_AHEAD; index++)
        roj->ahead_journaled[index] = roj->ahead[index].is_used;
    roj_note(roj, ROJ_BOOT, roj->next, roj->life);
}

static void load_decision(struct roj *roj, uint32_t slot, uint16_t round, uint16_t voters,
                          const struct wire_batch *batch)
{
    struct roj_decision decision;
    if (slot < roj->next)
        return;
    decision.slot = slot;
    decision.round = round;
    decision.voters = voters;
    decision.is_used = 1;
    decision.batch = *batch;
    if (slot == roj->next) {
        log_apply(roj, &decision, 0);
        log_take_ahead(roj, 1);
    } else {
        log_keep_ahead(roj, &decision, 0);
    }
}

static void load_promise(struct roj *roj, uint32_t slot, uint16_t round, uint8_t is_confirm,
                         const uint8_t *tail, uint32_t length)
{
    struct roj_far promise;
    uint8_t event = is_confirm ? ROJ_CONFIRMED : ROJ_VOTED;
    if (slot < roj->next)
        return;
    promise.slot = slot;
    promise.round = round;
    promise.is_confirm = is_confirm;
    promise.has_batch = is_confirm && roj->record[1] > 0;
    promise.has_digest = !is_confirm && length >= 8;
    if (promise.has_batch && !wire_read_batch(tail, length, roj->record[1], &promise.batch))
        return;
    if (promise.has_digest)
        promise.batch.digest = wire_get_digest(tail);
    /* One may have become durable when the node could no longer say so, and leaves from here. */
    if (promise.has_batch || promise.has_digest)
        roj_note_digest(roj, event, slot, round, promise.batch.digest);
    else
        roj_note(roj, event, slot, round);
    agreement_keep_far(roj, &promise);
}

void roj_load(struct roj *roj, uint8_t pass, const uint8_t *record, uint32_t length)
{
    const uint8_t *tail = record + ROJ_RECORD_HEAD;
    uint32_t slot, left = length - ROJ_RECORD_HEAD;
    uint16_t round;
    if (pass == 0)
        roj->dropped -= length;
    if (length < ROJ_RECORD_HEAD)
        return;
    slot = wire_get32(record + 2);
    round = wire_get16(record + 6);
    roj->record[1] = record[1];
    if (pass == 0 && record[0] == RECORD_SNAPSHOT) {
        const struct roj_snapshot *newest = &roj->shelf[roj->newest];
        if ((!newest->is_used || slot > newest->slot) && left <= ROJ_SNAPSHOT_BYTES &&
            store_restore(&roj->store, tail, left))
            transfer_restored(roj, tail, left, slot);
        if (roj->store.is_full)
            roj->has_stopped = 1;
    } else if (pass == 1 && record[0] == RECORD_DECIDED) {
        if (wire_read_batch(tail, left, record[1], &roj->in.batch))
            load_decision(roj, slot, round, wire_get16(record + 8), &roj->in.batch);
    } else if (pass == 2 && (record[0] == RECORD_VOTE || record[0] == RECORD_CONFIRM)) {
        load_promise(roj, slot, round, record[0] == RECORD_CONFIRM, tail, left);
    }
}

void roj_begin(struct roj *roj, int64_t damaged)
{
    /* A damaged record may be the snapshot that all before it gave way to, promises and all: what
     * it is about tells how far the node had come. */
    if (damaged >= (int64_t)roj->next) {
        if (damaged > roj->silent_through)
            roj->silent_through = damaged;
        roj_note(roj, ROJ_ABSTAINED, (uint32_t)roj->silent_through, 0);
    }
    if (roj->has_stopped)
        return;
    agreement_begin(roj, roj->next);
    /* A first boot has nothing to miss; after any other, others may have moved on. */
    if (roj->life > 1 && roj->options.nodes > 1) {
        roj->knows_position = 0;
        roj_go_on(roj);
    }
}
