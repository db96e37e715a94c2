/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The way in for JSON from strangers. JSON-GLib calls itself for each bracket that opens
 * inside another one and overflows the stack at some hundred thousand of them. All that
 * open are counted, also those that stand in strings or side by side: there are never
 * more inside one another.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-stored-json.h"

#include <math.h>

enum
{
  MOST_BRACKETS = 10000,
};

JsonNode *
mien_stored_json_read (const char *text)
{
  guint brackets = 0;

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return NULL;
  for (const char *at = text; *at != '\0'; at++)
    if ((*at == '[' || *at == '{') && ++brackets > MOST_BRACKETS)
      return NULL;
  return json_from_string (text, NULL);
}

static JsonNode *
member (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

JsonObject *
mien_stored_object (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                       : NULL;
}

JsonArray *
mien_stored_array (JsonObject *object, const char *name, gint64 length)
{
  JsonNode *node = member (object, name);
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  return array != NULL && (length < 0 || json_array_get_length (array) == length) ? array
                                                                                  : NULL;
}

double
mien_stored_number (JsonNode *node)
{
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node)
                   ? json_node_get_value_type (node)
                   : G_TYPE_INVALID;

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double (node)
                                                       : (double) NAN;
}

double
mien_stored_number_at (JsonObject *object, const char *name)
{
  return mien_stored_number (member (object, name));
}
