/*
 * The power-switch board as a process on a pseudo-terminal of its own: for trying out a bench, and
 * for tests on a real port. Prints the path of the port first, then each change of the outputs as
 * six levels. Settings live as long as the process. It ends with its parent.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "power.h"

static struct power board;
static struct power_setting settings[POWER_CHANNELS];
static uint8_t levels[POWER_CHANNELS];
static int port, restarts;

static void say_levels(void)
{
    int channel;
    for (channel = 0; channel < POWER_CHANNELS; channel++)
        putchar('0' + levels[channel]);
    putchar('\n');
    fflush(stdout);
}

void power_port_load(uint8_t channel, struct power_setting *setting)
{
    *setting = settings[channel];
}

void power_port_save(uint8_t channel, const struct power_setting *setting)
{
    settings[channel] = *setting;
}

uint32_t power_port_serial(void)
{
    return 0x00C0FFEEu;
}

void power_port_level(uint8_t channel, uint8_t level)
{
    if (levels[channel] == level)
        return;
    levels[channel] = level;
    say_levels();
}

uint8_t power_port_pin(uint8_t channel)
{
    return levels[channel];
}

/* As if each rail were wired to the input of its number and followed its switch at once. */
uint16_t power_port_sense(uint8_t input)
{
    return levels[input] ? 5000 : 0;
}

void power_port_send(const char *bytes, uint8_t length)
{
    while (length > 0) {
        ssize_t written = write(port, bytes, length);
        if (written <= 0)
            return;
        bytes += written;
        length = (uint8_t)(length - written);
    }
}

void power_port_restart(void)
{
    restarts++;
}

static uint32_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint32_t)(time.tv_sec * 1000 + time.tv_nsec / 1000000);
}

static void start(uint8_t cause)
{
    uint8_t channel;
    for (channel = 0; channel < POWER_CHANNELS; channel++)
        power_port_level(channel, settings[channel].is_safe_on != settings[channel].is_low_on);
    power_start(&board, (uint16_t)restarts, cause, now());
}

static int open_port(void)
{
    struct termios raw;
    int slave;
    port = posix_openpt(O_RDWR | O_NOCTTY);
    if (port < 0 || grantpt(port) != 0 || unlockpt(port) != 0)
        return 0;
    /* Held open, so that the board is never hung up on between two hosts. */
    slave = open(ptsname(port), O_RDWR | O_NOCTTY);
    if (slave < 0 || tcgetattr(slave, &raw) != 0)
        return 0;
    cfmakeraw(&raw);
    return tcsetattr(slave, TCSANOW, &raw) == 0;
}

int main(void)
{
    struct pollfd waiting;
    int done = 0, channel;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (channel = 0; channel < POWER_CHANNELS; channel++)
        settings[channel].off_least_ms = 100;
    if (!open_port()) {
        perror("power-board: no pseudo-terminal");
        return 1;
    }
    printf("%s\n", ptsname(port));
    say_levels();
    start(POWER_BY_SUPPLY);
    waiting.fd = port;
    waiting.events = POLLIN;
    for (;;) {
        uint8_t bytes[256];
        ssize_t count, index;
        if (poll(&waiting, 1, 1) > 0 && (waiting.revents & POLLIN) != 0) {
            count = read(port, bytes, sizeof bytes);
            for (index = 0; index < count; index++)
                power_byte(&board, bytes[index], now());
        }
        power_tick(&board, now());
        if (restarts != done) {
            done = restarts;
            start(POWER_BY_WATCHDOG);
        }
    }
}
