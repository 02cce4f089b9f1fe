/* The control line of the process: a pseudo-terminal of its own, or standard input and output. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "native.h"

#define WAITING_MAX 4096u

static int input = -1, output = -1, is_pty, are_words;
static char waiting[WAITING_MAX];
static size_t length;

static void name_port(const char *link)
{
    const char *path = ptsname(input);
    char other[512];
    if (link != NULL) {
        snprintf(other, sizeof other, "%s.%ld", link, (long)getpid());
        unlink(other);
        if (symlink(path, other) != 0 || rename(other, link) != 0)
            native_fail(link, strerror(errno));
        path = link;
    }
    say_port(path);
}

void line_open_pty(const char *link)
{
    struct termios raw;
    int slave;
    input = posix_openpt(O_RDWR | O_NOCTTY);
    if (input < 0 || grantpt(input) != 0 || unlockpt(input) != 0)
        native_fail("no pseudo-terminal", strerror(errno));
    /* Held open, so that the node is never hung up on between two hosts. */
    slave = open(ptsname(input), O_RDWR | O_NOCTTY);
    if (slave < 0 || tcgetattr(slave, &raw) != 0)
        native_fail("no pseudo-terminal", strerror(errno));
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    fcntl(input, F_SETFL, O_NONBLOCK);
    output = input;
    is_pty = 1;
    name_port(link);
}

void line_open_stdio(void)
{
    input = 0;
    output = 1;
}

void line_open_words(void)
{
    input = 0;
    are_words = 1;
}

void line_poll(struct pollfd *in, struct pollfd *out)
{
    in->fd = input;
    in->events = POLLIN;
    in->revents = 0;
    out->fd = length > 0 ? output : -1;
    out->events = POLLOUT;
    out->revents = 0;
}

static void byte(struct agent *agent, uint8_t value)
{
    agent_byte(agent, value, native_now_us());
}

/* The words of a line as a request, whose number and CRC the rig has no need of here. */
static void take_words(struct agent *agent, uint8_t value)
{
    static char text[LINE_MAX + 1];
    static size_t used;
    static unsigned sequence;
    char line[LINE_MAX + 16], tail[8];
    uint16_t crc = LINE_CRC_START;
    size_t index;
    if (value != '\n') {
        if (used < sizeof text - 1)
            text[used++] = (char)value;
        return;
    }
    text[used] = 0;
    used = 0;
    sequence = sequence % 255 + 1;
    snprintf(line, sizeof line, "$%u %s", sequence, text);
    for (index = 0; line[index] != 0; index++) {
        crc = line_crc(crc, (uint8_t)line[index]);
        byte(agent, (uint8_t)line[index]);
    }
    snprintf(tail, sizeof tail, "*%04X\n", crc);
    for (index = 0; tail[index] != 0; index++)
        byte(agent, (uint8_t)tail[index]);
}

int line_read(struct agent *agent)
{
    uint8_t bytes[256];
    ssize_t count = read(input, bytes, sizeof bytes), index;
    if (count == 0 && are_words)
        input = -1;
    if (count == 0 && !is_pty)
        return are_words;
    for (index = 0; index < count; index++) {
        if (are_words)
            take_words(agent, bytes[index]);
        else
            byte(agent, bytes[index]);
    }
    return 1;
}

uint8_t agent_port_line(const char *bytes, uint8_t count)
{
    if (output < 0)
        return 1;
    if (length + count > WAITING_MAX)
        return 0;
    memcpy(waiting + length, bytes, count);
    length += count;
    return 1;
}

void line_flush(void)
{
    ssize_t written;
    if (length == 0)
        return;
    written = write(output, waiting, length);
    if (written <= 0)
        return;
    length -= (size_t)written;
    memmove(waiting, waiting + written, length);
}
