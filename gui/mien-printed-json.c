/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Members of what mienctl prints. The program that is found may be of another version. It
 * is ours all the same, and nests a few brackets, however many there are side by side: so
 * this does not go through mien_stored_json_read(), which counts them.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-printed-json.h"

#include <math.h>

#define MAX_COUNT 1e15

static JsonNode *
member (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

static double
number_of (JsonNode *node)
{
  GType type = node != NULL && JSON_NODE_HOLDS_VALUE (node)
                   ? json_node_get_value_type (node)
                   : G_TYPE_INVALID;

  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double (node)
                                                       : (double) NAN;
}

JsonNode *
mien_printed_read (const char *text)
{
  JsonNode *root = text != NULL ? json_from_string (text, NULL) : NULL;

  if (root != NULL && !JSON_NODE_HOLDS_OBJECT (root))
    g_clear_pointer (&root, json_node_unref);
  return root;
}

double
mien_printed_number (JsonObject *object, const char *name)
{
  return number_of (member (object, name));
}

guint64
mien_printed_count (JsonObject *object, const char *name)
{
  double number = mien_printed_number (object, name);

  return number >= 0 ? (guint64) MIN (number, MAX_COUNT) : 0;
}

gboolean
mien_printed_truth (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
         && json_node_get_value_type (node) == G_TYPE_BOOLEAN
         && json_node_get_boolean (node);
}

static const char *
text_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* NULL unless it has that many elements; 0: any number. */
static JsonArray *
list_of (JsonNode *node, guint n)
{
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  return array != NULL && (n == 0 || json_array_get_length (array) == n) ? array : NULL;
}

const char *
mien_printed_text (JsonObject *object, const char *name)
{
  return text_of (member (object, name));
}

gboolean
mien_printed_two_texts (JsonObject *object, const char *name, char *texts[2])
{
  JsonArray *array = list_of (member (object, name), 2);
  const char *one = array != NULL ? text_of (json_array_get_element (array, 0)) : NULL;
  const char *other = array != NULL ? text_of (json_array_get_element (array, 1)) : NULL;

  if (one == NULL || other == NULL)
    return FALSE;
  texts[0] = g_strdup (one);
  texts[1] = g_strdup (other);
  return TRUE;
}

JsonObject *
mien_printed_object (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                       : NULL;
}

void
mien_printed_interval (JsonObject *object, const char *name, double interval[2])
{
  JsonArray *array = list_of (member (object, name), 2);

  interval[0] = interval[1] = (double) NAN;
  for (guint i = 0; array != NULL && i < 2; i++)
    interval[i] = number_of (json_array_get_element (array, i));
  if (!(interval[0] <= interval[1]))
    interval[0] = interval[1] = (double) NAN;
}

void
mien_printed_foreach (JsonObject *object,
                      const char *name,
                      void (*func) (JsonObject *member, gpointer data),
                      gpointer data)
{
  JsonArray *array = list_of (member (object, name), 0);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (element))
        func (json_node_get_object (element), data);
    }
}
