/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-project.h"

G_BEGIN_DECLS

/* What is set for one project and everybody who works on it, in the preferences. */

#define MIEN_TYPE_PROJECT_GROUP (mien_project_group_get_type ())
G_DECLARE_FINAL_TYPE (MienProjectGroup, mien_project_group, MIEN, PROJECT_GROUP, AdwPreferencesGroup)

GtkWidget *mien_project_group_new (MienProject *project);

G_END_DECLS
