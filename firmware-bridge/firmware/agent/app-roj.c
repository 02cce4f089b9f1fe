/* The reference firmware: a node of ROJ, and clients that live on it, on top of the agent. */
#include <stddef.h>

#include "agent.h"
#include "residents.h"

static struct roj roj;
static struct residents residents;
static struct agent *agent_of_node;
static int64_t damaged;

/* Where a setting was never made, as the rig has it. */
static uint32_t or_usual(uint32_t value, uint32_t usual)
{
    return value == 0 ? usual : value;
}

static void start_clients(struct agent *agent, const struct roj_options *node)
{
    const uint32_t *values = agent->settings.values;
    struct residents_options options;
    options.node = node->node;
    options.nodes = node->nodes;
    options.count = (uint8_t)(values[AGENT_CLIENTS] < RESIDENTS_MAX ? values[AGENT_CLIENTS]
                                                                    : RESIDENTS_MAX);
    options.length_max = (uint8_t)(values[AGENT_LENGTH] <= WIRE_OPS_MAX ? values[AGENT_LENGTH] : 0);
    options.reads_percent = (uint8_t)(values[AGENT_READS] < 100 ? values[AGENT_READS] : 100);
    options.are_registers = values[AGENT_REGISTERS] != 0;
    options.seed = values[AGENT_SEED];
    options.keys = values[AGENT_KEYS];
    options.writes_per_key = values[AGENT_SHARE];
    options.timeout_ns = values[AGENT_TIMEOUT_US] * 1000ull;
    options.retry_ns = values[AGENT_RETRY_US] * 1000ull;
    residents_start(&residents, &options, &roj, agent->life);
}

void app_start(struct agent *agent)
{
    const uint32_t *values = agent->settings.values;
    struct roj_options options;
    agent_of_node = agent;
    damaged = -1;
    options.nodes = (uint8_t)(values[AGENT_NODES] <= ROJ_NODES_MAX ? values[AGENT_NODES] : 0);
    options.node = (uint8_t)(values[AGENT_NODE] < options.nodes ? values[AGENT_NODE] : 0);
    options.round_ns = or_usual(values[AGENT_ROUND_US], 40000u) * 1000ull;
    options.delta_ns = values[AGENT_DELTA_US] * 1000ull;
    options.every_slots = or_usual(values[AGENT_EVERY_SLOTS], 512u);
    options.journal_bytes = or_usual(values[AGENT_JOURNAL_BYTES], 1u << 18);
    options.kept_slots = or_usual(values[AGENT_KEPT_SLOTS], 512u);
    /* Without settings the node only listens to its control line. */
    if (options.nodes == 0)
        options.nodes = 1;
    roj_start(&roj, &options, agent->life);
    start_clients(agent, &options);
    if (values[AGENT_NODES] == 0 || values[AGENT_NODES] > ROJ_NODES_MAX ||
        values[AGENT_NODE] >= values[AGENT_NODES])
        roj.has_stopped = 1;
}

void app_pass(struct agent *agent, uint8_t pass)
{
    (void)agent;
    if (!roj.has_stopped)
        roj_pass(&roj, pass);
}

void app_record(struct agent *agent, uint8_t pass, const uint8_t *record, uint32_t length)
{
    (void)agent;
    if (!roj.has_stopped)
        roj_load(&roj, pass, record, length);
}

void app_damaged(struct agent *agent, uint32_t slot)
{
    (void)agent;
    if ((int64_t)slot > damaged)
        damaged = slot;
}

void app_begin(struct agent *agent)
{
    if (roj.has_stopped)
        return;
    roj_begin(&roj, damaged);
    residents_booted(&residents, agent->now_us);
}

void app_frame(struct agent *agent, const struct agent_frame *frame)
{
    if ((frame->flags & (AGENT_FD | AGENT_EXTENDED)) != AGENT_FD)
        return;
    if (frame->id >> 8 == CLASS_OF_REPLIES && residents.options.count > 0)
        residents_heard(&residents, (uint16_t)frame->id, frame->data, frame->length,
                        agent->now_us);
    else
        roj_frame(&roj, (uint16_t)frame->id, frame->data, frame->length);
}

/* Whatever became of a frame, its sender says the same again at its next timeout. */
void app_transmitted(struct agent *agent, uint32_t token)
{
    if (token >= RESIDENTS_FIRST_TOKEN && !roj.has_stopped)
        residents_transmitted(&residents, token, agent->now_us);
}

void app_aborted(struct agent *agent, uint32_t token)
{
    (void)agent;
    (void)token;
}

void app_timer(struct agent *agent, uint8_t id)
{
    if (id < RESIDENTS_FIRST_TIMER)
        roj_timer(&roj, id);
    else if (!roj.has_stopped)
        residents_timer(&residents, id, agent->now_us);
}

void app_stored(struct agent *agent, uint32_t token, uint8_t result)
{
    (void)agent;
    roj_stored(&roj, token, result);
}

uint8_t app_source(const struct agent_frame *frame)
{
    uint8_t is_own = (frame->flags & (AGENT_EXTENDED | AGENT_REMOTE)) == 0;
    return is_own ? (uint8_t)(frame->id & 15) : (uint8_t)AGENT_SOURCES;
}

/* Keys of `clients read`, from the third word on. */
static void read_keys(struct agent *agent)
{
    uint16_t keys[LINE_WORDS];
    uint8_t count = 0, index;
    uint32_t key;
    for (index = 2; index < agent->in.count; index++) {
        if (!line_read_number(agent->in.words[index], 0x3FFF, &key)) {
            agent_refuse(agent, " E_ARGS expected keys");
            return;
        }
        keys[count++] = (uint16_t)key;
    }
    if (residents_read(&residents, keys, count, agent->now_us)) {
        agent_accept(agent);
        agent_field(agent, " boot=", agent->boot);
    } else {
        agent_refuse(agent, " E_FULL no room for these keys yet");
    }
}

static void tell_clients(struct agent *agent)
{
    const char *const *words = agent->in.words;
    uint8_t is_start = agent->in.count == 2 && line_is(words[1], "start");
    if (roj.has_stopped || !agent->is_running) {
        agent_refuse(agent, " E_STATE the node stands still");
    } else if (residents.options.count == 0) {
        agent_refuse(agent, " E_CONF no clients, or no room for their keys");
    } else if (agent->in.count > 2 && line_is(words[1], "read")) {
        read_keys(agent);
    } else if (is_start || (agent->in.count == 2 && line_is(words[1], "stop"))) {
        residents_command(&residents, is_start, agent->now_us);
        agent_accept(agent);
        agent_field(agent, " boot=", agent->boot);
    } else {
        agent_refuse(agent, " E_ARGS wrong number or form of words");
    }
}

const char *app_caps(void)
{
    return ",clients";
}

uint8_t app_command(struct agent *agent)
{
    if (line_is(agent->in.words[0], "clients")) {
        tell_clients(agent);
        return 1;
    }
    if (!line_is(agent->in.words[0], "roj"))
        return 0;
    agent_accept(agent);
    line_text(&agent->out, roj.has_stopped ? " st=stopped" : " st=running");
    agent_field(agent, " slot=", roj.next);
    agent_field(agent, " keys=", roj.store.list_count);
    agent_field(agent, " sessions=", roj.store.session_count);
    agent_field(agent, " boot=", agent->boot);
    return 1;
}

const char *app_name(void)
{
    return "roj/1.0";
}

/* --- What the node does ----------------------------------------------------------------------- */

void roj_out_send(struct roj *node, uint32_t token, uint16_t id, const uint8_t *data,
                  uint8_t length)
{
    struct agent_frame frame;
    (void)node;
    if (residents_own(&residents, id, data, length, agent_of_node->now_us))
        return;
    frame.id = id;
    frame.flags = AGENT_FD | AGENT_BRS;
    frame.length = length;
    wire_copy(frame.data, data, length);
    agent_send(agent_of_node, token, &frame);
}

void roj_out_timer(struct roj *node, uint8_t timer, uint64_t delay_ns)
{
    (void)node;
    agent_set_timer(agent_of_node, timer, (delay_ns + 999) / 1000);
}

void roj_out_clear(struct roj *node, uint8_t timer)
{
    (void)node;
    agent_clear_timer(agent_of_node, timer);
}

void roj_out_persist(struct roj *node, uint32_t token, uint32_t slot, const uint8_t *record,
                     uint32_t length, uint8_t is_base)
{
    (void)node;
    agent_persist(agent_of_node, token, slot, record, length, is_base);
}

void roj_out_truncate(struct roj *node, uint32_t token)
{
    (void)node;
    agent_truncate(agent_of_node, token);
}

void residents_out_record(struct residents *clients, const uint8_t *body, uint8_t length)
{
    (void)clients;
    agent_note(agent_of_node, body, length);
}

/* The layout is that of docs/reference/control-line.md. */
void roj_out_note(struct roj *node, const struct roj_note *note)
{
    uint8_t body[18 + 4 * WIRE_BATCH_MAX], length = 8, index;
    (void)node;
    body[0] = note->event;
    body[1] = (uint8_t)(note->has_digest | note->has_voters << 1 | note->has_requests << 2);
    wire_put32(body + 2, note->slot);
    wire_put16(body + 6, note->round);
    if (note->has_digest) {
        wire_put_digest(body + length, note->digest);
        length = (uint8_t)(length + 8);
    }
    if (note->has_voters) {
        wire_put16(body + length, note->voters);
        length = (uint8_t)(length + 2);
    }
    for (index = 0; note->has_requests && index < note->request_count; index++) {
        wire_put16(body + length, note->requests[index][0]);
        wire_put16(body + length + 2, note->requests[index][1]);
        length = (uint8_t)(length + 4);
    }
    agent_note(agent_of_node, body, length);
}
