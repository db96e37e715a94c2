/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The tenth of the training videos that is held out for tuning: when to stop, thresholds and
 * post-processing. It follows from the name of a training video alone, so that it never changes; the two
 * people of one video ("12_left", "12_right") stay together. mien_training_rows() goes by it, but for
 * projects of very few training videos. */
gboolean mien_tuning_holds (const char *video);

G_END_DECLS
