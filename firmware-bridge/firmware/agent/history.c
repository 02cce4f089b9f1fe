#include "history.h"

#define MASK (AGENT_HISTORY_BYTES - 1u)

void history_start(struct history *history)
{
    history->first = 0;
    history->next = 0;
    history->records = 0;
    history->lost = 0;
}

static void put(struct history *history, uint8_t byte)
{
    history->bytes[history->next++ & MASK] = byte;
}

uint8_t history_add(struct history *history, const uint8_t *body, uint8_t length)
{
    uint32_t number = history->records++;
    uint8_t index;
    if (AGENT_HISTORY_BYTES - (history->next - history->first) < length + (uint32_t)HISTORY_HEAD) {
        history->lost++;
        return 0;
    }
    put(history, length);
    put(history, (uint8_t)number);
    put(history, (uint8_t)(number >> 8));
    for (index = 0; index < length; index++)
        put(history, body[index]);
    return 1;
}

uint8_t history_byte(const struct history *history, uint32_t place)
{
    return history->bytes[place & MASK];
}

uint8_t history_holds(const struct history *history, uint32_t place)
{
    return place - history->first <= history->next - history->first;
}

uint8_t history_free(struct history *history, uint32_t place)
{
    uint32_t at = history->first;
    if (!history_holds(history, place))
        return 0;
    while (at - history->first < place - history->first)
        at += HISTORY_HEAD + (uint32_t)history_byte(history, at);
    if (at != place)
        return 0;
    history->first = place;
    return 1;
}
