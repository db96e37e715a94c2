/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-picture-cache.h"
#include "mien-project.h"
#include "mien-worker.h"

G_BEGIN_DECLS

/*
 * What the two threads of a project have in common with its object. A MienReader is touched by the
 * reader thread only, a MienWriter by the writer thread only, once they run.
 */

/* How urgent: what is on screen, then lists and sums, then what may be asked for next. */
enum
{
  MIEN_URGENT = 0,
  MIEN_ORDINARY = 1,
  MIEN_AHEAD = 2,
};

typedef struct
{
  MienWorker       *worker;
  MienStore        *store;
  MienPictureCache *pictures;
  gint64            version;               /* of the data, as last seen */
  GWeakRef         *project;               /* to say "changed" to */
} MienReader;

typedef struct
{
  MienWorker *worker;
  MienStore  *store;                       /* NULL: the project can only be read */
  GWeakRef   *project;                     /* to tell a fault to */
} MienWriter;

struct _MienProject
{
  GObject      parent_instance;

  char        *path, *name, *annotator, *fault;
  gboolean     synthetic, closed;
  guint        pending;
  GSettings   *settings;
  MienReader   reader;
  MienWriter   writer;
  GWeakRef     self;                       /* for the threads */
  GArray      *queue;                      /* gint64: as last given, for what to decode ahead */
};

/* mien-project.c, on the main thread */
void  mien_project_set_fault   (MienProject *self,
                                const char  *fault);
void  mien_project_add_pending (MienProject *self,
                                int          change);
void  mien_project_push        (MienProject *self,
                                MienWorker  *worker,
                                int          urgency,
                                MienWork    *work);

/* mien-project-frames.c, on the reader thread */
void  mien_reader_tick         (gpointer     reader);
void  mien_reader_look         (MienWork    *work,
                                gpointer     reader);

G_END_DECLS
