/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-affwild2.h"
#include "mien-folder.h"
#include "mien-frames.h"
#include "mien-image.h"

G_BEGIN_DECLS

/*
 * A new project and a folder of images in a folder of their own, and what the tests of lists do
 * with them. Helpers fail the test at once when a step fails.
 */

typedef gboolean (*ImportFunc) (MienStore               *store,
                                const MienImportOptions *options,
                                MienImportReport        *report,
                                GError                 **error);

typedef struct
{
  char             *folder;
  char             *images;
  MienStore        *store;
  MienImportOptions options;               /* images, split -1, warnings kept; free to change */
  MienImportReport  report;                /* of the latest import */
  GPtrArray        *warnings;              /* of the latest import */
  guint             progress_calls;
  guint64           done, total;
} Fixture;

void        fixture_open           (Fixture          *fixture);
void        fixture_close          (Fixture          *fixture);    /* checks that the project is sound */
void        fixture_remove         (const char       *path);       /* with all that is in it */
/* A path below the fixture's folder, freed with it. */
const char *fixture_path           (Fixture          *fixture,
                                    const char       *name);
/* Writes a file below the folder, with the folders on the way; size -1: a string. */
const char *fixture_write          (Fixture          *fixture,
                                    const char       *name,
                                    const void       *data,
                                    gssize            size);
/* A picture of its own by that name below images. */
void        fixture_add_image      (Fixture          *fixture,
                                    const char       *name);
void        fixture_add_images     (Fixture          *fixture,
                                    const char       *video,
                                    guint             first,
                                    guint             last);
/* Imports; must succeed. */
void        fixture_import         (Fixture          *fixture,
                                    ImportFunc        import,
                                    const char       *annotations);
/* Must fail with that code and words in the message, in one line, and change nothing. */
void        fixture_fail           (Fixture          *fixture,
                                    ImportFunc        import,
                                    const char       *annotations,
                                    int               code,
                                    const char       *words);
gboolean    fixture_warned         (Fixture          *fixture,
                                    const char       *words);
/* Every frame with split, image and labels to the last bit, in order. */
char       *fixture_dump           (MienStore        *store);
/* The labels of each frame alone, without source, split and image. */
char       *fixture_dump_labels    (MienStore        *store);
/* A frame's item. */
MienLabel   fixture_label          (Fixture          *fixture,
                                    const char       *key,
                                    guint             item);
void        fixture_assert_value   (Fixture          *fixture,
                                    const char       *key,
                                    guint             item,
                                    double            value);
void        fixture_assert_none    (Fixture          *fixture,
                                    const char       *key,
                                    guint             item);
/* A person's answer. */
void        fixture_answer         (Fixture          *fixture,
                                    const char       *key,
                                    guint             item,
                                    MienAnswer        answer,
                                    double            first,
                                    double            second);
char       *fixture_read           (const char       *folder,
                                    const char       *name);

G_END_DECLS
