/* What the node says of itself on standard output, as `rig node` does: one JSON object a line. */
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>

#include "native.h"

static const char *const EVENTS[] = {"boot",  "propose", "vote",   "lock",  "confirm",  "commit",
                                     "apply", "expire",  "fetch",  "snapshot", "abstain", "refuse",
                                     "reject"};

static int is_enabled;

void say_enable(int is_on)
{
    is_enabled = is_on;
}

void say_port(const char *path)
{
    if (is_enabled)
        printf("{\"type\":\"port\",\"path\":\"%s\"}\n", path);
}

void say_ready(uint16_t life)
{
    if (is_enabled)
        printf("{\"type\":\"ready\",\"boot\":%u}\n", life);
}

static uint32_t word(const uint8_t *body, int bytes)
{
    uint32_t value = 0;
    while (bytes > 0)
        value = value << 8 | body[--bytes];
    return value;
}

static void say_digest(const uint8_t *digest)
{
    int index;
    if (digest == NULL) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    for (index = 0; index < 8; index++)
        printf("%02x", digest[index]);
    putchar('"');
}

/* The layout is that of docs/reference/control-line.md. */
void say_note(uint16_t life, const uint8_t *body, uint8_t length)
{
    uint8_t event = body[0], marks = body[1], at = 8, count;
    if (!is_enabled || length < 8 || event >= sizeof EVENTS / sizeof *EVENTS)
        return;
    printf("{\"type\":\"record\",\"boot\":%u,\"record\":{\"event\":\"%s\",\"slot\":%u,\"round\":%u,",
           life, EVENTS[event], (unsigned)word(body + 2, 4), (unsigned)word(body + 6, 2));
    fputs("\"digest\":", stdout);
    say_digest((marks & 1) != 0 ? body + at : NULL);
    at = (uint8_t)(at + ((marks & 1) != 0 ? 8 : 0));
    if ((marks & 2) != 0) {
        printf(",\"voters\":%u", (unsigned)word(body + at, 2));
        at = (uint8_t)(at + 2);
    }
    if ((marks & 4) != 0) {
        fputs(",\"requests\":[", stdout);
        for (count = 0; at + 4 <= length; at = (uint8_t)(at + 4), count++)
            printf("%s[%u,%u]", count == 0 ? "" : ",", (unsigned)word(body + at, 2),
                   (unsigned)word(body + at + 2, 2));
        putchar(']');
    }
    /* The only reason that there is. */
    if (event == sizeof EVENTS / sizeof *EVENTS - 1)
        fputs(",\"message\":\"frame\",\"reason\":\"own-name\"", stdout);
    fputs("}}\n", stdout);
}

static void say_op(const uint8_t *at, uint8_t *length)
{
    static const char *const names[] = {"append", "r", "w", "r"};
    uint16_t head = (uint16_t)word(at, 2);
    uint8_t code = (uint8_t)(head >> 14), count = at[2], index;
    printf("[\"%s\",%u,", names[code], head & 0x3FFFu);
    if (code == 0 || code == 2) {
        printf("%u]", (unsigned)word(at + 2, 2));
        *length = 4;
        return;
    }
    *length = (uint8_t)(3 + (count == 255 ? 0 : 2 * count));
    if (count == 255) {
        fputs("null]", stdout);
        return;
    }
    if (code == 1)
        putchar('[');
    for (index = 0; index < count; index++)
        printf("%s%u", index == 0 ? "" : ",", (unsigned)word(at + 3 + 2 * index, 2));
    fputs(code == 1 ? "]]" : "]", stdout);
}

/* The layout is that of docs/reference/control-line.md. */
void say_client(const struct agent *agent, const uint8_t *body, uint8_t length)
{
    static const char *const kinds[] = {"boot", "invoke", "ok", "fail", "info"};
    static const char *const errors[] = {"", "timeout", "refused: a list is full"};
    uint8_t kind = body[0] & 7, ops = body[1] & 7, error = body[1] >> 4, at = 18, taken;
    uint64_t local_us = word(body + 10, 4) | (uint64_t)word(body + 14, 4) << 32;
    if (!is_enabled)
        return;
    printf("{\"type\":\"history\",\"record\":{\"node\":%u,\"boot\":%u,\"number\":%u,",
           (unsigned)agent->settings.values[AGENT_NODE], agent->life, (unsigned)word(body + 2, 4));
    printf("\"kind\":\"%s\",\"process\":%u,\"value\":", kinds[kind],
           (unsigned)word(body + 6, 4));
    if (kind == 1)
        at = 22;
    if (kind == 0)
        fputs("null", stdout);
    for (; ops > 0 && at < length; ops--, at = (uint8_t)(at + taken)) {
        putchar(at == 18 || (kind == 1 && at == 22) ? '[' : ',');
        say_op(body + at, &taken);
    }
    if (kind != 0)
        putchar(']');
    if (kind == 1)
        printf(",\"request\":[%u,%u]", (unsigned)word(body + 18, 2), (unsigned)word(body + 20, 2));
    if (error != 0)
        printf(",\"error\":\"%s\"", errors[error]);
    printf(",\"localNs\":%llu}}\n", (unsigned long long)local_us * 1000u);
}

void say_flush(void)
{
    fflush(stdout);
}
