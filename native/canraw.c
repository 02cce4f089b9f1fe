/*
 * SocketCAN for Node, where the npm package can't reach: a thread of its own drains a raw CAN
 * socket into a ring that JavaScript reads in batches, with kernel timestamps, FD, BRS and ESI,
 * loss counters and the direction of each frame; and frames are sent with a result per batch.
 */

#include "canraw.h"

#include <errno.h>
#include <linux/can/raw.h>
#include <linux/net_tstamp.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONTROL 256

#ifndef SO_RXQ_OVFL
#define SO_RXQ_OVFL 40
#endif

static void write_record(uint8_t *to, const struct canfd_frame *frame, size_t size,
                         struct msghdr *message) {
  struct timespec software = {0}, hardware = {0};
  uint32_t lost = 0;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SO_TIMESTAMPING) {
      struct timespec stamps[3];
      memcpy(stamps, CMSG_DATA(c), sizeof stamps);
      software = stamps[0];
      hardware = stamps[2];
    } else if (c->cmsg_type == SO_RXQ_OVFL) {
      memcpy(&lost, CMSG_DATA(c), sizeof lost);
    }
  }
  int has_hardware = hardware.tv_sec != 0 || hardware.tv_nsec != 0;
  struct timespec stamp = has_hardware ? hardware : software;
  uint64_t ns = (uint64_t)stamp.tv_sec * 1000000000u + (uint64_t)stamp.tv_nsec;
  int is_fd = size == CANFD_MTU;
  memset(to, 0, RECORD);
  memcpy(to, &ns, 8);
  memcpy(to + 8, &frame->can_id, 4);
  to[12] = frame->len;
  to[13] = is_fd ? frame->flags : 0;
  /* In struct can_frame the byte at this place is len8_dlc. */
  to[14] = is_fd ? 0 : frame->__res1;
  to[15] = (is_fd ? 1 : 0) | ((message->msg_flags & MSG_DONTROUTE) ? 2 : 0) |
           ((message->msg_flags & MSG_CONFIRM) ? 4 : 0) | (has_hardware ? 8 : 0);
  memcpy(to + 16, &lost, 4);
  memcpy(to + 24, frame->data, is_fd ? 64 : 8);
}

static void tell(struct channel *channel) {
  if (atomic_exchange(&channel->told, 1) == 0) {
    napi_call_threadsafe_function(channel->notify, NULL, napi_tsfn_nonblocking);
  }
}

/* Waits until the socket has something or the channel is closed; 0 in the second case. */
static int wait_readable(struct channel *channel) {
  struct pollfd fds[2] = {{.fd = channel->fd, .events = POLLIN}, {.fd = channel->wake, .events = POLLIN}};
  while (poll(fds, 2, -1) < 0) {
    if (errno != EINTR) return 0;
  }
  return !atomic_load(&channel->stopping);
}

static void *receive(void *argument) {
  struct channel *channel = argument;
  struct canfd_frame frames[BATCH];
  struct iovec vectors[BATCH];
  struct mmsghdr messages[BATCH];
  static _Thread_local uint8_t controls[BATCH][CONTROL];
  while (wait_readable(channel)) {
    for (int i = 0; i < BATCH; i++) {
      vectors[i] = (struct iovec){.iov_base = &frames[i], .iov_len = sizeof frames[i]};
      messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i],
                                            .msg_iovlen = 1,
                                            .msg_control = controls[i],
                                            .msg_controllen = CONTROL};
    }
    int count = recvmmsg(channel->fd, messages, BATCH, MSG_DONTWAIT, NULL);
    if (count < 0) {
      int why = errno;
      if (why == EAGAIN || why == EINTR) continue;
      atomic_store(&channel->error, why);
      tell(channel);
      /* The interface went down: it may come up again. Anything else is the end of the socket. */
      if (why != ENETDOWN) break;
      continue;
    }
    uint64_t head = atomic_load_explicit(&channel->head, memory_order_relaxed);
    uint64_t tail = atomic_load_explicit(&channel->tail, memory_order_acquire);
    for (int i = 0; i < count; i++) {
      if (head - tail >= channel->capacity) {
        atomic_fetch_add(&channel->overflow, 1);
        continue;
      }
      write_record(channel->ring + (head % channel->capacity) * RECORD, &frames[i],
                   messages[i].msg_len, &messages[i].msg_hdr);
      head++;
    }
    atomic_store_explicit(&channel->head, head, memory_order_release);
    tell(channel);
  }
  napi_release_threadsafe_function(channel->notify, napi_tsfn_release);
  return NULL;
}

napi_value fail(napi_env env, const char *what, int code) {
  char text[160];
  napi_value message, number, error;
  snprintf(text, sizeof text, "%s: %s", what, strerror(code));
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, NULL, message, &error);
  napi_create_int32(env, code, &number);
  napi_set_named_property(env, error, "errno", number);
  napi_throw(env, error);
  return NULL;
}

static void call_listener(napi_env env, napi_value listener, void *context, void *data) {
  (void)data;
  struct channel *channel = context;
  if (env == NULL || listener == NULL) return;
  atomic_store(&channel->told, 0);
  napi_value undefined;
  napi_get_undefined(env, &undefined);
  napi_call_function(env, undefined, listener, 0, NULL, NULL);
}

static int set_options(int fd, uint32_t buffer, uint32_t error_mask, int own) {
  int on = 1, size = (int)buffer;
  can_err_mask_t errors = error_mask;
  int stamps = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
               SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE;
  if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on) < 0) return -1;
  if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof errors) < 0) return -1;
  if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_RECV_OWN_MSGS, &own, sizeof own) < 0) return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps) < 0) return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) < 0) return -1;
  /* Beyond the system's limit only with rights; what it grants is what there is. */
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
  return 0;
}

static int bind_to(int fd, const char *name) {
  struct sockaddr_can address = {.can_family = AF_CAN};
  address.can_ifindex = (int)if_nametoindex(name);
  if (address.can_ifindex == 0) return -1;
  return bind(fd, (struct sockaddr *)&address, sizeof address);
}

static void close_channel(struct channel *channel) {
  if (atomic_exchange(&channel->stopping, 1) != 0) return;
  uint64_t one = 1;
  if (write(channel->wake, &one, sizeof one) < 0) { /* The thread sees `stopping` all the same. */ }
  pthread_join(channel->thread, NULL);
  close(channel->fd);
  close(channel->wake);
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  struct channel *channel = hint != NULL ? hint : data;
  close_channel(channel);
  if (atomic_fetch_sub(&channel->owners, 1) > 1) return;
  free(channel->ring);
  free(channel);
}

/* open(interface, settings, filters, listener) -> { handle, ring }: settings is a Uint32Array of
 * receive buffer in bytes, error mask, places in the ring, and 1 to hear own frames; filters one of
 * identifier and mask by turns. Throws an error with `errno`. */
static napi_value open_channel(napi_env env, napi_callback_info info) {
  size_t argc = 4, settings_length, filter_length;
  napi_value argv[4];
  char name[IF_NAMESIZE];
  void *settings_data, *filter_data;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  if (napi_get_value_string_utf8(env, argv[0], name, sizeof name, NULL) != napi_ok ||
      napi_get_typedarray_info(env, argv[1], NULL, &settings_length, &settings_data, NULL, NULL) != napi_ok ||
      napi_get_typedarray_info(env, argv[2], NULL, &filter_length, &filter_data, NULL, NULL) != napi_ok ||
      settings_length != 4 || ((uint32_t *)settings_data)[2] == 0) {
    return fail(env, "open", EINVAL);
  }
  const uint32_t *settings = settings_data;
  uint32_t buffer = settings[0], error_mask = settings[1], capacity = settings[2];
  int own = settings[3] != 0;
  int fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW);
  if (fd < 0) return fail(env, "socket", errno);
  if (set_options(fd, buffer, error_mask, own) < 0 ||
      setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FILTER, filter_data, filter_length * 4) < 0 ||
      bind_to(fd, name) < 0) {
    int code = errno;
    close(fd);
    return fail(env, name, code);
  }
  struct channel *channel = calloc(1, sizeof *channel);
  channel->fd = fd;
  channel->wake = eventfd(0, EFD_CLOEXEC);
  channel->capacity = capacity;
  channel->owners = 2;
  channel->ring = malloc((size_t)capacity * RECORD);
  napi_value label, handle, ring, result;
  napi_create_string_utf8(env, "canraw", NAPI_AUTO_LENGTH, &label);
  napi_create_threadsafe_function(env, argv[3], NULL, label, 0, 1, NULL, NULL, channel,
                                  call_listener, &channel->notify);
  if (pthread_create(&channel->thread, NULL, receive, channel) != 0) {
    close(fd);
    return fail(env, "thread", EAGAIN);
  }
  napi_create_external(env, channel, finalize, NULL, &handle);
  napi_create_external_arraybuffer(env, channel->ring, (size_t)capacity * RECORD, finalize, channel,
                                   &ring);
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "handle", handle);
  napi_set_named_property(env, result, "ring", ring);
  return result;
}

void *behind(napi_env env, napi_value handle) {
  void *data = NULL;
  napi_get_value_external(env, handle, &data);
  return data;
}

void *given_handle(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  return behind(env, argv[0]);
}

void *given_number(napi_env env, napi_callback_info info, double *number) {
  size_t argc = 2;
  napi_value argv[2];
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  return napi_get_value_double(env, argv[1], number) == napi_ok ? behind(env, argv[0]) : NULL;
}

void *given_numbers(napi_env env, napi_callback_info info, double **numbers) {
  size_t argc = 2;
  napi_value argv[2];
  void *data;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  if (napi_get_typedarray_info(env, argv[1], NULL, NULL, &data, NULL, NULL) != napi_ok) return NULL;
  *numbers = data;
  return behind(env, argv[0]);
}

void add_functions(napi_env env, napi_value exports, const struct function *functions, size_t count) {
  for (size_t i = 0; i < count; i++) {
    napi_value function;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
}

/* state(handle, out: Float64Array of head, tail, overflow, errno): errno is forgotten by it. */
static napi_value state(napi_env env, napi_callback_info info) {
  double *out;
  struct channel *channel = given_numbers(env, info, &out);
  if (channel == NULL) return fail(env, "state", EINVAL);
  out[0] = (double)atomic_load_explicit(&channel->head, memory_order_acquire);
  out[1] = (double)atomic_load_explicit(&channel->tail, memory_order_relaxed);
  out[2] = (double)atomic_load(&channel->overflow);
  out[3] = (double)atomic_exchange(&channel->error, 0);
  return NULL;
}

/* taken(handle, tail): the records before `tail` may be overwritten. */
static napi_value taken(napi_env env, napi_callback_info info) {
  double tail;
  struct channel *channel = given_number(env, info, &tail);
  if (channel == NULL) return fail(env, "taken", EINVAL);
  atomic_store_explicit(&channel->tail, (uint64_t)tail, memory_order_release);
  return NULL;
}

int send_records(int fd, const uint8_t *records, size_t stride, uint32_t count) {
  struct canfd_frame frames[BATCH];
  struct iovec vectors[BATCH];
  struct mmsghdr messages[BATCH];
  if (count > BATCH) count = BATCH;
  memset(frames, 0, count * sizeof *frames);
  memset(messages, 0, count * sizeof *messages);
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t *record = records + i * stride;
    int is_fd = record[15] & 1;
    memcpy(&frames[i].can_id, record + 8, 4);
    frames[i].len = record[12];
    frames[i].flags = is_fd ? (uint8_t)(record[13] | CANFD_FDF) : 0;
    if (!is_fd) frames[i].__res1 = record[14];
    memcpy(frames[i].data, record + 24, is_fd ? 64 : 8);
    vectors[i] = (struct iovec){.iov_base = &frames[i], .iov_len = is_fd ? CANFD_MTU : CAN_MTU};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  /* One frame needs no array of messages, which the kernel would have to copy. */
  if (count == 1) {
    ssize_t written = send(fd, &frames[0], vectors[0].iov_len, MSG_DONTWAIT);
    return written < 0 ? -1 : 1;
  }
  return sendmmsg(fd, messages, count, MSG_DONTWAIT);
}

/* send(handle, records: Uint8Array, count, out: Int32Array of sent, errno): never blocks. */
static napi_value send_frames(napi_env env, napi_callback_info info) {
  size_t argc = 4, length;
  napi_value argv[4];
  void *data, *results;
  uint32_t count;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  struct channel *channel = behind(env, argv[0]);
  if (channel == NULL || atomic_load(&channel->stopping) ||
      napi_get_typedarray_info(env, argv[1], NULL, &length, &data, NULL, NULL) != napi_ok ||
      napi_get_value_uint32(env, argv[2], &count) != napi_ok || (size_t)count * RECORD > length ||
      napi_get_typedarray_info(env, argv[3], NULL, NULL, &results, NULL, NULL) != napi_ok) {
    return fail(env, "send", EINVAL);
  }
  int32_t *out = results;
  out[0] = 0;
  out[1] = 0;
  const uint8_t *records = data;
  while ((uint32_t)out[0] < count) {
    uint32_t left = count - (uint32_t)out[0];
    int sent = send_records(channel->fd, records + (size_t)out[0] * RECORD, RECORD, left);
    if (sent <= 0) {
      if (sent < 0 && errno == EINTR) continue;
      out[1] = errno;
      break;
    }
    out[0] += sent;
  }
  return NULL;
}

static napi_value close_handle(napi_env env, napi_callback_info info) {
  struct channel *channel = given_handle(env, info);
  if (channel != NULL) close_channel(channel);
  return NULL;
}

NAPI_MODULE_INIT() {
  const struct function functions[] = {{"open", open_channel}, {"state", state},        {"taken", taken},
                   {"send", send_frames},  {"close", close_handle}};
  add_functions(env, exports, functions, sizeof functions / sizeof *functions);
  add_player(env, exports);
  return exports;
}
