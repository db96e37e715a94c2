/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"
#include "mien-saved-filters.h"

G_BEGIN_DECLS

/*
 * What a project is set to, for everybody who works on it. Nothing of it is kept: another window or machine may
 * have set it since; "changed" of the project says when to look again. What is set is durable when the call
 * finishes, as a decision is.
 */

/* Text; NULL without error: not set. */
void     mien_project_setting_async       (MienProject           *self,
                                           const char            *name,
                                           GCancellable          *cancellable,
                                           GAsyncReadyCallback    callback,
                                           gpointer               data);
char    *mien_project_setting_finish      (MienProject           *self,
                                           GAsyncResult          *result,
                                           GError               **error);
/* One filter of the project's, of that name. */
void     mien_project_save_filter_async   (MienProject           *self,
                                           const MienSavedFilter *saved,
                                           GAsyncReadyCallback    callback,
                                           gpointer               data);
void     mien_project_remove_filter_async (MienProject           *self,
                                           const char            *name,
                                           GAsyncReadyCallback    callback,
                                           gpointer               data);
/* Of how many faces everybody is asked blind (mien-blind-share.h). */
void     mien_project_set_blind_share_async (MienProject         *self,
                                           double                 share,
                                           GAsyncReadyCallback    callback,
                                           gpointer               data);
/* Of all that set something. */
gboolean mien_project_settings_finish     (MienProject           *self,
                                           GAsyncResult          *result,
                                           GError               **error);

G_END_DECLS
