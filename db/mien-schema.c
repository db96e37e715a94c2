/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The tables. Steps from one version to the next; a project of this version must hold
 * exactly what the steps make, text for text, or it is refused: a stranger's file gets no
 * triggers of its own.
 *
 * Invariants that the database itself keeps: every table is STRICT; events are appended
 * only; a frame's split is its video's; a proposal belongs to a prediction; the counters
 * of `status` (census, tally) are kept by triggers, in the transaction of what they
 * count. mienctl verify recounts them.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-store-private.h"

#include <string.h>

/* Version 1. Times are microseconds UTC; enums are those of mien-types.h and
 * mien-events.h; bits go by MienTask. */
static const char *const version_1[] = {
  "CREATE TABLE project ("
  "  id INTEGER PRIMARY KEY CHECK (id = 1),"
  "  uuid BLOB NOT NULL CHECK (length (uuid) = 16),"
  "  name TEXT NOT NULL CHECK (length (name) BETWEEN 1 AND 200),"
  "  synthetic INTEGER NOT NULL DEFAULT 0 CHECK (synthetic IN (0, 1)),"
  "  created INTEGER NOT NULL,"
  "  clock INTEGER NOT NULL DEFAULT 0" /* the last tick of the hybrid logical clock */
  ") STRICT",

  "CREATE TABLE video ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  name TEXT NOT NULL UNIQUE CHECK (length (name) > 0),"
  "  split INTEGER NOT NULL CHECK (split BETWEEN 0 AND 2),"
  "  fps REAL NOT NULL DEFAULT 30 CHECK (fps > 0),"
  "  fps_assumed INTEGER NOT NULL DEFAULT 1 CHECK (fps_assumed IN (0, 1)),"
  "  UNIQUE (id, split)"
  ") STRICT",

  /* The bytes last: the size of an image is read without them. */
  "CREATE TABLE image ("
  "  id INTEGER PRIMARY KEY,"
  "  sha256 BLOB NOT NULL UNIQUE CHECK (length (sha256) = 32),"
  "  width INTEGER NOT NULL CHECK (width > 0),"
  "  height INTEGER NOT NULL CHECK (height > 0),"
  "  bytes BLOB NOT NULL"
  ") STRICT",

  /* complete: every item of the task has a label; touched: some item has a row in label;
   * imported, human: some item has a label of that source. reader: a model that has read
   * the frame, the latest as far as known (prediction (reader, id) exists), 0: none. */
  "CREATE TABLE frame ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  uuid BLOB NOT NULL UNIQUE CHECK (length (uuid) = 16),"
  "  video INTEGER NOT NULL,"
  "  split INTEGER NOT NULL,"
  "  number INTEGER CHECK (number >= 0),"
  "  key TEXT NOT NULL UNIQUE CHECK (length (key) BETWEEN 1 AND 512),"
  "  image INTEGER REFERENCES image,"
  "  link TEXT,"
  "  link_sha256 BLOB CHECK (length (link_sha256) = 32),"
  "  width INTEGER,"
  "  height INTEGER,"
  "  missing_reason TEXT,"
  "  not_a_face INTEGER NOT NULL DEFAULT 0 CHECK (not_a_face IN (0, 1)),"
  "  skipped INTEGER NOT NULL DEFAULT 0 CHECK (skipped IN (0, 1)),"
  "  complete INTEGER NOT NULL DEFAULT 0 CHECK (complete BETWEEN 0 AND 7),"
  "  touched INTEGER NOT NULL DEFAULT 0 CHECK (touched BETWEEN 0 AND 7),"
  "  imported INTEGER NOT NULL DEFAULT 0 CHECK (imported BETWEEN 0 AND 7),"
  "  human INTEGER NOT NULL DEFAULT 0 CHECK (human BETWEEN 0 AND 7),"
  "  reader INTEGER NOT NULL DEFAULT 0 CHECK (reader >= 0),"
  "  usable INTEGER GENERATED ALWAYS AS"
  "    ((image IS NOT NULL OR link IS NOT NULL) AND not_a_face = 0) VIRTUAL,"
  "  FOREIGN KEY (video, split) REFERENCES video (id, split),"
  "  CHECK (image IS NULL OR link IS NULL),"
  "  CHECK ((link IS NULL) = (link_sha256 IS NULL))"
  ") STRICT",
  "CREATE INDEX frame_video ON frame (video, number, key)",
  "CREATE INDEX frame_waiting ON frame (split, skipped, complete, reader, id) WHERE "
  "usable",

  "CREATE TABLE list ("
  "  id INTEGER PRIMARY KEY,"
  "  name TEXT NOT NULL,"
  "  split INTEGER NOT NULL CHECK (split BETWEEN 0 AND 2),"
  "  UNIQUE (split, name)"
  ") STRICT",
  "CREATE TABLE list_row ("
  "  list INTEGER NOT NULL REFERENCES list,"
  "  number INTEGER NOT NULL,"
  "  frame INTEGER NOT NULL REFERENCES frame,"
  "  PRIMARY KEY (list, number)"
  ") STRICT, WITHOUT ROWID",
  "CREATE INDEX list_row_frame ON list_row (frame)",

  "CREATE TABLE annotator ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  uuid BLOB NOT NULL UNIQUE CHECK (length (uuid) = 16),"
  "  name TEXT NOT NULL UNIQUE CHECK (length (name) BETWEEN 1 AND 100)"
  ") STRICT",

  /* unsettled: the thresholds have changed, and not all proposals have followed yet. */
  "CREATE TABLE model ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  uuid BLOB NOT NULL UNIQUE CHECK (length (uuid) = 16),"
  "  origin INTEGER NOT NULL CHECK (origin IN (1, 2)),"
  "  parent INTEGER REFERENCES model,"
  "  name TEXT,"
  "  method TEXT,"
  "  settings TEXT,"
  "  metrics TEXT,"
  "  thresholds BLOB NOT NULL CHECK (length (thresholds) = 168)," /* 21 doubles, little
                                                                     endian */
  "  tasks INTEGER NOT NULL CHECK (tasks BETWEEN 0 AND 7),"
  "  input_size INTEGER NOT NULL CHECK (input_size > 0),"
  "  ready INTEGER NOT NULL DEFAULT 0 CHECK (ready IN (0, 1)),"
  "  has_heads INTEGER NOT NULL CHECK (has_heads IN (0, 1)),"
  "  weights_size INTEGER CHECK (weights_size >= 0),"
  "  unsettled INTEGER NOT NULL DEFAULT 0 CHECK (unsettled IN (0, 1)),"
  "  created INTEGER NOT NULL"
  ") STRICT",
  "CREATE TABLE model_weights ("
  "  model INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,"
  "  part INTEGER NOT NULL CHECK (part >= 0),"
  "  bytes BLOB NOT NULL CHECK (length (bytes) BETWEEN 1 AND 1048576),"
  "  PRIMARY KEY (model, part)"
  ") STRICT",
  "CREATE TABLE curve ("
  "  model INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,"
  "  name TEXT NOT NULL,"
  "  epoch INTEGER NOT NULL,"
  "  value REAL," /* NULL: not a number */
  "  PRIMARY KEY (model, name, epoch)"
  ") STRICT, WITHOUT ROWID",
  "CREATE TABLE model_use ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  model INTEGER NOT NULL REFERENCES model,"
  "  time INTEGER NOT NULL"
  ") STRICT",
  "CREATE INDEX model_use_model ON model_use (model, id)",

  "CREATE TABLE event ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  uuid BLOB NOT NULL UNIQUE CHECK (length (uuid) = 16),"
  "  batch BLOB NOT NULL CHECK (length (batch) = 16),"
  "  clock INTEGER NOT NULL,"
  "  frame INTEGER NOT NULL REFERENCES frame,"
  "  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 11),"
  "  item INTEGER CHECK (item BETWEEN 0 AND 13)," /* NULL: the whole frame */
  "  answer INTEGER NOT NULL CHECK (answer BETWEEN 0 AND 2),"
  "  value1 REAL,"
  "  value2 REAL,"
  "  annotator INTEGER REFERENCES annotator,"
  "  time INTEGER NOT NULL,"
  "  duration_us INTEGER CHECK (duration_us >= 0),"
  "  model INTEGER REFERENCES model,"
  "  confidence REAL,"
  "  proposal_visible INTEGER NOT NULL DEFAULT 0 CHECK (proposal_visible IN (0, 1)),"
  "  target BLOB CHECK (length (target) = 16),"
  "  CHECK ((kind IN (10, 11)) = (target IS NOT NULL)),"
  "  CHECK ((kind BETWEEN 1 AND 5) = (item IS NOT NULL)),"
  "  CHECK ((item IS NOT NULL) = (answer > 0)),"
  "  CHECK ((answer = 1) = (value1 IS NOT NULL)),"
  "  CHECK ((kind = 1) = (annotator IS NULL))"
  ") STRICT",
  "CREATE INDEX event_frame ON event (frame, clock, uuid)",
  "CREATE INDEX event_annotator ON event (annotator, clock) WHERE annotator IS NOT NULL",
  "CREATE INDEX event_target ON event (target, clock, uuid) WHERE target IS NOT NULL",
  /* What keeps the removal of a killed job's model from reading the whole log. */
  "CREATE INDEX event_model ON event (model) WHERE model IS NOT NULL",
  "CREATE TRIGGER event_never_changes BEFORE UPDATE ON event BEGIN"
  "  SELECT RAISE (ABORT, 'the log of events is append-only');"
  "END",
  "CREATE TRIGGER event_never_goes BEFORE DELETE ON event BEGIN"
  "  SELECT RAISE (ABORT, 'the log of events is append-only');"
  "END",

  "CREATE TABLE label ("
  "  frame INTEGER NOT NULL REFERENCES frame,"
  "  item INTEGER NOT NULL CHECK (item BETWEEN 0 AND 13),"
  "  answer INTEGER NOT NULL CHECK (answer BETWEEN 1 AND 3),"
  "  source INTEGER NOT NULL CHECK (source IN (1, 2)),"
  "  value1 REAL,"
  "  value2 REAL,"
  "  event INTEGER NOT NULL REFERENCES event,"
  "  PRIMARY KEY (frame, item),"
  "  CHECK ((answer = 1) = (value1 IS NOT NULL))"
  ") STRICT, WITHOUT ROWID",

  "CREATE TABLE prediction ("
  "  model INTEGER NOT NULL REFERENCES model,"
  "  frame INTEGER NOT NULL REFERENCES frame,"
  "  outputs BLOB NOT NULL CHECK (length (outputs) = 92)," /* 23 floats, little endian */
  "  PRIMARY KEY (model, frame)"
  ") STRICT, WITHOUT ROWID",

  /* accepted: bits by item of the task; open: 1, or 2 if the frame was skipped; pseudo:
   * an accepted item has no label. */
  "CREATE TABLE proposal ("
  "  frame INTEGER NOT NULL,"
  "  task INTEGER NOT NULL CHECK (task BETWEEN 0 AND 2),"
  "  model INTEGER NOT NULL,"
  "  accepted INTEGER NOT NULL CHECK (accepted BETWEEN 0 AND 4095),"
  "  open INTEGER NOT NULL CHECK (open BETWEEN 0 AND 2),"
  "  pseudo INTEGER NOT NULL CHECK (pseudo IN (0, 1)),"
  "  priority REAL NOT NULL,"
  "  confidence REAL NOT NULL,"
  "  threshold REAL NOT NULL,"
  "  PRIMARY KEY (frame, task, model),"
  "  FOREIGN KEY (model, frame) REFERENCES prediction (model, frame) ON DELETE CASCADE"
  ") STRICT, WITHOUT ROWID",
  "CREATE INDEX proposal_queue ON proposal (model, task, open, priority DESC, frame)"
  "  WHERE open",

  "CREATE TABLE job ("
  "  id INTEGER PRIMARY KEY CHECK (id = 1),"
  "  kind TEXT NOT NULL,"
  "  pid INTEGER NOT NULL,"
  "  host TEXT NOT NULL,"
  "  boot TEXT NOT NULL,"             /* of the kernel: a reboot ends every job */
  "  process_start INTEGER NOT NULL," /* clock ticks since boot */
  "  begun INTEGER NOT NULL"
  ") STRICT",

  /* How many frames of each split there are, have no image, and have a label by source
     and task. */
  "CREATE TABLE census ("
  "  split INTEGER PRIMARY KEY CHECK (split BETWEEN 0 AND 2),"
  "  frames INTEGER NOT NULL DEFAULT 0,"
  "  missing INTEGER NOT NULL DEFAULT 0,"
  "  imported_0 INTEGER NOT NULL DEFAULT 0,"
  "  imported_1 INTEGER NOT NULL DEFAULT 0,"
  "  imported_2 INTEGER NOT NULL DEFAULT 0,"
  "  human_0 INTEGER NOT NULL DEFAULT 0,"
  "  human_1 INTEGER NOT NULL DEFAULT 0,"
  "  human_2 INTEGER NOT NULL DEFAULT 0,"
  "  touched_0 INTEGER NOT NULL DEFAULT 0,"
  "  touched_1 INTEGER NOT NULL DEFAULT 0,"
  "  touched_2 INTEGER NOT NULL DEFAULT 0"
  ") STRICT",
  "INSERT INTO census (split) VALUES (0), (1), (2)",
  "CREATE TRIGGER frame_counts_new AFTER INSERT ON frame BEGIN"
  "  UPDATE census SET frames = frames + 1,"
  "    missing = missing + (new.image IS NULL AND new.link IS NULL)"
  "  WHERE split = new.split;"
  "END",
  "CREATE TRIGGER frame_counts_image AFTER UPDATE OF image, link ON frame BEGIN"
  "  UPDATE census SET missing = missing + (new.image IS NULL AND new.link IS NULL)"
  "    - (old.image IS NULL AND old.link IS NULL)"
  "  WHERE split = new.split;"
  "END",
  "CREATE TRIGGER frame_counts_labels AFTER UPDATE OF touched, imported, human ON frame "
  "BEGIN"
  "  UPDATE census SET"
  "    imported_0 = imported_0 + (new.imported & 1) - (old.imported & 1),"
  "    imported_1 = imported_1 + (new.imported >> 1 & 1) - (old.imported >> 1 & 1),"
  "    imported_2 = imported_2 + (new.imported >> 2 & 1) - (old.imported >> 2 & 1),"
  "    human_0 = human_0 + (new.human & 1) - (old.human & 1),"
  "    human_1 = human_1 + (new.human >> 1 & 1) - (old.human >> 1 & 1),"
  "    human_2 = human_2 + (new.human >> 2 & 1) - (old.human >> 2 & 1),"
  "    touched_0 = touched_0 + (new.touched & 1) - (old.touched & 1),"
  "    touched_1 = touched_1 + (new.touched >> 1 & 1) - (old.touched >> 1 & 1),"
  "    touched_2 = touched_2 + (new.touched >> 2 & 1) - (old.touched >> 2 & 1)"
  "  WHERE split = new.split;"
  "END",

  /* How many proposals of a model are in the queue and count as pseudo-labels, by task.
   */
  "CREATE TABLE tally ("
  "  model INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,"
  "  task INTEGER NOT NULL CHECK (task BETWEEN 0 AND 2),"
  "  open INTEGER NOT NULL DEFAULT 0,"
  "  pseudo INTEGER NOT NULL DEFAULT 0,"
  "  PRIMARY KEY (model, task)"
  ") STRICT, WITHOUT ROWID",
  "CREATE TRIGGER model_tally AFTER INSERT ON model BEGIN"
  "  INSERT INTO tally (model, task) VALUES (new.id, 0), (new.id, 1), (new.id, 2);"
  "END",
  "CREATE TRIGGER proposal_counts_new AFTER INSERT ON proposal BEGIN"
  "  UPDATE tally SET open = open + (new.open > 0), pseudo = pseudo + new.pseudo"
  "  WHERE model = new.model AND task = new.task;"
  "END",
  "CREATE TRIGGER proposal_counts_change AFTER UPDATE ON proposal BEGIN"
  "  UPDATE tally SET open = open + (new.open > 0) - (old.open > 0),"
  "    pseudo = pseudo + new.pseudo - old.pseudo"
  "  WHERE model = new.model AND task = new.task;"
  "END",
  "CREATE TRIGGER proposal_counts_gone AFTER DELETE ON proposal BEGIN"
  "  UPDATE tally SET open = open - (old.open > 0), pseudo = pseudo - old.pseudo"
  "  WHERE model = old.model AND task = old.task;"
  "END",
  NULL,
};

/* Version 2: post-processing. raw: the predictions there are of the model were made
 * without it. */
static const char *const version_2[] = {
  "CREATE TABLE postprocess ("
  "  model INTEGER PRIMARY KEY REFERENCES model ON DELETE CASCADE,"
  "  parameters BLOB NOT NULL CHECK (length (parameters) = 200)," /* 25 doubles, little
                                                                     endian */
  "  raw INTEGER NOT NULL DEFAULT 0 CHECK (raw IN (0, 1))"
  ") STRICT",
  NULL,
};

/* Version 3: notes, what a project is set to, and decisions over many frames, whose
 * frames are found by their batch. */
static const char *const version_3[] = {
  "CREATE TABLE event_note ("
  "  event INTEGER PRIMARY KEY REFERENCES event,"
  "  text TEXT NOT NULL CHECK (length (text) BETWEEN 1 AND 10000)"
  ") STRICT",
  "CREATE TRIGGER event_note_never_changes BEFORE UPDATE ON event_note BEGIN"
  "  SELECT RAISE (ABORT, 'the log of events is append-only');"
  "END",
  "CREATE TRIGGER event_note_never_goes BEFORE DELETE ON event_note BEGIN"
  "  SELECT RAISE (ABORT, 'the log of events is append-only');"
  "END",
  "CREATE TABLE project_setting ("
  "  name TEXT PRIMARY KEY CHECK (length (name) BETWEEN 1 AND 100),"
  "  value TEXT NOT NULL"
  ") STRICT, WITHOUT ROWID",
  "CREATE INDEX event_batch ON event (batch) WHERE annotator IS NOT NULL",
  NULL,
};

/* Version 4: what is asked next, which accepted answers were drawn to be audited, what
 * became of the thresholds, snapshots, and the embeddings of a sample of frames. reason:
 * MienReason. says: the class, or 1 and 0 for a unit. snapshot.event: the last one of the
 * log then, NULL: it was empty; its counts are those of census then, of all splits
 * together. */
static const char *const version_4[] = {
  "CREATE TABLE plan ("
  "  position INTEGER PRIMARY KEY,"
  "  frame INTEGER NOT NULL UNIQUE REFERENCES frame,"
  "  reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 5)"
  ") STRICT",
  "CREATE TABLE audit ("
  "  model INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,"
  "  frame INTEGER NOT NULL REFERENCES frame,"
  "  item INTEGER NOT NULL CHECK (item BETWEEN 1 AND 13),"
  "  says INTEGER NOT NULL CHECK (says BETWEEN 0 AND 7),"
  "  threshold REAL NOT NULL,"
  "  PRIMARY KEY (model, frame, item)"
  ") STRICT, WITHOUT ROWID",
  "CREATE TABLE threshold_change ("
  "  id INTEGER PRIMARY KEY,"
  "  model INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,"
  "  item INTEGER NOT NULL CHECK (item BETWEEN 1 AND 13),"
  "  says INTEGER NOT NULL CHECK (says BETWEEN 0 AND 7),"
  "  before REAL NOT NULL,"
  "  after REAL NOT NULL,"
  "  answers INTEGER NOT NULL CHECK (answers > 0),"
  "  agreed INTEGER NOT NULL CHECK (agreed BETWEEN 0 AND answers),"
  "  time INTEGER NOT NULL"
  ") STRICT",
  "CREATE INDEX threshold_change_model ON threshold_change (model, id)",
  "CREATE INDEX label_disputed ON label (frame) WHERE answer = 3",
  "CREATE TABLE snapshot ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  uuid BLOB NOT NULL UNIQUE CHECK (length (uuid) = 16),"
  "  name TEXT NOT NULL UNIQUE CHECK (length (name) BETWEEN 1 AND 100),"
  "  event INTEGER REFERENCES event,"
  "  annotator INTEGER REFERENCES annotator,"
  "  created INTEGER NOT NULL,"
  "  frames INTEGER NOT NULL CHECK (frames >= 0),"
  "  imported_0 INTEGER NOT NULL CHECK (imported_0 >= 0),"
  "  imported_1 INTEGER NOT NULL CHECK (imported_1 >= 0),"
  "  imported_2 INTEGER NOT NULL CHECK (imported_2 >= 0),"
  "  human_0 INTEGER NOT NULL CHECK (human_0 >= 0),"
  "  human_1 INTEGER NOT NULL CHECK (human_1 >= 0),"
  "  human_2 INTEGER NOT NULL CHECK (human_2 >= 0)"
  ") STRICT",
  "CREATE TABLE embedding ("
  "  frame INTEGER PRIMARY KEY REFERENCES frame,"
  "  model INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,"
  "  features BLOB NOT NULL CHECK (length (features) = 1024)" /* 512 half floats, little
                                                                 endian */
  ") STRICT",
  "CREATE INDEX embedding_model ON embedding (model)",
  NULL,
};

/* steps[n] leads from version n to n + 1. A released step is never edited. */
static const char *const *const steps[MIEN_SCHEMA_VERSION] = {
  version_1,
  version_2,
  version_3,
  version_4,
};

gboolean
mien_schema_step (sqlite3 *db, int from, int to)
{
  for (int version = from; version < to; version++)
    for (guint i = 0; steps[version][i] != NULL; i++)
      if (sqlite3_exec (db, steps[version][i], NULL, NULL, NULL) != SQLITE_OK)
        return FALSE;
  return TRUE;
}

/* In an empty file: the numbers that name it, and the tables. */
gboolean
mien_schema_create (sqlite3 *db, int version, const char *path, GError **error)
{
  g_autofree char *numbers =
      g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d",
                       MIEN_APPLICATION_ID, version);

  if (sqlite3_exec (db,
                    "PRAGMA page_size = 4096; PRAGMA foreign_keys = ON; BEGIN IMMEDIATE",
                    NULL, NULL, NULL)
          == SQLITE_OK
      && sqlite3_exec (db, numbers, NULL, NULL, NULL) == SQLITE_OK
      && mien_schema_step (db, 0, version)
      && sqlite3_exec (db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  mien_set_sqlite_error (db, path, error);
  return FALSE;
}

/* name -> text of everything in the schema. SQLite's own tables are its own affair. */
static GHashTable *
read_schema (sqlite3 *db)
{
  g_autoptr (GHashTable) schema =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  sqlite3_stmt *stmt;
  int code;

  if (sqlite3_prepare_v2 (db,
                          "SELECT type || ' ' || name, sql FROM sqlite_schema"
                          " WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'",
                          -1, &stmt, NULL)
      != SQLITE_OK)
    return NULL;
  while ((code = sqlite3_step (stmt)) == SQLITE_ROW)
    {
      const char *name = (const char *) sqlite3_column_text (stmt, 0);
      const char *sql = (const char *) sqlite3_column_text (stmt, 1);

      g_hash_table_insert (schema, g_strdup (name != NULL ? name : ""),
                           g_strdup (sql != NULL ? sql : ""));
    }
  sqlite3_finalize (stmt);
  return code == SQLITE_DONE ? g_steal_pointer (&schema) : NULL;
}

static GHashTable *
expected_schema (int version)
{
  static GHashTable *schemas[MIEN_SCHEMA_VERSION];
  GHashTable **expected = &schemas[version - 1];

  if (g_once_init_enter (expected))
    {
      GHashTable *schema = NULL;
      sqlite3 *db = NULL;

      if (sqlite3_open (":memory:", &db) == SQLITE_OK
          && mien_schema_step (db, 0, version))
        schema = read_schema (db);
      if (schema == NULL)
        g_error ("the tables cannot be made: %s", sqlite3_errmsg (db));
      sqlite3_close (db);
      g_once_init_leave (expected, schema);
    }
  return *expected;
}

gboolean
mien_schema_check (sqlite3 *db, int version, const char *path, GError **error)
{
  GHashTable *expected = expected_schema (version);
  g_autoptr (GHashTable) actual = read_schema (db);
  GHashTableIter iter;
  gpointer name, sql;

  if (actual == NULL)
    {
      mien_set_sqlite_error (db, path, error);
      return FALSE;
    }
  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, &name, &sql))
    if (g_strcmp0 (g_hash_table_lookup (actual, name), sql) != 0)
      {
        g_set_error (
            error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
            "%s: the project is damaged or was changed by another program (%s is not "
            "as Mien makes it); open a copy of it made earlier",
            path, (const char *) name);
        return FALSE;
      }
  if (g_hash_table_size (actual) == g_hash_table_size (expected))
    return TRUE;
  g_set_error (
      error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_CORRUPT,
      "%s: the project was changed by another program (it holds tables or triggers "
      "that are not Mien's); open a copy of it made earlier",
      path);
  return FALSE;
}
