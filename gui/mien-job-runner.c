/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The jobs of a project. mienctl lets one run at a time and so do we; the others wait
 * here. Invariant: jobs[0 .. n) are in the order in which they were added, at most one of
 * them is running or stopping, and of those that are over only the last KEPT are there.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-job-runner.h"

#define INTERRUPTED "interrupted-jobs"

enum
{
  KEPT = 4,
};

struct _MienJobRunner
{
  GObject parent_instance;

  char *key; /* the project's place as an URI: a path need not be text */
  GSettings *settings;
  GPtrArray *jobs;
  gboolean stopping; /* what runs is to be gone on with another time */
};

enum
{
  CHANGED,
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return MIEN_TYPE_CHILD;
}

static guint
get_n_items (GListModel *model)
{
  return MIEN_JOB_RUNNER (model)->jobs->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  MienJobRunner *self = MIEN_JOB_RUNNER (model);

  return position < self->jobs->len
             ? g_object_ref (g_ptr_array_index (self->jobs, position))
             : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MienJobRunner,
                               mien_job_runner,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* The jobs that were running, by project: kind and arguments. */
static void
note_running (MienJobRunner *self, MienChild *child)
{
  g_autoptr (GVariant) before = NULL;
  GVariantDict dict;

  if (self->settings == NULL || self->key == NULL)
    return;
  before = g_settings_get_value (self->settings, INTERRUPTED);
  g_variant_dict_init (&dict, before);
  g_variant_dict_remove (&dict, self->key);
  if (child != NULL)
    g_variant_dict_insert (&dict, self->key, "(u^aay)",
                           (guint32) mien_child_get_kind (child),
                           mien_child_get_arguments (child));
  g_settings_set_value (self->settings, INTERRUPTED, g_variant_dict_end (&dict));
}

char **
mien_job_runner_take_interrupted (MienJobRunner *self, MienChildKind *kind)
{
  g_autoptr (GVariant) all = NULL;
  char **arguments = NULL;
  guint32 number;
  GVariantDict dict;

  if (self->settings == NULL || self->key == NULL)
    return NULL;
  all = g_settings_get_value (self->settings, INTERRUPTED);
  g_variant_dict_init (&dict, all);
  if (g_variant_dict_lookup (&dict, self->key, "(u^aay)", &number, &arguments))
    {
      if (number > MIEN_CHILD_COMPARE || arguments[0] == NULL)
        g_clear_pointer (&arguments, g_strfreev);
      else
        *kind = (MienChildKind) number;
      note_running (self, NULL);
    }
  g_variant_dict_clear (&dict);
  return arguments;
}

static void
drop_old (MienJobRunner *self)
{
  guint over = 0;

  for (guint i = self->jobs->len; i-- > 0;)
    if (mien_child_is_over (g_ptr_array_index (self->jobs, i)) && ++over > KEPT)
      {
        g_ptr_array_remove_index (self->jobs, i);
        g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 0);
      }
}

static void
start_next (MienJobRunner *self)
{
  if (self->stopping || mien_job_runner_get_running (self) != NULL)
    return;
  for (guint i = 0; i < self->jobs->len; i++)
    {
      MienChild *child = g_ptr_array_index (self->jobs, i);

      if (mien_child_get_state (child) != MIEN_CHILD_WAITING)
        continue;
      note_running (self, child);
      if (self->settings != NULL)
        mien_child_set_threads (child,
                                (guint) g_settings_get_int (self->settings, "threads"));
      mien_child_start (child);
      return;
    }
}

static void
on_changed (MienJobRunner *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_ended (MienJobRunner *self, MienChild *child)
{
  g_autoptr (MienJobRunner) keep = g_object_ref (self);
  g_autoptr (MienChild) kept = g_object_ref (child);

  if (mien_job_runner_get_running (self) == NULL && !self->stopping)
    note_running (self, NULL);
  g_signal_emit (self, signals[ENDED], 0, child);
  drop_old (self);
  start_next (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
mien_job_runner_add (MienJobRunner *self, MienChild *child)
{
  g_return_if_fail (MIEN_IS_JOB_RUNNER (self));
  g_return_if_fail (mien_child_get_state (child) == MIEN_CHILD_WAITING);

  g_ptr_array_add (self->jobs, g_object_ref (child));
  g_signal_connect_object (child, "changed", G_CALLBACK (on_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (child, "ended", G_CALLBACK (on_ended), self,
                           G_CONNECT_SWAPPED);
  g_list_model_items_changed (G_LIST_MODEL (self), self->jobs->len - 1, 0, 1);
  start_next (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

MienChild *
mien_job_runner_get_running (MienJobRunner *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      MienChild *child = g_ptr_array_index (self->jobs, i);
      MienChildState state = mien_child_get_state (child);

      if (state == MIEN_CHILD_RUNNING || state == MIEN_CHILD_STOPPING)
        return child;
    }
  return NULL;
}

MienChild *
mien_job_runner_find (MienJobRunner *self, MienChildKind kind)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      MienChild *child = g_ptr_array_index (self->jobs, i);

      if (mien_child_get_kind (child) == kind && !mien_child_is_over (child))
        return child;
    }
  return NULL;
}

void
mien_job_runner_stop_all (MienJobRunner *self)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->jobs->len; i++)
    g_ptr_array_add (jobs, g_object_ref (g_ptr_array_index (self->jobs, i)));
  self->stopping = TRUE;
  for (guint i = jobs->len; i-- > 0;)
    mien_child_stop (g_ptr_array_index (jobs, i));
}

MienJobRunner *
mien_job_runner_new (const char *path, GSettings *settings)
{
  MienJobRunner *self = g_object_new (MIEN_TYPE_JOB_RUNNER, NULL);

  self->key = g_filename_to_uri (path, NULL, NULL);
  if (settings != NULL)
    self->settings = g_object_ref (settings);
  return self;
}

static void
mien_job_runner_finalize (GObject *object)
{
  MienJobRunner *self = MIEN_JOB_RUNNER (object);

  g_ptr_array_unref (self->jobs);
  g_clear_object (&self->settings);
  g_free (self->key);
  G_OBJECT_CLASS (mien_job_runner_parent_class)->finalize (object);
}

static void
mien_job_runner_class_init (MienJobRunnerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_job_runner_finalize;

  signals[CHANGED] = g_signal_new ("changed", MIEN_TYPE_JOB_RUNNER, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ENDED] = g_signal_new ("ended", MIEN_TYPE_JOB_RUNNER, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 1, MIEN_TYPE_CHILD);
}

static void
mien_job_runner_init (MienJobRunner *self)
{
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
}
