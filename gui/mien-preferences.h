/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What a person sets for all projects: name, theme, steps, processors, keys. At once, no button. */

#define MIEN_TYPE_PREFERENCES (mien_preferences_get_type ())
G_DECLARE_FINAL_TYPE (MienPreferences, mien_preferences, MIEN, PREFERENCES, AdwPreferencesWindow)

GtkWidget *mien_preferences_new (GtkWindow *parent,
                                 GSettings *settings);

G_END_DECLS
