#include "agent.h"

/* Bytes of history in one line. */
#define DUMP_BYTES 24u

/* --- Requests --------------------------------------------------------------------------------- */

static void request(struct agent *agent)
{
    uint8_t index, length = 0;
    /* The same request once more is a retry: its reply was lost, it must not act twice. */
    if (agent->in.sequence == agent->kept_sequence && agent->in.crc == agent->kept_crc &&
        !line_is(agent->in.words[0], "hello")) {
        while (agent->kept[length] != 0)
            length++;
        agent_port_line(agent->kept, length);
        return;
    }
    agent_act(agent);
    line_end(&agent->out);
    for (index = 0; index <= agent->out.length; index++)
        agent->kept[index] = agent->out.text[index];
    agent->kept_sequence = agent->in.sequence;
    agent->kept_crc = agent->in.crc;
    /* A reply that the line has no room for is lost, as any other may be: the host asks again. */
    agent_port_line(agent->out.text, agent->out.length);
    if (agent->is_restarting)
        agent_port_restart();
}

void agent_byte(struct agent *agent, uint8_t byte, uint64_t now_us)
{
    enum line_event event = line_take(&agent->in, (char)byte);
    agent->now_us = now_us;
    if (event == LINE_REQUEST) {
        request(agent);
    } else if (event == LINE_DAMAGED) {
        line_begin(&agent->out, '!', 0);
        line_text(&agent->out, " E_CRC");
        line_end(&agent->out);
        agent_port_line(agent->out.text, agent->out.length);
    }
}

/* --- A dump: one line at a time, when there is room ------------------------------------------- */

static uint8_t send_event(struct agent *agent)
{
    line_end(&agent->out);
    if (!agent_port_line(agent->out.text, agent->out.length))
        return 0;
    agent->events++;
    return 1;
}

static uint8_t dump_line(struct agent *agent)
{
    uint32_t left = agent->dump_end - agent->dump_at;
    uint32_t count = left < DUMP_BYTES ? left : DUMP_BYTES, index;
    uint16_t crc = agent->dump_crc;
    line_begin(&agent->out, '#', (uint16_t)(agent->events + 1));
    if (count == 0) {
        agent_field(agent, " hend to=", agent->dump_end);
        line_text(&agent->out, " crc=");
        line_hex(&agent->out, crc, 4);
        agent_field(agent, " boot=", agent->boot);
            agent->is_dumping = !send_event(agent);
        return 0;
    }
    agent_field(agent, " h at=", agent->dump_at);
    line_text(&agent->out, " d=");
    for (index = 0; index < count; index++) {
        uint8_t byte = history_byte(&agent->history, agent->dump_at + index);
        line_hex(&agent->out, byte, 2);
        crc = line_crc(crc, byte);
    }
    if (!send_event(agent))
        return 0;
    agent->dump_crc = crc;
    agent->dump_at += count;
    return 1;
}

/* --- Time, frames and records ----------------------------------------------------------------- */

void agent_tick(struct agent *agent, uint64_t now_us)
{
    uint8_t index;
    agent->now_us = now_us;
    for (index = 0; index < AGENT_TIMERS; index++) {
        struct agent_timer *timer = &agent->timers[index];
        if (timer->due_us > now_us)
            continue;
        timer->due_us = AGENT_NEVER;
        if (agent->is_running)
            app_timer(agent, timer->id);
    }
    while (agent->is_dumping && dump_line(agent)) {
    }
}

uint64_t agent_next_us(const struct agent *agent)
{
    uint64_t next = AGENT_NEVER;
    uint8_t index;
    for (index = 0; index < AGENT_TIMERS; index++)
        if (agent->timers[index].due_us < next)
            next = agent->timers[index].due_us;
    return next;
}

void agent_clear_timer(struct agent *agent, uint8_t id)
{
    uint8_t index;
    for (index = 0; index < AGENT_TIMERS; index++)
        if (agent->timers[index].id == id)
            agent->timers[index].due_us = AGENT_NEVER;
}

void agent_set_timer(struct agent *agent, uint8_t id, uint64_t delay_us)
{
    struct agent_timer *place = &agent->timers[0];
    uint8_t index;
    agent_clear_timer(agent, id);
    for (index = 0; index < AGENT_TIMERS; index++)
        if (agent->timers[index].due_us == AGENT_NEVER)
            place = &agent->timers[index];
    place->id = id;
    place->due_us = agent->now_us + delay_us;
}

/* Whether the fault strikes now; xorshift32 draws for those that strike at times. */
static uint8_t strikes(struct agent *agent, uint8_t fault)
{
    struct agent_hook *hook = &agent->hooks[fault];
    if (hook->per_mille == 0)
        return 0;
    agent->random ^= agent->random << 13;
    agent->random ^= agent->random >> 17;
    agent->random ^= agent->random << 5;
    if (agent->random % 1000 >= hook->per_mille)
        return 0;
    if (hook->hits < 0xFFFFu)
        hook->hits++;
    return 1;
}

void agent_send(struct agent *agent, uint32_t token, const struct agent_frame *frame)
{
    if (strikes(agent, AGENT_MUTE) || strikes(agent, AGENT_DROP_TX))
        return;
    agent_port_can(token, frame);
}

/* Whether the frame is of a node that is not to be heard. */
static uint8_t is_filtered(struct agent *agent, const struct agent_frame *frame)
{
    uint8_t source = agent->filter == 0 ? AGENT_SOURCES : app_source(frame);
    if (source >= AGENT_SOURCES || (agent->filter >> source & 1) == 0)
        return 0;
    agent->filtered++;
    return 1;
}

void agent_frame(struct agent *agent, const struct agent_frame *frame, uint64_t now_us)
{
    agent->now_us = now_us;
    if (is_filtered(agent, frame))
        return;
    if (strikes(agent, AGENT_DEAF) || strikes(agent, AGENT_DROP_RX) || !agent->is_running)
        return;
    agent->received++;
    app_frame(agent, frame);
}

void agent_transmitted(struct agent *agent, uint32_t token, uint64_t now_us)
{
    agent->now_us = now_us;
    agent->sent++;
    if (agent->is_running)
        app_transmitted(agent, token);
}

void agent_aborted(struct agent *agent, uint32_t token, uint64_t now_us)
{
    agent->now_us = now_us;
    if (agent->is_running)
        app_aborted(agent, token);
}

void agent_bus(struct agent *agent, uint8_t state, uint16_t tec, uint16_t rec)
{
    agent->bus_state = state <= AGENT_BUS_OFF ? state : (uint8_t)AGENT_BUS_OFF;
    agent->tec = tec;
    agent->rec = rec;
}

void agent_persist(struct agent *agent, uint32_t token, uint32_t slot, const uint8_t *record,
                   uint32_t length, uint8_t is_base)
{
    uint8_t fate = AGENT_STORED_OK;
    if (strikes(agent, AGENT_STORE_IO))
        fate = AGENT_STORED_IO;
    else if (strikes(agent, AGENT_STORE_FULL))
        fate = AGENT_STORED_FULL;
    agent_port_persist(token, slot, record, length, is_base, fate);
}

void agent_truncate(struct agent *agent, uint32_t token)
{
    (void)agent;
    agent_port_truncate(token);
}

void agent_stored(struct agent *agent, uint32_t token, uint8_t result, uint64_t now_us)
{
    agent->now_us = now_us;
    if (agent->is_running)
        app_stored(agent, token, result);
}

void agent_note(struct agent *agent, const uint8_t *body, uint8_t length)
{
    history_add(&agent->history, body, length);
    agent_port_noted(body, length);
}

/* --- Start ------------------------------------------------------------------------------------ */

void agent_start(struct agent *agent, const struct agent_settings *settings, uint64_t now_us)
{
    uint8_t index;
    line_reset(&agent->in);
    agent->kept_sequence = 0;
    agent->kept_crc = 0;
    agent->events = 0;
    agent->is_restarting = 0;
    agent->is_running = 0;
    agent->is_dumping = 0;
    agent->settings = *settings;
    agent->boot = agent_port_boot();
    agent->life = agent_port_life();
    agent->cause = agent_port_cause();
    agent->now_us = now_us;
    agent->filter = 0;
    agent->filtered = 0;
    agent->random = 1;
    agent->bus_state = AGENT_BUS_ACTIVE;
    agent->tec = 0;
    agent->rec = 0;
    agent->received = 0;
    agent->sent = 0;
    history_start(&agent->history);
    for (index = 0; index < AGENT_FAULTS; index++) {
        agent->hooks[index].per_mille = 0;
        agent->hooks[index].hits = 0;
    }
    for (index = 0; index < AGENT_TIMERS; index++)
        agent->timers[index].due_us = AGENT_NEVER;
    app_start(agent);
}

void agent_begin(struct agent *agent)
{
    agent->is_running = 1;
    app_begin(agent);
}
