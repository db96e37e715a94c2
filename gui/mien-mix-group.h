/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-project.h"

G_BEGIN_DECLS

/* In which shares a project asks its faces, in the preferences. */

#define MIEN_TYPE_MIX_GROUP (mien_mix_group_get_type ())
G_DECLARE_FINAL_TYPE (MienMixGroup, mien_mix_group, MIEN, MIX_GROUP, AdwPreferencesGroup)

GtkWidget *mien_mix_group_new (MienProject *project);

G_END_DECLS
