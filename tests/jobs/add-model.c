/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * add-model PROJECT TASKS THRESHOLD [FRAMES]: a model whose answers are known, for the
 * tests of the commands that read them. TASKS are bits of MienTask; every threshold is
 * THRESHOLD. It reads the first FRAMES frames (all without it) and is not taken into use.
 * Prints its id.
 *
 * What it says of frame i: expression i mod 8 with probability 0.30 + 0.05 * (i mod 13),
 * valence 0.5, arousal -0.25, spread 0.2, unit u present with probability 0.9 if u is
 * even, 0.2 if not.
 */

#include "config.h"

#include "mien-frames.h"
#include "mien-proposals.h"

static gboolean
note_frame (const MienFrame *frame,
            const MienLabels *labels,
            gpointer data,
            GError **error)
{
  g_array_append_val (data, frame->id);
  return TRUE;
}

static MienPrediction
predict (gint64 i)
{
  MienPrediction prediction = { .valence = 0.5f, .arousal = -0.25f, .spread = 0.2f };
  float top = 0.30f + 0.05f * (float) (i % 13);

  for (int c = 0; c < MIEN_EXPRESSION_COUNT; c++)
    prediction.expression[c] =
        c == i % 8 ? top : (1.0f - top) / (MIEN_EXPRESSION_COUNT - 1);
  for (int u = 0; u < MIEN_UNIT_COUNT; u++)
    prediction.action_units[u] = u % 2 == 0 ? 0.9f : 0.2f;
  return prediction;
}

static gboolean
fill (MienStore *store, MienModel *model, guint limit, GError **error)
{
  g_autoptr (GBytes) weights = g_bytes_new_static ("\2\0\0\0\0\0\0\0{}", 10);
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (!mien_models_add (store, model, &model->id, error)
      || !mien_models_set_weights (store, model->id, weights, error)
      || !mien_frames_foreach (store, -1, note_frame, frames, error)
      || !mien_store_begin (store, error))
    return FALSE;
  for (guint i = 0; i < MIN (frames->len, limit); i++)
    {
      MienPrediction prediction = predict (i);

      if (!mien_proposals_store (store, model, g_array_index (frames, gint64, i),
                                 &prediction, error))
        return FALSE;
    }
  return mien_store_commit (store, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienStore) store = NULL;
  MienModel model = {
    .origin = MIEN_ORIGIN_TRAINED,
    .method = (char *) "supervised",
    .settings = (char *) "{\"epochs\":1}",
    .input_size = 64,
    .has_heads = TRUE,
  };
  double threshold;

  g_assert (argc >= 4);
  model.tasks = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  threshold = g_ascii_strtod (argv[3], NULL);
  for (int i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    model.thresholds.expression[i] = threshold;
  for (int i = 0; i < MIEN_UNIT_COUNT; i++)
    model.thresholds.action_units[i] = threshold;
  model.thresholds.valence_arousal = threshold;

  store = mien_store_open (argv[1], MIEN_STORE_READ_WRITE, &error);
  if (store == NULL
      || !fill (store, &model,
                argc > 4 ? (guint) g_ascii_strtoull (argv[4], NULL, 10) : G_MAXUINT,
                &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("%" G_GINT64_FORMAT "\n", model.id);
  return 0;
}
