/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-affwild2.h"
#include "mien-import-private.h"

G_BEGIN_DECLS

/* The two layouts behind mien-affwild2.h. */

#define MIEN_MTL_HEADER "image,valence,arousal,expression,aus"

gboolean mien_affwild2_read_mtl    (MienStore               *store,
                                    const MienImportOptions *options,
                                    MienImportReport        *report,
                                    GError                 **error);

G_END_DECLS
