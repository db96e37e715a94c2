/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * Members of what mienctl prints with --json. Whatever is missing, or of another kind than it should be, is as
 * if it was null.
 */

/* Free with json_node_unref; NULL: no object. */
JsonNode   *mien_printed_read     (const char  *text);
/* NaN for null. */
double      mien_printed_number   (JsonObject  *object,
                                   const char  *name);
/* 0 for null. */
guint64     mien_printed_count    (JsonObject  *object,
                                   const char  *name);
/* FALSE for null. */
gboolean    mien_printed_truth    (JsonObject  *object,
                                   const char  *name);
/* Borrowed; NULL for null. */
const char *mien_printed_text     (JsonObject  *object,
                                   const char  *name);
/* FALSE unless it is a list of two texts, which are the caller's. */
gboolean    mien_printed_two_texts (JsonObject *object,
                                    const char *name,
                                    char       *texts[2]);
JsonObject *mien_printed_object   (JsonObject  *object,
                                   const char  *name);
/* Both NaN unless it is a list of two numbers. */
void        mien_printed_interval (JsonObject  *object,
                                   const char  *name,
                                   double       interval[2]);
/* Calls func for each object of a list, in its order. */
void        mien_printed_foreach  (JsonObject  *object,
                                   const char  *name,
                                   void       (*func) (JsonObject *member, gpointer data),
                                   gpointer     data);

G_END_DECLS
