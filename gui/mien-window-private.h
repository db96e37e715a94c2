/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-browse-view.h"
#include "mien-insights-page.h"
#include "mien-job-button.h"
#include "mien-models-page.h"
#include "mien-project.h"
#include "mien-review-view.h"
#include "mien-window.h"

G_BEGIN_DECLS

/* What the parts of the window share; all of it on the main thread. */

struct _MienWindow
{
  AdwApplicationWindow parent_instance;

  /* The template. */
  AdwHeaderBar      *header;
  GtkWidget         *names;
  GtkLabel          *project_name, *project_state;
  AdwViewSwitcherTitle *switcher;
  MienJobButton     *propose, *retrain;
  GtkMenuButton     *menu;
  GtkRevealer       *banner, *trouble;
  GtkLabel          *trouble_text, *opening_text;
  GtkSpinner        *opening_spinner;
  AdwToastOverlay   *toasts;
  AdwToast          *answer;               /* to the last key, NULL: it is gone */
  guint              answer_timeout;
  GtkStack          *pages;
  AdwViewStack      *views;
  MienBrowseView    *browse;
  MienInsightsPage  *insights_page;
  MienModelsPage    *models_page;
  MienReviewView    *review;
  GtkListBox        *recent_list;
  GMenu             *recent_section;
  GtkWidget         *status_bar;
  GtkLabel          *job_status, *model_status;

  GSettings         *settings;
  GCancellable      *opening;
  char              *opening_path;
  MienChild         *demo;                 /* being drawn, NULL: none */
  MienProject       *project;
  MienJobRunner     *runner;
  GCancellable      *summing;              /* the summary that is asked for */
  MienProjectSummary summary;
  gboolean           has_summary;
  gboolean           closing;
  guint              close_timeout;
};

/* mien-window.c */
/* What the last key or click did, in place of what the one before did. */
void mien_window_answer          (MienWindow    *self,
                                  const char    *text);
/* What happened by itself; it waits for its turn. */
void mien_window_toast           (MienWindow    *self,
                                  const char    *text);
/* With a button that runs an action. */
void mien_window_toast_action    (MienWindow    *self,
                                  const char    *text,
                                  const char    *button,
                                  const char    *action,
                                  const char    *target);          /* may be NULL */
/* A dialog for what failed: a heading, and the one line that says what, where and the way out. */
void mien_window_say_error       (MienWindow    *self,
                                  const char    *heading,
                                  const char    *text);

/* mien-window-project.c */
void mien_window_set_project     (MienWindow    *self,
                                  MienProject   *project);         /* NULL: the start page */
void mien_window_refresh         (MienWindow    *self);            /* reads the summary anew */
void mien_window_show_state      (MienWindow    *self);

/* mien-window-jobs.c */
void mien_window_init_jobs       (MienWindowClass *klass);
void mien_window_follow_jobs     (MienWindow    *self);
void mien_window_start_job       (MienWindow    *self,
                                  MienChild     *child);
void mien_window_offer_resume    (MienWindow    *self);
/* Takes a model into use, and lets it propose. */
void mien_window_use_model       (MienWindow    *self,
                                  gint64         model);
/* Whether another window has the same project; its jobs are in all of them. */
gboolean mien_window_has_sibling (MienWindow    *self);
/* The jobs of the project: those of another window on it, else new ones. */
MienJobRunner *mien_window_share_runner (MienWindow *self,
                                         const char *path);
/* Whether something runs that has to be ended before the window goes. */
gboolean mien_window_stop_jobs   (MienWindow    *self);

/* mien-window-actions.c */
void mien_window_init_actions    (MienWindowClass *klass);
void mien_window_update_actions  (MienWindow    *self);

/* mien-window-recent.c */
void mien_window_init_recent     (MienWindowClass *klass);
void mien_window_follow_recent   (MienWindow    *self);
void mien_window_show_recent     (MienWindow    *self);

/* mien-window-drop.c */
void mien_window_take_drops      (MienWindow    *self);
/* Elements: GFile. As if they were dropped. */
gboolean mien_window_take_files  (MienWindow    *self,
                                  GSList        *files);

G_END_DECLS
