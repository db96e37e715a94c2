/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * JSON that stands in a project, or comes from another program, and may say anything.
 */

/* NULL: text is NULL, no UTF-8, no JSON, or has more brackets than anything of ours. */
JsonNode *mien_stored_json_read (const char *text);

G_END_DECLS
