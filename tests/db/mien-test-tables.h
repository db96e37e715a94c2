/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-store-private.h"

G_BEGIN_DECLS

/*
 * What the tables say of some frames at a moment, to be compared with later.
 */

enum
{
  TEST_TABLES_FRAMES = 12,
};

typedef struct
{
  MienLabels   labels[TEST_TABLES_FRAMES];
  gint64       events[TEST_TABLES_FRAMES][MIEN_ITEM_COUNT];   /* what each label rests on */
  gint64       state[TEST_TABLES_FRAMES];                     /* the bits of the frame */
  char        *notes[TEST_TABLES_FRAMES];                     /* the one that is shown, or NULL */
} TestTables;

/* frames: TEST_TABLES_FRAMES ids. */
void         test_tables_read           (TestTables       *tables,
                                         MienStore        *store,
                                         const gint64     *frames);
void         test_tables_clear          (TestTables       *tables);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TestTables, test_tables_clear)

gboolean     test_tables_not_a_face     (const TestTables *tables,
                                         guint             frame);
/* In answer, value and source. */
gboolean     test_same_label            (const MienLabel  *a,
                                         const MienLabel  *b);
/* Fails unless the store says the same. */
void         test_tables_assert         (const TestTables *wanted,
                                         MienStore        *store,
                                         const gint64     *frames);

G_END_DECLS
