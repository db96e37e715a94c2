/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-types.h"

G_BEGIN_DECLS

/*
 * The project file: one SQLite database. A MienStore is one connection and belongs to one thread.
 * Errors are MIEN_STORE_ERROR, in one line that names the file; output parameters are untouched
 * on failure. All SQL of Mien is in this folder.
 */

#define MIEN_STORE_ERROR (mien_store_error_quark ())

typedef enum
{
  MIEN_STORE_ERROR_FAILED,
  MIEN_STORE_ERROR_NOT_A_PROJECT,
  MIEN_STORE_ERROR_TOO_NEW,
  MIEN_STORE_ERROR_READ_ONLY,
  MIEN_STORE_ERROR_FULL,
  MIEN_STORE_ERROR_BUSY,                   /* another process writes, or runs a job */
  MIEN_STORE_ERROR_CORRUPT,
  MIEN_STORE_ERROR_NOT_FOUND,              /* no such frame, model, annotator ... */
  MIEN_STORE_ERROR_INVALID,                /* a value out of range */
  MIEN_STORE_ERROR_EXISTS,
} MienStoreError;

typedef struct _MienStore MienStore;

typedef enum
{
  MIEN_STORE_READ_WRITE,
  MIEN_STORE_READ_ONLY,
  MIEN_STORE_AS_IS,                        /* read-only, and a project of an earlier version stays one:
                                              all it is good for then is a copy */
} MienStoreMode;

/* Creates path, which must not exist, as an empty project. */
MienStore  *mien_store_create       (const char     *path,
                                     const char     *name,
                                     GError        **error);
/* Opens as DESIGN.md says: checks application_id and user_version before anything is written,
 * migrates an older project (after a copy through SQLite's backup), sets and checks the pragmas. */
MienStore  *mien_store_open         (const char     *path,
                                     MienStoreMode   mode,
                                     GError        **error);
void        mien_store_close        (MienStore      *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienStore, mien_store_close)

const char *mien_store_path         (MienStore      *store);
/* The project's name and UUID, and whether its faces are drawn (demo), for titles and exports. */
char       *mien_store_name         (MienStore      *store,
                                     GError        **error);
gboolean    mien_store_uuid         (MienStore      *store,
                                     MienUuid       *uuid,
                                     GError        **error);
gboolean    mien_store_set_synthetic (MienStore     *store,
                                      gboolean       synthetic,
                                      GError       **error);
gboolean    mien_store_is_synthetic (MienStore      *store);

/* What the project is set to. NULL without error: not set. */
char       *mien_store_setting      (MienStore      *store,
                                     const char     *name,
                                     GError        **error);
/* value: UTF-8 of less than 1 MiB; NULL: removes it. */
gboolean    mien_store_set_setting  (MienStore      *store,
                                     const char     *name,
                                     const char     *value,
                                     GError        **error);

/* BEGIN IMMEDIATE, nested calls count; rollback undoes all levels. Bulk work commits at least every
 * 50 ms (mien_store_breathe) so that a decision never waits long. */
gboolean    mien_store_begin        (MienStore      *store,
                                     GError        **error);
gboolean    mien_store_commit       (MienStore      *store,
                                     GError        **error);
void        mien_store_rollback     (MienStore      *store);
/* Inside the outermost transaction: if it has lasted over 40 ms, commits and begins again. */
gboolean    mien_store_breathe      (MienStore      *store,
                                     GError        **error);
/* Durability: decisions FULL (the default), bulk ingestion of what can be made again NORMAL. */
gboolean    mien_store_set_bulk     (MienStore      *store,
                                     gboolean        bulk,
                                     GError        **error);

/* PRAGMA data_version: changes when another connection has committed. */
gint64      mien_store_data_version (MienStore      *store);
/* SQLite's backup of an open project to a new file. */
gboolean    mien_store_save_copy    (MienStore      *store,
                                     const char     *path,
                                     GError        **error);

/* integrity_check, foreign_key_check, and the labels equal a replay of the events. Each finding is
 * one line; an empty array is a sound project. NULL only if it could not be read. */
GPtrArray  *mien_store_verify       (MienStore      *store,
                                     GError        **error);

/* The one job of a project at a time: a row with pid, host and start; a dead owner's is taken over
 * (the pid is gone, or was started at another time). BUSY names who runs it. */
gboolean    mien_store_job_begin    (MienStore      *store,
                                     const char     *kind,
                                     GError        **error);
gboolean    mien_store_job_end      (MienStore      *store,
                                     GError        **error);

typedef struct
{
  guint64 imported, human, proposed;       /* frames; proposed: with an accepted pseudo-label */
} MienLabelCounts;

typedef struct
{
  guint64         frames, videos;
  guint64         missing;                 /* frames without an image */
  guint64         split[3];
  MienLabelCounts labels[MIEN_TASK_COUNT]; /* action units: frames with any unit of that kind */
  guint64         models;
  gint64          current_model;           /* 0: none */
  guint64         queue;                   /* open (frame, task) pairs */
} MienStatus;

gboolean    mien_store_status       (MienStore      *store,
                                     MienStatus     *status,
                                     GError        **error);

GQuark      mien_store_error_quark  (void);

G_END_DECLS
