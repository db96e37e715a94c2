/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-training.h"

G_BEGIN_DECLS

/*
 * The options of a training on mienctl's command line: a preset, the settings that the engine names
 * (mien-train-settings.h), and what only mienctl decides.
 */

/* Parses the whole command line, more (entries of the command itself) included. A setting that is given
 * stands whatever the preset says. */
gboolean mien_train_options_parse   (MienJob                    *job,
                                     const GOptionEntry         *more,
                                     MienTrainingSettings       *settings,
                                     GError                    **error);
/* One member each, with "_" for "-" in the names. */
void     mien_json_train_settings   (JsonBuilder                *builder,
                                     const MienTrainSettings    *settings);

G_END_DECLS
