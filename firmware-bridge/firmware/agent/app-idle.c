/* An application that does nothing: for the control line alone, and as the least that one gives. */
#include "agent.h"

void app_start(struct agent *agent)
{
    (void)agent;
}

void app_pass(struct agent *agent, uint8_t pass)
{
    (void)agent;
    (void)pass;
}

void app_record(struct agent *agent, uint8_t pass, const uint8_t *record, uint32_t length)
{
    (void)agent;
    (void)pass;
    (void)record;
    (void)length;
}

void app_damaged(struct agent *agent, uint32_t slot)
{
    (void)agent;
    (void)slot;
}

void app_begin(struct agent *agent)
{
    (void)agent;
}

void app_frame(struct agent *agent, const struct agent_frame *frame)
{
    (void)agent;
    (void)frame;
}

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
    (void)id;
}

void app_stored(struct agent *agent, uint32_t token, uint8_t result)
{
    (void)agent;
    (void)token;
    (void)result;
}

uint8_t app_source(const struct agent_frame *frame)
{
    (void)frame;
    return AGENT_SOURCES;
}

uint8_t app_command(struct agent *agent)
{
    (void)agent;
    return 0;
}

const char *app_caps(void)
{
    return "";
}

const char *app_name(void)
{
    return "agent/1.0";
}
