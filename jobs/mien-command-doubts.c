/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * doubts: frames whose labels are doubtful, the most doubtful first, and why.
 */

#define G_LOG_DOMAIN "mien-jobs"
#include "config.h"

#include "mien-commands.h"

#include <string.h>

#include "mien-doubt-words.h"
#include "mien-json.h"

#define ALL_SPLITS 7
#define DEFAULT_LIMIT 100

/* "people,model"; NULL: all. */
static gboolean
parse_kinds (MienJob *job, const char *text, guint *kinds, GError **error)
{
  g_auto (GStrv) names = g_strsplit (text != NULL ? text : "", ",", -1);

  *kinds = text != NULL ? 0 : MIEN_DOUBT_ALL_KINDS;
  for (guint i = 0; text != NULL && names[i] != NULL; i++)
    {
      MienDoubtKind kind;

      if (!mien_doubt_kind_from_id (names[i], &kind))
        return mien_job_usage_error (job, error,
                                     "--kind: \"%s\" is none of people, model, "
                                     "predecessor, rules, neighbours",
                                     names[i]);
      *kinds |= 1u << kind;
    }
  if (*kinds == 0)
    return mien_job_usage_error (job, error, "--kind names none");
  return TRUE;
}

/* ---- JSON ---- */

static void
add_figures (JsonBuilder *builder, const MienDoubt *doubt)
{
  switch (doubt->kind)
    {
    case MIEN_DOUBT_PEOPLE:
      mien_json_integer (builder, "annotators", doubt->people.answers);
      mien_json_integer (builder, "say_label", doubt->people.label);
      mien_json_integer (builder, "say_other", doubt->people.other);
      break;
    case MIEN_DOUBT_MODEL:
      if (doubt->item == MIEN_ITEM_VALENCE_AROUSAL)
        {
          mien_json_real (builder, "distance", doubt->model.other);
          mien_json_real (builder, "usual_distance", doubt->model.threshold);
        }
      else
        {
          mien_json_real (builder, "self_confidence", doubt->model.label);
          mien_json_real (builder, "margin", doubt->model.other - doubt->model.label);
          mien_json_real (builder, "class_threshold", doubt->model.threshold);
        }
      mien_json_boolean (builder, "seen", doubt->model.seen);
      break;
    case MIEN_DOUBT_PREDECESSOR:
      mien_json_label (builder, "before", doubt->item, &doubt->predecessor.before);
      mien_json_real (builder, "confidence", doubt->predecessor.sure);
      mien_json_real (builder, "confidence_before", doubt->predecessor.before_sure);
      break;
    case MIEN_DOUBT_RULES:
      mien_json_integer (builder, "broken", (gint64) doubt->rules.broken);
      mien_json_integer (builder, "judged", (gint64) doubt->rules.judged);
      mien_json_string (builder, "source", doubt->rules.rule->source);
      break;
    case MIEN_DOUBT_NEIGHBOURS:
    default:
      mien_json_real (builder, "seconds", doubt->neighbours.seconds);
      mien_json_real (builder, "distance", doubt->neighbours.distance);
      break;
    }
}

static void
add_doubt (JsonBuilder *builder, const MienDoubt *doubt)
{
  g_autofree char *item = mien_item_to_text ((int) doubt->item);
  g_autofree char *text = mien_doubt_to_text (doubt);
  MienItem against =
      doubt->kind == MIEN_DOUBT_RULES ? doubt->rules.found.given.item : doubt->item;

  g_autofree char *other_item = mien_item_to_text ((int) against);

  json_builder_begin_object (builder);
  mien_json_string (builder, "kind", mien_doubt_kind_id (doubt->kind));
  mien_json_real (builder, "score", doubt->score);
  mien_json_string (builder, "item", item);
  mien_json_label (builder, "label", doubt->item, &doubt->label);
  mien_json_string (builder, "other_item", other_item);
  mien_json_label (builder, "other", against, &doubt->other);
  add_figures (builder, doubt);
  mien_json_string (builder, "text", text);
  json_builder_end_object (builder);
}

static void
print_json (MienJob *job, GPtrArray *list)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < list->len; i++)
    {
      const MienDoubtful *doubtful = list->pdata[i];

      json_builder_begin_object (builder);
      mien_json_string (builder, "frame", doubtful->key);
      mien_json_string (builder, "split", mien_split_id (doubtful->split));
      mien_json_real (builder, "score", doubtful->score);
      json_builder_set_member_name (builder, "reasons");
      json_builder_begin_array (builder);
      for (guint k = 0; k < doubtful->doubts->len; k++)
        add_doubt (builder, &g_array_index (doubtful->doubts, MienDoubt, k));
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  mien_job_print_json (job, builder);
}

/* ---- text ---- */

static gboolean
has_kind (GPtrArray *list, MienDoubtKind kind)
{
  for (guint i = 0; i < list->len; i++)
    {
      const MienDoubtful *doubtful = list->pdata[i];

      for (guint k = 0; k < doubtful->doubts->len; k++)
        if (g_array_index (doubtful->doubts, MienDoubt, k).kind == kind)
          return TRUE;
    }
  return FALSE;
}

/* The other reasons of a frame stand below the first one. */
static void
print_text (MienJob *job, GPtrArray *list)
{
  if (list->len == 0)
    mien_job_print (job, "no label is doubtful\n");
  if (has_kind (list, MIEN_DOUBT_MODEL))
    mien_job_print (job,
                    "Most labels of training frames the model has learnt from: what it "
                    "still contradicts is the more doubtful.\n");
  for (guint i = 0; i < list->len; i++)
    {
      const MienDoubtful *doubtful = list->pdata[i];

      mien_job_print (job, "%.3f  %-24s", doubtful->score, doubtful->key);
      for (guint k = 0; k < doubtful->doubts->len; k++)
        {
          const MienDoubt *doubt = &g_array_index (doubtful->doubts, MienDoubt, k);
          g_autofree char *text = mien_doubt_to_text (doubt);

          mien_job_print (job, "%*s  %-11s  %s\n",
                          k == 0 ? 0 : 7 + MAX (24, (int) strlen (doubtful->key)), "",
                          mien_doubt_kind_id (doubt->kind), text);
        }
    }
}

static gboolean
run_doubts (MienJob *job, GError **error)
{
  g_autoptr (MienStore) store = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autofree char *limit_text = NULL, *kinds_text = NULL;
  gint64 limit = DEFAULT_LIMIT;
  guint kinds;
  const GOptionEntry entries[] = {
    { "limit", 0, 0, G_OPTION_ARG_FILENAME, &limit_text,
      "At most so many frames; without it, " G_STRINGIFY (DEFAULT_LIMIT), "N" },
    { "kind", 0, 0, G_OPTION_ARG_FILENAME, &kinds_text,
      "A choice of people,model,predecessor,rules,neighbours; without it, all", "LIST" },
    G_OPTION_ENTRY_NULL
  };

  if (!mien_job_parse (job, entries, error)
      || (limit_text != NULL
          && !mien_job_parse_integer (job, "limit", limit_text, 1, MIEN_DOUBTS_MAX,
                                      &limit, error))
      || !parse_kinds (job, kinds_text, &kinds, error))
    return FALSE;
  store = mien_store_open (job->operands[0], MIEN_STORE_READ_ONLY, error);
  if (store == NULL)
    return FALSE;
  list =
      mien_doubts_list (store, kinds, ALL_SPLITS, (guint) limit, job->cancellable, error);
  if (list == NULL)
    return FALSE;
  if (job->json)
    print_json (job, list);
  else
    print_text (job, list);
  return TRUE;
}

const MienCommand mien_command_doubts = {
  .name = "doubts",
  .operands = "PROJECT",
  .summary =
      "List the frames whose labels are doubtful, the most doubtful first, and why",
  .run = run_doubts,
  .details =
      "A label is doubtful where annotators differ (people), the model in use is surer "
      "of "
      "another answer (model), labels rarely go together (rules), or those before and "
      "after it agree on another one (neighbours). Where there is no label, the model "
      "in use and the one before it may be sure of different answers (predecessor). The "
      "score is the probability that the label is wrong, as far as these reasons can "
      "tell.\n\nThe model has learnt from most labels of training frames, and repeats "
      "some errors: what it still contradicts is the more doubtful. Of labels that it "
      "has not learnt from it is a fair judge, but to correct validation labels only "
      "where a model objects makes that model look better than it is: let people "
      "answer such frames without knowing why.",
};
