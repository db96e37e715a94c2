/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Saved filters as JSON, and their setting. An entry is an object: name, filter (as
 * mien_filter_to_string has it), video, annotator, days, sort, descending; what is not
 * narrowed is not there. An entry with anything else in it is left out, never read in
 * part: it would find other frames than its name says.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include "mien-saved-filters.h"

#include <string.h>

#include "mien-store-private.h"
#include "mien-stored-json.h"

enum
{
  MAX_TEXT = 4096, /* bytes of a name of a video or an annotator */
  MAX_DAYS = 36500,
};

static const char *const sort_names[] = {
  [MIEN_SORT_FRAME] = "frame",           [MIEN_SORT_CONFIDENCE] = "confidence",
  [MIEN_SORT_EXPRESSION] = "expression", [MIEN_SORT_VALENCE] = "valence",
  [MIEN_SORT_AROUSAL] = "arousal",       [MIEN_SORT_DECIDED] = "decided",
  [MIEN_SORT_DOUBT] = "doubt",
};

MienSavedFilter *
mien_saved_filter_new (void)
{
  MienSavedFilter *saved = g_new0 (MienSavedFilter, 1);

  mien_filter_init (&saved->filter);
  return saved;
}

MienSavedFilter *
mien_saved_filter_copy (const MienSavedFilter *saved)
{
  MienSavedFilter *copy = g_memdup2 (saved, sizeof *saved);

  copy->name = g_strdup (saved->name);
  copy->filter.text = g_strdup (saved->filter.text);
  copy->video = g_strdup (saved->video);
  copy->annotator = g_strdup (saved->annotator);
  return copy;
}

void
mien_saved_filter_free (MienSavedFilter *saved)
{
  if (saved == NULL)
    return;
  mien_filter_clear (&saved->filter);
  g_free (saved->name);
  g_free (saved->video);
  g_free (saved->annotator);
  g_free (saved);
}

/* Borrows the text: what of the filter means the same everywhere. */
static MienFilter
lasting (const MienSavedFilter *saved)
{
  MienFilter filter = saved->filter;

  filter.video = -1;
  filter.annotator = 0;
  filter.since = filter.until = 0;
  return filter;
}

gboolean
mien_saved_filter_equal (const MienSavedFilter *a, const MienSavedFilter *b)
{
  MienFilter x = lasting (a), y = lasting (b);

  return mien_filter_equal (&x, &y) && g_strcmp0 (a->video, b->video) == 0
         && g_strcmp0 (a->annotator, b->annotator) == 0 && a->days == b->days
         && a->sort == b->sort && !a->descending == !b->descending;
}

/* ---- reading ---- */

static gboolean
is_name (const char *name)
{
  if (!g_utf8_validate (name, -1, NULL)
      || g_utf8_strlen (name, -1) > MIEN_SAVED_FILTER_NAME)
    return FALSE;
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;
  return *name != '\0' && !g_ascii_isspace (*name)
         && !g_ascii_isspace (name[strlen (name) - 1]);
}

/* NULL: not a string. */
static const char *
text_of (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gboolean
read_text (char **text, JsonNode *node)
{
  const char *value = text_of (node);

  if (value == NULL || *value == '\0' || strlen (value) > MAX_TEXT)
    return FALSE;
  *text = g_strdup (value);
  return TRUE;
}

static gboolean
read_days (guint *days, JsonNode *node)
{
  gint64 value =
      JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
          ? json_node_get_int (node)
          : 0;

  *days = (guint) CLAMP (value, 0, MAX_DAYS);
  return value >= 1 && value <= MAX_DAYS;
}

static gboolean
read_sort (MienSort *sort, JsonNode *node)
{
  const char *name = text_of (node);

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (sort_names); i++)
    if (g_str_equal (name, sort_names[i]))
      {
        *sort = (MienSort) i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_descending (gboolean *descending, JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return FALSE;
  *descending = json_node_get_boolean (node);
  return TRUE;
}

/* Places and times of another index are no part of what is saved. */
static gboolean
read_filter (MienFilter *filter, JsonNode *node)
{
  g_autofree char *string = json_to_string (node, FALSE);
  g_autoptr (MienFilter) read = mien_filter_from_string (string, NULL);

  if (read == NULL || read->video >= 0 || read->annotator != 0 || read->since != 0
      || read->until != 0)
    return FALSE;
  mien_filter_clear (filter);
  *filter = *read;
  read->text = NULL;
  return TRUE;
}

static gboolean
read_member (MienSavedFilter *saved, const char *member, JsonNode *node)
{
  if (g_str_equal (member, "name"))
    return read_text (&saved->name, node) && is_name (saved->name);
  if (g_str_equal (member, "filter"))
    return read_filter (&saved->filter, node);
  if (g_str_equal (member, "video"))
    return read_text (&saved->video, node);
  if (g_str_equal (member, "annotator"))
    return read_text (&saved->annotator, node);
  if (g_str_equal (member, "days"))
    return read_days (&saved->days, node);
  if (g_str_equal (member, "sort"))
    return read_sort (&saved->sort, node);
  return g_str_equal (member, "descending") && read_descending (&saved->descending, node);
}

/* NULL: problem says why. */
static MienSavedFilter *
read_entry (JsonNode *node, char **problem)
{
  g_autoptr (MienSavedFilter) saved = mien_saved_filter_new ();
  g_autoptr (GList) members = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      *problem = g_strdup ("it is no object");
      return NULL;
    }
  members = json_object_get_members (json_node_get_object (node));
  for (GList *l = members; l != NULL; l = l->next)
    if (!read_member (saved, l->data,
                      json_object_get_member (json_node_get_object (node), l->data)))
      {
        *problem = g_strdup_printf ("its \"%.40s\" is not known or out of range",
                                    (const char *) l->data);
        return NULL;
      }
  if (saved->name != NULL)
    return g_steal_pointer (&saved);
  *problem = g_strdup ("it has no name");
  return NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const MienSavedFilter *const *x = a, *const *y = b;

  return g_utf8_collate ((*x)->name, (*y)->name);
}

static void
report (GPtrArray *problems, guint at, const char *problem)
{
  if (problems != NULL)
    g_ptr_array_add (problems,
                     g_strdup_printf ("saved filter %u is left out: %s; save it "
                                      "anew",
                                      at + 1, problem));
}

GPtrArray *
mien_saved_filters_parse (const char *json, GPtrArray *problems)
{
  g_autoptr (JsonNode) root = mien_stored_json_read (json);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *all =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_saved_filter_free);
  JsonArray *array =
      root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;

  if (json != NULL && array == NULL && problems != NULL)
    g_ptr_array_add (problems, g_strdup ("the saved filters cannot be read: they are no "
                                         "array of JSON; save them anew"));
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *problem = NULL;
      g_autoptr (MienSavedFilter) saved = NULL;

      if (all->len < MIEN_SAVED_FILTERS_MOST)
        saved = read_entry (json_array_get_element (array, i), &problem);
      else
        problem = g_strdup ("there are too many");
      if (saved != NULL && g_hash_table_contains (names, saved->name))
        problem = g_strdup ("another one has its name");
      if (problem != NULL)
        {
          report (problems, i, problem);
          continue;
        }
      g_hash_table_add (names, saved->name);
      g_ptr_array_add (all, g_steal_pointer (&saved));
    }
  g_ptr_array_sort (all, compare_names);
  return all;
}

/* ---- writing ---- */

static void
add_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

static JsonObject *
object_of (const MienSavedFilter *saved)
{
  JsonObject *object = json_object_new ();
  MienFilter filter = lasting (saved);
  g_autofree char *string = mien_filter_to_string (&filter);

  json_object_set_string_member (object, "name", saved->name);
  json_object_set_member (object, "filter", json_from_string (string, NULL));
  add_text (object, "video", saved->video);
  add_text (object, "annotator", saved->annotator);
  if (saved->days > 0)
    json_object_set_int_member (object, "days", saved->days);
  json_object_set_string_member (object, "sort", sort_names[saved->sort]);
  json_object_set_boolean_member (object, "descending", saved->descending);
  return object;
}

static gboolean
is_called (JsonNode *node, const char *name)
{
  JsonNode *member = JSON_NODE_HOLDS_OBJECT (node)
                         ? json_object_get_member (json_node_get_object (node), "name")
                         : NULL;

  return member != NULL && g_strcmp0 (text_of (member), name) == 0;
}

/* The array of the setting, without those of that name. What is no array is given up. */
static JsonArray *
others (const char *json, const char *name)
{
  g_autoptr (JsonNode) root = mien_stored_json_read (json);
  JsonArray *kept = json_array_new ();
  JsonArray *array =
      root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (!is_called (json_array_get_element (array, i), name))
      json_array_add_element (kept, json_array_dup_element (array, i));
  return kept;
}

/* Within a transaction. object NULL: removes it. */
static gboolean
change (MienStore *store, const char *name, JsonObject *object, GError **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *json = mien_store_setting (store, MIEN_SAVED_FILTERS, &failed);
  g_autofree char *changed = NULL;
  g_autoptr (JsonArray) array = NULL;
  g_autoptr (JsonNode) root = NULL;

  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  array = others (json, name);
  if (object != NULL && json_array_get_length (array) >= MIEN_SAVED_FILTERS_MOST)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: there are %d saved filters, and no more are kept; remove one",
                   mien_store_path (store), MIEN_SAVED_FILTERS_MOST);
      return FALSE;
    }
  if (object != NULL)
    json_array_add_object_element (array, json_object_ref (object));
  root = json_node_init_array (json_node_alloc (), array);
  changed = json_to_string (root, FALSE);
  return mien_store_set_setting (store, MIEN_SAVED_FILTERS, changed, error);
}

gboolean
mien_saved_filters_put (MienStore *store, const MienSavedFilter *saved, GError **error)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autoptr (MienSavedFilter) read = NULL;
  g_autofree char *problem = NULL;

  json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), object_of (saved));
  read = read_entry (node, &problem);
  if (read == NULL)
    {
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "%s: a filter cannot be saved like this: %s; change it",
                   mien_store_path (store), problem);
      return FALSE;
    }
  return mien_store_begin (store, error)
         && mien_store_end (
             store, change (store, saved->name, json_node_get_object (node), error),
             error);
}

gboolean
mien_saved_filters_remove (MienStore *store, const char *name, GError **error)
{
  return mien_store_begin (store, error)
         && mien_store_end (store, change (store, name, NULL, error), error);
}
