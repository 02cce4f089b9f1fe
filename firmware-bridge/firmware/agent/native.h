/*
 * The agent as a process of this machine. Its parts share nothing but what stands here: the line
 * (a pseudo-terminal or standard input and output), the way to the bus, the disk, what is said on
 * standard output.
 */
#ifndef RIG_NATIVE_H
#define RIG_NATIVE_H

#include <poll.h>
#include <stddef.h>

#include "agent.h"

/* Ends the program with one line on standard error. */
void native_fail(const char *what, const char *name);
uint64_t native_now_us(void);

/* The control line. `link` is the path of a symbolic link to the pseudo-terminal, or NULL. */
void line_open_pty(const char *link);
void line_open_stdio(void);
/* No control line: what comes on standard input is its requests without their frame. */
void line_open_words(void);
/* Descriptors for `poll`, with -1 where there is no line. */
void line_poll(struct pollfd *in, struct pollfd *out);
/* Reads what has come; 0 at the end of standard input. */
int line_read(struct agent *agent);
void line_flush(void);

/* The bus: a hub's socket or a SocketCAN interface. */
void bus_open_hub(const char *path, uint8_t node);
void bus_open_can(const char *interface);
void bus_poll(struct pollfd *in);
/* Reads what has come; 0 where the bus is gone. */
int bus_read(struct agent *agent);
void bus_flush(void);
/* How long to wait for anything, with what the bus still has to be given. */
int bus_wait_ms(int wait_ms);

/* The disk: a folder in which nothing that was acknowledged is ever lost. */
void disk_open(const char *folder);
/* Those that were kept; zeros where none were. */
void disk_settings(struct agent_settings *settings);
/* Counts the start. */
void disk_start(uint8_t cause);
/* Hands over the records. */
void disk_load(struct agent *agent);
/* Makes durable what was written, and tells the agent; 0 where there was nothing. */
int disk_sync(struct agent *agent);

/* Standard output: one JSON object a line, where it is not the control line itself. */
void say_enable(int is_on);
void say_port(const char *path);
void say_ready(uint16_t life);
void say_note(uint16_t life, const uint8_t *body, uint8_t length);
/* A record of the clients that live on the node. */
void say_client(const struct agent *agent, const uint8_t *body, uint8_t length);
void say_flush(void);

#endif
