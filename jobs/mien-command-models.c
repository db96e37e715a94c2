/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * models and use: which models there are, and which one is in use. Taking one into use,
 * forward or back, is one more line of a log; no label changes.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <math.h>

#include "mien-json.h"
#include "mien-proposals.h"
#include "mien-stored-json.h"

static const char *
origin_id (const MienModel *model)
{
  return model->origin == MIEN_ORIGIN_IMPORTED ? "imported" : "trained";
}

static void
add_model (JsonBuilder *builder, const MienModel *model)
{
  json_builder_begin_object (builder);
  mien_json_integer (builder, "id", model->id);
  mien_json_string (builder, "origin", origin_id (model));
  mien_json_string (builder, "name", model->name);
  mien_json_string (builder, "method", model->method);
  if (model->parent > 0)
    mien_json_integer (builder, "parent", model->parent);
  else
    mien_json_null (builder, "parent");
  mien_json_time (builder, "created", model->created);
  mien_json_boolean (builder, "current", model->current);
  mien_json_boolean (builder, "was_used", model->was_used);
  mien_json_boolean (builder, "has_heads", model->has_heads);
  mien_json_boolean (builder, "has_proposals", model->has_proposals);
  json_builder_set_member_name (builder, "tasks");
  json_builder_begin_array (builder);
  for (guint task = 0; task < MIEN_TASK_COUNT; task++)
    if (model->tasks >> task & 1)
      mien_json_string (builder, NULL, mien_task_id ((MienTask) task));
  json_builder_end_array (builder);
  mien_json_integer (builder, "input_size", model->input_size);
  mien_json_stored (builder, "settings", model->settings);
  mien_json_stored (builder, "metrics", model->metrics);
  mien_json_thresholds (builder, "thresholds", &model->thresholds);
  json_builder_end_object (builder);
}

/* NaN where there is none. */
static double
stored_score (const MienModel *model)
{
  g_autoptr (JsonNode) node = mien_stored_json_read (model->metrics);
  JsonNode *score;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return (double) NAN;
  score = json_object_get_member (json_node_get_object (node), "score");
  return score != NULL && JSON_NODE_HOLDS_VALUE (score) ? json_node_get_double (score)
                                                        : (double) NAN;
}

static void
print_model (MienJob *job, const MienModel *model)
{
  g_autoptr (GDateTime) created =
      g_date_time_new_from_unix_local (model->created / G_USEC_PER_SEC);
  g_autofree char *when =
      created != NULL ? g_date_time_format (created, "%Y-%m-%d %H:%M") : g_strdup ("-");
  double score = stored_score (model);

  mien_job_print (job, "%c %4" G_GINT64_FORMAT "  %s  %-10s", model->current ? '*' : ' ',
                  model->id, when,
                  model->method != NULL ? model->method : origin_id (model));
  if (isfinite (score))
    mien_job_print (job, "  score %.4f", score);
  if (!model->has_heads)
    mien_job_print (job, "  a trunk to start from");
  if (model->name != NULL)
    mien_job_print (job, "  %s", model->name);
  mien_job_print (job, "\n");
}

static gboolean
run_models (MienJob *job, GError **error)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (JsonBuilder) builder = NULL;

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  if (store == NULL)
    return FALSE;
  models = mien_models_list (store, error);
  if (models == NULL)
    return FALSE;

  if (!job->json)
    {
      if (models->len == 0)
        mien_job_print (job, "no model yet; \"mienctl train\" makes one\n");
      for (guint i = 0; i < models->len; i++)
        print_model (job, g_ptr_array_index (models, i));
      return TRUE;
    }
  builder = json_builder_new ();
  json_builder_begin_array (builder);
  for (guint i = 0; i < models->len; i++)
    add_model (builder, g_ptr_array_index (models, i));
  json_builder_end_array (builder);
  mien_job_print_json (job, builder);
  return TRUE;
}

const MienCommand mien_command_models = {
  .name = "models",
  .operands = "PROJECT",
  .summary = "List the models, the newest first",
  .run = run_models,
  .details = "The model in use is marked with an asterisk.",
};

static JsonNode *
get_value (JsonNode *node, const char *name)
{
  JsonNode *member = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                         ? json_object_get_member (json_node_get_object (node), name)
                         : NULL;

  return member != NULL && JSON_NODE_HOLDS_VALUE (member) ? member : NULL;
}

/* What came of it when the model was compared with the one that it follows; NULL: it was
 * not. */
static const char *
stored_gate (const MienModel *model, gint64 previous)
{
  static const char *const outcomes[] = { "pass", "fail", "unknown" };
  g_autoptr (JsonNode) node = mien_stored_json_read (model->metrics);
  JsonNode *gates = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                        ? json_object_get_member (json_node_get_object (node), "gates")
                        : NULL;
  JsonNode *against = get_value (gates, "against"), *gate = get_value (gates, "gate");

  if (against == NULL || gate == NULL || json_node_get_int (against) != previous)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    if (g_strcmp0 (json_node_get_string (gate), outcomes[i]) == 0)
      return outcomes[i];
  return NULL;
}

static void
print_used (MienJob *job, const MienModel *model, gint64 previous)
{
  const char *gate = stored_gate (model, previous);
  g_autoptr (JsonBuilder) builder = NULL;

  if (!job->json)
    {
      mien_job_print (job, "model %" G_GINT64_FORMAT " is in use\n", model->id);
      if (g_strcmp0 (gate, "fail") == 0)
        mien_job_print (job,
                        "its score was measured to be worse than that of model "
                        "%" G_GINT64_FORMAT ", which \"mienctl use\" goes back to\n",
                        previous);
      if (!model->has_proposals)
        mien_job_print (
            job, "it has proposed nothing here yet; \"mienctl propose\" lets it\n");
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  mien_json_integer (builder, "model", model->id);
  if (previous > 0)
    mien_json_integer (builder, "previous", previous);
  else
    mien_json_null (builder, "previous");
  mien_json_string (builder, "gate", gate);
  mien_json_boolean (builder, "has_proposals", model->has_proposals);
  json_builder_end_object (builder);
  mien_job_print_json (job, builder);
}

static gboolean
run_use (MienJob *job, GError **error)
{
  const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
  g_autoptr (MienStore) store = NULL;
  g_autoptr (MienModel) model = NULL;
  gint64 id;

  if (!mien_job_parse (job, entries, error))
    return FALSE;
  if (!g_ascii_string_to_signed (job->operands[1], 10, 1, G_MAXINT64, &id, NULL))
    return mien_job_usage_error (
        job, error, "MODEL is a number as \"mienctl models\" lists it, not \"%s\"",
        job->operands[1]);
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_WRITE, error);
  if (store == NULL || !mien_models_use (store, id, error)
      || !mien_proposals_prune (store, error))
    return FALSE;
  model = mien_models_get (store, id, error);
  if (model == NULL)
    return FALSE;
  print_used (job, model, mien_models_previous (store));
  return TRUE;
}

const MienCommand mien_command_use = {
  .name = "use",
  .operands = "PROJECT MODEL",
  .summary = "Take a model into use, forward or back",
  .run = run_use,
  .details = "Labels stay as they are. Proposals are kept for the model in use and the "
             "one before it; \"mienctl propose\" makes those of an older one again.",
};
