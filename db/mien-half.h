/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Floats of 16 bits (IEEE 754 binary16: a sign, five bits of exponent, ten of fraction).
 */

/* To the nearest, of two equally near ones the even one; from 65520 on infinite. NaN stays NaN. */
guint16     mien_half_from_float    (float            value);
/* Exact; signalling NaNs become quiet. */
float       mien_half_to_float      (guint16          half);
/* The same of n of them, stored little endian. */
void        mien_halves_write       (const float     *values,
                                     guint            n,
                                     guint8          *bytes);        /* [2 * n] */
void        mien_halves_read        (const guint8    *bytes,         /* [2 * n] */
                                     guint            n,
                                     float           *values);

G_END_DECLS
