/*
 * What the files of the SocketCAN addon share. Node-API only. Records are 96 bytes, little endian as the machine is:
 *
 *     0  u64  received: nanoseconds since 1970, hardware stamp if there is one, else the kernel's;
 *             to be played: CLOCK_MONOTONIC nanoseconds when it is due
 *     8  u32  can_id with the flags EFF, RTR, ERR of linux/can.h
 *    12  u8   length in bytes
 *    13  u8   flags of struct canfd_frame: 1 BRS, 2 ESI, 4 FDF
 *    14  u8   raw DLC of a classic frame with 9 to 15, else 0
 *    15  u8   1 FD frame, 2 sent by this host, 4 sent by this socket, 8 hardware stamp
 *    16  u32  frames that the socket has lost so far (SO_RXQ_OVFL)
 *    20  u32  to be played: index of the channel
 *    24  64 bytes of data
 *    88  u64  played: CLOCK_MONOTONIC nanoseconds when the kernel had taken it
 */

#ifndef CANRAW_H
#define CANRAW_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <linux/can.h>
#include <node_api.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD 96
#define BATCH 128

#ifndef CANFD_FDF
#define CANFD_FDF 0x04
#endif

/* The ring: the thread alone moves `head`, JavaScript alone moves `tail`; both only rise. */
struct channel {
  int fd;
  int wake;
  uint32_t capacity;
  uint8_t *ring;
  _Atomic uint64_t head;
  _Atomic uint64_t tail;
  /* Frames that found no room in the ring. */
  _Atomic uint64_t overflow;
  /* errno that ended the thread, or that a read gave last. */
  _Atomic int error;
  _Atomic int told;
  _Atomic int stopping;
  /* JavaScript holds the handle and the ring apart: memory goes with the last of the two. */
  _Atomic int owners;
  pthread_t thread;
  napi_threadsafe_function notify;
};

/* Throws an error with `errno`; returns NULL for the caller to hand on. */
napi_value fail(napi_env env, const char *what, int code);

/* What stands behind a handle, or NULL. */
void *behind(napi_env env, napi_value handle);

/* The same of calls with a handle alone, with a handle and a number, with a handle and a
 * Float64Array: NULL if the arguments are others. */
void *given_handle(napi_env env, napi_callback_info info);
void *given_number(napi_env env, napi_callback_info info, double *number);
void *given_numbers(napi_env env, napi_callback_info info, double **numbers);

struct function {
  const char *name;
  napi_callback call;
};
void add_functions(napi_env env, napi_value exports, const struct function *functions, size_t count);

/* Sends `count` records that are `stride` bytes apart, without waiting, at most BATCH of them.
 * Returns how many, or -1 with errno. */
int send_records(int fd, const uint8_t *records, size_t stride, uint32_t count);

/* Adds the functions of canplay.c. */
void add_player(napi_env env, napi_value exports);

#endif
