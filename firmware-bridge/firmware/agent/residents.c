/* The clients that live on a node: workload, history, markers, and replies until they agree. */
#include "residents.h"

#include <stddef.h>

/* The upper half of the keys, of which each boot begins at others. */
#define KEYS_FROM 8192u
#define KEYS_PER_BOOT 512u
/* Elements: count in four bits, node in four, boot in eight. */
#define COUNT_MAX 15u
#define BOOTS_MAX 255u
#define REQUEST_MAX 0xFFFFu
#define TOKENS_PER_BOOT 0x200000u
#define STATIONS 14u

#define IS_CLIENTS 0x80u
#define OPCODE_REGISTER 3u
#define UNKNOWN 255u

enum kind { BOOT, INVOKE, OK, FAIL, INFO };
enum error { NO_ERROR, TIMEOUT, REFUSED };

static void invoke_next(struct residents *residents, struct residents_client *client);

/* --- Numbers: those of core/random ------------------------------------------------------------ */

static uint32_t draw(struct residents_random *random)
{
    uint32_t sum = random->a + random->b + random->counter++;
    random->a = random->b ^ random->b >> 9;
    random->b = random->c + (random->c << 3);
    random->c = (random->c << 21 | random->c >> 11) + sum;
    return sum;
}

static uint32_t below(struct residents_random *random, uint32_t bound)
{
    uint64_t high = (uint64_t)draw(random) << 21;
    high |= draw(random) >> 11;
    return (uint32_t)(high * bound >> 53);
}

static void mix(struct residents_random *random, const char *label)
{
    uint32_t high = random->c, low = random->b;
    for (; *label != 0; label++) {
        high = (high ^ (uint8_t)*label) * 0x85EBCA6Bu;
        low = (low ^ high ^ high >> 13) * 0xC2B2AE35u;
        high ^= low >> 16;
    }
    random->c = high;
    random->b = low;
}

static void mix_number(struct residents_random *random, uint16_t number)
{
    char text[8];
    uint8_t at = sizeof text - 2;
    text[at] = '/';
    text[at + 1] = 0;
    do {
        text[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    mix(random, text + at);
}

static void seed(struct residents_random *random, uint32_t number, uint8_t node, uint16_t boot)
{
    uint8_t round;
    random->b = number;
    random->c = 0x9E3779B9u;
    mix(random, "resident/");
    mix_number(random, node);
    mix_number(random, boot);
    random->a = number;
    random->counter = 1;
    for (round = 0; round < 12; round++)
        draw(random);
}

/* --- Transactions ----------------------------------------------------------------------------- */

static uint8_t *begin_transaction(struct residents_client *client)
{
    client->request++;
    client->length = 4;
    wire_put16(client->transaction + 1, client->request);
    client->transaction[0] = (uint8_t)client->session;
    client->transaction[3] = (uint8_t)(client->session >> 8 << 3);
    return client->transaction;
}

static void add_op(struct residents_client *client, uint8_t opcode, uint16_t key, uint32_t value)
{
    uint8_t *at = client->transaction + client->length;
    at[0] = (uint8_t)key;
    at[1] = (uint8_t)(opcode << 6 | key >> 8);
    wire_put32(at + 2, value);
    client->transaction[3]++;
    client->length = (uint8_t)(client->length + 6);
}

static void draw_op(struct residents *residents, struct residents_client *client)
{
    const struct residents_options *options = &residents->options;
    uint32_t place = below(&residents->random, options->keys);
    uint8_t is_read = below(&residents->random, 100) < options->reads_percent;
    uint32_t from = (residents->boot - 1u) * KEYS_PER_BOOT;
    uint16_t key = (uint16_t)(KEYS_FROM + (from + residents->keys[place]) % KEYS_FROM);
    uint32_t mark = (uint32_t)residents->boot << 8 | (uint32_t)options->node << 4;
    if (is_read) {
        add_op(client, WIRE_READ, key, 0);
        return;
    }
    mark |= ++residents->writes[place];
    if (residents->writes[place] == options->writes_per_key) {
        residents->keys[place] = (uint16_t)residents->key_count++;
        residents->writes[place] = 0;
    }
    add_op(client, options->are_registers ? WIRE_WRITE : WIRE_APPEND, key, mark);
}

/* 0 where there is nothing to be asked for. */
static uint8_t next_transaction(struct residents *residents, struct residents_client *client)
{
    uint32_t count;
    if (residents->is_running) {
        begin_transaction(client);
        count = 1 + below(&residents->random, residents->options.length_max);
        for (; count > 0; count--)
            draw_op(residents, client);
        return 1;
    }
    if (residents->read_count == 0)
        return 0;
    begin_transaction(client);
    add_op(client, WIRE_READ, residents->reads[residents->first_read], 0);
    residents->first_read = (residents->first_read + 1) % RESIDENTS_READS;
    residents->read_count--;
    return 1;
}

/* --- What leaves ------------------------------------------------------------------------------ */

static uint32_t token_of(const struct residents *residents)
{
    uint32_t first = (residents->boot & BOOTS_MAX) * TOKENS_PER_BOOT;
    return RESIDENTS_FIRST_TOKEN + first + residents->sent % TOKENS_PER_BOOT;
}

/* Of one fragment; `data` has room for a frame. */
static uint8_t send(struct residents *residents, uint8_t type, uint8_t count, uint8_t *data,
                    uint8_t length)
{
    uint8_t total = wire_pad((uint8_t)(WIRE_HEADER + length)), index;
    data[0] = (uint8_t)(WIRE_PROTOCOL << 5 | type);
    data[1] = (uint8_t)(count << 4 | WIRE_ALL);
    data[2] = 0;
    data[3] = (uint8_t)residents->boot;
    wire_put16(data + 4, residents->sequence++);
    for (index = (uint8_t)(WIRE_HEADER + length); index < total; index++)
        data[index] = 0;
    residents->sent++;
    roj_out_send(residents->roj, token_of(residents), wire_id(type, residents->options.node), data,
                 total);
    return total;
}

static uint8_t timer_of(const struct residents *residents, const struct residents_client *client,
                        uint8_t which)
{
    uint8_t index = (uint8_t)(client - residents->clients);
    return (uint8_t)(RESIDENTS_FIRST_TIMER + 2u * index + which);
}

static uint8_t put_op(const struct residents *residents, struct wire_op op, const uint8_t *list,
                      uint8_t *at)
{
    uint8_t opcode = op.opcode, count = list == NULL ? UNKNOWN : list[0];
    if (opcode != WIRE_READ) {
        wire_put16(at, (uint16_t)(opcode << 14 | op.key));
        wire_put16(at + 2, (uint16_t)op.value);
        return 4;
    }
    if (list != NULL && residents->options.are_registers) {
        /* The last element is what the register holds. */
        list = count == 0 ? list : list + 2 * (count - 1);
        opcode = count == 0 ? opcode : OPCODE_REGISTER;
        count = count == 0 ? UNKNOWN : 1;
    }
    wire_put16(at, (uint16_t)(opcode << 14 | op.key));
    at[2] = count;
    if (count == UNKNOWN)
        return 3;
    wire_copy(at + 3, list + 1, 2u * count);
    return (uint8_t)(3 + 2 * count);
}

/* Writes the record, sends its marker, and returns the marker's token. `lists` of a reply, or NULL. */
static uint32_t record(struct residents *residents, const struct residents_client *client,
                       uint8_t kind, uint8_t error, const uint8_t *lists)
{
    uint8_t body[RESIDENTS_RECORD_MAX], data[64], ops = 0, length = 18, index;
    uint32_t number = residents->records++, process = client == NULL ? 0 : client->process;
    if (client != NULL)
        ops = client->transaction[3] & 7;
    body[0] = (uint8_t)(IS_CLIENTS | kind);
    body[1] = (uint8_t)(ops | error << 4);
    wire_put32(body + 2, number);
    wire_put32(body + 6, process);
    wire_put32(body + 10, (uint32_t)residents->now_us);
    wire_put32(body + 14, (uint32_t)(residents->now_us >> 32));
    if (kind == INVOKE) {
        wire_put16(body + 18, client->session);
        wire_put16(body + 20, client->request);
        length = 22;
    }
    for (index = 0; index < ops; index++) {
        struct wire_op op = wire_read_op(client->transaction, index);
        uint8_t has_list = lists != NULL && op.opcode == WIRE_READ;
        length = (uint8_t)(length + put_op(residents, op, has_list ? lists : NULL, body + length));
        if (has_list)
            lists += 1 + 2 * lists[0];
    }
    residents_out_record(residents, body, length);
    wire_put16(data + WIRE_HEADER, (uint16_t)process);
    wire_put32(data + WIRE_HEADER + 2, number);
    send(residents, WIRE_MARKER, kind, data, 6);
    return token_of(residents);
}

static void set_timer(struct residents *residents, const struct residents_client *client,
                      uint8_t which)
{
    const struct residents_options *options = &residents->options;
    roj_out_timer(residents->roj, timer_of(residents, client, which),
                  which == 0 ? options->timeout_ns : options->retry_ns);
}

/* --- An operation, from its begin to its end -------------------------------------------------- */

static void invoke_next(struct residents *residents, struct residents_client *client)
{
    uint8_t index;
    if (client->is_open || client->request == REQUEST_MAX)
        return;
    if (!next_transaction(residents, client))
        return;
    client->is_open = 1;
    for (index = 0; index < RESIDENTS_CANDIDATES; index++)
        client->candidates[index].voters = 0;
    client->announcing = record(residents, client, INVOKE, NO_ERROR, NULL);
    set_timer(residents, client, 0);
}

/* On the bus, and to the node itself: a controller does not hear itself. */
static void request(struct residents *residents, struct residents_client *client)
{
    uint8_t data[64], length;
    if (!client->is_open)
        return;
    wire_copy(data + WIRE_HEADER, client->transaction, client->length);
    length = send(residents, WIRE_REQUEST, 0, data, client->length);
    set_timer(residents, client, 1);
    roj_frame(residents->roj, wire_id(WIRE_REQUEST, residents->options.node), data, length);
}

static void complete(struct residents *residents, struct residents_client *client, uint8_t kind,
                     uint8_t error, const uint8_t *lists)
{
    client->is_open = 0;
    client->announcing = 0;
    roj_out_clear(residents->roj, timer_of(residents, client, 0));
    roj_out_clear(residents->roj, timer_of(residents, client, 1));
    record(residents, client, kind, error, lists);
    /* An info may still happen later, so its process never speaks again. */
    if (kind == INFO)
        client->process += residents->count;
    invoke_next(residents, client);
}

/* --- Replies ---------------------------------------------------------------------------------- */

static uint8_t bits_of(uint16_t mask)
{
    uint8_t count = 0;
    for (; mask != 0; mask &= (uint16_t)(mask - 1))
        count++;
    return count;
}

/* Length of the lists that the reply to this transaction has; -1 where it has not all of them. */
static int16_t lists_length(const uint8_t *transaction, const uint8_t *lists, uint32_t length)
{
    uint32_t at = 0;
    uint8_t ops = transaction[3] & 7, index;
    for (index = 0; index < ops; index++) {
        if (wire_read_op(transaction, index).opcode != WIRE_READ)
            continue;
        if (at >= length || lists[at] > STORE_LIST_MAX || at + 1u + 2u * lists[at] > length)
            return -1;
        at += 1u + 2u * lists[at];
    }
    return (int16_t)at;
}

/* The reply as it was given before, or a place for it; NULL where there is none. */
static struct residents_candidate *candidate_of(struct residents_client *client, uint8_t status,
                                                const uint8_t *lists, uint8_t length)
{
    uint8_t index, at;
    for (index = 0; index < RESIDENTS_CANDIDATES; index++) {
        struct residents_candidate *candidate = &client->candidates[index];
        if (candidate->voters == 0) {
            candidate->status = status;
            candidate->length = length;
            wire_copy(candidate->lists, lists, length);
            return candidate;
        }
        if (candidate->status != status || candidate->length != length)
            continue;
        for (at = 0; at < length && candidate->lists[at] == lists[at]; at++) {
        }
        if (at == length)
            return candidate;
    }
    return NULL;
}

static struct residents_client *client_of(struct residents *residents, uint16_t session)
{
    uint8_t index;
    for (index = 0; index < residents->count; index++)
        if (residents->clients[index].session == session)
            return &residents->clients[index];
    return NULL;
}

static void take_reply(struct residents *residents, uint8_t source, const uint8_t *body,
                       uint32_t length)
{
    struct residents_client *client;
    struct residents_candidate *candidate;
    uint8_t status;
    int16_t lists = 0;
    if (length < 4)
        return;
    client = client_of(residents, (uint16_t)(body[0] | body[3] >> 3 << 8));
    if (client == NULL || !client->is_open || client->request != wire_get16(body + 1))
        return;
    status = body[3] & 7;
    if (status == 0)
        lists = lists_length(client->transaction, body + 4, length - 4);
    if (lists < 0)
        return;
    candidate = candidate_of(client, status, body + 4, (uint8_t)lists);
    if (candidate == NULL)
        return;
    candidate->voters |= (uint16_t)(1u << source);
    if (bits_of(candidate->voters) < (residents->options.nodes - 1) / 3 + 1)
        return;
    if (status == 0)
        complete(residents, client, OK, NO_ERROR, candidate->lists);
    else
        complete(residents, client, FAIL, REFUSED, NULL);
}

void residents_heard(struct residents *residents, uint16_t id, const uint8_t *data,
                     uint8_t length, uint64_t now_us)
{
    struct wire_header header;
    const uint8_t *body;
    uint32_t body_length;
    uint8_t source = id & 15;
    residents->now_us = now_us;
    if (length < WIRE_HEADER)
        return;
    wire_read_header(data, &header);
    if (header.type != WIRE_REPLY || source >= residents->options.nodes)
        return;
    /* The node takes no replies, so that what is put together there is never of both. */
    body = wire_parts_add(&residents->roj->parts, source, &header, data, length, &body_length);
    if (body != NULL)
        take_reply(residents, source, body, body_length);
}

uint8_t residents_own(struct residents *residents, uint16_t id, const uint8_t *data,
                      uint8_t length, uint64_t now_us)
{
    struct wire_header header;
    uint8_t node = residents->options.node;
    if (residents->options.count == 0 || id >> 8 != CLASS_OF_REPLIES)
        return 0;
    wire_read_header(data, &header);
    if (header.destination != node)
        return 0;
    residents->now_us = now_us;
    if (header.last >= WIRE_OPS_MAX)
        return 1;
    /* All fragments come, one after the other. */
    wire_copy(residents->own + header.fragment * WIRE_FRAGMENT, data + WIRE_HEADER,
              (uint32_t)length - WIRE_HEADER);
    if (header.fragment == header.last)
        take_reply(residents, node, residents->own,
                   (uint32_t)(header.fragment * WIRE_FRAGMENT + length - WIRE_HEADER));
    return 1;
}

/* --- What they are told ----------------------------------------------------------------------- */

static void invoke_all(struct residents *residents)
{
    uint8_t index;
    for (index = 0; index < residents->count; index++)
        invoke_next(residents, &residents->clients[index]);
}

void residents_command(struct residents *residents, uint8_t is_running, uint64_t now_us)
{
    residents->now_us = now_us;
    residents->is_running = is_running;
    residents->read_count = 0;
    invoke_all(residents);
}

uint8_t residents_read(struct residents *residents, const uint16_t *keys, uint8_t count,
                       uint64_t now_us)
{
    uint8_t index;
    if (residents->read_count + count > RESIDENTS_READS)
        return 0;
    residents->now_us = now_us;
    residents->is_running = 0;
    for (index = 0; index < count; index++) {
        uint32_t at = residents->first_read + residents->read_count++;
        residents->reads[at % RESIDENTS_READS] = keys[index];
    }
    invoke_all(residents);
    return 1;
}

void residents_transmitted(struct residents *residents, uint32_t token, uint64_t now_us)
{
    uint8_t index;
    residents->now_us = now_us;
    for (index = 0; index < residents->count; index++) {
        struct residents_client *client = &residents->clients[index];
        if (client->announcing != token)
            continue;
        client->announcing = 0;
        request(residents, client);
        return;
    }
}

void residents_timer(struct residents *residents, uint8_t timer, uint64_t now_us)
{
    uint8_t index = (uint8_t)((timer - RESIDENTS_FIRST_TIMER) / 2);
    struct residents_client *client;
    residents->now_us = now_us;
    if (index >= residents->count || !residents->clients[index].is_open)
        return;
    client = &residents->clients[index];
    if (timer % 2 == 0)
        complete(residents, client, INFO, TIMEOUT, NULL);
    else if (client->announcing == 0)
        request(residents, client);
}

void residents_start(struct residents *residents, const struct residents_options *options,
                     struct roj *roj, uint16_t boot)
{
    struct residents_options *own = &residents->options;
    uint32_t most = STORE_LIST_MAX / (options->nodes == 0 ? 1u : options->nodes);
    uint8_t is_sound = options->count > 0 && options->keys > 0 && options->length_max > 0 &&
                       options->keys <= RESIDENTS_KEYS && options->length_max <= WIRE_OPS_MAX;
    uint16_t index;
    *own = *options;
    most = most < COUNT_MAX ? most : COUNT_MAX;
    own->writes_per_key = own->writes_per_key < most ? own->writes_per_key : most;
    residents->roj = roj;
    residents->boot = boot;
    residents->sequence = 0;
    residents->count = options->count < RESIDENTS_MAX ? options->count : RESIDENTS_MAX;
    if (!is_sound)
        own->count = 0;
    if (!is_sound || boot > BOOTS_MAX)
        residents->count = 0;
    residents->is_running = 0;
    residents->records = 0;
    residents->sent = 0;
    residents->now_us = 0;
    residents->first_read = 0;
    residents->read_count = 0;
    residents->key_count = is_sound ? options->keys : 0;
    seed(&residents->random, options->seed, options->node, boot);
    for (index = 0; index < residents->key_count; index++) {
        residents->keys[index] = index;
        residents->writes[index] = 0;
    }
    for (index = 0; index < RESIDENTS_MAX; index++) {
        struct residents_client *client = &residents->clients[index];
        uint32_t owner = 1u + index * STATIONS + options->node;
        client->session = (uint16_t)(owner << 8 | (boot & BOOTS_MAX));
        client->request = 0;
        client->process = index;
        client->announcing = 0;
        client->is_open = 0;
    }
}

void residents_booted(struct residents *residents, uint64_t now_us)
{
    residents->now_us = now_us;
    if (residents->options.count > 0)
        record(residents, NULL, BOOT, NO_ERROR, NULL);
}
