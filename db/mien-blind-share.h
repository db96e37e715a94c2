/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store.h"

G_BEGIN_DECLS

/*
 * How many of the faces that are asked are asked blind, chosen at random, by everybody who works on the project:
 * its setting "blind-share", a number from least to most. An annotator may have more, never fewer: the answers to
 * them tell how much people lean on the model.
 */

#define MIEN_BLIND_SHARE "blind-share"
#define MIEN_BLIND_SHARE_LEAST 0.05
#define MIEN_BLIND_SHARE_MOST 0.5

/* text: the setting, NULL: none. What is no such number is the least. */
double   mien_blind_share_parse (const char  *text);
/* The project's; the least if it cannot be read. */
double   mien_blind_share       (MienStore   *store);
/* To the nearest hundredth. INVALID: under the least, over the most, or no number. */
gboolean mien_blind_share_set   (MienStore   *store,
                                 double       share,
                                 GError     **error);

G_END_DECLS
