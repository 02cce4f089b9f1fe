/*
 * A node under damaged input: control lines and frames that are right, and the same with bytes
 * changed, cut or doubled; records that refuse or come back damaged; restarts. It is built with
 * sanitizers, and with the sizes of a small board, so that everything runs full. Beside them it
 * looks whether what the node does is right:
 *
 *     - it answers, or acts on, no line that is damaged by the CRC, counted here by itself;
 *     - each line that it sends is whole;
 *     - each frame has a length that FD knows;
 *     - it never promises two things about one (slot, round, phase), restarts included.
 *
 * usage: agent-fuzz SEED INPUTS. The same numbers give the same run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "residents.h"

#define NODES 3
#define CORPUS 64
#define JOURNAL 262144u
#define WAITING 256
#define SAID (1u << 16)

static struct agent agent;
static uint64_t random_state, now_us;
static struct agent_settings kept;
static uint16_t starts, life;
static uint8_t is_restarting, last_mark;
static struct agent_frame corpus[CORPUS];
static unsigned corpus_count;
static uint8_t boots[WIRE_SOURCES];
static uint8_t journal[JOURNAL];
static size_t journal_length;
static struct {
    uint32_t token, length, at;
    uint8_t result;
} waiting[WAITING];
static unsigned waiting_count;
static size_t base_at;
static uint32_t base_token, client_token;
static struct {
    uint64_t key, digest;
} said[SAID];
static unsigned long lines, damaged_lines, answered, frames, sent, decided, restarts, records,
    noted_clients;

static void fail(const char *what)
{
    fprintf(stderr, "agent-fuzz: %s\n", what);
    abort();
}

/* xorshift64* */
static uint32_t below(uint32_t bound)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 0x2545F4914F6CDD1Dull) >> 33) % bound;
}

/* --- The port --------------------------------------------------------------------------------- */

/* CRC-16/CCITT-FALSE once more, bit by bit over the message, for want of trust. */
static unsigned crc_of(const char *text, size_t length)
{
    unsigned crc = 0xFFFF, bit;
    size_t index;
    for (index = 0; index < length; index++)
        for (bit = 0; bit < 8; bit++) {
            unsigned top = (crc >> 15 ^ (unsigned)(unsigned char)text[index] >> (7 - bit)) & 1;
            crc = (crc << 1 & 0xFFFF) ^ (top ? 0x1021 : 0);
        }
    return crc;
}

/* Whether `text`, without its end of line, is a line by its CRC. */
static int is_whole(const char *text, size_t length)
{
    char digits[8];
    if (length < 6 || text[length - 5] != '*')
        return 0;
    snprintf(digits, sizeof digits, "%04X", crc_of(text, length - 5));
    return memcmp(digits, text + length - 4, 4) == 0;
}

uint8_t agent_port_line(const char *bytes, uint8_t length)
{
    if (length > LINE_MAX || bytes[length - 1] != '\n' || !is_whole(bytes, length - 1u))
        fail("a line of the node is not whole");
    if (bytes[0] != '#')
        last_mark = (uint8_t)bytes[0];
    /* A line that is full now and then. */
    return below(50) != 0;
}

/* Votes and confirmations as they become durable: what others claim of the node does not count. */
static void check_promise(const uint8_t *record, uint32_t length)
{
    uint64_t key = (uint64_t)wire_get32(record + 2) << 24 |
                   (uint64_t)wire_get16(record + 6) << 8 | record[0];
    uint64_t digest = wire_digest(record + ROJ_RECORD_HEAD, length - ROJ_RECORD_HEAD);
    uint32_t place = (uint32_t)((key * 0x9E3779B97F4A7C15ull) >> 48) % SAID;
    if (record[0] > 2)
        return;
    if (said[place].key == key && said[place].digest != digest)
        fail("it promised two things in one round");
    said[place].key = key;
    said[place].digest = digest;
}

void agent_port_can(uint32_t token, const struct agent_frame *frame)
{
    if (token >= RESIDENTS_FIRST_TOKEN)
        client_token = token;
    if (frame->length > 64 || (frame->length > 8 && wire_pad(frame->length) != frame->length))
        fail("a frame of a length that FD does not know");
    sent++;
    if (frame->data[0] == (WIRE_PROTOCOL << 5 | WIRE_COMMIT))
        decided++;
    corpus[corpus_count++ % CORPUS] = *frame;
}

void agent_port_persist(uint32_t token, uint32_t slot, const uint8_t *record, uint32_t length,
                        uint8_t is_base, uint8_t fate)
{
    uint8_t result = fate;
    if (waiting_count == WAITING)
        fail("more records under way than a step can make");
    records++;
    if (result == AGENT_STORED_OK && below(40) == 0)
        result = (uint8_t)(1 + below(2));
    if (journal_length + 8 + length > JOURNAL)
        result = AGENT_STORED_FULL;
    waiting[waiting_count].token = token;
    waiting[waiting_count].result = result;
    waiting[waiting_count].at = (uint32_t)journal_length;
    waiting[waiting_count++].length = length;
    if (result != AGENT_STORED_OK)
        return;
    if (is_base) {
        base_at = journal_length;
        base_token = token;
    }
    check_promise(record, length);
    wire_put32(journal + journal_length, slot);
    wire_put32(journal + journal_length + 4, length);
    memcpy(journal + journal_length + 8, record, length);
    journal_length += 8 + length;
}

void agent_port_truncate(uint32_t token)
{
    if (token != base_token)
        return;
    memmove(journal, journal + base_at, journal_length - base_at);
    journal_length -= base_at;
    base_at = 0;
}

void agent_port_erase(void)
{
    journal_length = 0;
    waiting_count = 0;
    life = 0;
    is_restarting = 1;
    memset(said, 0, sizeof said);
}

uint8_t agent_port_save(const struct agent_settings *settings)
{
    (void)settings;
    return below(10) != 0;
}

uint32_t agent_port_serial(void)
{
    return 0xF0220000u;
}

uint16_t agent_port_boot(void)
{
    return starts;
}

uint16_t agent_port_life(void)
{
    return life;
}

uint8_t agent_port_cause(void)
{
    return (uint8_t)(starts % 5);
}

void agent_port_restart(void)
{
    is_restarting = 1;
}

void agent_port_noted(const uint8_t *body, uint8_t length)
{
    uint8_t event = body[0] & 0x7Fu, most = body[0] < 0x80 ? ROJ_REJECTED : 4;
    noted_clients += body[0] >= 0x80;
    if (length < 8 || event > most || (body[0] >= 0x80 && length < 18))
        fail("a note without a form");
}

static void start(void)
{
    uint8_t pass;
    size_t at, length, harmed = below(20) == 0 ? below(1 + (uint32_t)journal_length) : JOURNAL;
    is_restarting = 0;
    waiting_count = 0;
    base_at = 0;
    base_token = 0;
    starts++;
    life++;
    restarts++;
    agent_start(&agent, &kept, now_us);
    for (pass = 0; pass < AGENT_PASSES; pass++) {
        app_pass(&agent, pass);
        for (at = 0; at < journal_length; at += 8 + length) {
            uint32_t slot = wire_get32(journal + at);
            length = wire_get32(journal + at + 4);
            /* One that rots is told of as damaged. */
            if (harmed < at || harmed >= at + 8 + length)
                app_record(&agent, pass, journal + at + 8, (uint32_t)length);
            else if (pass == 0)
                app_damaged(&agent, slot);
        }
    }
    agent_begin(&agent);
}

static void settle(void)
{
    while (waiting_count > 0 && !is_restarting) {
        uint32_t token = waiting[0].token;
        uint8_t result = waiting[0].result;
        memmove(waiting, waiting + 1, --waiting_count * sizeof *waiting);
        agent_stored(&agent, token, result, now_us);
    }
}

/* --- Control lines ---------------------------------------------------------------------------- */

static const char *const REQUESTS[] = {
    "hello",           "caps",           "echo a bc def",      "time",
    "can stat",        "fault list",     "fault set mute 10",  "fault set drop-rx 100",
    "fault clear",     "fault set deaf", "fault list deaf",    "fault set store-io 20",
    "fault set seed 7", "hist info",     "hist dump 0",        "hist stop",
    "hist clear 0",    "conf round",     "conf nodes 3",       "conf delta 5000",
    "nvm info",        "nvm erase",      "reset",              "roj",
    "explode",         "hist dump 4294967295", "fault set store-full 5", "conf node 4294967296",
    "clients start",   "clients stop",   "clients read 8192 8193 8194", "clients read 16383",
    "clients start 1", "clients read x", "clients",        "conf clients 1",
    "filter set 6",    "filter clear",   "filter info",        "filter set 65536",
};

static size_t make_line(char *text)
{
    char body[80];
    unsigned which = below(sizeof REQUESTS / sizeof *REQUESTS);
    const char *request = REQUESTS[which];
    size_t length;
    if (strcmp(request, "nvm erase") == 0 && below(30) != 0)
        request = "nvm info";
    if (strcmp(request, "reset") == 0 && below(30) != 0)
        request = "time";
    if (strncmp(request, "hist ", 5) == 0 && below(2) == 0) {
        snprintf(body, sizeof body, "$%u hist %s %u", 1 + below(255), below(2) ? "dump" : "clear",
                 below(3) ? (unsigned)agent.history.next : (unsigned)agent.history.first);
    } else {
        snprintf(body, sizeof body, "$%u %s", 1 + below(255), request);
    }
    length = strlen(body);
    return (size_t)snprintf(text, 120, "%s*%04X", body, crc_of(body, length));
}

static size_t mangle(char *text, size_t length, size_t room)
{
    uint32_t count = 1 + below(4);
    for (; count > 0 && length > 1; count--) {
        size_t at = below((uint32_t)length);
        switch (below(5)) {
        case 0:
            text[at] ^= (char)(1 << below(8));
            break;
        case 1:
            text[at] = (char)below(256);
            break;
        case 2:
            memmove(text + at, text + at + 1, --length - at);
            break;
        case 3:
            if (length < room) {
                memmove(text + at + 1, text + at, length - at);
                text[at] = "$*# \n\r=!0A"[below(10)];
                length++;
            }
            break;
        default:
            length = at + 1;
        }
    }
    return length;
}

/* Whether a line with its CRC stands anywhere in the input. */
static int holds_request(const char *text, size_t length)
{
    size_t start, end;
    for (start = 0; start < length; start++)
        for (end = start; text[start] == '$' && end <= length; end++)
            if ((end == length || text[end] == '\n' || text[end] == '\r') &&
                is_whole(text + start, end - start))
                return 1;
    /* A CR inside a line is left out. */
    return memchr(text, '\r', length) != NULL;
}

static void feed_line(void)
{
    char text[200];
    size_t length = make_line(text), index;
    uint16_t damaged;
    if (below(2) == 0)
        length = mangle(text, length, 150);
    lines++;
    /* What stood on the line before is over. */
    agent_byte(&agent, '\n', now_us);
    settle();
    last_mark = 0;
    damaged = agent.in.damaged;
    for (index = 0; index < length; index++)
        agent_byte(&agent, (uint8_t)text[index], now_us);
    agent_byte(&agent, '\n', now_us);
    damaged_lines += agent.in.damaged != damaged;
    answered += last_mark == '=';
    if (last_mark == '=' && !holds_request(text, length))
        fail("it acted on a damaged line");
}

/* --- Frames ----------------------------------------------------------------------------------- */

static void header(struct agent_frame *frame, uint8_t type, uint8_t source, uint8_t count)
{
    static uint16_t sequence;
    frame->id = wire_id(type, source);
    frame->flags = AGENT_FD | AGENT_BRS;
    frame->data[0] = (uint8_t)(WIRE_PROTOCOL << 5 | type);
    frame->data[1] = (uint8_t)(count << 4 | (below(4) == 0 ? below(16) : WIRE_ALL));
    frame->data[2] = 0;
    frame->data[3] = boots[source];
    wire_put16(frame->data + 4, sequence++);
}

static void make_request(struct agent_frame *frame)
{
    static uint16_t number[40];
    uint8_t client = (uint8_t)below(30), ops = (uint8_t)below(5), op;
    memset(frame, 0, sizeof *frame);
    header(frame, WIRE_REQUEST, 14, 0);
    if (below(3) != 0)
        number[client]++;
    frame->data[6] = client;
    wire_put16(frame->data + 7, number[client]);
    frame->data[9] = ops;
    for (op = 0; op < ops; op++) {
        uint8_t *at = frame->data + 10 + 6 * op;
        wire_put16(at, (uint16_t)(below(3) << 14 | below(below(40) == 0 ? 16384 : 60)));
        wire_put32(at + 2, below(70000));
    }
    frame->length = wire_pad((uint8_t)(10 + 6 * ops));
}

/* What the node itself said, from another one: so that rounds come to an end. */
static void make_echo(struct agent_frame *frame)
{
    uint8_t source = (uint8_t)(1 + below(NODES - 1));
    uint32_t back;
    if (corpus_count == 0) {
        make_request(frame);
        return;
    }
    /* Mostly one of the last few: older ones are about what is over. */
    back = below(below(4) == 0 ? CORPUS : 6);
    *frame = corpus[(corpus_count - 1 - back % corpus_count) % CORPUS];
    frame->id = (frame->id & 0x7F0u) | source;
    frame->data[3] = boots[source];
    if (below(3) == 0)
        frame->data[1] |= 15;
}

static void make_message(struct agent_frame *frame)
{
    static const uint8_t types[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17, 18};
    uint8_t index;
    memset(frame, 0, sizeof *frame);
    header(frame, types[below(sizeof types)], (uint8_t)below(below(3) == 0 ? 16 : NODES),
           (uint8_t)below(16));
    for (index = 6; index < 64; index++)
        frame->data[index] = (uint8_t)(below(3) == 0 ? below(256) : below(3));
    frame->length = wire_pad((uint8_t)(8 + below(57)));
    if (below(4) == 0)
        frame->data[2] = (uint8_t)below(256);
}

static void feed_frame(void)
{
    struct agent_frame frame;
    uint32_t kind = below(10), kept_back;
    int must_hear;
    if (kind < 3)
        make_request(&frame);
    else if (kind < 8)
        make_echo(&frame);
    else
        make_message(&frame);
    if (below(3) == 0) {
        uint8_t boot = frame.data[3];
        size_t length = mangle((char *)frame.data, frame.length, 64);
        frame.length = wire_pad((uint8_t)length);
        /* After a newer boot of a source nothing older is heard. */
        if (below(100) != 0)
            frame.data[3] = boot;
        boots[frame.id & 15] = frame.data[3];
        if (below(20) == 0)
            frame.flags ^= (uint8_t)(1 << below(5));
        if (below(20) == 0)
            frame.id = below(0x800);
    }
    frames++;
    must_hear = (agent.filter >> (frame.id & 15) & 1) == 0 ||
                (frame.flags & (AGENT_EXTENDED | AGENT_REMOTE)) != 0;
    kept_back = agent.filtered;
    agent_frame(&agent, &frame, now_us);
    if ((agent.filtered == kept_back) != must_hear)
        fail("its filter let the wrong frames pass");
}

static void step(void)
{
    uint32_t kind = below(100);
    uint8_t fault;
    now_us += below(2000);
    if (below(30) == 0) {
        agent.filter = 0;
        for (fault = 0; fault < AGENT_FAULTS; fault++)
            agent.hooks[fault].per_mille = 0;
    }
    if (kind < 40)
        feed_line();
    else if (kind < 94)
        feed_frame();
    else if (kind < 96)
        now_us += below(200000);
    else if (kind < 97)
        agent_bus(&agent, (uint8_t)below(256), (uint16_t)below(65536), (uint16_t)below(65536));
    else if (kind < 98)
        agent_transmitted(&agent, below(1000), now_us);
    else if (kind < 99)
        agent_transmitted(&agent, client_token, now_us);
    else if (below(40) == 0)
        is_restarting = 1;
    agent_tick(&agent, now_us);
    settle();
    if (is_restarting)
        start();
    settle();
    /* A state that no longer fits is the end of this node's life, and of no other. */
    if (below(4000) == 0) {
        agent_port_erase();
        start();
    }
}

int main(int count, char **words)
{
    unsigned long inputs, index;
    if (count != 3) {
        fprintf(stderr, "usage: agent-fuzz SEED INPUTS\n");
        return 64;
    }
    random_state = strtoull(words[1], NULL, 10) * 2654435761u + 88172645463325252ull;
    inputs = strtoul(words[2], NULL, 10);
    kept.values[AGENT_NODES] = NODES;
    kept.values[AGENT_ROUND_US] = 20000;
    kept.values[AGENT_EVERY_SLOTS] = 16;
    kept.values[AGENT_JOURNAL_BYTES] = 8192;
    kept.values[AGENT_CLIENTS] = 2;
    kept.values[AGENT_KEYS] = 8;
    kept.values[AGENT_LENGTH] = WIRE_OPS_MAX;
    kept.values[AGENT_READS] = 50;
    kept.values[AGENT_SHARE] = 8;
    kept.values[AGENT_TIMEOUT_US] = 200000;
    kept.values[AGENT_RETRY_US] = 40000;
    start();
    for (index = 0; index < inputs; index++)
        step();
    printf("{\"inputs\":%lu,\"lines\":%lu,\"answered\":%lu,\"damaged\":%lu,\"frames\":%lu,"
           "\"sent\":%lu,\"decided\":%lu,\"records\":%lu,\"restarts\":%lu,\"clients\":%lu}\n",
           inputs, lines, answered, damaged_lines, frames, sent, decided, records, restarts,
           noted_clients);
    return 0;
}
