#include "wire.h"

#include <stddef.h>

uint16_t wire_get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t wire_get32(const uint8_t *bytes)
{
    return wire_get16(bytes) | (uint32_t)wire_get16(bytes + 2) << 16;
}

void wire_put16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

void wire_put32(uint8_t *bytes, uint32_t value)
{
    wire_put16(bytes, (uint16_t)value);
    wire_put16(bytes + 2, (uint16_t)(value >> 16));
}

uint64_t wire_get_digest(const uint8_t *bytes)
{
    uint64_t digest = 0;
    uint8_t index;
    for (index = 0; index < 8; index++)
        digest = digest << 8 | bytes[index];
    return digest;
}

void wire_put_digest(uint8_t *bytes, uint64_t digest)
{
    uint8_t index;
    for (index = 8; index > 0; index--, digest >>= 8)
        bytes[index - 1] = (uint8_t)digest;
}

void wire_copy(uint8_t *to, const uint8_t *from, uint32_t length)
{
    while (length-- > 0)
        *to++ = *from++;
}

uint64_t wire_digest(const uint8_t *bytes, uint32_t length)
{
    uint64_t digest = 0xCBF29CE484222325u;
    for (; length > 0; length--, bytes++)
        digest = (digest ^ *bytes) * 0x100000001B3u;
    return digest;
}

uint8_t wire_pad(uint8_t length)
{
    static const uint8_t lengths[] = {8, 12, 16, 20, 24, 32, 48, 64};
    uint8_t index = 0;
    if (length < 8)
        return length;
    while (lengths[index] < length)
        index++;
    return lengths[index];
}

void wire_read_header(const uint8_t *frame, struct wire_header *header)
{
    header->protocol = frame[0] >> 5;
    header->type = frame[0] & 31;
    header->count = frame[1] >> 4;
    header->destination = frame[1] & 15;
    header->fragment = frame[2] >> 4;
    header->last = frame[2] & 15;
    header->boot = frame[3];
    header->sequence = wire_get16(frame + 4);
}

uint8_t wire_read_transaction(const uint8_t *bytes, uint32_t length,
                              struct wire_transaction *transaction)
{
    uint8_t index;
    if (length < 4)
        return 0;
    transaction->client = (uint16_t)(bytes[0] | (bytes[3] >> 3) << 8);
    transaction->request = wire_get16(bytes + 1);
    transaction->ops = bytes[3] & 7;
    if (transaction->ops > WIRE_OPS_MAX)
        return 0;
    transaction->length = (uint8_t)(4 + 6 * transaction->ops);
    if (length < transaction->length)
        return 0;
    for (index = 0; index < transaction->ops; index++)
        if (bytes[4 + 6 * index + 1] >> 6 > WIRE_WRITE)
            return 0;
    return 1;
}

struct wire_op wire_read_op(const uint8_t *transaction, uint8_t index)
{
    const uint8_t *at = transaction + 4 + 6 * index;
    struct wire_op op;
    op.opcode = at[1] >> 6;
    op.key = (uint16_t)(at[0] | (at[1] & 0x3F) << 8);
    op.value = wire_get32(at + 2);
    return op;
}

uint8_t wire_read_batch(const uint8_t *bytes, uint32_t length, uint8_t count,
                        struct wire_batch *batch)
{
    struct wire_transaction transaction;
    uint32_t at = 0;
    uint8_t index;
    if (count == 0 || count > WIRE_BATCH_MAX)
        return 0;
    for (index = 0; index < count; index++) {
        if (!wire_read_transaction(bytes + at, length - at, &transaction))
            return 0;
        at += transaction.length;
    }
    batch->count = count;
    batch->length = (uint16_t)at;
    wire_copy(batch->bytes, bytes, at);
    batch->digest = wire_digest(bytes, at);
    return 1;
}

/* --- Messages --------------------------------------------------------------------------------- */

/* Bytes that each type needs, digest included, before any batch or piece; 0 for what is none. */
static const uint8_t BODY_MIN[] = {0, 8, 14, 14, 16, 10, 16, 8, 4, 8, 4, 20, 8};
static const uint16_t PLACES[] = {0,     0x300, 0x200, 0x210, 0x220, 0x600, 0x610,
                                  0x620, 0x630, 0x640, 0x650, 0x660, 0x670};

uint16_t wire_id(uint8_t type, uint8_t source)
{
    if (type == WIRE_REQUEST)
        return (uint16_t)(0x500 | source);
    if (type == WIRE_REPLY)
        return (uint16_t)(0x400 | source);
    if (type == WIRE_MARKER)
        return (uint16_t)(0x700 | source);
    return (uint16_t)(PLACES[type] | source);
}

static uint8_t read_chunk(const uint8_t *body, uint32_t length, struct wire_message *message)
{
    uint32_t left;
    message->total = wire_get32(body + 4);
    message->offset = wire_get32(body + 8);
    if (message->offset >= message->total || message->offset % WIRE_CHUNK != 0)
        return 0;
    left = message->total - message->offset;
    message->piece_length = (uint16_t)(left < WIRE_CHUNK ? left : WIRE_CHUNK);
    if (length < 20u + message->piece_length)
        return 0;
    message->digest = wire_get_digest(body + 12);
    message->piece = body + 20;
    return 1;
}

uint8_t wire_read_message(const struct wire_header *header, const uint8_t *body, uint32_t length,
                          struct wire_message *message)
{
    uint8_t type = header->type;
    if (type >= sizeof BODY_MIN || BODY_MIN[type] == 0 || header->protocol != WIRE_PROTOCOL)
        return 0;
    if (length < BODY_MIN[type])
        return 0;
    message->type = type;
    message->slot = wire_get32(body);
    message->round = 0;
    message->is_nil = 0;
    if (type == WIRE_FETCH || type == WIRE_STATUS)
        return 1;
    if (type == WIRE_CHUNK_OF)
        return read_chunk(body, length, message);
    if (type == WIRE_FETCH_CHUNKS) {
        message->offset = wire_get32(body + 4);
        return 1;
    }
    message->round = wire_get16(body + 4);
    if (type == WIRE_PULL) {
        message->voters = wire_get16(body + 6);
        message->confirms = wire_get16(body + 8);
        message->wants_value = header->count == 1;
        return 1;
    }
    if (type == WIRE_PROPOSE || type == WIRE_VALUE || type == WIRE_DECIDED) {
        message->valid_round = wire_get16(body + 6);
        message->voters = message->valid_round;
        return wire_read_batch(body + 8, length - 8, header->count, &message->batch);
    }
    message->digest = wire_get_digest(body + 6);
    message->is_nil = type != WIRE_COMMIT && (header->count & 1) == 0;
    message->is_confirm =
        type == WIRE_CONFIRM || (type == WIRE_VOTE_SET && (header->count & 2) != 0);
    if (type == WIRE_COMMIT || type == WIRE_VOTE_SET)
        message->voters = wire_get16(body + 14);
    return 1;
}

static uint16_t write_batch(const struct wire_message *message, uint8_t *body, uint8_t *count)
{
    *count = message->batch.count;
    wire_copy(body + 8, message->batch.bytes, message->batch.length);
    return (uint16_t)(8 + message->batch.length);
}

uint16_t wire_write_message(const struct wire_message *message, uint8_t *body, uint8_t *count)
{
    *count = 0;
    wire_put32(body, message->slot);
    wire_put16(body + 4, message->round);
    switch (message->type) {
    case WIRE_PROPOSE:
    case WIRE_VALUE:
        wire_put16(body + 6, message->valid_round);
        return write_batch(message, body, count);
    case WIRE_DECIDED:
        wire_put16(body + 6, message->voters);
        return write_batch(message, body, count);
    case WIRE_PULL:
        wire_put16(body + 6, message->voters);
        wire_put16(body + 8, message->confirms);
        *count = message->wants_value ? 1 : 0;
        return 10;
    case WIRE_CHUNK_OF:
        wire_put32(body + 4, message->total);
        wire_put32(body + 8, message->offset);
        wire_put_digest(body + 12, message->digest);
        wire_copy(body + 20, message->piece, message->piece_length);
        return (uint16_t)(20 + message->piece_length);
    case WIRE_FETCH_CHUNKS:
        wire_put32(body + 4, message->offset);
        return 8;
    case WIRE_FETCH:
    case WIRE_STATUS:
        return 4;
    default:
        break;
    }
    wire_put_digest(body + 6, message->is_nil ? 0 : message->digest);
    if (message->type != WIRE_COMMIT)
        *count = message->is_nil ? 0 : 1;
    if (message->type == WIRE_VOTE || message->type == WIRE_CONFIRM)
        return 14;
    if (message->type == WIRE_VOTE_SET && message->is_confirm)
        *count |= 2;
    wire_put16(body + 14, message->voters);
    return 16;
}

/* --- Fragments -------------------------------------------------------------------------------- */

void wire_parts_start(struct wire_parts *parts)
{
    uint8_t source, index;
    parts->age = 0;
    for (source = 0; source < WIRE_SOURCES; source++)
        for (index = 0; index < WIRE_PARTS; index++)
            parts->parts[source][index].age = 0;
}

/* The message under way with this key, or the place of the oldest, for a new one. */
static struct wire_part *part_of(struct wire_parts *parts, uint8_t source, uint32_t key)
{
    struct wire_part *oldest = &parts->parts[source][0];
    uint8_t index;
    for (index = 0; index < WIRE_PARTS; index++) {
        struct wire_part *part = &parts->parts[source][index];
        if (part->age != 0 && part->key == key)
            return part;
        if (part->age < oldest->age)
            oldest = part;
    }
    oldest->age = 0;
    oldest->key = key;
    return oldest;
}

const uint8_t *wire_parts_add(struct wire_parts *parts, uint8_t source,
                              const struct wire_header *header, const uint8_t *frame,
                              uint8_t length, uint32_t *body_length)
{
    uint16_t first = (uint16_t)(header->sequence - header->fragment), index;
    struct wire_part *part;
    *body_length = (uint32_t)length - WIRE_HEADER;
    if (header->last == 0)
        return frame + WIRE_HEADER;
    if (header->fragment > header->last || length <= WIRE_HEADER)
        return NULL;
    *body_length = (header->last + 1u) * WIRE_FRAGMENT;
    part = part_of(parts, source,
                   (uint32_t)header->boot << 20 | (uint32_t)first << 4 | header->last);
    if (part->age == 0) {
        part->age = ++parts->age;
        part->missing = (uint16_t)((2u << header->last) - 1u);
        for (index = 0; index < *body_length; index++)
            part->bytes[index] = 0;
    }
    wire_copy(part->bytes + header->fragment * WIRE_FRAGMENT, frame + WIRE_HEADER,
              (uint32_t)length - WIRE_HEADER);
    part->missing &= (uint16_t)~(1u << header->fragment);
    if (part->missing != 0)
        return NULL;
    part->age = 0;
    return part->bytes;
}
