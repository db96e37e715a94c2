/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * In which order an epoch visits the training rows.
 */

/* Fills order with the n rows, each once; the first n_labelled of them are those with an expression.
 * Both kinds are shuffled by themselves, then dealt out evenly, so that any stretch of the order has
 * its share of labelled rows, to within one. scratch holds n. */
void mien_batches_draw (uint64_t        key,
                        const uint32_t *rows,
                        size_t          n,
                        size_t          n_labelled,
                        uint32_t       *order,
                        uint32_t       *scratch);
