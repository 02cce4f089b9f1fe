/*
 * What a node notes, in a ring that the host drains during the run. Bytes are counted from the
 * start of the firmware, so that a place in the stream has one name and a dump can go on where it
 * stopped. A record that does not fit is left out and counted: its number tells the host, too.
 * The records are described in docs/reference/control-line.md.
 */
#ifndef RIG_HISTORY_H
#define RIG_HISTORY_H

#include <stdint.h>

/* A power of two. */
#ifndef AGENT_HISTORY_BYTES
#define AGENT_HISTORY_BYTES 4096u
#endif

/* Bytes before a record: its length, and the low 16 bits of its number. */
#define HISTORY_HEAD 3

struct history {
    uint8_t bytes[AGENT_HISTORY_BYTES];
    uint32_t first;    /* place of the oldest byte that is kept, always where a record begins */
    uint32_t next;     /* place behind the newest */
    uint32_t records;  /* number of the next record */
    uint32_t lost;     /* records left out since the start */
};

void history_start(struct history *history);

/* 0 where there is no room. */
uint8_t history_add(struct history *history, const uint8_t *body, uint8_t length);

/* `place` is from `first` up to, not including, `next`. */
uint8_t history_byte(const struct history *history, uint32_t place);

/* Whether the place is between the ends of the ring, both included. */
uint8_t history_holds(const struct history *history, uint32_t place);

/* Gives the room before `place` free; 0 and nothing done where no record begins there. */
uint8_t history_free(struct history *history, uint32_t place);

#endif
