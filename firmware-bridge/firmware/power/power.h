/*
 * The power-switch board, portable: outputs with a safe state, a host-silence watchdog, cycles
 * timed on the board, and the eight Firmata messages that a relay needs. Commands are specified
 * in docs/reference/control-line.md; a port gives the functions below `power_port_`.
 */
#ifndef RIG_POWER_H
#define RIG_POWER_H

#include "../line/line.h"

#define POWER_CHANNELS 6
/* Analog inputs, from 0. */
#define POWER_INPUTS 6
/* Channel 1 is on Arduino pin 2, the others follow. */
#define POWER_FIRST_PIN 2
#define POWER_PINS 20

enum power_cause { POWER_BY_SUPPLY, POWER_BY_PIN, POWER_BY_BROWN_OUT, POWER_BY_WATCHDOG };

/* Of one output, kept in the EEPROM. */
struct power_setting {
    uint8_t is_low_on;      /* 1 where the relay closes at a low level */
    uint8_t is_safe_on;     /* the safe state */
    uint16_t off_least_ms;  /* how long it stays off at least */
};

struct power_output {
    struct power_setting setting;
    uint32_t off_since_ms;
    uint32_t due_ms;
    uint8_t is_due;         /* a cycle or pulse ends at `due_ms` */
    uint8_t on_then;        /* the state it then has */
    uint8_t is_pulse;
};

struct power_firmata {
    uint8_t bytes[12];
    uint8_t length;
    uint8_t wanted;         /* bytes of the message, 0 inside a system-exclusive one */
    uint8_t modes[POWER_CHANNELS];
};

struct power {
    struct line_in in;
    struct line_out out;
    char kept[LINE_MAX + 1];  /* the last reply, for a retry */
    uint8_t kept_sequence;
    uint16_t kept_crc;
    struct power_output outputs[POWER_CHANNELS];
    struct power_firmata firmata;
    uint32_t heard_ms;
    uint32_t line_ms;         /* when the control line was last used, for `has_line` */
    uint8_t has_line;         /* it is in use: what looks like Firmata is damage */
    uint32_t silence_ms;      /* 0: no watchdog */
    uint8_t is_tripped;
    uint8_t is_restarting;
    uint8_t cause;
    uint16_t boot;
    uint16_t events;
};

/* Called once, after the port has put every output to its safe level. */
void power_start(struct power *power, uint16_t boot, uint8_t cause, uint32_t now_ms);
void power_byte(struct power *power, uint8_t byte, uint32_t now_ms);
/* Called at least once in a millisecond. */
void power_tick(struct power *power, uint32_t now_ms);

/* The port. Levels are those of the pin: 1 is high. */
void power_port_level(uint8_t channel, uint8_t level);
/* Read back from the pin itself, not from what was last written. */
uint8_t power_port_pin(uint8_t channel);
/* Millivolts at an analog input. */
uint16_t power_port_sense(uint8_t input);
void power_port_send(const char *bytes, uint8_t length);
void power_port_load(uint8_t channel, struct power_setting *setting);
void power_port_save(uint8_t channel, const struct power_setting *setting);
uint32_t power_port_serial(void);
void power_port_restart(void);

#endif
