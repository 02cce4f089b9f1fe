/*
 * Frames and messages of ROJ in the crash profile, as docs/reference/wire.md has them. Pure: bytes
 * in, numbers out, and back.
 */
#ifndef RIG_WIRE_H
#define RIG_WIRE_H

#include <stdint.h>

#define WIRE_HEADER 6
#define WIRE_FRAGMENT 58
#define WIRE_BODY_MAX 928
#define WIRE_ALL 15
#define WIRE_SOURCES 16
#define WIRE_PROTOCOL 1
#define WIRE_BATCH_MAX 15
#define WIRE_OPS_MAX 4
#define WIRE_TRANSACTION_MAX (4 + 6 * WIRE_OPS_MAX)
#define WIRE_BATCH_BYTES (WIRE_BATCH_MAX * WIRE_TRANSACTION_MAX)
#define WIRE_CHUNK 212
#define WIRE_NO_ROUND 0xFFFFu

enum wire_type {
    WIRE_PROPOSE = 1,
    WIRE_VOTE,
    WIRE_CONFIRM,
    WIRE_COMMIT,
    WIRE_PULL,
    WIRE_VOTE_SET,
    WIRE_VALUE,
    WIRE_FETCH,
    WIRE_DECIDED,
    WIRE_STATUS,
    WIRE_CHUNK_OF,
    WIRE_FETCH_CHUNKS,
    WIRE_REQUEST = 16,
    WIRE_REPLY,
    WIRE_MARKER
};

enum wire_opcode { WIRE_APPEND, WIRE_READ, WIRE_WRITE };

struct wire_header {
    uint8_t protocol, type, count, destination, fragment, last, boot;
    uint16_t sequence;
};

struct wire_batch {
    uint64_t digest;
    uint16_t length;
    uint8_t count;
    uint8_t bytes[WIRE_BATCH_BYTES];
};

/* Client, request number and how many bytes a transaction has. */
struct wire_transaction {
    uint16_t client, request;
    uint8_t ops, length;
};

struct wire_op {
    uint8_t opcode;
    uint16_t key;
    uint32_t value;
};

/* A message of one type; fields that it has not are 0. */
struct wire_message {
    uint8_t type;
    uint8_t is_nil;         /* vote, confirm, vote set */
    uint8_t is_confirm;     /* vote set */
    uint8_t wants_value;    /* pull */
    uint32_t slot;
    uint16_t round;
    uint16_t valid_round;   /* propose, value: WIRE_NO_ROUND for a new batch */
    uint16_t voters;        /* commit, decided, vote set; the votes of a pull */
    uint16_t confirms;      /* pull */
    uint64_t digest;
    uint32_t total, offset; /* chunk, fetch chunks */
    const uint8_t *piece;   /* chunk */
    uint16_t piece_length;
    struct wire_batch batch; /* propose, value, decided */
};

uint16_t wire_get16(const uint8_t *bytes);
uint32_t wire_get32(const uint8_t *bytes);
void wire_put16(uint8_t *bytes, uint16_t value);
void wire_put32(uint8_t *bytes, uint32_t value);
uint64_t wire_get_digest(const uint8_t *bytes);
void wire_put_digest(uint8_t *bytes, uint64_t digest);
void wire_copy(uint8_t *to, const uint8_t *from, uint32_t length);

/* FNV-1a with 64 bits. */
uint64_t wire_digest(const uint8_t *bytes, uint32_t length);
/* The next length that an FD frame can have. */
uint8_t wire_pad(uint8_t length);
void wire_read_header(const uint8_t *frame, struct wire_header *header);

/* 0 where the bytes are none. */
uint8_t wire_read_transaction(const uint8_t *bytes, uint32_t length,
                              struct wire_transaction *transaction);
struct wire_op wire_read_op(const uint8_t *transaction, uint8_t index);
/* The batch of `count` transactions at the start of `bytes`; 0 where it is none. */
uint8_t wire_read_batch(const uint8_t *bytes, uint32_t length, uint8_t count,
                        struct wire_batch *batch);

/* The message whose body is `body`; 0 where it is none of ROJ's. */
uint8_t wire_read_message(const struct wire_header *header, const uint8_t *body, uint32_t length,
                          struct wire_message *message);
/* Writes the body and the count of the header; returns the length of the body. */
uint16_t wire_write_message(const struct wire_message *message, uint8_t *body, uint8_t *count);
/* Class and kind of the message's identifier. */
uint16_t wire_id(uint8_t type, uint8_t source);

/* --- Fragments put together again ------------------------------------------------------------- */

/* Messages of one source that can be incomplete at once; the oldest gives way. */
#ifndef WIRE_PARTS
#define WIRE_PARTS 8
#endif

struct wire_part {
    uint32_t key;
    uint32_t age;       /* 0: not in use */
    uint16_t missing;
    uint8_t bytes[WIRE_BODY_MAX];
};

struct wire_parts {
    struct wire_part parts[WIRE_SOURCES][WIRE_PARTS];
    uint32_t age;
};

void wire_parts_start(struct wire_parts *parts);
/* The body of the whole message and its length, or NULL while fragments are missing. It is valid
 * until the next call. */
const uint8_t *wire_parts_add(struct wire_parts *parts, uint8_t source,
                              const struct wire_header *header, const uint8_t *frame,
                              uint8_t length, uint32_t *body_length);

#endif
