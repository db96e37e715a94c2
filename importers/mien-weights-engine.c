/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From the names under which a ResNet-18 was saved to the engine's (model/PROTOCOL.md),
 * which are torchvision's. The method's authors kept the trunk in a sequence, so that
 * conv1 is base.0, bn1 base.1 and layer1 to layer4 base.4 to base.7; their heads have our
 * names. Of the heads, those are taken that are whole and of the right shape; the trunk
 * must be.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-weights-private.h"

#include <math.h>
#include <string.h>

enum
{
  STAGES = 4,
  WIDTH = 64,
  FEATURES = MIEN_WEIGHTS_FEATURES,
  HIDDEN = MIEN_WEIGHTS_HIDDEN,
  EXPRESSIONS = 8,
  ACTION_UNITS = 12,
};

/* A trunk is one group, each head one of its own. */
enum
{
  GROUP_TRUNK,
  GROUP_EXPRESSION,
  GROUP_VALENCE_AROUSAL,
  GROUP_ACTION_UNITS,
  N_GROUPS,
};

typedef struct
{
  char *name;
  int group, rank;
  gint64 shape[4];
} Expected;

static void
expected_clear (gpointer data)
{
  g_free (((Expected *) data)->name);
}

static void G_GNUC_PRINTF (5, 6) expect (GArray *list,
                                         int group,
                                         int rank,
                                         const gint64 *shape,
                                         const char *format,
                                         ...)
{
  Expected expected = { .group = group, .rank = rank };
  va_list args;

  va_start (args, format);
  expected.name = g_strdup_vprintf (format, args);
  va_end (args);
  memcpy (expected.shape, shape, (gsize) rank * sizeof *shape);
  g_array_append_val (list, expected);
}

/* A convolution out x in x kernel x kernel and the normalisation after it. */
static void
expect_unit (GArray *list,
             const char *conv,
             const char *norm,
             int out,
             int in,
             int kernel)
{
  static const char *const PARTS[] = { "weight", "bias", "running_mean", "running_var" };

  expect (list, GROUP_TRUNK, 4, (gint64[]){ out, in, kernel, kernel }, "%s.weight", conv);
  for (gsize i = 0; i < G_N_ELEMENTS (PARTS); i++)
    expect (list, GROUP_TRUNK, 1, (gint64[]){ out }, "%s.%s", norm, PARTS[i]);
}

static void
expect_linear (GArray *list, int group, int out, int in, const char *name)
{
  expect (list, group, 2, (gint64[]){ out, in }, "%s.weight", name);
  expect (list, group, 1, (gint64[]){ out }, "%s.bias", name);
}

static void
expect_trunk (GArray *list)
{
  int in = WIDTH;

  expect_unit (list, "conv1", "bn1", WIDTH, 3, 7);
  for (int stage = 1; stage <= STAGES; stage++)
    for (int block = 0; block < 2; block++)
      {
        int out = WIDTH << (stage - 1);
        char conv[32], norm[32];

        for (int unit = 1; unit <= 2; unit++)
          {
            g_snprintf (conv, sizeof conv, "layer%d.%d.conv%d", stage, block, unit);
            g_snprintf (norm, sizeof norm, "layer%d.%d.bn%d", stage, block, unit);
            expect_unit (list, conv, norm, out, unit == 1 ? in : out, 3);
          }
        if (in != out)
          {
            g_snprintf (conv, sizeof conv, "layer%d.%d.downsample.0", stage, block);
            g_snprintf (norm, sizeof norm, "layer%d.%d.downsample.1", stage, block);
            expect_unit (list, conv, norm, out, in, 1);
          }
        in = out;
      }
}

static void
expect_heads (GArray *list)
{
  expect_linear (list, GROUP_EXPRESSION, HIDDEN, FEATURES, "exp_fc.0");
  expect_linear (list, GROUP_EXPRESSION, EXPRESSIONS, HIDDEN, "exp_classifier");
  expect_linear (list, GROUP_VALENCE_AROUSAL, HIDDEN, FEATURES, "va_fc.0");
  expect_linear (list, GROUP_VALENCE_AROUSAL, 2, HIDDEN, "va_classifier");
  for (int i = 0; i < ACTION_UNITS; i++)
    {
      char name[16];

      g_snprintf (name, sizeof name, "au_fc.%d.0", i);
      expect_linear (list, GROUP_ACTION_UNITS, HIDDEN, FEATURES, name);
    }
  expect_linear (list, GROUP_ACTION_UNITS, ACTION_UNITS, HIDDEN, "au_classifier.fc");
}

/* The authors' name of a tensor of the trunk; NULL for what has none. */
static char *
authors_name (const char *name)
{
  if (g_str_has_prefix (name, "conv1."))
    return g_strconcat ("base.0.", name + strlen ("conv1."), NULL);
  if (g_str_has_prefix (name, "bn1."))
    return g_strconcat ("base.1.", name + strlen ("bn1."), NULL);
  if (g_str_has_prefix (name, "layer"))
    return g_strdup_printf ("base.%d%s", name[strlen ("layer")] - '0' + 3,
                            name + strlen ("layer1"));
  return NULL;
}

static gboolean
has_shape (const MienTensor *tensor, const Expected *expected)
{
  gboolean same = tensor->rank == expected->rank;

  for (int i = 0; same && i < tensor->rank; i++)
    same = tensor->shape[i] == expected->shape[i];
  return same;
}

static char *
shape_text (const gint64 *shape, int rank)
{
  GString *text = g_string_new ("[");

  for (int i = 0; i < rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? ", " : "", shape[i]);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

/* The tensor that is expected, in the shape that is expected; NULL with the error set. */
static const MienTensor *
find (const MienTensors *tensors,
      const Expected *expected,
      gboolean authors,
      GError **error)
{
  g_autofree char *renamed =
      authors && expected->group == GROUP_TRUNK ? authors_name (expected->name) : NULL;
  const char *name = renamed != NULL ? renamed : expected->name;
  const MienTensor *tensor = mien_tensors_find (tensors, name);

  if (tensor == NULL)
    {
      mien_weights_fail (error, "not a ResNet-18: tensor %s is missing", name);
      return NULL;
    }
  if (!has_shape (tensor, expected))
    {
      g_autofree char *is = shape_text (tensor->shape, tensor->rank);
      g_autofree char *should = shape_text (expected->shape, expected->rank);

      mien_weights_fail (error, "not a ResNet-18: tensor %s is %s instead of %s", name,
                         is, should);
      return NULL;
    }
  if (tensor->dtype > MIEN_DTYPE_F64)
    {
      mien_weights_fail (error, "tensor %s holds whole numbers (%s)", name,
                         mien_dtype_name (tensor->dtype));
      return NULL;
    }
  return tensor;
}

static gboolean
add_float (MienTensors *out,
           const Expected *expected,
           const MienTensor *tensor,
           GError **error)
{
  g_autofree float *values = g_new (float, tensor->n_elements);
  char message[MIEN_ERROR_SIZE];

  for (gsize i = 0; i < tensor->n_elements; i++)
    {
      values[i] = mien_tensor_get (tensor, i);
      if (!isfinite (values[i]))
        return mien_weights_fail (error, "tensor %s holds a value that is not finite",
                                  tensor->name);
    }
  if (mien_tensors_add_copy (out, expected->name, expected->rank, expected->shape, values,
                             message)
      != 0)
    return mien_weights_fail (error, "%s", message);
  return TRUE;
}

static gboolean
has_all_heads (const gboolean whole[N_GROUPS])
{
  return whole[GROUP_EXPRESSION] && whole[GROUP_VALENCE_AROUSAL]
         && whole[GROUP_ACTION_UNITS];
}

/* Which groups are whole; FALSE with the error set if the trunk is not. list: filled. */
static gboolean
find_groups (const MienTensors *tensors,
             GArray *list,
             gboolean authors,
             gboolean whole[N_GROUPS],
             GError **error)
{
  for (int group = 0; group < N_GROUPS; group++)
    whole[group] = TRUE;
  expect_trunk (list);
  expect_heads (list);
  for (guint i = 0; i < list->len && whole[GROUP_TRUNK]; i++)
    {
      const Expected *expected = &g_array_index (list, Expected, i);

      if (find (tensors, expected, authors, expected->group == GROUP_TRUNK ? error : NULL)
          == NULL)
        whole[expected->group] = FALSE;
    }
  return whole[GROUP_TRUNK];
}

static GArray *
list_new (void)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Expected));

  g_array_set_clear_func (list, expected_clear);
  return list;
}

gboolean
mien_weights_check_engine (const MienTensors *tensors,
                           gboolean *has_heads,
                           GError **error)
{
  g_autoptr (GArray) list = list_new ();
  gboolean whole[N_GROUPS];

  if (!find_groups (tensors, list, FALSE, whole, error))
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      const char *name = g_array_index (list, Expected, i).name;
      const MienTensor *tensor = mien_tensors_find (tensors, name);

      if (tensor != NULL && tensor->dtype != MIEN_DTYPE_F32)
        return mien_weights_fail (error, "tensor %s is %s instead of F32", name,
                                  mien_dtype_name (tensor->dtype));
    }
  *has_heads = has_all_heads (whole);
  return TRUE;
}

MienTensors *
mien_weights_for_engine (const MienTensors *tensors,
                         const char *name,
                         gboolean *has_heads,
                         GError **error)
{
  g_autoptr (GArray) list = list_new ();
  gboolean authors = mien_tensors_find (tensors, "base.0.weight") != NULL;
  gboolean whole[N_GROUPS];
  MienTensors *out = mien_tensors_new ();
  gboolean fine = out != NULL || mien_weights_fail (error, "not enough memory");

  fine = fine && find_groups (tensors, list, authors, whole, error);
  for (guint i = 0; fine && i < list->len; i++)
    {
      const Expected *expected = &g_array_index (list, Expected, i);

      if (whole[expected->group])
        fine = add_float (out, expected, find (tensors, expected, authors, NULL), error);
    }
  if (!fine)
    {
      g_prefix_error (error, "%s: ", name);
      mien_tensors_free (out);
      return NULL;
    }
  *has_heads = has_all_heads (whole);
  return out;
}
