/*
 * The disk of the process, in the same form as that of `rig node`: `journal` is records behind
 * their slot and length, both twice, and their checksum; `boots` counts starts since it was erased.
 * A file is replaced by writing another one and renaming it, so that a kill leaves the old content
 * or the new. What follows the last whole record was never acknowledged.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native.h"

#define HEAD 24u
#define NO_TOKEN 0xFFFFFFFFu

struct write {
    uint32_t token;
    uint8_t result;
};

static char folder[512];
static int file = -1;
static uint8_t *pending;
static size_t pending_length, pending_room;
static struct write *writes;
static size_t write_count, write_room;
static uint32_t base_token = NO_TOKEN, truncate_to = NO_TOKEN;
static off_t size, base_at;
static uint16_t starts, life;
static uint8_t start_cause;

static const char *path_of(const char *name)
{
    static char path[2][600];
    static int which;
    which = !which;
    snprintf(path[which], sizeof path[which], "%s/%s", folder, name);
    return path[which];
}

static void *more(void *memory, size_t *room, size_t needed, size_t each)
{
    if (needed <= *room)
        return memory;
    *room = needed * 2;
    memory = realloc(memory, *room * each);
    if (memory == NULL)
        native_fail("no memory", NULL);
    return memory;
}

static int write_whole(int to, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(to, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return 0;
        bytes += written;
        length -= (size_t)written;
    }
    return 1;
}

static int replace(const char *name, const uint8_t *bytes, size_t length)
{
    char other[64];
    int to, is_written;
    snprintf(other, sizeof other, "%s.new", name);
    to = open(path_of(other), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (to < 0)
        return 0;
    is_written = write_whole(to, bytes, length) && fsync(to) == 0;
    close(to);
    return is_written && rename(path_of(other), path_of(name)) == 0;
}

/* The whole file, in memory of its own; NULL where there is none. */
static uint8_t *read_file(const char *name, size_t *length)
{
    struct stat about;
    uint8_t *bytes;
    size_t got = 0;
    ssize_t count = 1;
    int from = open(path_of(name), O_RDONLY);
    *length = 0;
    if (from < 0)
        return NULL;
    bytes = fstat(from, &about) == 0 ? malloc((size_t)about.st_size + 1) : NULL;
    if (bytes == NULL)
        native_fail(path_of(name), "can't be read");
    while (got < (size_t)about.st_size && count > 0) {
        count = read(from, bytes + got, (size_t)about.st_size - got);
        got += count > 0 ? (size_t)count : 0;
    }
    close(from);
    bytes[got] = 0;
    *length = got;
    return bytes;
}

static uint16_t count_start(const char *name)
{
    char text[16];
    size_t length;
    uint8_t *old = read_file(name, &length);
    unsigned long count = old == NULL ? 0 : strtoul((char *)old, NULL, 10);
    free(old);
    snprintf(text, sizeof text, "%lu\n", count + 1);
    if (!replace(name, (const uint8_t *)text, strlen(text)))
        native_fail(path_of(name), strerror(errno));
    return (uint16_t)(count + 1);
}

/* FNV-1a with 64 bits, as in docs/reference/wire.md. */
static uint64_t checksum(const uint8_t *bytes, size_t length)
{
    uint64_t sum = 0xCBF29CE484222325u;
    for (; length > 0; length--, bytes++)
        sum = (sum ^ *bytes) * 0x100000001B3u;
    return sum;
}

static void put_word(uint8_t *bytes, uint32_t value)
{
    int index;
    for (index = 0; index < 4; index++, value >>= 8)
        bytes[index] = (uint8_t)value;
}

static uint32_t get_word(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static int has_sum(const uint8_t *head, const uint8_t *record, size_t length)
{
    uint64_t sum = checksum(record, length);
    int index;
    for (index = 0; index < 8; index++)
        if (head[16 + index] != (uint8_t)(sum >> (56 - 8 * index)))
            return 0;
    return 1;
}

void disk_open(const char *path)
{
    char *slash;
    if (strlen(path) >= sizeof folder - 40)
        native_fail("too long for the path of a disk", path);
    strcpy(folder, path);
    for (slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(folder, 0777);
        *slash = '/';
    }
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        native_fail(path, strerror(errno));
}

void disk_settings(struct agent_settings *settings)
{
    size_t length;
    uint8_t *kept = read_file("settings", &length), index;
    memset(settings, 0, sizeof *settings);
    if (kept != NULL && length == 4 * AGENT_SETTINGS)
        for (index = 0; index < AGENT_SETTINGS; index++)
            settings->values[index] = get_word(kept + 4 * index);
    free(kept);
}

void disk_start(uint8_t cause)
{
    starts = count_start("starts");
    life = count_start("boots");
    start_cause = cause;
}

/* Where the whole records end; the agent is told of each. */
static size_t hand_over(struct agent *agent, uint8_t pass, const uint8_t *bytes, size_t length)
{
    size_t at = 0;
    while (at + HEAD <= length) {
        const uint8_t *head = bytes + at;
        uint32_t slot = get_word(head), size_of = get_word(head + 4);
        if (slot != get_word(head + 8) || size_of != get_word(head + 12)) {
            /* Nobody knows where the next record begins, or how far the node had come. */
            if (pass == 0)
                app_damaged(agent, 0xFFFFFFFFu);
            break;
        }
        if (size_of > length - at - HEAD)
            break;
        if (has_sum(head, head + HEAD, size_of))
            app_record(agent, pass, head + HEAD, size_of);
        else if (pass == 0)
            app_damaged(agent, slot);
        at += HEAD + size_of;
    }
    return at;
}

void disk_load(struct agent *agent)
{
    size_t length, whole = 0;
    uint8_t *bytes = read_file("journal", &length), pass;
    if (file >= 0)
        close(file);
    pending_length = 0;
    write_count = 0;
    for (pass = 0; pass < AGENT_PASSES; pass++) {
        app_pass(agent, pass);
        whole = bytes == NULL ? 0 : hand_over(agent, pass, bytes, length);
    }
    if (whole < length && !replace("journal", bytes, whole))
        native_fail(path_of("journal"), strerror(errno));
    free(bytes);
    file = open(path_of("journal"), O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (file < 0)
        native_fail(path_of("journal"), strerror(errno));
    size = (off_t)whole;
    base_token = NO_TOKEN;
    truncate_to = NO_TOKEN;
}

void agent_port_persist(uint32_t token, uint32_t slot, const uint8_t *record, uint32_t length,
                        uint8_t is_base, uint8_t fate)
{
    uint64_t sum = checksum(record, length);
    uint8_t *entry;
    int index;
    writes = more(writes, &write_room, write_count + 1, sizeof *writes);
    writes[write_count].token = token;
    writes[write_count++].result = fate;
    if (fate != AGENT_STORED_OK)
        return;
    if (is_base) {
        base_token = token;
        base_at = size + (off_t)pending_length;
    }
    pending = more(pending, &pending_room, pending_length + HEAD + length, 1);
    entry = pending + pending_length;
    for (index = 0; index < 2; index++) {
        put_word(entry + 8 * index, slot);
        put_word(entry + 8 * index + 4, length);
    }
    for (index = 0; index < 8; index++)
        entry[16 + index] = (uint8_t)(sum >> (56 - 8 * index));
    memcpy(entry + HEAD, record, length);
    pending_length += HEAD + length;
}

void agent_port_truncate(uint32_t token)
{
    truncate_to = token;
}

/* One that fails leaves the longer file, which is as good. */
static void truncate_now(void)
{
    size_t length;
    uint8_t *bytes;
    int other;
    if (truncate_to != NO_TOKEN && truncate_to == base_token && base_at > 0) {
        bytes = read_file("journal", &length);
        if (bytes != NULL && (off_t)length > base_at &&
            replace("journal", bytes + base_at, length - (size_t)base_at)) {
            other = open(path_of("journal"), O_WRONLY | O_APPEND);
            if (other < 0)
                native_fail(path_of("journal"), strerror(errno));
            close(file);
            file = other;
            size -= base_at;
            base_at = 0;
        }
        free(bytes);
    }
    truncate_to = NO_TOKEN;
}

int disk_sync(struct agent *agent)
{
    struct write *done = writes;
    size_t count = write_count, index;
    uint8_t result = AGENT_STORED_OK;
    truncate_now();
    if (count == 0)
        return 0;
    if (pending_length > 0 &&
        (!write_whole(file, pending, pending_length) || fdatasync(file) != 0)) {
        result = errno == ENOSPC ? AGENT_STORED_FULL : AGENT_STORED_IO;
        /* What stands behind the last whole record would hide all that is written after it. */
        if (ftruncate(file, size) != 0)
            native_fail(path_of("journal"), strerror(errno));
    } else {
        size += (off_t)pending_length;
    }
    pending_length = 0;
    /* More may be written while these are told of. */
    writes = NULL;
    write_room = 0;
    write_count = 0;
    for (index = 0; index < count; index++)
        agent_stored(agent, done[index].token,
                     done[index].result != AGENT_STORED_OK ? done[index].result : result,
                     native_now_us());
    free(done);
    return 1;
}

void agent_port_erase(void)
{
    pending_length = 0;
    truncate_to = NO_TOKEN;
    base_token = NO_TOKEN;
    size = 0;
    if (ftruncate(file, 0) != 0 || fsync(file) != 0 || !replace("boots", (const uint8_t *)"0\n", 2))
        native_fail(folder, strerror(errno));
}

uint8_t agent_port_save(const struct agent_settings *settings)
{
    uint8_t bytes[4 * AGENT_SETTINGS], index;
    for (index = 0; index < AGENT_SETTINGS; index++)
        put_word(bytes + 4 * index, settings->values[index]);
    return (uint8_t)replace("settings", bytes, sizeof bytes);
}

uint16_t agent_port_boot(void)
{
    return starts;
}

uint16_t agent_port_life(void)
{
    return life;
}

uint8_t agent_port_cause(void)
{
    return start_cause;
}
