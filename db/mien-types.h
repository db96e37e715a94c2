/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The words that everything above the store shares: tasks, items, answers, splits.
 */

enum
{
  MIEN_EXPRESSION_COUNT = 8,
  MIEN_UNIT_COUNT = 12,
  MIEN_UUID_SIZE = 16,
};

typedef enum
{
  MIEN_TASK_VALENCE_AROUSAL = 0,
  MIEN_TASK_EXPRESSION = 1,
  MIEN_TASK_ACTION_UNITS = 2,
} MienTask;

enum
{
  MIEN_TASK_COUNT = 3,
};

/* What one answer is about: a task or, for action units, one unit. */
typedef enum
{
  MIEN_ITEM_VALENCE_AROUSAL = 0,
  MIEN_ITEM_EXPRESSION = 1,
  MIEN_ITEM_FIRST_UNIT = 2,                /* + 0 .. 11 */
  MIEN_ITEM_COUNT = 14,
} MienItem;

typedef enum
{
  MIEN_ANSWER_NONE = 0,                    /* unlabelled */
  MIEN_ANSWER_VALUE = 1,
  MIEN_ANSWER_CANNOT_TELL = 2,
  MIEN_ANSWER_UNRESOLVED = 3,              /* annotators disagree and nobody has the majority */
} MienAnswer;

typedef enum
{
  MIEN_SOURCE_NONE = 0,
  MIEN_SOURCE_IMPORTED = 1,
  MIEN_SOURCE_HUMAN = 2,
} MienSource;

typedef enum
{
  MIEN_SPLIT_TRAIN = 0,
  MIEN_SPLIT_VALIDATION = 1,
  MIEN_SPLIT_TEST = 2,
} MienSplit;

typedef struct
{
  MienAnswer answer;
  MienSource source;
  double     value[2];                     /* valence, arousal; or the class; or 0 / 1 */
} MienLabel;

typedef struct
{
  MienLabel item[MIEN_ITEM_COUNT];
} MienLabels;

typedef struct
{
  guint8 bytes[MIEN_UUID_SIZE];
} MienUuid;

MienTask     mien_item_task                (MienItem     item);
guint        mien_task_first_item          (MienTask     task);
guint        mien_task_n_items             (MienTask     task);

/* "valence_arousal", "expression", "action_units": for files and JSON, never translated. */
const char  *mien_task_id                  (MienTask     task);
gboolean     mien_task_from_id             (const char  *id,
                                            MienTask    *task);
/* "Neutral" ... "Other": METHOD.md's order. Untranslated; the window passes them to gettext. */
const char  *mien_expression_name          (guint        expression);
/* By number ("4") or name, in any case. */
gboolean     mien_expression_from_string   (const char  *string,
                                            guint       *expression);
/* FACS numbers 1 2 4 6 7 10 12 15 23 24 25 26 and names "Inner brow raiser" ... */
guint        mien_unit_number              (guint        unit);
const char  *mien_unit_name                (guint        unit);
gboolean     mien_unit_from_number         (guint        number,
                                            guint       *unit);
/* "train", "validation", "test" */
const char  *mien_split_id                 (MienSplit    split);
gboolean     mien_split_from_id            (const char  *id,
                                            MienSplit   *split);

/* The label's value is in range and whole: VA both in [-1, 1], a class, 0 or 1; no NaN. */
gboolean     mien_label_is_valid           (MienItem     item,
                                            const MienLabel *label);
gboolean     mien_label_equal              (const MienLabel *a,
                                            const MienLabel *b);   /* answer and value, not source */

char        *mien_uuid_to_string           (const MienUuid *uuid);
gboolean     mien_uuid_from_string         (const char     *string,
                                            MienUuid       *uuid);
void         mien_uuid_random              (MienUuid       *uuid);
/* RFC 4122 version 5 in Mien's own name space: the same name gives the same UUID everywhere. */
void         mien_uuid_for_name            (const char     *name,
                                            MienUuid       *uuid);

G_END_DECLS
