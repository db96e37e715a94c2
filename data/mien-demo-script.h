/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-face.h"

G_BEGIN_DECLS

/*
 * What happens in the demo's videos, before anything is drawn or stored: who is in each, how the
 * action units move, what the truth is at every frame and which part of it is shown as a label.
 * Pure, and each video by itself: video i of a script is the same whatever was asked for before.
 */

enum
{
  MIEN_DEMO_VIDEOS = 24,
  MIEN_DEMO_FRAMES_A_VIDEO = 100,          /* about, where the caller does not say */
};

typedef struct
{
  guint64 seed;
  guint   n_total;
  guint   n_videos;
  guint   n_frames[MIEN_DEMO_VIDEOS];      /* of each video; their sum is n_total */
} MienDemoScript;

typedef struct
{
  guint         number;                    /* from 1, rising, with gaps as detectors leave them */
  MienFaceState state;
  MienLabels    truth;                     /* of all items, MIEN_SOURCE_NONE */
  gboolean      shown[MIEN_ITEM_COUNT];    /* whether the project gets it as an imported label */
} MienDemoFrame;

typedef struct
{
  char             name[16];               /* demo01 ... */
  MienSplit        split;                  /* two videos in eight are for validation */
  MienFaceIdentity identity;
  guint            n_frames;
  MienDemoFrame   *frames;
} MienDemoVideo;

/* frames 0: MIEN_DEMO_VIDEOS * MIEN_DEMO_FRAMES_A_VIDEO. */
void mien_demo_script_init (MienDemoScript       *script,
                            guint                 frames,
                            guint64               seed);
void mien_demo_video_init  (MienDemoVideo        *video,
                            const MienDemoScript *script,
                            guint                 index);
void mien_demo_video_clear (MienDemoVideo        *video);

G_END_DECLS
