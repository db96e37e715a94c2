/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "mien-metrics.h"
#include "mien-models.h"

G_BEGIN_DECLS

/*
 * How Mien's things look in JSON: one member each, or one value where there is no name. Reals in the C
 * locale, NaN and infinities as null, times as ISO 8601 UTC, expressions by number and name.
 */

/* name NULL: an element of an array. */
void   mien_json_integer    (JsonBuilder          *builder,
                             const char           *name,
                             gint64                value);
void   mien_json_real       (JsonBuilder          *builder,
                             const char           *name,
                             double                value);
void   mien_json_reals      (JsonBuilder          *builder,
                             const char           *name,
                             const double         *values,
                             guint                 n);
void   mien_json_boolean    (JsonBuilder          *builder,
                             const char           *name,
                             gboolean              value);
void   mien_json_string     (JsonBuilder          *builder,
                             const char           *name,
                             const char           *value);   /* NULL: null; made valid UTF-8 */
void   mien_json_null       (JsonBuilder          *builder,
                             const char           *name);
void   mien_json_time       (JsonBuilder          *builder,
                             const char           *name,
                             gint64                microseconds);
/* {"number":4,"name":"Happiness"} */
void   mien_json_expression (JsonBuilder          *builder,
                             const char           *name,
                             guint                 expression);
/* What one answer says: an expression, {"valence","arousal"}, 0 or 1; "?" for cannot tell,
 * "unresolved", or null. */
void   mien_json_label      (JsonBuilder          *builder,
                             const char           *name,
                             MienItem              item,
                             const MienLabel      *label);
/* {"expression":...,"valence_arousal":...,"action_units":{"12":1}}: what there is of the tasks. */
void   mien_json_labels     (JsonBuilder          *builder,
                             const char           *name,
                             const MienLabels     *labels,
                             guint                 tasks);   /* bits MienTask */
void   mien_json_thresholds (JsonBuilder          *builder,
                             const char           *name,
                             const MienThresholds *thresholds);
/* Stored text that is JSON already; null if it is none. */
void   mien_json_stored     (JsonBuilder          *builder,
                             const char           *name,
                             const char           *text);
/* The object that `evaluate` prints, and the same as a small table for people. */
void   mien_json_metrics    (JsonBuilder          *builder,
                             const char           *name,
                             const MienMetrics    *metrics);
/* The same without its end, for further members. */
void   mien_json_metrics_begin (JsonBuilder          *builder,
                                const char           *name,
                                const MienMetrics    *metrics);
char  *mien_metrics_to_text (const MienMetrics    *metrics);

/* What one answer says, for people: "4 Happiness", "valence 0.120 arousal -0.300", "1", "?". */
char  *mien_label_to_text   (MienItem              item,
                             const MienLabel      *label);
/* "expression 4 Happiness, AU12 1", at most so many items. */
char  *mien_labels_to_text  (const MienLabels     *labels,
                             guint                 tasks);
char  *mien_item_to_text    (int                   item);    /* "AU12"; -1: "frame" */

char  *mien_json_to_string  (JsonBuilder          *builder);  /* compact, in one line */

G_END_DECLS
