/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Filters as values, and as one line of JSON to be kept in the project. One table says
 * what members there are; what is as mien_filter_init leaves it is not written.
 */

#define G_LOG_DOMAIN "mien-db"
#include "config.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "mien-index.h"

#define MAX_TEXT 512
#define MAX_JSON 8192

typedef enum
{
  MEMBER_BITS,
  MEMBER_PLACE, /* an int, -1: not given */
  MEMBER_TIME,
  MEMBER_SHARE,
  MEMBER_FLAG,
  MEMBER_TEXT,
} MemberType;

#define AT(member) offsetof (MienFilter, member)

/* most: of bits and numbers, what they may be. */
static const struct
{
  const char *name;
  MemberType type;
  gsize offset;
  gint64 most;
} members[] = {
  { "splits", MEMBER_BITS, AT (splits), 7 },
  { "video", MEMBER_PLACE, AT (video), G_MAXINT },
  { "expressions", MEMBER_BITS, AT (expressions), (1 << MIEN_EXPRESSION_COUNT) - 1 },
  { "units-present", MEMBER_BITS, AT (units_present), (1 << MIEN_UNIT_COUNT) - 1 },
  { "units-absent", MEMBER_BITS, AT (units_absent), (1 << MIEN_UNIT_COUNT) - 1 },
  { "sources", MEMBER_BITS, AT (sources), 15 },
  { "lacking", MEMBER_BITS, AT (lacking), (1 << MIEN_TASK_COUNT) - 1 },
  { "least-confidence", MEMBER_SHARE, AT (least_confidence), 0 },
  { "most-confidence", MEMBER_SHARE, AT (most_confidence), 0 },
  { "annotator", MEMBER_BITS, AT (annotator), G_MAXUINT16 },
  { "since", MEMBER_TIME, AT (since), G_MAXUINT32 },
  { "until", MEMBER_TIME, AT (until), G_MAXUINT32 },
  { "disputed", MEMBER_FLAG, AT (disputed), 0 },
  { "skipped", MEMBER_FLAG, AT (skipped), 0 },
  { "flagged", MEMBER_FLAG, AT (flagged), 0 },
  { "not-a-face", MEMBER_FLAG, AT (not_a_face), 0 },
  { "differs", MEMBER_FLAG, AT (differs), 0 },
  { "doubtful", MEMBER_FLAG, AT (doubtful), 0 },
  { "text", MEMBER_TEXT, AT (text), 0 },
};

static gpointer
member_of (const MienFilter *filter, guint i)
{
  return (guint8 *) filter + members[i].offset;
}

void
mien_filter_init (MienFilter *filter)
{
  memset (filter, 0, sizeof *filter);
  filter->video = -1;
  filter->most_confidence = 1.0;
}

void
mien_filter_clear (MienFilter *filter)
{
  g_free (filter->text);
  mien_filter_init (filter);
}

MienFilter *
mien_filter_copy (const MienFilter *filter)
{
  MienFilter *copy = g_memdup2 (filter, sizeof *filter);

  copy->text = g_strdup (filter->text);
  return copy;
}

void
mien_filter_free (MienFilter *filter)
{
  if (filter == NULL)
    return;
  g_free (filter->text);
  g_free (filter);
}

static const char *
text_of (const char *text)
{
  return text == NULL ? "" : text;
}

static gboolean
member_equal (const MienFilter *a, const MienFilter *b, guint i)
{
  gconstpointer x = member_of (a, i), y = member_of (b, i);

  switch (members[i].type)
    {
    case MEMBER_TIME:
      return *(const gint64 *) x == *(const gint64 *) y;
    case MEMBER_SHARE:
      return *(const double *) x == *(const double *) y;
    case MEMBER_FLAG:
      return (*(const gboolean *) x != 0) == (*(const gboolean *) y != 0);
    case MEMBER_TEXT:
      return g_str_equal (text_of (*(char *const *) x), text_of (*(char *const *) y));
    case MEMBER_BITS:
    case MEMBER_PLACE:
    default:
      return *(const int *) x == *(const int *) y;
    }
}

gboolean
mien_filter_equal (const MienFilter *a, const MienFilter *b)
{
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (!member_equal (a, b, i))
      return FALSE;
  return TRUE;
}

static void
write_member (JsonBuilder *builder, const MienFilter *filter, guint i)
{
  gconstpointer value = member_of (filter, i);

  json_builder_set_member_name (builder, members[i].name);
  switch (members[i].type)
    {
    case MEMBER_TIME:
      json_builder_add_int_value (builder, *(const gint64 *) value);
      break;
    case MEMBER_SHARE:
      json_builder_add_double_value (builder, *(const double *) value);
      break;
    case MEMBER_FLAG:
      json_builder_add_boolean_value (builder, TRUE);
      break;
    case MEMBER_TEXT:
      json_builder_add_string_value (builder, *(char *const *) value);
      break;
    case MEMBER_BITS:
    case MEMBER_PLACE:
    default:
      json_builder_add_int_value (builder, *(const int *) value);
      break;
    }
}

char *
mien_filter_to_string (const MienFilter *filter)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  MienFilter all;

  mien_filter_init (&all);
  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (!member_equal (filter, &all, i))
      write_member (builder, filter, i);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* What the member may hold, and nothing else. */
static gboolean
read_member (MienFilter *filter, guint i, JsonNode *node)
{
  gpointer value = member_of (filter, i);
  GType type =
      JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  gint64 number = type == G_TYPE_INT64 ? json_node_get_int (node) : -1;
  double share;

  switch (members[i].type)
    {
    case MEMBER_TIME:
      *(gint64 *) value = number;
      return number >= 0 && number <= members[i].most;
    case MEMBER_SHARE:
      share = type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double (node)
                                                            : (double) NAN;
      *(double *) value = share;
      return share >= 0.0 && share <= 1.0;
    case MEMBER_FLAG:
      *(gboolean *) value = type == G_TYPE_BOOLEAN && json_node_get_boolean (node);
      return type == G_TYPE_BOOLEAN;
    case MEMBER_TEXT:
      if (type != G_TYPE_STRING || strlen (json_node_get_string (node)) > MAX_TEXT)
        return FALSE;
      g_free (filter->text);
      filter->text = json_node_dup_string (node);
      return TRUE;
    case MEMBER_BITS:
    case MEMBER_PLACE:
    default:
      *(int *) value = (int) number;
      return number >= 0 && number <= members[i].most;
    }
}

static gboolean
read_members (MienFilter *filter, JsonObject *object, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *name = names; name != NULL; name = name->next)
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (members) && !g_str_equal (members[i].name, name->data))
        i++;
      if (i < G_N_ELEMENTS (members)
          && read_member (filter, i, json_object_get_member (object, name->data)))
        continue;
      g_set_error (error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
                   "a saved filter cannot be read: its \"%.40s\" is %s; save it anew",
                   (const char *) name->data,
                   i < G_N_ELEMENTS (members) ? "out of range" : "not known");
      return FALSE;
    }
  return TRUE;
}

MienFilter *
mien_filter_from_string (const char *string, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (MienFilter) filter = g_new (MienFilter, 1);

  mien_filter_init (filter);
  if (strlen (string) <= MAX_JSON && g_utf8_validate (string, -1, NULL))
    root = json_from_string (string, NULL);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (
          error, MIEN_STORE_ERROR, MIEN_STORE_ERROR_INVALID,
          "a saved filter cannot be read: it is no object of JSON; save it anew");
      return NULL;
    }
  if (!read_members (filter, json_node_get_object (root), error))
    return NULL;
  return g_steal_pointer (&filter);
}
