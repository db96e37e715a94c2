/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The queue as a mix: why a frame is asked, what share each reason has, and the order that follows.
 * Nothing here knows of a database.
 */

typedef enum
{
  MIEN_REASON_UNCERTAIN,                   /* in the order of need: small margins first */
  MIEN_REASON_RARE,                        /* the model sees a class or unit that it rarely sees */
  MIEN_REASON_DIVERSE,                     /* unlike what has its labels */
  MIEN_REASON_DISAGREEMENT,                /* annotators gave other answers */
  MIEN_REASON_RANDOM,                      /* any frame: what the model does not know it does not know */
  MIEN_REASON_AUDIT,                       /* accepted, and drawn to be checked */
  MIEN_REASON_COUNT,
} MienReason;

const char *mien_reason_id          (MienReason      reason);    /* "uncertain" ... */

typedef struct
{
  guint      share[MIEN_REASON_COUNT];     /* per cent; they add up to 100 */
} MienMix;

/* uncertain 45, rare 15, diverse 10, disagreement 10, random 5, audit 15. Diverse faces have their share from
 * the uncertain ones, of which there are more than enough, and from the random ones, which find the unknown too
 * but by luck; the five that are left are what no model has any part in. */
void        mien_mix_init           (MienMix        *mix);
/* "uncertain=70,random=30": a reason that is not named has none. G_OPTION_ERROR_BAD_VALUE, with mix as it
 * was, unless they add up to 100. */
gboolean    mien_mix_parse          (const char     *text,
                                     MienMix        *mix,
                                     GError        **error);
char       *mien_mix_to_text        (const MienMix  *mix);

typedef struct
{
  gint64     frame;
  gint64     video;
  gint64     second;                       /* of the video; -1: unknown, and no neighbour of any other */
  guint      audited;                      /* bits MienItem; 0 for what is asked for itself */
} MienCandidate;

typedef struct
{
  gint64     frame;
  MienReason reason;
  guint      audited;
} MienTurn;

enum
{
  MIEN_MIX_RUN = 3,                        /* frames of one video in a row, while there are others */
};

/* At most size frames, each once, at most one of a second of a video, at every length as near to the
 * shares as the candidates allow: what a reason lacks goes to the others. candidates: for each reason an
 * array of MienCandidate, the preferred ones first. Returns MienTurn. */
GArray     *mien_mix_lay            (const MienMix  *mix,
                                     GArray *const  *candidates,
                                     guint           size);

G_END_DECLS
