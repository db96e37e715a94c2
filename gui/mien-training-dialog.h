/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "mien-job-runner.h"

G_BEGIN_DECLS

/* A training with other settings than those of Retrain. */

#define MIEN_TYPE_TRAINING_DIALOG (mien_training_dialog_get_type ())
G_DECLARE_FINAL_TYPE (MienTrainingDialog, mien_training_dialog, MIEN, TRAINING_DIALOG,
                      AdwWindow)

GtkWidget *mien_training_dialog_new (GtkWindow     *parent,
                                     MienJobRunner *runner,
                                     const char    *project);

G_END_DECLS
