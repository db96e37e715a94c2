/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * In which order an epoch visits the training rows.
 */

/* Fills order with n of the n rows; the first n_labelled of them are those with an expression. Both kinds are
 * shuffled by themselves, then dealt out evenly, so that any stretch of the order has its share of labelled
 * rows, to within one. That share is n_labelled / n, and every row comes once; or the share asked for if that is
 * more and there are labelled rows: then these come round several times, all as often to within one, and some of
 * the others not at all. scratch holds n. */
void mien_batches_draw          (uint64_t        key,
                                 const uint32_t *rows,
                                 size_t          n,
                                 size_t          n_labelled,
                                 double          share,
                                 uint32_t       *order,
                                 uint32_t       *scratch);
/* The same without the dealing: one shuffle of all rows. */
void mien_batches_draw_shuffled (uint64_t        key,
                                 const uint32_t *rows,
                                 size_t          n,
                                 uint32_t       *order);
/* Like mien_batches_draw(), but what stands in the labelled rows' places is drawn so that every class
 * with labels comes as often as any other, to within one: rows of rare classes several times, those of
 * frequent ones perhaps not at all. classes: of the labelled rows, 0 .. 7, in the order of rows. */
void mien_batches_draw_balanced (uint64_t        key,
                                 const uint32_t *rows,
                                 const int8_t   *classes,
                                 size_t          n,
                                 size_t          n_labelled,
                                 uint32_t       *order,
                                 uint32_t       *scratch);
