/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * JSON that stands in a project, or comes from another program, and may say anything.
 */

/* NULL: text is NULL, no UTF-8, no JSON, or has more brackets than anything of ours. */
JsonNode   *mien_stored_json_read   (const char  *text);

/* Members of an object, which may be NULL. NULL: there is none of that name and kind. length: that an array has
 * to have, -1: any. */
JsonObject *mien_stored_object      (JsonObject  *object,
                                     const char  *name);
JsonArray  *mien_stored_array       (JsonObject  *object,
                                     const char  *name,
                                     gint64       length);
/* NaN: no number. node may be NULL. */
double      mien_stored_number      (JsonNode    *node);
double      mien_stored_number_at   (JsonObject  *object,
                                     const char  *name);

G_END_DECLS
