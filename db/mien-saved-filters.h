/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-index.h"

G_BEGIN_DECLS

/*
 * What somebody looked for in Browse and gave a name to, for all who work on the project: its setting
 * "saved-filters", an array of JSON. Videos and annotators are there by name, since their places in an index
 * are others elsewhere, and a time is a number of days, counted back from when it is looked for.
 */

#define MIEN_SAVED_FILTERS "saved-filters"

enum
{
  MIEN_SAVED_FILTERS_MOST = 200,
  MIEN_SAVED_FILTER_NAME = 100,            /* characters */
};

typedef struct
{
  char       *name;                        /* no two have the same */
  MienFilter  filter;                      /* its video, annotator, since and until are not used */
  char       *video, *annotator;           /* NULL: all */
  guint       days;                        /* since the latest decision, at most; 0: any */
  MienSort    sort;
  gboolean    descending;
} MienSavedFilter;

MienSavedFilter *mien_saved_filter_new    (void);
MienSavedFilter *mien_saved_filter_copy   (const MienSavedFilter  *saved);
void             mien_saved_filter_free   (MienSavedFilter        *saved);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienSavedFilter, mien_saved_filter_free)
/* Whether both look for the same, whatever they are called. */
gboolean         mien_saved_filter_equal  (const MienSavedFilter  *a,
                                           const MienSavedFilter  *b);

/* Elements: MienSavedFilter, by name. json: the setting, NULL: none. What cannot be read is left out, and
 * problems (char *, owned by it) gets a line for each; may be NULL. */
GPtrArray       *mien_saved_filters_parse (const char             *json,
                                           GPtrArray              *problems);
/* In the project, from whatever stands there now; others stay as they are, also those that cannot be read:
 * another version may. put replaces one of the same name. INVALID: a name that is empty, too long, of more than
 * a line or with space around it, a text that no filter has, more filters than the most. remove: it need not be
 * there. */
gboolean         mien_saved_filters_put    (MienStore             *store,
                                            const MienSavedFilter *saved,
                                            GError               **error);
gboolean         mien_saved_filters_remove (MienStore             *store,
                                            const char            *name,
                                            GError               **error);

G_END_DECLS
