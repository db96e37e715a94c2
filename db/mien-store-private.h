/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "mien-events.h"
#include "mien-frames.h"
#include "mien-proposals.h"
#include "mien-schema-private.h"
#include "mien-store.h"

G_BEGIN_DECLS

/*
 * What the files of this folder share: the connection, its statements, and the steps from an event
 * to the label, the frame's bits and the proposals. Nothing outside db/ and its tests includes this.
 */

#define MIEN_MAX_IMAGE_BYTES (64 * 1024 * 1024)
#define MIEN_MAX_KEY_BYTES 512
#define MIEN_MAX_DEPTH 16

struct _MienStore
{
  sqlite3    *db;
  char       *path;                        /* absolute, links resolved */
  char       *folder;
  MienStoreMode mode;
  GHashTable *statements;                  /* SQL literal by address -> MienStatement */
  int         lock;                        /* descriptor of the lock file, -1: read-only */
  int         wal_pages;                   /* after the last commit */
  int         depth;
  gint64      changes[MIEN_MAX_DEPTH];     /* rows changed when that level began */
  gint64      began;                       /* monotonic, of the outermost level */
  gint64      clock;                       /* last one of this transaction, 0: not read yet */
  gboolean    clock_moved;
  gboolean    bulk;
  gboolean    has_job;
};

/* mien-statement.c: values are always bound, by position from ?1 on. */
typedef struct
{
  enum { MIEN_VALUE_END, MIEN_VALUE_NULL, MIEN_VALUE_INT, MIEN_VALUE_REAL, MIEN_VALUE_TEXT,
         MIEN_VALUE_BLOB } type;
  gint64      integer;
  double      real;
  const void *data;                        /* borrowed until the statement is done */
  gsize       size;
} MienValue;

#define MIEN_NULL ((MienValue){ .type = MIEN_VALUE_NULL })
#define MIEN_INT(x) ((MienValue){ .type = MIEN_VALUE_INT, .integer = (x) })
#define MIEN_REAL(x) ((MienValue){ .type = MIEN_VALUE_REAL, .real = (x) })   /* NaN: NULL */
#define MIEN_TEXT(x) ((MienValue){ .type = MIEN_VALUE_TEXT, .data = (x) })   /* NULL: NULL */
#define MIEN_BLOB(p, n) ((MienValue){ .type = MIEN_VALUE_BLOB, .data = (p), .size = (n) })
#define MIEN_UUID(u) MIEN_BLOB ((u)->bytes, MIEN_UUID_SIZE)
#define MIEN_INT_OR_NULL(x, null) ((x) == (null) ? MIEN_NULL : MIEN_INT (x))

typedef struct _MienStatement MienStatement;

/* sql must be a literal: its address is the key of the cache. Statements that read a table from end
 * to end on purpose begin with the comment MIEN_SCAN. */
#define MIEN_SCAN "/* scan */ "
#define mien_query(store, error, sql, ...) \
  mien_statement_new (store, sql, (const MienValue[]){ __VA_ARGS__ __VA_OPT__ (,) { 0 } }, error)
#define mien_run(store, error, sql, ...) \
  mien_statement_run (store, sql, (const MienValue[]){ __VA_ARGS__ __VA_OPT__ (,) { 0 } }, error)

typedef enum
{
  MIEN_STEP_ERROR = -1,
  MIEN_STEP_DONE = 0,
  MIEN_STEP_ROW = 1,
} MienStep;

MienStatement *mien_statement_new     (MienStore        *store,
                                       const char       *sql,
                                       const MienValue  *values,
                                       GError          **error);
gboolean       mien_statement_run     (MienStore        *store,
                                       const char       *sql,
                                       const MienValue  *values,
                                       GError          **error);
MienStep       mien_statement_step    (MienStatement    *statement,
                                       GError          **error);
/* Gives the statement back to the cache. */
void           mien_statement_done    (MienStatement    *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienStatement, mien_statement_done)

gint64         mien_column_int        (MienStatement    *statement,
                                       int               column);
double         mien_column_real       (MienStatement    *statement,
                                       int               column);    /* NULL: NaN */
double         mien_column_real_or_zero (MienStatement      *statement,
                                       int               column);    /* NULL: 0 */
gboolean       mien_column_is_null    (MienStatement    *statement,
                                       int               column);
char          *mien_column_text       (MienStatement    *statement,
                                       int               column);    /* a copy; NULL: NULL */
const void    *mien_column_blob       (MienStatement    *statement,
                                       int               column,
                                       gsize            *size);      /* until the next step */
/* A blob of exactly that size, or CORRUPT. */
gboolean       mien_column_bytes      (MienStatement    *statement,
                                       int               column,
                                       void             *bytes,
                                       gsize             size,
                                       GError          **error);
/* One number, or the default where there is no row. */
gboolean       mien_statement_int     (MienStore        *store,
                                       const char       *sql,
                                       const MienValue  *values,
                                       gint64            otherwise,
                                       gint64           *result,
                                       GError          **error);
#define mien_query_int(store, error, otherwise, result, sql, ...) \
  mien_statement_int (store, sql, (const MienValue[]){ __VA_ARGS__ __VA_OPT__ (,) { 0 } }, \
                      otherwise, result, error)

GHashTable    *mien_statement_cache_new (void);
/* Fills error from SQLite's last one. what: "the decision could not be stored". */
void           mien_store_set_error   (MienStore        *store,
                                       GError          **error);
void           mien_set_sqlite_error  (sqlite3          *db,
                                       const char       *path,
                                       GError          **error);

/* mien-store.c: the end of what mien_store_begin began. Commits if ok; else takes back everything if
 * this level has changed a row, so that a refusal inside a larger transaction costs only itself. */
gboolean       mien_store_end         (MienStore        *store,
                                       gboolean          ok,
                                       GError          **error);
/* The next tick of the hybrid logical clock; inside a transaction. */
gboolean       mien_store_tick        (MienStore        *store,
                                       gint64           *clock,
                                       GError          **error);
/* Later ticks lie above what another copy has seen; inside a transaction. */
gboolean       mien_store_raise_clock (MienStore        *store,
                                       gint64            seen,
                                       GError          **error);
gboolean       mien_store_set_synchronous (MienStore    *store,
                                           gboolean      full,
                                           GError      **error);

/* mien-lock.c */
int            mien_lock_open         (const char       *path,
                                       GError          **error);
gboolean       mien_lock_take         (int               lock,
                                       const char       *path,
                                       GError          **error);
void           mien_lock_give         (int               lock);
void           mien_lock_close        (int               lock,
                                       const char       *path);

/* mien-place.c: whether a project can live there. */
const char    *mien_place_refusal     (gint64            magic,
                                       const char       *type);
gboolean       mien_place_check       (const char       *path,
                                       GError          **error);
gboolean       mien_place_publish     (const char       *temporary,
                                       const char       *path,
                                       GError          **error);
gboolean       mien_place_is_free     (const char       *path,
                                       GError          **error);
void           mien_place_remove      (const char       *path);

/* mien-store.c: an empty file under a name of its own beside path, which must be free. */
char          *mien_store_temporary   (const char       *path,
                                       GError          **error);

/* mien-frames.c */
enum
{
  MIEN_SHA256_BYTES = 32,
};

gboolean       mien_key_is_safe       (const char       *key);
void           mien_sha256            (const void       *data,
                                       gsize             size,
                                       guint8           *hash);
void           mien_frame_uuid        (const char       *key,
                                       MienUuid         *uuid);

/* mien-events.c: 1 to 100 characters of UTF-8 without control ones. */
gboolean       mien_name_is_proper    (const char       *name);

/* mien-labels.c: from events to labels. Points are one opinion that lie as close in valence and in arousal. */
#define MIEN_POINTS_AGREE 0.3

/* An event as the derivation needs it. */
typedef struct
{
  gint64        id;
  gint64        clock;
  MienUuid      uuid, batch, target;
  MienEventKind kind;
  int           item;                      /* -1: the whole frame */
  MienAnswer    answer;
  double        value[2];
  gint64        annotator;                 /* 0: imported */
  gboolean      undone;                    /* filled by mien_labels_mark_undone */
} MienLogged;

typedef struct
{
  MienLabels labels;
  gint64     event[MIEN_ITEM_COUNT];       /* the last one that the label rests on */
  gboolean   skipped;
  gboolean   not_a_face;
  guint      complete, touched, imported, human;   /* bits MienTask */
} MienDerived;

/* An undoing or redoing, which aims at a batch. */
gboolean       mien_logged_is_aim     (const MienLogged *event);
/* Which events do not stand, into undone: a batch does as the latest event says that aims at it. */
void           mien_labels_mark_undone (GArray          *events);
/* events: MienLogged, of one frame, in the order of (clock, uuid). Pure. */
void           mien_labels_derive     (GArray           *events,
                                       MienDerived      *derived);
/* Its two steps: a batch stands as its latest undoing or redoing says; and the latest answer of each annotator
 * that stands replaces the earlier ones. votes: MienLogged, borrowed. Returns the last one of all, or NULL. */
void           mien_labels_mark_undone (GArray          *events);
MienLogged    *mien_labels_votes      (GArray           *events,
                                       MienItem          item,
                                       GPtrArray        *votes);
/* The current labels as stored; events may be NULL, else [MIEN_ITEM_COUNT]: what each rests on. */
gboolean       mien_labels_load       (MienStore        *store,
                                       gint64            frame,
                                       MienLabels       *labels,
                                       gint64           *events,
                                       GError          **error);
/* One label of the frame into labels; row, from that column on: item, answer, source, value1, value2. */
gboolean       mien_labels_read       (MienStore        *store,
                                       MienStatement    *row,
                                       int               column,
                                       gint64            frame,
                                       MienLabels       *labels,
                                       MienItem         *item,
                                       GError          **error);
guint          mien_labels_answered   (const MienLabels *labels);   /* bits MienItem */
guint          mien_labels_disputed   (const MienLabels *labels);   /* bits MienItem: unresolved */
GArray        *mien_labels_events     (MienStore        *store,
                                       gint64            frame,
                                       GError          **error);
/* Those of the events whose id is not above the last one, in the same order. */
GArray        *mien_labels_until      (GArray           *events,
                                       gint64            last);
/* Derives anew, stores what differs, and lets the proposals follow. Inside a transaction. */
gboolean       mien_labels_refresh    (MienStore        *store,
                                       gint64            frame,
                                       GError          **error);

/* mien-models.c */
enum
{
  MIEN_THRESHOLDS_BYTES = (MIEN_EXPRESSION_COUNT + 1 + MIEN_UNIT_COUNT) * 8,
};

gboolean       mien_models_current_id (MienStore        *store,
                                       gint64           *model,
                                       guint            *tasks,
                                       GError          **error);
gboolean       mien_models_exists     (MienStore        *store,
                                       gint64            model,
                                       gboolean         *exists,
                                       GError          **error);

/* mien-waiting.c: the tasks that the queue asks at all, and the frames that wait for an answer or
 * for a model, by id from one range of frame_waiting, in the order of (reader, id). */
enum
{
  MIEN_ALL_TASKS = (1 << MIEN_TASK_COUNT) - 1,
};

gboolean       mien_queue_asked_tasks (MienStore        *store,
                                       guint            *tasks,
                                       GError          **error);
gboolean       mien_queue_count       (MienStore        *store,
                                       guint64          *count,
                                       GError          **error);
/* mien-queue.c: distinct frames in the order of need, whatever is planned; those in skip (may be NULL) are left
 * out. gint64 ids. */
GArray        *mien_queue_by_need     (MienStore        *store,
                                       guint             limit,
                                       GHashTable       *skip,
                                       GError          **error);
MienStatement *mien_waiting_query     (MienStore        *store,
                                       int               split,
                                       int               skipped,
                                       guint             complete,
                                       gint64            above,      /* reader, exclusive */
                                       gint64            below,
                                       GError          **error);

G_END_DECLS
