/*
 * A node of a bench as a process: what a board's main loop does, on poll(2). Waits, hands what has
 * come to the agent, then carries out what the agent wants: first what it says of itself, then its
 * frames, then its records, for a kill may come in between.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "native.h"

static struct agent agent;
static uint32_t serial;
static int is_restarting;

static const char USAGE[] =
    "usage: rig-agent --disk FOLDER [--hub SOCKET | --can INTERFACE] [--stdio | --pty-link PATH]\n"
    "         [--no-line] [--serial HEX] [--node N] [--nodes N] [--round US] [--delta US]\n"
    "         [--every SLOTS] [--journal BYTES] [--kept SLOTS] [--clients N] [--seed N] [--keys N]\n"
    "         [--length N] [--reads PERCENT] [--share N] [--registers 1] [--timeout US] [--retry US]\n";

struct options {
    const char *disk, *hub, *can, *link;
    int is_stdio, has_line;
    struct agent_settings settings;
    uint8_t given[AGENT_SETTINGS];
};

void native_fail(const char *what, const char *name)
{
    fprintf(stderr, "rig-agent: %s%s%s\n", what, name == NULL ? "" : ": ", name == NULL ? "" : name);
    exit(1);
}

uint64_t native_now_us(void)
{
    static uint64_t start_us;
    struct timespec time;
    uint64_t now_us;
    clock_gettime(CLOCK_MONOTONIC, &time);
    now_us = (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_nsec / 1000u;
    if (start_us == 0)
        start_us = now_us;
    return now_us - start_us;
}

uint32_t agent_port_serial(void)
{
    return serial;
}

void agent_port_restart(void)
{
    is_restarting = 1;
}

void agent_port_noted(const uint8_t *body, uint8_t length)
{
    if ((body[0] & 0x80u) != 0)
        say_client(&agent, body, length);
    else
        say_note(agent.life, body, length);
}

static uint32_t number(const char *name, const char *text, int base)
{
    char *end;
    unsigned long value;
    errno = 0;
    value = strtoul(text, &end, base);
    if (*text < '0' || *end != 0 || errno != 0 || value > 0xFFFFFFFFul) {
        fprintf(stderr, "rig-agent: %s %s: expected a number\n", name, text);
        exit(64);
    }
    return (uint32_t)value;
}

static int take_setting(struct options *options, const char *name, const char *text)
{
    static const char *const names[] = {
        "--node",  "--nodes",  "--round",     "--delta",   "--every", "--journal",
        "--kept",  "--clients", "--seed",     "--keys",    "--length", "--reads",
        "--share", "--registers", "--timeout", "--retry"};
    uint8_t index;
    for (index = 0; index < AGENT_SETTINGS; index++) {
        if (strcmp(name, names[index]) != 0)
            continue;
        options->settings.values[index] = number(name, text, 10);
        options->given[index] = 1;
        return 1;
    }
    return 0;
}

static void take_option(struct options *options, const char *name, const char *text)
{
    if (strcmp(name, "--disk") == 0)
        options->disk = text;
    else if (strcmp(name, "--hub") == 0)
        options->hub = text;
    else if (strcmp(name, "--can") == 0)
        options->can = text;
    else if (strcmp(name, "--pty-link") == 0)
        options->link = text;
    else if (strcmp(name, "--serial") == 0)
        serial = number(name, text, 16);
    else if (!take_setting(options, name, text)) {
        fprintf(stderr, "rig-agent: %s: no such option\n%s", name, USAGE);
        exit(64);
    }
}

static void read_options(struct options *options, int count, char **words)
{
    int index;
    memset(options, 0, sizeof *options);
    options->has_line = 1;
    for (index = 1; index < count; index++) {
        if (strcmp(words[index], "--stdio") == 0) {
            options->is_stdio = 1;
        } else if (strcmp(words[index], "--no-line") == 0) {
            options->has_line = 0;
        } else if (index + 1 == count) {
            fprintf(stderr, "rig-agent: %s: unknown, or its value is missing\n%s", words[index],
                    USAGE);
            exit(64);
        } else {
            take_option(options, words[index], words[index + 1]);
            index++;
        }
    }
    if (options->disk == NULL || (options->hub != NULL && options->can != NULL)) {
        fprintf(stderr, "rig-agent: expected --disk, and at most one of --hub and --can\n%s", USAGE);
        exit(64);
    }
}

/* Those of the command line, else those that were kept. */
static struct agent_settings settings_of(const struct options *options)
{
    struct agent_settings settings;
    uint8_t index;
    disk_settings(&settings);
    for (index = 0; index < AGENT_SETTINGS; index++)
        if (options->given[index])
            settings.values[index] = options->settings.values[index];
    return settings;
}

static void open_bus(const struct options *options)
{
    struct agent_settings settings = settings_of(options);
    if (options->hub != NULL)
        bus_open_hub(options->hub, (uint8_t)settings.values[AGENT_NODE]);
    else if (options->can != NULL)
        bus_open_can(options->can);
}

static void start(const struct options *options, uint8_t cause)
{
    struct agent_settings settings = settings_of(options);
    disk_start(cause);
    agent_start(&agent, &settings, native_now_us());
    disk_load(&agent);
    agent_begin(&agent);
    say_ready(agent.life);
}

/* Until nothing more comes of it. A record that has become durable lets frames go. */
static void carry_out(void)
{
    do {
        say_flush();
        bus_flush();
    } while (disk_sync(&agent));
    line_flush();
}

static int wait_ms(void)
{
    uint64_t next = agent_next_us(&agent), now = native_now_us();
    if (next <= now)
        return 0;
    /* A millisecond more than whole: waking just before the time would be waking in vain. */
    return next - now > 1000000u ? 1000 : (int)((next - now + 999) / 1000);
}

static void run(const struct options *options)
{
    struct pollfd waiting[3];
    for (;;) {
        line_poll(&waiting[0], &waiting[1]);
        bus_poll(&waiting[2]);
        if (poll(waiting, 3, bus_wait_ms(wait_ms())) < 0 && errno != EINTR)
            native_fail("can't wait", strerror(errno));
        if ((waiting[2].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !bus_read(&agent))
            return;
        if ((waiting[0].revents & (POLLIN | POLLHUP)) != 0 && !line_read(&agent))
            return;
        agent_tick(&agent, native_now_us());
        carry_out();
        if (is_restarting) {
            is_restarting = 0;
            start(options, AGENT_BY_COMMAND);
            carry_out();
        }
    }
}

int main(int count, char **words)
{
    struct options options;
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    signal(SIGPIPE, SIG_IGN);
    native_now_us();
    read_options(&options, count, words);
    say_enable(!options.is_stdio);
    disk_open(options.disk);
    if (options.is_stdio)
        line_open_stdio();
    else if (options.has_line)
        line_open_pty(options.link);
    else
        line_open_words();
    open_bus(&options);
    start(&options, AGENT_BY_SUPPLY);
    carry_out();
    run(&options);
    return 0;
}
