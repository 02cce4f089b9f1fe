/*
 * The agent that a node's firmware links: the control line, the history that the host drains, the
 * hooks for faults, timers and the counter of boots. No heap, no OS, no state of its own beside
 * the struct. It stands between two others that are found by the linker:
 *
 * - the port, `agent_port_`: a serial line, a CAN controller, a store and a clock of the board;
 * - the application, `app_`: what the node does. The reference one is ROJ (app-roj.c).
 *
 * Commands are specified in docs/reference/control-line.md, what a port has to give in
 * docs/guide/porting.md.
 */
#ifndef RIG_AGENT_H
#define RIG_AGENT_H

#include "../line/line.h"
#include "history.h"

#define AGENT_TIMERS 8
/* How often the records of the store are handed over at a start: a node need not keep them. */
#define AGENT_PASSES 3
#define AGENT_NEVER UINT64_MAX
/* Nodes that a filter can name. */
#define AGENT_SOURCES 16

enum agent_cause {
    AGENT_BY_SUPPLY,
    AGENT_BY_PIN,
    AGENT_BY_BROWN_OUT,
    AGENT_BY_WATCHDOG,
    AGENT_BY_COMMAND
};

/* Anything but OK means that the record may not be durable. */
enum agent_stored { AGENT_STORED_OK, AGENT_STORED_IO, AGENT_STORED_FULL };

enum agent_bus { AGENT_BUS_ACTIVE, AGENT_BUS_PASSIVE, AGENT_BUS_OFF };

#define AGENT_EXTENDED 1u
#define AGENT_FD 2u
#define AGENT_BRS 4u
#define AGENT_ESI 8u
#define AGENT_REMOTE 16u

struct agent_frame {
    uint32_t id;
    uint8_t flags;
    uint8_t length;  /* bytes: 0 to 8, or a length that FD knows */
    uint8_t data[64];
};

/* What a node is told once and keeps; times in microseconds. In the order of their names. */
enum agent_setting {
    AGENT_NODE,
    AGENT_NODES,
    AGENT_ROUND_US,
    AGENT_DELTA_US,
    AGENT_EVERY_SLOTS,
    AGENT_JOURNAL_BYTES,
    AGENT_KEPT_SLOTS,
    /* of the clients that live on the node, and what they do */
    AGENT_CLIENTS,
    AGENT_SEED,
    AGENT_KEYS,
    AGENT_LENGTH,
    AGENT_READS,
    AGENT_SHARE,
    AGENT_REGISTERS,
    AGENT_TIMEOUT_US,
    AGENT_RETRY_US,
    AGENT_SETTINGS
};

struct agent_settings {
    uint32_t values[AGENT_SETTINGS];
};

enum agent_fault {
    AGENT_MUTE,
    AGENT_DEAF,
    AGENT_DROP_TX,
    AGENT_DROP_RX,
    AGENT_STORE_IO,
    AGENT_STORE_FULL,
    AGENT_FAULTS
};

struct agent_hook {
    uint16_t per_mille;  /* 0 where the fault is not set */
    uint16_t hits;       /* stays at its end */
};

struct agent_timer {
    uint64_t due_us;     /* AGENT_NEVER: not set */
    uint8_t id;
};

struct agent {
    struct line_in in;
    struct line_out out;
    char kept[LINE_MAX + 1];  /* the last reply, for a retry */
    uint8_t kept_sequence;
    uint16_t kept_crc;
    uint16_t boot;            /* starts of the firmware */
    uint16_t life;            /* starts since the store was erased: what the protocol counts */
    uint16_t events;
    uint8_t cause;
    uint8_t is_restarting;
    uint8_t is_running;       /* the application has begun */
    struct agent_settings settings;
    struct history history;
    uint32_t dump_at, dump_end;
    uint16_t dump_crc;
    uint8_t is_dumping;
    struct agent_hook hooks[AGENT_FAULTS];
    uint16_t filter;          /* bit n: frames of node n are not heard */
    uint32_t filtered;        /* such frames since the start */
    uint32_t random;
    struct agent_timer timers[AGENT_TIMERS];
    uint64_t now_us;
    uint8_t bus_state;
    uint16_t tec, rec;
    uint32_t received, sent;
};

/* --- What the port calls ---------------------------------------------------------------------- */

/* Once after each start, then, for pass 0, 1 and 2, `app_pass` and `app_record` for each record of
 * the store, oldest first (and `app_damaged` for those that can't be read, in the first pass),
 * then `agent_begin`. */
void agent_start(struct agent *agent, const struct agent_settings *settings, uint64_t now_us);
void agent_begin(struct agent *agent);
/* One byte of the control line. */
void agent_byte(struct agent *agent, uint8_t byte, uint64_t now_us);
/* At least as often as `agent_next_us` says, and while a dump is under way as often as the line
 * has room. */
void agent_tick(struct agent *agent, uint64_t now_us);
/* When the next timer runs out; AGENT_NEVER where none does. */
uint64_t agent_next_us(const struct agent *agent);
void agent_frame(struct agent *agent, const struct agent_frame *frame, uint64_t now_us);
/* Some station acknowledged the frame; the controller gave it up. */
void agent_transmitted(struct agent *agent, uint32_t token, uint64_t now_us);
void agent_aborted(struct agent *agent, uint32_t token, uint64_t now_us);
void agent_bus(struct agent *agent, uint8_t state, uint16_t tec, uint16_t rec);
void agent_stored(struct agent *agent, uint32_t token, uint8_t result, uint64_t now_us);

/* --- What the application calls --------------------------------------------------------------- */

void agent_send(struct agent *agent, uint32_t token, const struct agent_frame *frame);
/* Sets the timer anew. */
void agent_set_timer(struct agent *agent, uint8_t id, uint64_t delay_us);
void agent_clear_timer(struct agent *agent, uint8_t id);
/* Writes a record; `app_stored` tells when it is durable. `is_base`: `agent_truncate` may name it. */
void agent_persist(struct agent *agent, uint32_t token, uint32_t slot, const uint8_t *record,
                   uint32_t length, uint8_t is_base);
/* Drops all records before the one with this token. */
void agent_truncate(struct agent *agent, uint32_t token);
void agent_note(struct agent *agent, const uint8_t *body, uint8_t length);
/* Carries out the request in `in`, and writes its answer. */
void agent_act(struct agent *agent);
/* For an answer to a command of the application: the beginning, and a field behind it. */
void agent_accept(struct agent *agent);
void agent_refuse(struct agent *agent, const char *text);
void agent_field(struct agent *agent, const char *name, uint32_t number);

/* --- The application -------------------------------------------------------------------------- */

void app_start(struct agent *agent);
void app_pass(struct agent *agent, uint8_t pass);
void app_record(struct agent *agent, uint8_t pass, const uint8_t *record, uint32_t length);
/* A record of this slot is there and can't be read. */
void app_damaged(struct agent *agent, uint32_t slot);
void app_begin(struct agent *agent);
void app_frame(struct agent *agent, const struct agent_frame *frame);
void app_transmitted(struct agent *agent, uint32_t token);
void app_aborted(struct agent *agent, uint32_t token);
void app_timer(struct agent *agent, uint8_t id);
void app_stored(struct agent *agent, uint32_t token, uint8_t result);
/* The node that has sent the frame; AGENT_SOURCES and up where it is none's, as the host's. */
uint8_t app_source(const struct agent_frame *frame);
/* Words of a request that the agent does not know. 0: nor does the application. */
uint8_t app_command(struct agent *agent);
/* Words of `caps` for these, each behind a comma; empty where there are none. */
const char *app_caps(void);
/* Its name and version, as `roj/1.0`. */
const char *app_name(void);

/* --- The port --------------------------------------------------------------------------------- */

/* 0, and nothing sent, where the line has no room for all of it now. */
uint8_t agent_port_line(const char *bytes, uint8_t length);
void agent_port_can(uint32_t token, const struct agent_frame *frame);
/* With another fate than OK nothing is written; either way `agent_stored` follows, later and in
 * the order of the calls. */
void agent_port_persist(uint32_t token, uint32_t slot, const uint8_t *record, uint32_t length,
                        uint8_t is_base, uint8_t fate);
void agent_port_truncate(uint32_t token);
/* All records, and the count of starts since; the next start begins with nothing. */
void agent_port_erase(void);
uint8_t agent_port_save(const struct agent_settings *settings);
uint32_t agent_port_serial(void);
uint16_t agent_port_boot(void);
uint16_t agent_port_life(void);
uint8_t agent_port_cause(void);
/* After the answer is on the line. */
void agent_port_restart(void);
/* A record has been noted; ports that have nobody to tell leave it empty. */
void agent_port_noted(const uint8_t *body, uint8_t length);

#endif
