/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-project.h"

G_BEGIN_DECLS

/*
 * When to stop: a learning curve for each task with what more labels would bring, and the figures that the project is
 * to reach. It reads only while it can be seen, and again when the models are others.
 */

#define MIEN_TYPE_FORECAST_GROUP (mien_forecast_group_get_type ())
G_DECLARE_FINAL_TYPE (MienForecastGroup, mien_forecast_group, MIEN, FORECAST_GROUP, GtkWidget)

GtkWidget  *mien_forecast_group_new         (void);
void        mien_forecast_group_set_project (MienForecastGroup *self,
                                             MienProject       *project);   /* or NULL */

G_END_DECLS
