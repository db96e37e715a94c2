/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The training pack: a frozen copy of what one training sees, written by mienctl and mapped by
 * mien-engine. Little endian.
 *
 *   offset 0     "MIENPACK", u32 version = 1, u32 side, u64 n_rows, then zeros to byte 64
 *   offset 64    n_rows x MienPackRow (64 bytes each)
 *   next multiple of 4096: n_rows x side x side x 3 bytes, RGB, rows top down
 *
 * The pack's hash is FNV-1a 64 over the header and the rows; mienctl checks pixels by SHA-256.
 */

/* Tuning rows neither train nor report: they say when to stop and which epoch was best. */
typedef enum
{
  MIEN_PACK_TRAIN,
  MIEN_PACK_VALIDATION,
  MIEN_PACK_TUNING,
} MienPackSplit;

enum
{
  MIEN_N_EXPRESSIONS = 8,
  MIEN_N_ACTION_UNITS = 12,
  MIEN_PACK_MIN_SIDE = 48,
  MIEN_PACK_MAX_SIDE = 224,
};

typedef struct
{
  float    valence;             /* NaN: no label; then arousal is NaN too */
  float    arousal;
  int8_t   expression;          /* 0 .. 7, -1: no label */
  int8_t   action_units[12];    /* 0 absent, 1 present, -1 no label; order AU1 2 4 6 7 10 12 15 23 24 25 26 */
  uint8_t  split;               /* MienPackSplit */
  uint8_t  zero[2];
  int64_t  frame;               /* the sender's own number of the frame */
  uint32_t video;               /* rows of one video share it */
  int32_t  number;              /* frame number inside the video, -1 if it has none */
  uint8_t  more_zero[24];
} MienPackRow;

_Static_assert (sizeof (MienPackRow) == 64, "rows of a pack are 64 bytes");

typedef struct
{
  uint32_t           side;
  uint64_t           n_rows;
  const MienPackRow *rows;
  const uint8_t     *pixels;
  uint64_t           hash;
  void              *map;
  size_t             map_size;
} MienPack;

typedef struct MienPackWriter MienPackWriter;

/* All return 0, or -1 with one line in error (MIEN_ERROR_SIZE bytes). */
int   mien_pack_open          (const char         *path,
                               MienPack           *pack,      /* checked: sizes, labels in range */
                               char               *error);
void  mien_pack_close         (MienPack           *pack);

/* Rows are added in order, each with side x side x 3 bytes; finish writes the rows, fsyncs and
 * renames into place; abort removes what was written. Both free the writer. */
int   mien_pack_writer_new    (const char         *path,
                               uint32_t            side,
                               uint64_t            n_rows,
                               MienPackWriter    **writer,
                               char               *error);
int   mien_pack_writer_add    (MienPackWriter     *writer,
                               const MienPackRow  *row,
                               const uint8_t      *rgb,
                               char               *error);
int   mien_pack_writer_finish (MienPackWriter     *writer,
                               char               *error);
void  mien_pack_writer_abort  (MienPackWriter     *writer);
