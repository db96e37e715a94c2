/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From the tree of a pickle to tensors. torch stores a tensor as a call of one of three
 * functions with a storage, an offset, sizes and strides: the calls are read here, never
 * made. Strides are real (a transposed weight is stored as it lay), so elements are
 * gathered one by one where they do not lie in a row, after the furthest of them has been
 * shown to lie in the storage.
 *
 * Two passes: the first checks every tensor and sums the sizes, which are bounded, for a
 * view with stride 0 may be as large as it likes; the second fills the one buffer.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-weights-private.h"

#include "mien-image.h"

#include <stdlib.h>
#include <string.h>

enum
{
  MAX_TENSORS =
      1 << 16, /* sets are kept sorted by insertion: no file may make that slow */
  MAX_TENSOR_NAME = 512,
  MAX_PARAMETER_DEPTH = 4,
  ALIGNMENT = 16,
};

static const struct
{
  const char *type;
  int dtype;
  gsize size;
} STORAGES[] = {
  { "torch.FloatStorage", MIEN_DTYPE_F32, 4 },
  { "torch.HalfStorage", MIEN_DTYPE_F16, 2 },
  { "torch.BFloat16Storage", MIEN_DTYPE_BF16, 2 },
  { "torch.DoubleStorage", MIEN_DTYPE_F64, 8 },
  { "torch.LongStorage", MIEN_DTYPE_I64, 8 },
  { "torch.IntStorage", MIEN_DTYPE_I32, 4 },
  { "torch.ShortStorage", MIEN_DTYPE_I16, 2 },
  { "torch.CharStorage", MIEN_DTYPE_I8, 1 },
  { "torch.ByteStorage", MIEN_DTYPE_U8, 1 },
  { "torch.BoolStorage", MIEN_DTYPE_BOOL, 1 },
  /* Known by their size, so that what lies behind them is found. */
  { "torch.ComplexFloatStorage", -1, 8 },
  { "torch.ComplexDoubleStorage", -1, 16 },
  { "torch.QInt8Storage", -1, 1 },
  { "torch.QUInt8Storage", -1, 1 },
  { "torch.QInt32Storage", -1, 4 },
};

/* A tensor where it lies. */
typedef struct
{
  char *name;
  MienDtype dtype;
  gsize element_size;
  int rank;
  gint64 shape[MIEN_TENSOR_MAX_RANK], strides[MIEN_TENSOR_MAX_RANK]; /* in elements */
  gsize n_elements, place;                                           /* in the buffer */
  const guint8 *first;                                               /* element */
} View;

/* Names in the file are part of many messages: whatever is in them, a message is one line
 * of UTF-8. */
gboolean
mien_weights_fail (GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  g_autofree char *valid = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  valid = g_utf8_make_valid (what, -1);
  for (char *c = valid; *c != 0; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  g_set_error_literal (error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_WEIGHTS, valid);
  return FALSE;
}

gboolean
mien_weights_add_storage (GHashTable *storages,
                          const char *key,
                          const guint8 *data,
                          gsize length,
                          GError **error)
{
  MienStorage *storage;

  if (g_hash_table_contains (storages, key))
    return mien_weights_fail (error, "storage %.100s is there twice", key);
  storage = g_new (MienStorage, 1);
  *storage = (MienStorage){ data, length };
  g_hash_table_insert (storages, g_strdup (key), storage);
  return TRUE;
}

/* Item i of a tuple or list; NULL if there is none. */
static const MienPickleNode *
item (const MienPickleNode *node, guint i)
{
  if ((node->kind != MIEN_PICKLE_TUPLE && node->kind != MIEN_PICKLE_LIST)
      || node->items == NULL || i >= node->items->len)
    return NULL;
  return g_ptr_array_index (node->items, i);
}

static guint
n_items (const MienPickleNode *node)
{
  return node->items != NULL ? node->items->len : 0;
}

/* A text that may be a key or name; NULL if it is none. */
static char *
text_of (const MienPickleNode *node)
{
  if (node == NULL || node->kind != MIEN_PICKLE_TEXT || node->length > MAX_TENSOR_NAME
      || !g_utf8_validate (node->text, (gssize) node->length, NULL))
    return NULL;
  return g_strndup (node->text, node->length);
}

/* ("storage", type, key, location, numel[, view]). */
gboolean
mien_weights_storage_id (const MienPickleNode *node, MienStorageId *id, GError **error)
{
  const MienPickleNode *tuple = node->arguments;
  const MienPickleNode *kind = item (tuple, 0), *type = item (tuple, 1);
  const MienPickleNode *numel = item (tuple, 4), *view = item (tuple, 5);
  g_autofree char *key = text_of (item (tuple, 2));

  if (numel == NULL || !mien_pickle_is (kind, MIEN_PICKLE_TEXT, "storage")
      || type->kind != MIEN_PICKLE_GLOBAL || key == NULL
      || numel->kind != MIEN_PICKLE_INTEGER || numel->integer < 0)
    return mien_weights_fail (error, "a reference to a storage is broken");
  if (view != NULL && view->kind != MIEN_PICKLE_NONE)
    return mien_weights_fail (
        error,
        "storage %.100s is part of another one, as torch wrote before "
        "0.4: save the file again with a newer torch",
        key);
  for (gsize i = 0; i < G_N_ELEMENTS (STORAGES); i++)
    if (mien_pickle_is (type, MIEN_PICKLE_GLOBAL, STORAGES[i].type))
      {
        *id = (MienStorageId){ STORAGES[i].dtype, STORAGES[i].type, STORAGES[i].size,
                               g_steal_pointer (&key), (guint64) numel->integer };
        return TRUE;
      }
  return mien_weights_fail (error, "storage %.100s is of an unknown kind, %.100s", key,
                            type->text);
}

/* The call that makes the tensor, without the parameter round it; NULL if the node is no
 * tensor. */
static const MienPickleNode *
tensor_call (const MienPickleNode *node)
{
  for (int depth = 0; node != NULL && depth < MAX_PARAMETER_DEPTH; depth++)
    {
      if (mien_pickle_calls (node, "torch._utils._rebuild_tensor_v2")
          || mien_pickle_calls (node, "torch._utils._rebuild_tensor"))
        return node;
      if (!mien_pickle_calls (node, "torch._utils._rebuild_parameter"))
        return NULL;
      node = item (node->arguments, 0);
    }
  return NULL;
}

/* A tensor of a kind that is not read: sparse, quantised, of a newer torch. */
static gboolean
is_strange_tensor (const MienPickleNode *node)
{
  return node->kind == MIEN_PICKLE_CALL && node->callable->kind == MIEN_PICKLE_GLOBAL
         && g_str_has_prefix (node->callable->text, "torch._utils._rebuild_");
}

static gboolean
is_dict (const MienPickleNode *node)
{
  return node->kind == MIEN_PICKLE_DICT
         || mien_pickle_calls (node, "collections.OrderedDict");
}

/* Key, value, key, value, ...; an OrderedDict of Python 2 has its first ones as an
 * argument, a list of pairs. */
static GPtrArray *
entries_of (const MienPickleNode *dict)
{
  GPtrArray *entries = g_ptr_array_new ();
  const MienPickleNode *list =
      dict->kind == MIEN_PICKLE_CALL ? item (dict->arguments, 0) : NULL;
  guint n_pairs = list != NULL ? n_items (list) : 0;

  for (guint i = 0; i < n_pairs; i++)
    {
      const MienPickleNode *pair = item (list, i);

      if (pair == NULL || item (pair, 1) == NULL)
        continue;
      g_ptr_array_add (entries, (gpointer) item (pair, 0));
      g_ptr_array_add (entries, (gpointer) item (pair, 1));
    }
  for (guint i = 0; i < n_items (dict); i++)
    g_ptr_array_add (entries, g_ptr_array_index (dict->items, i));
  return entries;
}

static gboolean
has_tensors (GPtrArray *entries)
{
  for (guint i = 1; i < entries->len; i += 2)
    {
      const MienPickleNode *value = g_ptr_array_index (entries, i);

      if (tensor_call (value) != NULL || is_strange_tensor (value))
        return TRUE;
    }
  return FALSE;
}

/* The class of a whole object; NULL if the node is none. The legacy container wraps the
 * class, to put its source code beside it. */
static const char *
class_of (const MienPickleNode *node)
{
  const MienPickleNode *class = node->kind == MIEN_PICKLE_CALL ? node->callable : NULL;

  if (class != NULL && class->kind == MIEN_PICKLE_PERSISTENT)
    class = item (class->arguments, 1);
  return class != NULL && class->kind == MIEN_PICKLE_GLOBAL ? class->text : NULL;
}

/* Why there are no tensors, as well as can be told. */
static gboolean
fail_without_tensors (const MienPickleNode *root, GPtrArray *entries, GError **error)
{
  const MienPickleNode *object = root;

  for (guint i = 1; entries != NULL && i < entries->len; i += 2)
    if (mien_pickle_is (g_ptr_array_index (entries, i - 1), MIEN_PICKLE_TEXT, "model"))
      object = g_ptr_array_index (entries, i);
  if (class_of (object) != NULL && !is_dict (object))
    return mien_weights_fail (
        error,
        "it holds an object of %.200s instead of a state dict: save "
        "model.state_dict ()",
        class_of (object));
  return mien_weights_fail (error,
                            "there are no tensors at its top, nor under state_dict, "
                            "model_state_dict or model");
}

/* The entries of the dict that holds the tensors; NULL with the error set. */
static GPtrArray *
find_state (const MienPickleNode *root, GError **error)
{
  static const char *KEYS[] = { "state_dict", "model_state_dict", "model" };
  g_autoptr (GPtrArray) entries = is_dict (root) ? entries_of (root) : NULL;

  for (gsize k = 0; entries != NULL && k < G_N_ELEMENTS (KEYS); k++)
    for (guint i = 1; i < entries->len; i += 2)
      {
        const MienPickleNode *value = g_ptr_array_index (entries, i);
        g_autoptr (GPtrArray) inner = NULL;

        if (!mien_pickle_is (g_ptr_array_index (entries, i - 1), MIEN_PICKLE_TEXT,
                             KEYS[k])
            || !is_dict (value))
          continue;
        inner = entries_of (value);
        if (has_tensors (inner))
          return g_steal_pointer (&inner);
      }
  if (entries != NULL && has_tensors (entries))
    return g_steal_pointer (&entries);
  fail_without_tensors (root, entries, error);
  return NULL;
}

/* A tuple of rank non-negative integers. */
static gboolean
read_integers (const MienPickleNode *tuple, gint64 *values, int *rank)
{
  guint n;

  if (tuple == NULL || tuple->kind != MIEN_PICKLE_TUPLE)
    return FALSE;
  n = n_items (tuple);
  if (n > MIEN_TENSOR_MAX_RANK)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const MienPickleNode *value = item (tuple, i);

      if (value->kind != MIEN_PICKLE_INTEGER || value->integer < 0)
        return FALSE;
      values[i] = value->integer;
    }
  *rank = (int) n;
  return TRUE;
}

/* Whether every element lies in a storage of numel elements. */
static gboolean
lies_within (View *view, guint64 offset, guint64 numel)
{
  guint64 last = offset, step;

  view->n_elements = 1;
  for (int i = 0; i < view->rank; i++)
    if (__builtin_mul_overflow (view->n_elements, (gsize) view->shape[i],
                                &view->n_elements))
      return FALSE;
  if (view->n_elements == 0)
    return TRUE;
  for (int i = 0; i < view->rank; i++)
    if (__builtin_mul_overflow ((guint64) view->shape[i] - 1, (guint64) view->strides[i],
                                &step)
        || __builtin_add_overflow (last, step, &last))
      return FALSE;
  return last < numel;
}

static gboolean
find_storage (const MienPickleNode *node,
              const char *name,
              GHashTable *storages,
              View *view,
              MienStorage *storage,
              GError **error)
{
  g_autofree char *key = NULL;
  const MienStorage *found;
  MienStorageId id;

  if (node == NULL || node->kind != MIEN_PICKLE_PERSISTENT)
    return mien_weights_fail (error, "tensor %s is broken", name);
  if (!mien_weights_storage_id (node, &id, error))
    return FALSE;
  key = id.key;
  if (id.dtype < 0)
    return mien_weights_fail (error, "tensor %s is a %s, which Mien does not read", name,
                              id.type);
  found = g_hash_table_lookup (storages, key);
  if (found == NULL)
    return mien_weights_fail (error, "tensor %s: its storage %.100s is missing", name,
                              key);
  if (id.numel > G_MAXSIZE / id.element_size
      || found->length != (gsize) id.numel * id.element_size)
    return mien_weights_fail (error,
                              "tensor %s: its storage %.100s has %" G_GSIZE_FORMAT
                              " bytes instead of %" G_GUINT64_FORMAT " elements",
                              name, key, found->length, id.numel);
  view->dtype = (MienDtype) id.dtype;
  view->element_size = id.element_size;
  *storage = *found;
  return TRUE;
}

/* (storage, offset, sizes, strides, ...) */
static gboolean
read_view (const MienPickleNode *call,
           const char *name,
           GHashTable *storages,
           View *view,
           GError **error)
{
  const MienPickleNode *offset = item (call->arguments, 1);
  int n_strides;
  MienStorage storage = { 0 };

  if (!find_storage (item (call->arguments, 0), name, storages, view, &storage, error))
    return FALSE;
  if (offset == NULL || offset->kind != MIEN_PICKLE_INTEGER || offset->integer < 0
      || !read_integers (item (call->arguments, 2), view->shape, &view->rank)
      || !read_integers (item (call->arguments, 3), view->strides, &n_strides)
      || n_strides != view->rank)
    return mien_weights_fail (error, "tensor %s has a broken or too large shape", name);
  if (!lies_within (view, (guint64) offset->integer, storage.length / view->element_size))
    return mien_weights_fail (error, "tensor %s reaches out of its storage", name);
  view->first = view->n_elements > 0
                    ? storage.data + (gsize) offset->integer * view->element_size
                    : NULL;
  return TRUE;
}

static void
view_clear (gpointer data)
{
  g_free (((View *) data)->name);
}

/* The first pass: *n_bytes is how large the buffer must be. */
static GArray *
read_views (const GPtrArray *entries,
            GHashTable *storages,
            guint64 max_bytes,
            gsize *n_bytes,
            GError **error)
{
  g_autoptr (GArray) views = g_array_new (FALSE, FALSE, sizeof (View));
  guint64 sum = 0, size;

  g_array_set_clear_func (views, view_clear);
  for (guint i = 1; i < entries->len; i += 2)
    {
      const MienPickleNode *value = g_ptr_array_index (entries, i);
      const MienPickleNode *call = tensor_call (value);
      g_autofree char *name = text_of (g_ptr_array_index (entries, i - 1));
      View view = { 0 };

      if (call == NULL && !is_strange_tensor (value))
        continue;
      if (name == NULL || views->len >= MAX_TENSORS)
        {
          mien_weights_fail (error, name == NULL ? "a tensor whose name is no text"
                                                 : "too many tensors");
          return NULL;
        }
      if (call == NULL)
        {
          mien_weights_fail (error,
                             "tensor %s is of a kind that Mien does not read, %.100s",
                             name, value->callable->text);
          return NULL;
        }
      if (!read_view (call, name, storages, &view, error))
        return NULL;
      if (__builtin_mul_overflow (view.n_elements, view.element_size, &size)
          || size > max_bytes - sum)
        {
          mien_weights_fail (error, "tensor %s is far larger than its file", name);
          return NULL;
        }
      view.place = (gsize) sum;
      view.name = g_steal_pointer (&name);
      sum += size;
      sum += (ALIGNMENT - sum % ALIGNMENT) % ALIGNMENT;
      sum = MIN (sum, max_bytes);
      g_array_append_val (views, view);
    }
  *n_bytes = (gsize) sum;
  return g_steal_pointer (&views);
}

/* Gathers the elements in the order of their indices. */
static void
copy_view (const View *view, guint8 *out)
{
  gsize run = 1, n_runs; /* elements that lie in a row, and how many such rows */
  gint64 index[MIEN_TENSOR_MAX_RANK] = { 0 };
  gsize from =
      0; /* bytes from the first; one step past a row it may wrap, and steps back */
  int rank = view->rank;

  if (view->n_elements == 0)
    return;
  while (rank > 0
         && (view->shape[rank - 1] == 1 || view->strides[rank - 1] == (gint64) run))
    run *= (gsize) view->shape[--rank];
  n_runs = view->n_elements / run;
  for (gsize i = 0; i < n_runs; i++, out += run * view->element_size)
    {
      memcpy (out, view->first + from, run * view->element_size);
      for (int d = rank - 1; d >= 0; d--)
        {
          from += (gsize) view->strides[d] * view->element_size;
          if (++index[d] < view->shape[d])
            break;
          from -= (gsize) view->strides[d] * (gsize) view->shape[d] * view->element_size;
          index[d] = 0;
        }
    }
}

MienTensors *
mien_weights_state (const MienPickleNode *root,
                    GHashTable *storages,
                    guint64 max_bytes,
                    GError **error)
{
  g_autoptr (GPtrArray) entries = find_state (root, error);
  g_autoptr (GArray) views = NULL;
  char message[MIEN_ERROR_SIZE];
  MienTensors *tensors;
  gsize n_bytes;

  if (entries == NULL)
    return NULL;
  views = read_views (entries, storages, max_bytes, &n_bytes, error);
  if (views == NULL)
    return NULL;
  tensors = mien_tensors_new ();
  if (tensors != NULL)
    tensors->buffer = malloc (n_bytes + 1);
  if (tensors == NULL || tensors->buffer == NULL)
    {
      mien_tensors_free (tensors);
      mien_weights_fail (error, "not enough memory");
      return NULL;
    }
  for (guint i = 0; i < views->len; i++)
    {
      const View *view = &g_array_index (views, View, i);
      guint8 *place = (guint8 *) tensors->buffer + view->place;

      copy_view (view, place);
      if (mien_tensors_add (tensors, view->name, view->dtype, view->rank, view->shape,
                            place, message)
          != 0)
        {
          mien_tensors_free (tensors);
          mien_weights_fail (error, "%s", message);
          return NULL;
        }
    }
  return tensors;
}
