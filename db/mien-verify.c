/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether a project is sound. Nothing is repaired here and nothing is believed: SQLite
 * checks its own structure, and whatever Mien stores twice is derived again from what it
 * follows from: images from their hash, labels and the frame's bits from the log (through
 * the same mien_labels_derive that wrote them), proposals from predictions, thresholds
 * and labels, counters from the rows.
 *
 * Everything is read in one read transaction, so that a window or a job may go on writing
 * meanwhile. Damage is a finding, never an error; only a disk that cannot be read is one.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-embeddings.h"
#include "mien-plan-private.h"
#include "mien-proposals-private.h"

#include <math.h>
#include <string.h>

/* Who has that many does not read on. */
#define MAX_FINDINGS 100

/* A proposal may have been made on another kind of machine. */
#define SAME_REAL 1e-9

typedef struct
{
  MienStore *store;
  GPtrArray *findings;
  GHashTable *models; /* id -> MienModel */
} Verify;

/* Once a row. What it returns FALSE for is a finding if it is damage. */
typedef gboolean (*RowFunc) (Verify *verify, MienStatement *row, GError **error);

static gboolean
is_full (Verify *verify)
{
  return verify->findings->len >= MAX_FINDINGS;
}

G_GNUC_PRINTF (2, 3)
static void
find (Verify *verify, const char *format, ...)
{
  va_list args;

  if (is_full (verify))
    return;
  va_start (args, format);
  g_ptr_array_add (verify->findings,
                   g_strdelimit (g_strdup_vprintf (format, args), "\r\n", ' '));
  va_end (args);
}

/* TRUE: there was no error, or it was damage and is a finding now. Takes failed. */
static gboolean
as_finding (Verify *verify, GError *failed, GError **error)
{
  if (failed == NULL)
    return TRUE;
  if (g_error_matches (failed, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT)
      || g_error_matches (failed, MIEN_STORE_ERROR, MIEN_STORE_ERROR_NOT_FOUND))
    {
      find (verify, "%s", failed->message);
      g_error_free (failed);
      return TRUE;
    }
  g_propagate_error (error, failed);
  return FALSE;
}

/* sql: a literal, as for mien_query. */
static gboolean
each (Verify *verify, const char *sql, RowFunc func, GError **error)
{
  GError *failed = NULL;
  g_autoptr (MienStatement) row =
      mien_statement_new (verify->store, sql, &(MienValue){ 0 }, &failed);

  while (row != NULL && !is_full (verify)
         && mien_statement_step (row, &failed) == MIEN_STEP_ROW)
    {
      GError *inner = NULL;

      if (!func (verify, row, &inner) && !as_finding (verify, inner, error))
        return FALSE;
    }
  return as_finding (verify, failed, error);
}

static gboolean
structure_row (Verify *verify, MienStatement *row, GError **error)
{
  g_autofree char *text = mien_column_text (row, 0);

  if (g_strcmp0 (text, "ok") != 0)
    find (verify, "integrity_check: %s", text);
  return TRUE;
}

static gboolean
foreign_key_row (Verify *verify, MienStatement *row, GError **error)
{
  g_autofree char *from = mien_column_text (row, 0);
  g_autofree char *to = mien_column_text (row, 2);

  find (verify, "foreign_key_check: row %" G_GINT64_FORMAT " of %s leads to no %s",
        mien_column_int (row, 1), from, to);
  return TRUE;
}

static gboolean
project_row (Verify *verify, MienStatement *row, GError **error)
{
  if (mien_column_int (row, 0) != 1)
    find (verify, "the project's own row is missing");
  else if (mien_column_int (row, 1) > mien_column_int (row, 2))
    find (verify, "the project's clock is behind its latest event");
  return TRUE;
}

static gboolean
image_row (Verify *verify, MienStatement *row, GError **error)
{
  guint8 expected[MIEN_SHA256_BYTES], hash[MIEN_SHA256_BYTES];
  const void *bytes;
  gsize size;

  if (!mien_column_bytes (row, 1, expected, sizeof expected, error))
    return FALSE;
  bytes = mien_column_blob (row, 2, &size);
  mien_sha256 (bytes, size, hash);
  if (memcmp (hash, expected, sizeof hash) != 0)
    find (verify, "image %" G_GINT64_FORMAT ": the bytes do not match their hash",
          mien_column_int (row, 0));
  return TRUE;
}

static gboolean
video_row (Verify *verify, MienStatement *row, GError **error)
{
  g_autofree char *name = mien_column_text (row, 1);

  if (name == NULL || !mien_key_is_safe (name))
    find (verify, "video %" G_GINT64_FORMAT " has an impossible name",
          mien_column_int (row, 0));
  return TRUE;
}

/* Every event holds a proper answer, and every undoing aims at a batch of its frame. */
static void
check_events (Verify *verify, const char *key, GArray *events)
{
  for (guint i = 0; i < events->len; i++)
    {
      const MienLogged *event = &g_array_index (events, MienLogged, i);
      MienLabel label = { .answer = event->answer,
                          .value = { event->value[0], event->value[1] } };
      guint k = 0;

      if (event->item >= MIEN_ITEM_COUNT
          || (event->item >= 0 && !mien_label_is_valid ((MienItem) event->item, &label)))
        find (verify, "frame \"%s\": event %" G_GINT64_FORMAT " is out of range", key,
              event->id);
      if (event->kind != MIEN_EVENT_UNDONE && event->kind != MIEN_EVENT_REDONE)
        continue;
      while (k < events->len
             && memcmp (&g_array_index (events, MienLogged, k).batch, &event->target,
                        MIEN_UUID_SIZE)
                    != 0)
        k++;
      if (k == events->len)
        find (verify,
              "frame \"%s\": event %" G_GINT64_FORMAT
              " takes back a decision that is not there",
              key, event->id);
    }
}

static const char *
item_name (guint item, char *buffer, gsize size)
{
  if (item < MIEN_ITEM_FIRST_UNIT)
    return mien_task_id (mien_item_task ((MienItem) item));
  g_snprintf (buffer, size, "AU%u", mien_unit_number (item - MIEN_ITEM_FIRST_UNIT));
  return buffer;
}

/* What the tables hold of the frame against a replay of its events. */
static gboolean
check_labels (Verify *verify,
              gint64 frame,
              const char *key,
              MienDerived *derived,
              GError **error)
{
  g_autoptr (GArray) events = mien_labels_events (verify->store, frame, error);
  gint64 rests_on[MIEN_ITEM_COUNT] = { 0 };
  MienLabels labels;

  if (events == NULL)
    return FALSE;
  check_events (verify, key, events);
  mien_labels_derive (events, derived);
  if (!mien_labels_load (verify->store, frame, &labels, rests_on, error))
    return FALSE;
  for (guint item = 0; item < MIEN_ITEM_COUNT; item++)
    {
      const MienLabel *stored = &labels.item[item],
                      *replayed = &derived->labels.item[item];
      char name[16];

      if (!mien_label_equal (stored, replayed) || stored->source != replayed->source
          || rests_on[item] != derived->event[item])
        find (verify, "frame \"%s\": the label of %s is not what its events say", key,
              item_name (item, name, sizeof name));
    }
  return TRUE;
}

static gboolean
frame_row (Verify *verify, MienStatement *row, GError **error)
{
  gint64 frame = mien_column_int (row, 0);
  g_autofree char *key = mien_column_text (row, 1);
  MienDerived derived;
  MienUuid uuid, expected;

  if (key == NULL || !mien_key_is_safe (key))
    {
      find (verify, "frame %" G_GINT64_FORMAT " has an impossible name", frame);
      return TRUE;
    }
  mien_frame_uuid (key, &expected);
  if (!mien_column_bytes (row, 2, uuid.bytes, sizeof uuid.bytes, error))
    return FALSE;
  if (memcmp (&uuid, &expected, sizeof uuid) != 0)
    find (verify, "frame \"%s\": the UUID is another frame's", key);
  if (!check_labels (verify, frame, key, &derived, error))
    return FALSE;
  if (mien_column_int (row, 3) != derived.skipped
      || mien_column_int (row, 4) != derived.not_a_face
      || mien_column_int (row, 5) != derived.complete
      || mien_column_int (row, 6) != derived.touched
      || mien_column_int (row, 7) != derived.imported
      || mien_column_int (row, 8) != derived.human)
    find (verify, "frame \"%s\": its state is not what its events say", key);
  if (mien_column_int (row, 9) == 0)
    find (verify, "frame \"%s\": the model that read it last has not read it", key);
  return TRUE;
}

static gboolean
same_real (double a, double b)
{
  return fabs (a - b) <= SAME_REAL;
}

static gboolean
same_row (MienStatement *row, const MienProposalRow *expected)
{
  return mien_column_int (row, 1) == expected->accepted
         && mien_column_int (row, 2) == expected->open
         && mien_column_int (row, 3) == expected->pseudo
         && same_real (mien_column_real (row, 4), expected->priority)
         && same_real (mien_column_real (row, 5), expected->confidence)
         && same_real (mien_column_real (row, 6), expected->threshold);
}

/* The stored rows of a prediction: as derived, and one for each task of the model. */
static gboolean
check_proposals (Verify *verify,
                 const MienModel *model,
                 gint64 frame,
                 const MienPrediction *prediction,
                 const MienFrameState *state,
                 GError **error)
{
  g_autoptr (MienStatement) row =
      mien_query (verify->store, error,
                  "SELECT task, accepted, open, pseudo, priority, confidence, threshold"
                  " FROM proposal WHERE frame = ?1 AND model = ?2",
                  MIEN_INT (frame), MIEN_INT (model->id));
  MienStep step = MIEN_STEP_ERROR;
  guint tasks = 0;
  gboolean same = TRUE;

  while (row != NULL && (step = mien_statement_step (row, error)) == MIEN_STEP_ROW)
    {
      guint task = (guint) CLAMP (mien_column_int (row, 0), 0, MIEN_TASK_COUNT - 1);
      MienProposalRow expected;

      mien_proposal_row (prediction, model, state, (MienTask) task, &expected);
      same = same && same_row (row, &expected);
      tasks |= 1u << task;
    }
  if (step != MIEN_STEP_DONE)
    return FALSE;
  if (!same || tasks != model->tasks)
    find (verify,
          "frame %" G_GINT64_FORMAT ": the proposals of model %" G_GINT64_FORMAT
          " are not what it said of the frame",
          frame, model->id);
  return TRUE;
}

static gboolean
prediction_row (Verify *verify, MienStatement *row, GError **error)
{
  gint64 model_id = mien_column_int (row, 0), frame = mien_column_int (row, 1);
  MienModel *model = g_hash_table_lookup (verify->models, &model_id);
  MienPrediction prediction;
  MienFrameState state;

  if (model == NULL)
    {
      model = mien_models_get (verify->store, model_id, error);
      if (model == NULL)
        return FALSE;
      g_hash_table_insert (verify->models, &model->id, model);
    }
  return mien_proposals_prediction (verify->store, model_id, frame, &prediction, error)
         && mien_proposals_state (verify->store, frame, &state, error)
         && check_proposals (verify, model, frame, &prediction, &state, error);
}

/* Its bytes, and that it is of a frame that may be in the sample. */
static gboolean
embedding_row (Verify *verify, MienStatement *row, GError **error)
{
  gint64 frame = mien_column_int (row, 0);
  float features[MIEN_EMBEDDING];

  if (mien_column_int (row, 1) == 0)
    find (verify,
          "frame %" G_GINT64_FORMAT " has an embedding and is of no training video",
          frame);
  return mien_embedding_read (verify->store, row, 2, frame, features, error);
}

static gboolean
census_row (Verify *verify, MienStatement *row, GError **error)
{
  if (mien_column_int (row, 0) != 3)
    find (verify, "the census lacks a split");
  else if (mien_column_int (row, 1) != 0)
    find (verify, "the census differs from a recount of frames and labels");
  return TRUE;
}

static gboolean
tally_row (Verify *verify, MienStatement *row, GError **error)
{
  find (verify,
        "the tally of model %" G_GINT64_FORMAT " differs from a recount of its proposals",
        mien_column_int (row, 0));
  return TRUE;
}

static gboolean
weights_row (Verify *verify, MienStatement *row, GError **error)
{
  find (verify, "model %" G_GINT64_FORMAT ": the weights are not whole",
        mien_column_int (row, 0));
  return TRUE;
}

/* A note belongs to an event of that kind, which has one. */
static gboolean
note_row (Verify *verify, MienStatement *row, GError **error)
{
  if (mien_column_int (row, 1) != 0)
    find (verify, "event %" G_GINT64_FORMAT " is a note without its text",
          mien_column_int (row, 0));
  else
    find (verify, "event %" G_GINT64_FORMAT " has the text of a note and is none",
          mien_column_int (row, 0));
  return TRUE;
}

static gboolean
snapshot_row (Verify *verify, MienStatement *row, GError **error)
{
  g_autofree char *name = mien_column_text (row, 1);

  if (name == NULL || !mien_name_is_proper (name))
    find (verify, "snapshot %" G_GINT64_FORMAT " has an impossible name",
          mien_column_int (row, 0));
  return TRUE;
}

static gboolean
batch_row (Verify *verify, MienStatement *row, GError **error)
{
  find (verify,
        "event %" G_GINT64_FORMAT " takes back a decision on some of its frames only",
        mien_column_int (row, 0));
  return TRUE;
}

static const struct
{
  const char *sql;
  RowFunc func;
} checks[] = {
  { "PRAGMA integrity_check", structure_row },
  { "PRAGMA foreign_key_check", foreign_key_row },
  { MIEN_SCAN "SELECT count (*), (SELECT ifnull (max (clock), 0) FROM event), max (clock)"
              " FROM project",
    project_row },
  { MIEN_SCAN "SELECT id, sha256, bytes FROM image", image_row },
  { MIEN_SCAN "SELECT id, name FROM video", video_row },
  { MIEN_SCAN "SELECT id, key, uuid, skipped, not_a_face, complete, touched, imported,"
              " human, reader = 0 OR EXISTS (SELECT 1 FROM prediction p"
              " WHERE p.model = reader AND p.frame = frame.id) FROM frame",
    frame_row },
  { MIEN_SCAN "SELECT id, 1 FROM event e WHERE kind = 9 AND NOT EXISTS"
              " (SELECT 1 FROM event_note n WHERE n.event = e.id) UNION ALL"
              " SELECT event, 0 FROM event_note n WHERE NOT EXISTS"
              " (SELECT 1 FROM event e WHERE e.id = n.event AND e.kind = 9)",
    note_row },
  /* An import is of one frame, and in no index of batches. */
  { MIEN_SCAN "SELECT min (id) FROM event t WHERE kind IN (10, 11)"
              " GROUP BY batch, target HAVING count (DISTINCT frame) <>"
              " max (1, (SELECT count (DISTINCT frame) FROM event e"
              " WHERE e.annotator IS NOT NULL AND e.batch = t.target))",
    batch_row },
  { MIEN_SCAN "SELECT id, name FROM snapshot", snapshot_row },
  { MIEN_SCAN "SELECT p.model, p.frame FROM prediction p CROSS JOIN model m"
              " ON m.id = p.model WHERE m.unsettled = 0",
    prediction_row },
  { MIEN_SCAN
    "SELECT e.frame, f.split = 0, e.features FROM embedding e CROSS JOIN frame f"
    " ON f.id = e.frame",
    embedding_row },
  { MIEN_SCAN
    "SELECT count (*), total ((frames, missing, imported_0, imported_1, imported_2,"
    " human_0, human_1, human_2, touched_0, touched_1, touched_2) IS NOT"
    " (SELECT count (*), total (image IS NULL AND link IS NULL),"
    " total (imported & 1), total (imported >> 1 & 1), total (imported >> 2 & 1),"
    " total (human & 1), total (human >> 1 & 1), total (human >> 2 & 1),"
    " total (touched & 1), total (touched >> 1 & 1), total (touched >> 2 & 1)"
    " FROM frame f WHERE f.split = census.split)) FROM census",
    census_row },
  { MIEN_SCAN
    "WITH counted AS MATERIALIZED (SELECT model, task, total (open > 0) AS open,"
    " total (pseudo) AS pseudo FROM proposal GROUP BY model, task)"
    " SELECT DISTINCT m.id FROM model m CROSS JOIN (VALUES (0), (1), (2)) v"
    " LEFT JOIN tally t ON t.model = m.id AND t.task = v.column1"
    " LEFT JOIN counted c ON c.model = m.id AND c.task = v.column1"
    " WHERE (t.open, t.pseudo) IS NOT (ifnull (c.open, 0), ifnull (c.pseudo, 0))",
    tally_row },
  { MIEN_SCAN "SELECT id FROM model WHERE ready = 1 AND weights_size IS NOT"
              " (SELECT sum (length (bytes)) FROM model_weights w WHERE w.model = id)",
    weights_row },
};

static gboolean
run_checks (Verify *verify, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if (!each (verify, checks[i].sql, checks[i].func, error))
      return FALSE;
  if (is_full (verify))
    g_ptr_array_add (verify->findings, g_strdup ("and more; the rest was not read"));
  return TRUE;
}

GPtrArray *
mien_store_verify (MienStore *store, GError **error)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) models = g_hash_table_new_full (
      g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) mien_model_free);
  Verify verify = { .store = store, .findings = findings, .models = models };
  gboolean outermost = sqlite3_get_autocommit (store->db) != 0, ok;

  if (outermost && !mien_run (store, error, "BEGIN"))
    return NULL;
  ok = run_checks (&verify, error);
  if (outermost)
    mien_run (store, NULL, "COMMIT");
  return ok ? g_steal_pointer (&findings) : NULL;
}
