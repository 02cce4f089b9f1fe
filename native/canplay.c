/*
 * Sends frames at their times: a thread of its own takes records out of a ring, sleeps until just
 * before the next one is due, and waits the rest of the time awake. JavaScript fills the ring well
 * ahead, so that nothing that it does meanwhile makes a frame late.
 */

#include "canraw.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define CHANNELS 16
/* How long before the time the thread is awake, and how long it waits for room in a queue. */
#define AWAKE_NS 60000
#define RETRY_NS 200000
/*
 * What is sent without a pause: a virtual interface puts each frame into the queue of its processor,
 * which loses what is beyond 1,000 (netdev_max_backlog) without a word when nobody empties it.
 */
#define BURST 512

/* The ring: JavaScript alone moves `head`, the thread alone moves `tail`; both only rise. */
struct player {
  int fds[CHANNELS];
  uint32_t channels;
  int wake;
  uint32_t capacity;
  uint8_t *ring;
  _Atomic uint64_t head;
  _Atomic uint64_t tail;
  /* Times that a queue had no room for a frame that was due. */
  _Atomic uint64_t waits;
  /* errno that ended the thread, and the channel on which it came. */
  _Atomic int error;
  _Atomic int error_channel;
  _Atomic int stopping;
  /* JavaScript holds the handle and the ring apart: memory goes with the last of the two. */
  _Atomic int owners;
  pthread_t thread;
};

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Sleeps for so long at most (negative: without end); a new record or a stop ends it as well. */
static void sleep_for(struct player *player, int64_t ns) {
  struct pollfd fd = {.fd = player->wake, .events = POLLIN};
  struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
  if (ppoll(&fd, 1, ns < 0 ? NULL : &time, NULL) > 0) {
    uint64_t count;
    if (read(player->wake, &count, sizeof count) < 0) { /* Somebody else was faster. */ }
  }
}

static uint8_t *record_at(struct player *player, uint64_t place) {
  return player->ring + (place % player->capacity) * RECORD;
}

static int64_t due_of(const uint8_t *record) {
  int64_t due;
  memcpy(&due, record, sizeof due);
  return due;
}

static uint32_t channel_index(const uint8_t *record) {
  uint32_t index;
  memcpy(&index, record + 20, sizeof index);
  return index % CHANNELS;
}

/* How many records from `tail` on are due, go to the channel of the first, and lie in a row. */
static uint32_t batch_at(struct player *player, uint64_t tail, uint64_t head, int64_t now) {
  uint32_t to_end = player->capacity - (uint32_t)(tail % player->capacity), count = 1;
  uint32_t channel = channel_index(record_at(player, tail));
  while (count < BATCH && count < to_end && tail + count < head) {
    const uint8_t *record = record_at(player, tail + count);
    if (due_of(record) > now || channel_index(record) != channel) break;
    count++;
  }
  return count;
}

static void *play(void *argument) {
  struct player *player = argument;
  uint32_t burst = 0;
  prctl(PR_SET_TIMERSLACK, 1ul, 0, 0, 0);
  while (!atomic_load(&player->stopping)) {
    uint64_t head = atomic_load_explicit(&player->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&player->tail, memory_order_relaxed);
    if (tail == head) {
      sleep_for(player, -1);
      continue;
    }
    uint8_t *record = record_at(player, tail);
    int64_t due = due_of(record), now = now_ns();
    if (due - now > AWAKE_NS) {
      sleep_for(player, due - now - AWAKE_NS);
      burst = 0;
      continue;
    }
    if (burst + BATCH > BURST) {
      sleep_for(player, RETRY_NS);
      burst = 0;
    }
    while (now < due) now = now_ns();
    uint32_t channel = channel_index(record);
    int sent = send_records(player->fds[channel], record, RECORD, batch_at(player, tail, head, now));
    if (sent <= 0) {
      if (errno == EINTR) continue;
      if (errno == ENOBUFS || errno == EAGAIN) {
        atomic_fetch_add(&player->waits, 1);
        sleep_for(player, RETRY_NS);
        continue;
      }
      atomic_store(&player->error_channel, (int)channel);
      atomic_store(&player->error, errno);
      break;
    }
    burst += (uint32_t)sent;
    now = now_ns();
    for (int i = 0; i < sent; i++) memcpy(record + (size_t)i * RECORD + 88, &now, sizeof now);
    atomic_store_explicit(&player->tail, tail + (uint64_t)sent, memory_order_release);
  }
  return NULL;
}

static void wake_up(struct player *player) {
  uint64_t one = 1;
  if (write(player->wake, &one, sizeof one) < 0) { /* It is awake already. */ }
}

static void close_player(struct player *player) {
  if (atomic_exchange(&player->stopping, 1) != 0) return;
  wake_up(player);
  pthread_join(player->thread, NULL);
  close(player->wake);
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  struct player *player = hint != NULL ? hint : data;
  close_player(player);
  if (atomic_fetch_sub(&player->owners, 1) > 1) return;
  free(player->ring);
  free(player);
}

/* openPlayer(handles, capacity) -> { handle, ring }: the channels must outlive the player. */
static napi_value open_player(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2];
  uint32_t channels = 0, capacity = 0;
  napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
  if (napi_get_array_length(env, argv[0], &channels) != napi_ok || channels > CHANNELS ||
      napi_get_value_uint32(env, argv[1], &capacity) != napi_ok || capacity == 0) {
    return fail(env, "openPlayer", EINVAL);
  }
  struct player *player = calloc(1, sizeof *player);
  for (uint32_t i = 0; i < channels; i++) {
    napi_value value;
    napi_get_element(env, argv[0], i, &value);
    struct channel *channel = behind(env, value);
    if (channel == NULL) {
      free(player);
      return fail(env, "openPlayer", EINVAL);
    }
    player->fds[i] = channel->fd;
  }
  player->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  player->capacity = capacity;
  player->owners = 2;
  player->ring = malloc((size_t)capacity * RECORD);
  if (pthread_create(&player->thread, NULL, play, player) != 0) {
    close(player->wake);
    free(player->ring);
    free(player);
    return fail(env, "thread", EAGAIN);
  }
  napi_value handle, ring, result;
  napi_create_external(env, player, finalize, NULL, &handle);
  napi_create_external_arraybuffer(env, player->ring, (size_t)capacity * RECORD, finalize, player,
                                   &ring);
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "handle", handle);
  napi_set_named_property(env, result, "ring", ring);
  return result;
}

/* given(handle, head): the records before `head` are complete. */
static napi_value given(napi_env env, napi_callback_info info) {
  double head;
  struct player *player = given_number(env, info, &head);
  if (player == NULL) return fail(env, "given", EINVAL);
  atomic_store_explicit(&player->head, (uint64_t)head, memory_order_release);
  wake_up(player);
  return NULL;
}

/* played(handle, out: Float64Array of tail, waits, errno, channel of the errno) */
static napi_value played(napi_env env, napi_callback_info info) {
  double *out;
  struct player *player = given_numbers(env, info, &out);
  if (player == NULL) return fail(env, "played", EINVAL);
  out[0] = (double)atomic_load_explicit(&player->tail, memory_order_acquire);
  out[1] = (double)atomic_load(&player->waits);
  out[2] = (double)atomic_load(&player->error);
  out[3] = (double)atomic_load(&player->error_channel);
  return NULL;
}

static napi_value close_handle(napi_env env, napi_callback_info info) {
  struct player *player = given_handle(env, info);
  if (player != NULL) close_player(player);
  return NULL;
}

void add_player(napi_env env, napi_value exports) {
  const struct function functions[] = {{"openPlayer", open_player},
                   {"given", given},
                   {"played", played},
                   {"closePlayer", close_handle}};
  add_functions(env, exports, functions, sizeof functions / sizeof *functions);
}
