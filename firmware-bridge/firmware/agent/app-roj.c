/* The reference firmware: a node of ROJ on top of the agent. */
#include <stddef.h>

#include "agent.h"
#include "roj.h"

static struct roj roj;
static struct agent *agent_of_node;
static int64_t damaged;

/* Where a setting was never made, as the rig has it. */
static uint32_t or_usual(uint32_t value, uint32_t usual)
{
    return value == 0 ? usual : value;
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
    (void)agent;
    if (!roj.has_stopped)
        roj_begin(&roj, damaged);
}

void app_frame(struct agent *agent, const struct agent_frame *frame)
{
    (void)agent;
    if ((frame->flags & (AGENT_FD | AGENT_EXTENDED)) == AGENT_FD)
        roj_frame(&roj, (uint16_t)frame->id, frame->data, frame->length);
}

/* Whatever became of a frame, its sender says the same again at its next timeout. */
void app_transmitted(struct agent *agent, uint32_t token)
{
    (void)agent;
    (void)token;
}

void app_aborted(struct agent *agent, uint32_t token)
{
    (void)agent;
    (void)token;
}

void app_timer(struct agent *agent, uint8_t id)
{
    (void)agent;
    roj_timer(&roj, id);
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

uint8_t app_command(struct agent *agent)
{
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
