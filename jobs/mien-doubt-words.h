/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-doubts.h"

G_BEGIN_DECLS

/* Why that is doubtful, in one line with its figures: "expression 4 Happiness: the model says 0 Neutral at
 * 0.950, the label at 0.012". */
char       *mien_doubt_to_text  (const MienDoubt  *doubt);

G_END_DECLS
