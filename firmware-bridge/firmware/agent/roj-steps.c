/*
 * The protocol alone, for tests: reads one event a line, and writes one effect a line and a "." at
 * the end of each event. The rig's own node is told the same and has to do the same.
 *
 *     S node nodes round_ns delta_ns every_slots journal_bytes kept_slots life
 *     R count seed keys length reads share registers timeout_ns retry_ns    clients, before the boot
 *     I hex          a durable record, before the boot
 *     D slot         a damaged one
 *     B              the boot
 *     F id hex       a frame
 *     T timer
 *     W token result a write is over
 *     X token        a frame was transmitted
 *     C start|stop, or keys to be read
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "residents.h"

static const char *const EVENTS[] = {"boot",  "propose", "vote",   "lock",  "confirm",  "commit",
                                     "apply", "expire",  "fetch",  "snapshot", "abstain", "refuse",
                                     "reject"};

static struct roj node;
static struct residents residents;
static struct roj_options options;
static unsigned life;
static uint8_t *image;
static size_t image_length;
static long long damaged;

static void say_hex(const uint8_t *bytes, uint32_t length)
{
    static const char digits[] = "0123456789abcdef";
    for (; length > 0; length--, bytes++) {
        putchar_unlocked(digits[*bytes >> 4]);
        putchar_unlocked(digits[*bytes & 15]);
    }
}

void roj_out_send(struct roj *roj, uint32_t token, uint16_t id, const uint8_t *data,
                  uint8_t length)
{
    (void)roj;
    if (residents_own(&residents, id, data, length, 0))
        return;
    printf("send %u %x ", (unsigned)token, id);
    say_hex(data, length);
    putchar('\n');
}

void roj_out_timer(struct roj *roj, uint8_t timer, uint64_t delay_ns)
{
    (void)roj;
    printf("timer %u %llu\n", timer, (unsigned long long)delay_ns);
}

void roj_out_clear(struct roj *roj, uint8_t timer)
{
    (void)roj;
    printf("clear %u\n", timer);
}

void roj_out_persist(struct roj *roj, uint32_t token, uint32_t slot, const uint8_t *record,
                     uint32_t length, uint8_t is_base)
{
    (void)roj;
    printf("persist %u %u %u ", (unsigned)token, (unsigned)slot, is_base);
    say_hex(record, length);
    putchar('\n');
}

void roj_out_truncate(struct roj *roj, uint32_t token)
{
    (void)roj;
    printf("truncate %u\n", (unsigned)token);
}

void residents_out_record(struct residents *clients, const uint8_t *body, uint8_t length)
{
    (void)clients;
    printf("history ");
    say_hex(body, length);
    putchar('\n');
}

void roj_out_note(struct roj *roj, const struct roj_note *note)
{
    uint8_t index;
    (void)roj;
    printf("note %s %u %u ", EVENTS[note->event], (unsigned)note->slot, note->round);
    if (note->has_digest)
        printf("%016llx", (unsigned long long)note->digest);
    else
        putchar('-');
    if (note->has_voters)
        printf(" v%u", note->voters);
    for (index = 0; note->has_requests && index < note->request_count; index++)
        printf(" %u/%u", note->requests[index][0], note->requests[index][1]);
    putchar('\n');
}

static uint32_t read_hex(char *text, uint8_t *bytes)
{
    uint32_t length = 0;
    char pair[3] = {0, 0, 0};
    for (; text[0] > ' ' && text[1] > ' '; text += 2) {
        pair[0] = text[0];
        pair[1] = text[1];
        bytes[length++] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return length;
}

static void add_record(char *text)
{
    uint32_t length = (uint32_t)strlen(text) / 2;
    image = realloc(image, image_length + 4 + length);
    if (image == NULL)
        exit(1);
    length = read_hex(text, image + image_length + 4);
    wire_put32(image + image_length, length);
    image_length += 4 + length;
}

static void boot(void)
{
    uint8_t pass;
    size_t at;
    for (pass = 0; pass < ROJ_PASSES; pass++) {
        roj_pass(&node, pass);
        for (at = 0; at < image_length; at += 4 + wire_get32(image + at))
            roj_load(&node, pass, image + at + 4, wire_get32(image + at));
    }
    roj_begin(&node, damaged);
    residents_booted(&residents, 0);
}

static void start_clients(const char *words)
{
    struct residents_options clients;
    unsigned values[7];
    unsigned long long timeout, retry;
    if (sscanf(words, "%u %u %u %u %u %u %u %llu %llu", &values[0], &values[1], &values[2],
               &values[3], &values[4], &values[5], &values[6], &timeout, &retry) != 9)
        exit(1);
    clients.node = options.node;
    clients.nodes = options.nodes;
    clients.count = (uint8_t)values[0];
    clients.seed = values[1];
    clients.keys = values[2];
    clients.length_max = (uint8_t)values[3];
    clients.reads_percent = (uint8_t)values[4];
    clients.writes_per_key = values[5];
    clients.are_registers = (uint8_t)values[6];
    clients.timeout_ns = timeout;
    clients.retry_ns = retry;
    residents_start(&residents, &clients, &node, (uint16_t)life);
}

static void tell(char *words)
{
    uint16_t key;
    if (*words > '9') {
        residents_command(&residents, strncmp(words, "start", 5) == 0, 0);
        return;
    }
    for (; *words >= '0'; words += *words == ' ') {
        key = (uint16_t)strtoul(words, &words, 10);
        if (!residents_read(&residents, &key, 1, 0))
            exit(1);
    }
}

static void frame(uint16_t id, const uint8_t *data, uint8_t length)
{
    if (id >> 8 == CLASS_OF_REPLIES && residents.options.count > 0)
        residents_heard(&residents, id, data, length, 0);
    else
        roj_frame(&node, id, data, length);
}

static void timer(uint8_t id)
{
    if (id < RESIDENTS_FIRST_TIMER)
        roj_timer(&node, id);
    else
        residents_timer(&residents, id, 0);
}

static void start(const char *words)
{
    unsigned values[8];
    unsigned long long round, delta;
    if (sscanf(words, "%u %u %llu %llu %u %u %u %u", &values[0], &values[1], &round, &delta,
               &values[2], &values[3], &values[4], &life) != 8)
        exit(1);
    options.node = (uint8_t)values[0];
    options.nodes = (uint8_t)values[1];
    options.round_ns = round;
    options.delta_ns = delta;
    options.every_slots = values[2];
    options.journal_bytes = values[3];
    options.kept_slots = values[4];
    image_length = 0;
    damaged = -1;
    roj_start(&node, &options, (uint16_t)life);
    start_clients("0 0 0 0 0 0 0 0 0");
}

int main(void)
{
    char *line = NULL, *rest;
    size_t room = 0;
    uint8_t data[64];
    unsigned long id, second;
    while (getline(&line, &room, stdin) > 0) {
        rest = line + 2;
        if (line[0] == 'S') {
            start(rest);
            continue;
        } else if (line[0] == 'I') {
            add_record(rest);
            continue;
        } else if (line[0] == 'R') {
            start_clients(rest);
            continue;
        } else if (line[0] == 'D') {
            second = strtoul(rest, NULL, 10);
            damaged = (long long)second > damaged ? (long long)second : damaged;
            continue;
        } else if (line[0] == 'B') {
            boot();
        } else if (line[0] == 'F') {
            id = strtoul(rest, &rest, 16);
            frame((uint16_t)id, data, (uint8_t)read_hex(rest + 1, data));
        } else if (line[0] == 'T') {
            timer((uint8_t)strtoul(rest, NULL, 10));
        } else if (line[0] == 'X') {
            residents_transmitted(&residents, (uint32_t)strtoul(rest, NULL, 10), 0);
        } else if (line[0] == 'C') {
            tell(rest);
        } else if (line[0] == 'W') {
            id = strtoul(rest, &rest, 10);
            roj_stored(&node, (uint32_t)id, (uint8_t)strtoul(rest, NULL, 10));
        }
        puts(".");
    }
    free(line);
    free(image);
    return 0;
}
