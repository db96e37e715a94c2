/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * How far annotators agree, of any number, each of whom has answered some of the frames.
 *
 *   kappa     Cohen (1960) for two; for more Conger's (1980): what is observed and what is expected by
 *             chance are summed over the pairs of annotators
 *   alpha     Krippendorff (2011), nominal or interval
 *   CCC       Lin (1989), population moments; for more than two the overall one of Barnhart, Haber and Song
 *             (2002): numerators and denominators are summed over the pairs
 *   ICC(A,1)  McGraw and Wong (1996), two-way, absolute agreement, of a single annotator; also Shrout and
 *             Fleiss's (1979) ICC(2,1)
 *
 * Where answers are missing, a pair of annotators is compared on what both have answered, and counts for as
 * much; without missing answers the figures are those of the papers.
 */

enum
{
  MIEN_AGREEMENT_MAX_CLASSES = 8,
};

typedef enum
{
  MIEN_AGREEMENT_KAPPA,
  MIEN_AGREEMENT_ALPHA,
  MIEN_AGREEMENT_CCC,
  MIEN_AGREEMENT_ICC,
  MIEN_AGREEMENT_FIGURES,
} MienAgreementFigure;

/* One annotator's answer about one frame. */
typedef struct
{
  uint32_t cluster;                /* the video */
  uint32_t unit;                   /* the frame */
  uint32_t annotator;
  double   value;                  /* a class, 0 .. n_classes - 1; or a number */
} MienAgreementAnswer;

typedef struct
{
  /* Those with two answers or more, and what they hold. */
  size_t n_clusters, n_units, n_annotators;
  size_t n_pairs;                  /* of answers about one unit */
  /* NaN: not of this scale (kappa is nominal, CCC and ICC are of numbers); or not defined, because there are
   * fewer than two pairs, or all answers are the same. */
  double figures[MIEN_AGREEMENT_FIGURES];
  double intervals[MIEN_AGREEMENT_FIGURES][2];      /* 95 %, see mien-resample.h; clusters are drawn anew */
} MienAgreement;

/* answers: those of a unit together, an annotator once, and the units of a cluster together. n_classes: of a
 * nominal scale, up to 8; 0: numbers. 0, or -1 when there is no memory. */
int mien_agreement_measure (const MienAgreementAnswer *answers,
                            size_t                     n,
                            unsigned                   n_classes,
                            MienAgreement             *agreement);
