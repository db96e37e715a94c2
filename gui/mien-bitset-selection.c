/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Selection as a bitset. Invariant: every position in it is one of the model. All of the
 * interface's ways to select come down to set_selection.
 */

#define G_LOG_DOMAIN "mien"
#include "config.h"

#include "mien-bitset-selection.h"

struct _MienBitsetSelection
{
  GObject parent_instance;

  GListModel *model;
  GtkBitset *selected;
};

static void list_model_init (GListModelInterface *iface);
static void selection_model_init (GtkSelectionModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MienBitsetSelection,
                               mien_bitset_selection,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init)
                                   G_IMPLEMENT_INTERFACE (GTK_TYPE_SELECTION_MODEL,
                                                          selection_model_init))

static GType
get_item_type (GListModel *list)
{
  return g_list_model_get_item_type (MIEN_BITSET_SELECTION (list)->model);
}

static guint
get_n_items (GListModel *list)
{
  return g_list_model_get_n_items (MIEN_BITSET_SELECTION (list)->model);
}

static gpointer
get_item (GListModel *list, guint position)
{
  return g_list_model_get_item (MIEN_BITSET_SELECTION (list)->model, position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static gboolean
is_selected (GtkSelectionModel *model, guint position)
{
  return gtk_bitset_contains (MIEN_BITSET_SELECTION (model)->selected, position);
}

static GtkBitset *
get_selection_in_range (GtkSelectionModel *model, guint position, guint n_items)
{
  return gtk_bitset_ref (MIEN_BITSET_SELECTION (model)->selected);
}

/* Of the positions in mask, those in selected are selected from now on. */
static gboolean
set_selection (GtkSelectionModel *model, GtkBitset *selected, GtkBitset *mask)
{
  MienBitsetSelection *self = MIEN_BITSET_SELECTION (model);
  g_autoptr (GtkBitset) old = self->selected;
  g_autoptr (GtkBitset) changed = NULL;
  GtkBitset *wanted = gtk_bitset_copy (selected);
  guint n = get_n_items (G_LIST_MODEL (model));

  gtk_bitset_intersect (wanted, mask);
  if (n > 0)
    gtk_bitset_remove_range_closed (wanted, n, G_MAXUINT);
  else
    gtk_bitset_remove_all (wanted);
  self->selected = gtk_bitset_copy (old);
  gtk_bitset_subtract (self->selected, mask);
  gtk_bitset_union (self->selected, wanted);
  gtk_bitset_unref (wanted);

  /* What GTK calls the difference is the symmetric one. */
  changed = gtk_bitset_copy (old);
  gtk_bitset_difference (changed, self->selected);
  if (!gtk_bitset_is_empty (changed))
    {
      guint first = gtk_bitset_get_minimum (changed);

      gtk_selection_model_selection_changed (
          model, first, gtk_bitset_get_maximum (changed) - first + 1);
    }
  return TRUE;
}

static void
selection_model_init (GtkSelectionModelInterface *iface)
{
  iface->is_selected = is_selected;
  iface->get_selection_in_range = get_selection_in_range;
  iface->set_selection = set_selection;
}

/* Positions behind the change move with it. */
static void
on_items_changed (GListModel *model,
                  guint position,
                  guint removed,
                  guint added,
                  MienBitsetSelection *self)
{
  gtk_bitset_splice (self->selected, position, removed, added);
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
mien_bitset_selection_finalize (GObject *object)
{
  MienBitsetSelection *self = MIEN_BITSET_SELECTION (object);

  g_signal_handlers_disconnect_by_data (self->model, self);
  g_object_unref (self->model);
  gtk_bitset_unref (self->selected);
  G_OBJECT_CLASS (mien_bitset_selection_parent_class)->finalize (object);
}

static void
mien_bitset_selection_class_init (MienBitsetSelectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_bitset_selection_finalize;
}

static void
mien_bitset_selection_init (MienBitsetSelection *self)
{
  self->selected = gtk_bitset_new_empty ();
}

MienBitsetSelection *
mien_bitset_selection_new (GListModel *model)
{
  MienBitsetSelection *self = g_object_new (MIEN_TYPE_BITSET_SELECTION, NULL);

  self->model = model;
  g_signal_connect (model, "items-changed", G_CALLBACK (on_items_changed), self);
  return self;
}
