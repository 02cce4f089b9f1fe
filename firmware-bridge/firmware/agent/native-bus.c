/*
 * The way to the bus: the stream of docs/reference/hub.md, or a SocketCAN interface on which the
 * kernel gives back each frame that it has sent, which stands for its acknowledgement.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <sys/ioctl.h>
#endif

#include "native.h"

#define HUB_HELLO 1
#define HUB_SEND 2
#define HUB_FRAME 3
#define HUB_TRANSMITTED 4
#define HUB_ABORTED 5
#define HUB_BUS_STATE 6
/* The longest message with its length: `send` with 64 bytes of data. */
#define MESSAGE_MAX (2 + 1 + 4 + 5 + 64)
#define WAITING_MAX 65536u
#define TOKENS_MAX 1024u
#define HELD_MAX 256u
#define RETRY_MS 1

static int fd = -1, is_can;
static uint8_t inbox[8192], outbox[WAITING_MAX];
static size_t in_length, out_length;
static uint32_t tokens[TOKENS_MAX], first_token, next_token;
/* What the queue of the interface has no room for, or an interface that is down does not take. */
static struct {
    uint32_t token;
    struct agent_frame frame;
} held[HELD_MAX];
static uint32_t first_held, next_held;

static void put_word(uint8_t *bytes, uint32_t value, int count)
{
    for (; count > 0; count--, value >>= 8)
        *bytes++ = (uint8_t)value;
}

static uint32_t get_word(const uint8_t *bytes, int count)
{
    uint32_t value = 0;
    while (count > 0)
        value = value << 8 | bytes[--count];
    return value;
}

/* Waits until the stream has taken all: a node that does not get on the bus is no node. */
static void write_all(const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = send(fd, bytes, length, MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        bytes += written;
        length -= (size_t)written;
    }
}

void bus_open_hub(const char *path, uint8_t node)
{
    struct sockaddr_un address;
    uint8_t hello[5] = {3, 0, HUB_HELLO, 1, 0};
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address.sun_path)
        native_fail("too long for the path of a socket", path);
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        native_fail(path, strerror(errno));
    hello[4] = node;
    write_all(hello, sizeof hello);
}

void bus_poll(struct pollfd *in)
{
    in->fd = fd;
    in->events = POLLIN;
    in->revents = 0;
}

static int can_write(uint32_t token, const struct agent_frame *frame);

static void can_flush(void)
{
    while (first_held != next_held) {
        uint32_t at = first_held % HELD_MAX;
        if (!can_write(held[at].token, &held[at].frame))
            return;
        first_held++;
    }
}

/* In order behind what waits already; the application says again what is too much. */
static void can_send(uint32_t token, const struct agent_frame *frame)
{
    uint32_t at = next_held % HELD_MAX;
    can_flush();
    if (first_held == next_held && can_write(token, frame))
        return;
    if (next_held - first_held == HELD_MAX)
        return;
    held[at].token = token;
    held[at].frame = *frame;
    next_held++;
}

/* Nothing says when a CAN interface has room again. */
int bus_wait_ms(int wait_ms)
{
    return first_held != next_held && wait_ms > RETRY_MS ? RETRY_MS : wait_ms;
}

void bus_flush(void)
{
    if (is_can)
        can_flush();
    /* Frames that the node sent before it had a bus are gone, as from a controller without one. */
    if (fd >= 0 && !is_can)
        write_all(outbox, out_length);
    out_length = 0;
}

static void hub_send(uint32_t token, const struct agent_frame *frame)
{
    uint8_t *message;
    size_t length = 12u + frame->length;
    if (out_length + MESSAGE_MAX > WAITING_MAX)
        bus_flush();
    message = outbox + out_length;
    put_word(message, (uint32_t)length - 2, 2);
    message[2] = HUB_SEND;
    put_word(message + 3, token, 4);
    message[7] = frame->flags;
    put_word(message + 8, frame->id, 4);
    memcpy(message + 12, frame->data, frame->length);
    out_length += length;
}

static void take(struct agent *agent, const uint8_t *message, size_t length)
{
    const uint8_t *body = message + 1;
    struct agent_frame frame;
    switch (message[0]) {
    case HUB_FRAME:
        if (length < 6 || length > 70)
            return;
        frame.flags = body[0];
        frame.id = get_word(body + 1, 4);
        frame.length = (uint8_t)(length - 6);
        memcpy(frame.data, body + 5, frame.length);
        agent_frame(agent, &frame, native_now_us());
        break;
    case HUB_TRANSMITTED:
        if (length == 5)
            agent_transmitted(agent, get_word(body, 4), native_now_us());
        break;
    case HUB_ABORTED:
        if (length == 5)
            agent_aborted(agent, get_word(body, 4), native_now_us());
        break;
    case HUB_BUS_STATE:
        if (length == 6)
            agent_bus(agent, body[0], (uint16_t)get_word(body + 1, 2),
                      (uint16_t)get_word(body + 3, 2));
        break;
    default:
        break;
    }
}

static int hub_read(struct agent *agent)
{
    size_t at = 0;
    ssize_t count = read(fd, inbox + in_length, sizeof inbox - in_length);
    if (count < 0 && errno == EINTR)
        return 1;
    if (count <= 0)
        return 0;
    in_length += (size_t)count;
    while (in_length - at >= 3) {
        size_t length = get_word(inbox + at, 2);
        if (length == 0 || length > MESSAGE_MAX)
            native_fail("the hub speaks otherwise than in docs/reference/hub.md", NULL);
        if (in_length - at < 2 + length)
            break;
        take(agent, inbox + at + 2, length);
        at += 2 + length;
    }
    in_length -= at;
    memmove(inbox, inbox + at, in_length);
    return 1;
}

#ifdef __linux__
void bus_open_can(const char *interface)
{
    struct sockaddr_can address;
    struct ifreq request;
    int on = 1;
    memset(&address, 0, sizeof address);
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
    fd = socket(PF_CAN, SOCK_RAW, CAN_RAW);
    if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &request) != 0 ||
        setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, &on, sizeof on) != 0)
        native_fail(interface, strerror(errno));
    address.can_family = AF_CAN;
    address.can_ifindex = request.ifr_ifindex;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        native_fail(interface, strerror(errno));
    is_can = 1;
}

static int can_write(uint32_t token, const struct agent_frame *frame)
{
    struct canfd_frame raw;
    size_t size = (frame->flags & AGENT_FD) != 0 ? CANFD_MTU : CAN_MTU;
    if (next_token - first_token == TOKENS_MAX)
        return 0;
    memset(&raw, 0, sizeof raw);
    raw.can_id = frame->id | ((frame->flags & AGENT_EXTENDED) != 0 ? CAN_EFF_FLAG : 0);
    raw.len = frame->length;
    raw.flags = (frame->flags & AGENT_BRS) != 0 ? CANFD_BRS : 0;
    memcpy(raw.data, frame->data, frame->length);
    if (write(fd, &raw, size) != (ssize_t)size)
        return 0;
    tokens[next_token++ % TOKENS_MAX] = token;
    return 1;
}

static int can_read(struct agent *agent)
{
    struct canfd_frame raw;
    struct iovec piece = {&raw, sizeof raw};
    struct msghdr message;
    struct agent_frame frame;
    ssize_t size;
    memset(&message, 0, sizeof message);
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    size = recvmsg(fd, &message, 0);
    if (size < 0 && errno == ENETDOWN) {
        /* It may come up again; what was on its way then is gone. */
        first_token = next_token;
        return 1;
    }
    if (size < 0)
        return errno == EINTR || errno == EAGAIN;
    if ((message.msg_flags & MSG_CONFIRM) != 0) {
        if (first_token != next_token)
            agent_transmitted(agent, tokens[first_token++ % TOKENS_MAX], native_now_us());
        return 1;
    }
    if ((raw.can_id & CAN_ERR_FLAG) != 0 || (size != CAN_MTU && size != CANFD_MTU) || raw.len > 64)
        return 1;
    frame.id = raw.can_id & CAN_EFF_MASK;
    frame.flags = (uint8_t)(((raw.can_id & CAN_EFF_FLAG) != 0 ? AGENT_EXTENDED : 0) |
                            ((raw.can_id & CAN_RTR_FLAG) != 0 ? AGENT_REMOTE : 0));
    if (size == CANFD_MTU)
        frame.flags |= (uint8_t)(AGENT_FD | ((raw.flags & CANFD_BRS) != 0 ? AGENT_BRS : 0));
    frame.length = raw.len;
    memcpy(frame.data, raw.data, raw.len);
    agent_frame(agent, &frame, native_now_us());
    return 1;
}
#else
void bus_open_can(const char *interface)
{
    native_fail("this system has no SocketCAN", interface);
}

static int can_write(uint32_t token, const struct agent_frame *frame)
{
    (void)token;
    (void)frame;
    return 0;
}

static int can_read(struct agent *agent)
{
    (void)agent;
    return 0;
}
#endif

int bus_read(struct agent *agent)
{
    return is_can ? can_read(agent) : hub_read(agent);
}

void agent_port_can(uint32_t token, const struct agent_frame *frame)
{
    if (is_can)
        can_send(token, frame);
    else
        hub_send(token, frame);
}
