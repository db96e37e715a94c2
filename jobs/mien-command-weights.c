/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * mienctl weights import and export: models from and to files of others. A file that
 * Mien has written says in its metadata what the weights alone cannot: the size that the
 * network was trained at, its tasks and its thresholds.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mien-json.h"
#include "mien-models.h"
#include "mien-onnx.h"
#include "mien-pack.h"
#include "mien-training.h"
#include "mien-weights.h"

/* The authors of SS-MFAR show their network 112-pixel faces at 224. */
#define AUTHORS_INPUT_SIZE 224
#define DEFAULT_INPUT_SIZE 112

#define ENDING_ONNX ".onnx"

#define NOTE_SIZE "mien.input_size"
#define NOTE_TASKS "mien.tasks"
#define NOTE_THRESHOLDS "mien.thresholds"
#define NOTE_POSTPROCESSING "mien.postprocessing"

enum
{
  N_THRESHOLDS = MIEN_EXPRESSION_COUNT + 1 + MIEN_UNIT_COUNT,
  N_POSTPROCESSING = sizeof (MienPostprocessing) / sizeof (double),
};

G_STATIC_ASSERT (N_POSTPROCESSING == 5 + MIEN_EXPRESSION_COUNT + MIEN_UNIT_COUNT);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienTensors, mien_tensors_free)

static gboolean
set_tensor_error (GError **error, const char *reason, const char *way_out)
{
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED, "%s; %s", reason, way_out);
  return FALSE;
}

static char *
reals_to_text (const double *reals, guint n)
{
  GString *text = g_string_new (NULL);
  char real[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, i > 0 ? " %s" : "%s",
                            g_ascii_dtostr (real, sizeof real, reals[i]));
  return g_string_free (text, FALSE);
}

/* n numbers from low to high. */
static gboolean
parse_reals (const char *text, double *reals, guint n, double low, double high)
{
  g_auto (GStrv) words = g_strsplit (text, " ", (gint) n + 1);

  if (g_strv_length (words) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      char *end;

      reals[i] = g_ascii_strtod (words[i], &end);
      if (end == words[i] || *end != '\0' || !(reals[i] >= low && reals[i] <= high))
        return FALSE;
    }
  return TRUE;
}

/* 8 of expressions, that of valence and arousal, 12 of units. */
static char *
thresholds_to_text (const MienThresholds *thresholds)
{
  double reals[N_THRESHOLDS];

  memcpy (reals, thresholds->expression, sizeof thresholds->expression);
  reals[MIEN_EXPRESSION_COUNT] = thresholds->valence_arousal;
  memcpy (reals + MIEN_EXPRESSION_COUNT + 1, thresholds->action_units,
          sizeof thresholds->action_units);
  return reals_to_text (reals, N_THRESHOLDS);
}

static gboolean
parse_thresholds (const char *text, MienThresholds *thresholds)
{
  double reals[N_THRESHOLDS];

  if (!parse_reals (text, reals, N_THRESHOLDS, 0, 2))
    return FALSE;
  memcpy (thresholds->expression, reals, sizeof thresholds->expression);
  thresholds->valence_arousal = reals[MIEN_EXPRESSION_COUNT];
  memcpy (thresholds->action_units, reals + MIEN_EXPRESSION_COUNT + 1,
          sizeof thresholds->action_units);
  return TRUE;
}

/* 3 sigmas, 2 temperatures, 8 of expressions, 12 of units: as MienPostprocessing has
 * them. */
static char *
postprocessing_to_text (const MienPostprocessing *postprocessing)
{
  double reals[N_POSTPROCESSING];

  memcpy (reals, postprocessing, sizeof reals);
  return reals_to_text (reals, N_POSTPROCESSING);
}

/* The store knows what each may be. */
static gboolean
parse_postprocessing (const char *text, MienModel *model)
{
  double reals[N_POSTPROCESSING];

  if (!parse_reals (text, reals, N_POSTPROCESSING, -G_MAXFLOAT, G_MAXFLOAT))
    return FALSE;
  memcpy (&model->postprocessing, reals, sizeof reals);
  model->has_postprocessing = TRUE;
  return TRUE;
}

static gboolean
parse_tasks (const char *text, guint *tasks)
{
  g_auto (GStrv) words = g_strsplit (text, " ", MIEN_TASK_COUNT + 1);
  guint bits = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      MienTask task;

      if (!mien_task_from_id (words[i], &task))
        return FALSE;
      bits |= 1u << task;
    }
  *tasks = bits;
  return TRUE;
}

static gboolean
parse_size (const char *text, int *size)
{
  gint64 number;

  if (!g_ascii_string_to_signed (text, 10, MIEN_PACK_MIN_SIDE, MIEN_PACK_MAX_SIDE,
                                 &number, NULL)
      || number % 16 != 0)
    return FALSE;
  *size = (int) number;
  return TRUE;
}

static gboolean
set_damaged (GError **error, const char *path)
{
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: the metadata of Mien in it are damaged; export the weights again",
               path);
  return FALSE;
}

/* What the file says of itself, or what is to be assumed. */
static gboolean
describe_import (const MienTensors *tensors,
                 const char *path,
                 MienModel *model,
                 GError **error)
{
  const char *size = mien_tensors_note_value (tensors, NOTE_SIZE);
  const char *tasks = mien_tensors_note_value (tensors, NOTE_TASKS);
  const char *thresholds = mien_tensors_note_value (tensors, NOTE_THRESHOLDS);
  const char *postprocessing = mien_tensors_note_value (tensors, NOTE_POSTPROCESSING);
  gboolean authors = mien_tensors_find (tensors, "base.0.weight") != NULL;

  model->origin = MIEN_ORIGIN_IMPORTED;
  model->input_size = authors ? AUTHORS_INPUT_SIZE : DEFAULT_INPUT_SIZE;
  model->tasks = (1u << MIEN_TASK_COUNT) - 1;
  mien_training_default_thresholds (&model->thresholds);
  if ((size == NULL || parse_size (size, &model->input_size))
      && (tasks == NULL || parse_tasks (tasks, &model->tasks))
      && (thresholds == NULL || parse_thresholds (thresholds, &model->thresholds))
      && (postprocessing == NULL || parse_postprocessing (postprocessing, model)))
    return TRUE;
  return set_damaged (error, path);
}

static GBytes *
serialize (const MienTensors *tensors, const char *path, GError **error)
{
  char reason[MIEN_ERROR_SIZE];
  g_autofree char *text = NULL;
  void *bytes;
  gsize size;

  if (mien_safetensors_serialize (tensors, &bytes, &size, reason) == 0)
    return g_bytes_new_with_free_func (bytes, size, free, bytes);
  text = g_strdup_printf ("%s: %s", path, reason);
  set_tensor_error (error, text, "close other programs and try again");
  return NULL;
}

/* File to weights for the engine; fills what a model is made of. */
static GBytes *
read_file (const char *path, MienModel *model, GError **error)
{
  g_autoptr (MienTensors) theirs = mien_weights_read (path, error);
  g_autoptr (MienTensors) ours = NULL;

  if (theirs == NULL || !describe_import (theirs, path, model, error))
    return NULL;
  ours = mien_weights_for_engine (theirs, path, &model->has_heads, error);
  if (ours == NULL)
    return NULL;
  if (!model->has_heads)
    {
      model->tasks = 0;
      model->has_postprocessing = FALSE;
    }
  return serialize (ours, path, error);
}

/* With its post-processing, or not at all. */
static gboolean
add_model (MienStore *store,
           const MienModel *model,
           const char *path,
           gint64 *id,
           GError **error)
{
  g_autoptr (GError) failed = NULL;

  if (!mien_store_begin (store, error))
    return FALSE;
  if (mien_models_add (store, model, id, &failed)
      && (!model->has_postprocessing
          || mien_models_set_postprocessing (store, *id, &model->postprocessing,
                                             &failed)))
    return mien_store_commit (store, error);
  mien_store_rollback (store);
  if (g_error_matches (failed, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID))
    return set_damaged (error, path);
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}

static gboolean
import_file (MienJob *job, MienStore *store, const char *path, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_filename_display_name (base);
  MienModel model = { .name = name };
  g_autoptr (GBytes) weights = read_file (path, &model, error);
  g_autoptr (JsonBuilder) builder = NULL;
  gint64 id;

  if (weights == NULL || !mien_store_job_begin (store, "weights import", error)
      || !mien_models_sweep (store, error) || !add_model (store, &model, path, &id, error)
      || !mien_models_set_weights (store, id, weights, error)
      || !mien_store_job_end (store, error))
    return FALSE;
  if (!job->json)
    {
      mien_job_print (job, "model %" G_GINT64_FORMAT ": %s, %s\n", id, name,
                      model.has_heads ? "a trunk with all heads"
                                      : "a trunk that training starts from");
      return TRUE;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  mien_json_integer (builder, "model", id);
  mien_json_string (builder, "name", name);
  mien_json_boolean (builder, "has_heads", model.has_heads);
  mien_json_integer (builder, "input_size", model.input_size);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
  return TRUE;
}

static gboolean
run_import (MienJob *job, GError **error)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  return store != NULL && import_file (job, store, job->operands[1], error);
}

/* By the ending, in any case; safetensors is what has none of ours. */
static gboolean
is_onnx (const char *path)
{
  gsize length = strlen (path), ending = strlen (ENDING_ONNX);

  return length > ending && g_ascii_strcasecmp (path + length - ending, ENDING_ONNX) == 0;
}

/* Whether the first bytes of a file are those of what would be written. ONNX begins with
 * its version, a small number, and the name of who made it; safetensors with the length
 * of its header, which is JSON. */
static gboolean
is_same_kind (const guint8 start[9], gboolean onnx)
{
  guint64 length;

  if (onnx)
    return start[0] == 0x08 && start[1] < 0x80 && start[2] == 0x12;
  memcpy (&length, start, sizeof length);
  return GUINT64_FROM_LE (length) >> 27 == 0 && start[8] == '{';
}

/* An empty file, or one that looks like what would be written, may be replaced. */
static gboolean
check_replaceable (const char *path, GError **error)
{
  guint8 start[9];
  FILE *file = g_fopen (path, "rbe");
  gsize n;

  if (file == NULL && errno == ENOENT)
    return TRUE;
  n = file != NULL ? fread (start, 1, sizeof start, file) : 1;
  if (file != NULL)
    fclose (file);
  if (n == 0 || (n == sizeof start && is_same_kind (start, is_onnx (path))))
    return TRUE;
  g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
               "%s: there is something else by this name; choose another", path);
  return FALSE;
}

/* Of safetensors, nothing is said that would tell two models of the same weights apart.
 */
static gboolean
add_format_notes (MienTensors *tensors,
                  const MienModel *model,
                  gboolean onnx,
                  char *reason)
{
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, model->id);

  if (!onnx)
    return mien_tensors_note (tensors, "format", "pt", reason) == 0;
  return mien_tensors_note (tensors, "mien.model", id, reason) == 0;
}

static gboolean
add_notes (MienTensors *tensors, const MienModel *model, gboolean onnx, char *reason)
{
  g_autoptr (GString) tasks = g_string_new (NULL);
  g_autofree char *size = g_strdup_printf ("%d", model->input_size);
  g_autofree char *thresholds = thresholds_to_text (&model->thresholds);
  g_autofree char *postprocessing = postprocessing_to_text (&model->postprocessing);

  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (model->tasks >> task & 1)
      g_string_append_printf (tasks, tasks->len > 0 ? " %s" : "%s",
                              mien_task_id ((MienTask) task));
  if (!add_format_notes (tensors, model, onnx, reason)
      || mien_tensors_note (tensors, "mien.version", MIEN_VERSION, reason) != 0
      || mien_tensors_note (tensors, NOTE_SIZE, size, reason) != 0)
    return FALSE;
  return !model->has_heads
         || (mien_tensors_note (tensors, NOTE_TASKS, tasks->str, reason) == 0
             && mien_tensors_note (tensors, NOTE_THRESHOLDS, thresholds, reason) == 0
             && (!model->has_postprocessing
                 || mien_tensors_note (tensors, NOTE_POSTPROCESSING, postprocessing,
                                       reason)
                        == 0));
}

/* The stored weights, from their file in the project; NULL with the reason. */
static MienTensors *
read_stored (MienStore *store, const MienModel *model, GError **error)
{
  g_autoptr (GBytes) weights = mien_models_weights (store, model->id, error);
  MienTensors *stored = NULL;
  char reason[MIEN_ERROR_SIZE];
  gconstpointer bytes;
  gsize size;

  if (weights == NULL)
    return NULL;
  bytes = g_bytes_get_data (weights, &size);
  if (mien_safetensors_parse (bytes, size, &stored, reason) != 0)
    set_tensor_error (error, reason, "open a copy of the project made earlier");
  return stored;
}

/* The tensors stay in stored, whose own notes are left out. */
static gboolean
write_file (const MienModel *model,
            const MienTensors *stored,
            const char *path,
            GError **error)
{
  g_autoptr (MienTensors) out = mien_tensors_new ();
  char reason[MIEN_ERROR_SIZE] = "out of memory";
  gboolean onnx = is_onnx (path), ok = out != NULL;

  for (gsize i = 0; ok && i < stored->n_tensors; i++)
    {
      const MienTensor *tensor = &stored->tensors[i];

      ok = mien_tensors_add (out, tensor->name, tensor->dtype, tensor->rank,
                             tensor->shape, tensor->data, reason)
           == 0;
    }
  ok = ok && add_notes (out, model, onnx, reason);
  if (ok && onnx)
    return mien_onnx_write (out, path, error);
  ok = ok && mien_safetensors_write (out, path, reason) == 0;
  return ok
         || set_tensor_error (error, reason, "choose another place, or free some space");
}

static gboolean
export_file (MienJob *job, MienStore *store, gint64 id, GError **error)
{
  const char *path = job->operands[1];
  g_autoptr (MienModel) model = NULL;
  g_autoptr (MienTensors) stored = NULL;
  g_autoptr (GError) failed = NULL;
  g_autoptr (JsonBuilder) builder = NULL;

  model = id != 0 ? mien_models_get (store, id, &failed)
                  : mien_models_current (store, &failed);
  if (model == NULL && failed == NULL)
    g_set_error (&failed, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                 "%s: no model is in use; name one with --model",
                 mien_store_path (store));
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (!check_replaceable (path, error))
    return FALSE;
  stored = read_stored (store, model, error);
  if (stored == NULL || !write_file (model, stored, path, error))
    return FALSE;
  if (!job->json)
    {
      mien_job_print (job, "model %" G_GINT64_FORMAT " is in %s\n", model->id, path);
      return TRUE;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  mien_json_integer (builder, "model", model->id);
  mien_json_string (builder, "file", path);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
  return TRUE;
}

static gboolean
run_export (MienJob *job, GError **error)
{
  g_autofree char *model = NULL;
  const GOptionEntry entries[] = { { "model", 0, 0, G_OPTION_ARG_FILENAME, &model,
                                     "The model, by number; the one in use by default",
                                     "ID" },
                                   G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;
  gint64 id;

  if (!mien_job_parse (job, entries, error)
      || !mien_job_parse_model (job, model, &id, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  return store != NULL && export_file (job, store, id, error);
}

const MienCommand mien_command_weights_import = {
  .name = "weights import",
  .operands = "PROJECT FILE",
  .summary = "Read weights (.pth, .safetensors) as a model or a trunk to start from",
  .run = run_import,
  .details =
      "The file holds a ResNet-18 under torchvision's names, those of SS-MFAR's authors, "
      "or Mien's. With all heads in it, it is a model that can be taken into use; a "
      "trunk "
      "alone is what the next training starts from. Nothing in the file is ever run.",
};

const MienCommand mien_command_weights_export = {
  .name = "weights export",
  .operands = "PROJECT FILE",
  .summary = "Write a model's weights as .safetensors or .onnx",
  .run = run_export,
  .details =
      "A FILE that ends in .onnx is the whole network for ONNX Runtime and others: input "
      "[N,3,H,W], outputs expression, valence_arousal, action_units and features; its "
      "metadata say how to prepare a face and what the outputs mean. Any other FILE is "
      "safetensors. A file of the same kind is replaced, anything else is left alone.",
};
