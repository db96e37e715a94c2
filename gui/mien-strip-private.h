/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-strip.h"

G_BEGIN_DECLS

enum
{
  MIEN_STRIP_CELLS = 2 * MIEN_STRIP_MOST + 1,
  MIEN_STRIP_UNITS = 3,
};

/* One neighbour, with all that is drawn of it worked out. */
typedef struct
{
  gint64       frame, number;
  GdkTexture  *texture;
  PangoLayout *layout;                     /* of the number */
  gboolean     gap_before;
  gboolean     has_point[2];               /* the model's, a person's */
  float        point[2][2];
  int          expression;                 /* -1: none */
  gboolean     expression_stored;
  int          unit[MIEN_STRIP_UNITS];     /* -1: none, else present */
  gboolean     unit_stored[MIEN_STRIP_UNITS];
} MienStripCell;

struct _MienStrip
{
  GtkWidget      parent_instance;

  MienStripCell  cells[MIEN_STRIP_CELLS];
  guint          n_cells, current;
  int            cursor;                   /* the cell that the keys are at, -1: none */
  gint64         in, out;                  /* numbers of the segment's ends, -1: open */
  gint64         playing;                  /* number, -1: nothing is */
  guint          units[MIEN_STRIP_UNITS];
  guint          n_units;
  PangoLayout   *legend[2];                /* valence, arousal */
  PangoLayout   *row_names[1 + MIEN_STRIP_UNITS];
};

/* What is visible at the width: cells from .. to - 1, and where they are. */
typedef struct
{
  guint from, to;
  float left[MIEN_STRIP_CELLS + 1];        /* of each visible cell; the end after the last */
  float pitch;                             /* from cell to cell, at least MIEN_STRIP_CELL */
  float row_names;                         /* where the names of the rows begin */
} MienStripPlan;

/* Vertical places, from the heights of the text. */
typedef struct
{
  float numbers, legend, trace, rows, units, unit_step, height;
} MienStripLevels;

enum
{
  MIEN_STRIP_CELL = 46,
  MIEN_STRIP_THUMBNAIL = 44,
  MIEN_STRIP_TRACE = 46,
  MIEN_STRIP_GAP = 10,
};

void  mien_strip_plan     (MienStrip       *self,
                           int              width,
                           MienStripPlan   *plan);
void  mien_strip_levels   (MienStrip       *self,
                           MienStripLevels *levels);
void  mien_strip_snapshot (GtkWidget       *widget,
                           GtkSnapshot     *snapshot);

G_END_DECLS
