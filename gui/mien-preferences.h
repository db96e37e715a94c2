/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-project.h"

G_BEGIN_DECLS

/* What a person sets for all projects: name, theme, steps, processors, keys. And, while one is open, for it and
 * everybody who works on it. At once, no button. */

#define MIEN_TYPE_PREFERENCES (mien_preferences_get_type ())
G_DECLARE_FINAL_TYPE (MienPreferences, mien_preferences, MIEN, PREFERENCES, AdwPreferencesWindow)

GtkWidget *mien_preferences_new (GtkWindow   *parent,
                                 GSettings   *settings,
                                 MienProject *project);   /* NULL: none is open */

G_END_DECLS
