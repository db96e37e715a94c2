/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the commands that ask a model have in common: which one, and what is said when
 * they are stopped.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-chosen-model.h"

MienModel *
mien_chosen_model (MienStore *store, gint64 id, GBytes **weights, GError **error)
{
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GError) failed = NULL;
  g_autoptr (GBytes) bytes = NULL;

  model = id != 0 ? mien_models_get (store, id, &failed)
                  : mien_models_current (store, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  if (model == NULL)
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "%s: no model is in use; train one, and take it into use with "
                   "\"mienctl use\", or name one with --model",
                   mien_store_path (store));
      return NULL;
    }
  if (!model->ready || !model->has_heads)
    {
      g_set_error (error, MIEN_JOB_ERROR, MIEN_JOB_ERROR_FAILED,
                   "%s: model %" G_GINT64_FORMAT " is %s; choose another, or train one",
                   mien_store_path (store), model->id,
                   model->ready ? "a trunk without heads" : "not whole");
      return NULL;
    }
  bytes = mien_models_weights (store, model->id, error);
  if (bytes == NULL)
    return NULL;
  *weights = g_steal_pointer (&bytes);
  return g_steal_pointer (&model);
}

void
mien_job_explain_stop (MienJob *job, const char *left, GError **error)
{
  if (error == NULL || !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_error (error);
  mien_job_is_stopped (job, left, error);
}
