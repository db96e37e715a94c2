/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rows as a list model. Invariant: `alive` holds an item exactly as long as somebody else
 * holds a reference to it, by its position; no item outlives the rows it was made for as
 * an item of the model.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-browse-model.h"

enum
{
  /* More than a list has widgets for. */
  FIRST = 512,
};

struct _MienBrowseItem
{
  GObject parent_instance;

  guint row, position;
};

G_DEFINE_FINAL_TYPE (MienBrowseItem, mien_browse_item, G_TYPE_OBJECT)

struct _MienBrowseModel
{
  GObject parent_instance;

  GArray *rows;      /* guint32, may be NULL */
  guint n_told;      /* of them, those that the lists know of */
  GHashTable *alive; /* position -> MienBrowseItem, no reference */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MienBrowseModel,
                               mien_browse_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static guint changed_signal;

MienBrowseItem *
mien_browse_item_new (guint row)
{
  MienBrowseItem *item = g_object_new (MIEN_TYPE_BROWSE_ITEM, NULL);

  item->row = row;
  return item;
}

guint
mien_browse_item_get_row (MienBrowseItem *item)
{
  return item->row;
}

static void
mien_browse_item_class_init (MienBrowseItemClass *klass)
{
  changed_signal = g_signal_new ("changed", MIEN_TYPE_BROWSE_ITEM, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_browse_item_init (MienBrowseItem *item)
{
}

static void
forget_item (gpointer data, GObject *gone)
{
  MienBrowseModel *self = data;
  const MienBrowseItem *item = (const MienBrowseItem *) gone;

  g_hash_table_remove (self->alive, GUINT_TO_POINTER (item->position));
}

static void
forget_all (MienBrowseModel *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->alive);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_object_weak_unref (value, forget_item, self);
  g_hash_table_remove_all (self->alive);
}

static GType
get_item_type (GListModel *list)
{
  return MIEN_TYPE_BROWSE_ITEM;
}

static guint
get_n_items (GListModel *list)
{
  return MIEN_BROWSE_MODEL (list)->n_told;
}

static gpointer
get_item (GListModel *list, guint position)
{
  MienBrowseModel *self = MIEN_BROWSE_MODEL (list);
  MienBrowseItem *item;

  if (position >= get_n_items (list))
    return NULL;
  item = g_hash_table_lookup (self->alive, GUINT_TO_POINTER (position));
  if (item != NULL)
    return g_object_ref (item);
  item = mien_browse_item_new (g_array_index (self->rows, guint32, position));
  item->position = position;
  g_object_weak_ref (G_OBJECT (item), forget_item, self);
  g_hash_table_insert (self->alive, GUINT_TO_POINTER (position), item);
  return item;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

void
mien_browse_model_set_rows (MienBrowseModel *self, GArray *rows)
{
  GListModel *list = G_LIST_MODEL (self);
  guint before = self->n_told, n = rows != NULL ? rows->len : 0;

  forget_all (self);
  g_clear_pointer (&self->rows, g_array_unref);
  self->rows = rows != NULL ? g_array_ref (rows) : NULL;
  self->n_told = MIN (n, FIRST);
  g_list_model_items_changed (list, 0, before, self->n_told);
  self->n_told = n;
  if (n > FIRST)
    g_list_model_items_changed (list, FIRST, 0, n - FIRST);
}

guint
mien_browse_model_get_row (MienBrowseModel *self, guint position)
{
  g_assert (position < get_n_items (G_LIST_MODEL (self)));
  return g_array_index (self->rows, guint32, position);
}

guint
mien_browse_model_find (MienBrowseModel *self, guint row)
{
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    if (g_array_index (self->rows, guint32, i) == row)
      return i;
  return G_MAXUINT;
}

void
mien_browse_model_touch (MienBrowseModel *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->alive);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (items, g_object_ref (value));
  for (guint i = 0; i < items->len; i++)
    g_signal_emit (g_ptr_array_index (items, i), changed_signal, 0);
}

static void
mien_browse_model_finalize (GObject *object)
{
  MienBrowseModel *self = MIEN_BROWSE_MODEL (object);

  forget_all (self);
  g_hash_table_unref (self->alive);
  g_clear_pointer (&self->rows, g_array_unref);
  G_OBJECT_CLASS (mien_browse_model_parent_class)->finalize (object);
}

static void
mien_browse_model_class_init (MienBrowseModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_browse_model_finalize;
  g_type_ensure (MIEN_TYPE_BROWSE_ITEM);
}

static void
mien_browse_model_init (MienBrowseModel *self)
{
  self->alive = g_hash_table_new (NULL, NULL);
}

MienBrowseModel *
mien_browse_model_new (void)
{
  return g_object_new (MIEN_TYPE_BROWSE_MODEL, NULL);
}
