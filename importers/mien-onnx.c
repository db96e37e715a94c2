/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The graph, in the order in which model/mien-network-run.c computes it. Numbers of
 * fields are those of onnx.proto; fields are written in their order, so that onnx's own
 * library writes the same bytes.
 *
 * A node, the value that it makes and the module of torch's that it stands for have one
 * name ("layer1.0.conv1"); the last nodes have the names of the outputs.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-onnx.h"

#include "mien-protobuf.h"
#include "mien-types.h"
#include "mien-weights-private.h"

#include <stdarg.h>
#include <string.h>

enum
{
  IR_VERSION = 7, /* the one that came with opset 13 */
  OPSET = 13,
};

enum
{
  MODEL_IR_VERSION = 1,
  MODEL_PRODUCER_NAME = 2,
  MODEL_PRODUCER_VERSION = 3,
  MODEL_DOC_STRING = 6,
  MODEL_GRAPH = 7,
  MODEL_OPSET_IMPORT = 8,
  MODEL_METADATA_PROPS = 14,
  OPSET_DOMAIN = 1,
  OPSET_VERSION = 2,
  ENTRY_KEY = 1,
  ENTRY_VALUE = 2,
};

enum
{
  GRAPH_NODE = 1,
  GRAPH_NAME = 2,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  NODE_INPUT = 1,
  NODE_OUTPUT = 2,
  NODE_NAME = 3,
  NODE_OP_TYPE = 4,
  NODE_ATTRIBUTE = 5,
  ATTRIBUTE_NAME = 1,
  ATTRIBUTE_F = 2,
  ATTRIBUTE_I = 3,
  ATTRIBUTE_INTS = 8,
  ATTRIBUTE_TYPE = 20,
  ATTRIBUTE_TYPE_FLOAT = 1,
  ATTRIBUTE_TYPE_INT = 2,
  ATTRIBUTE_TYPE_INTS = 7,
};

enum
{
  TENSOR_DIMS = 1,
  TENSOR_DATA_TYPE = 2,
  TENSOR_NAME = 8,
  TENSOR_RAW_DATA = 9,
  VALUE_NAME = 1,
  VALUE_TYPE = 2,
  VALUE_DOC_STRING = 3,
  TYPE_TENSOR = 1,
  TYPE_TENSOR_ELEMENT = 1,
  TYPE_TENSOR_SHAPE = 2,
  SHAPE_DIM = 1,
  DIM_VALUE = 1,
  DIM_PARAM = 2,
  ELEMENT_FLOAT = 1,
  ELEMENT_INT64 = 7,
};

/* The numbers in raw data are little endian, and so are the tensors. */
G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);

typedef struct
{
  const MienTensors *tensors;
  MienProtobuf *nodes, *initializers;
} Graph;

/* A node with one output; its inputs follow, then NULL. Then come attributes, and
 * add_node (). */
static MienProtobuf *G_GNUC_NULL_TERMINATED
node_new (const char *type, const char *name, ...)
{
  MienProtobuf *node = mien_protobuf_new ();
  const char *input;
  va_list inputs;

  va_start (inputs, name);
  while ((input = va_arg (inputs, const char *)) != NULL)
    mien_protobuf_add_text (node, NODE_INPUT, input);
  va_end (inputs);
  mien_protobuf_add_text (node, NODE_OUTPUT, name);
  mien_protobuf_add_text (node, NODE_NAME, name);
  mien_protobuf_add_text (node, NODE_OP_TYPE, type);
  return node;
}

static void
add_node (Graph *graph, MienProtobuf *node)
{
  mien_protobuf_add_message (graph->nodes, GRAPH_NODE, node);
}

static void
add_float (MienProtobuf *node, const char *name, float value)
{
  MienProtobuf *attribute = mien_protobuf_new ();

  mien_protobuf_add_text (attribute, ATTRIBUTE_NAME, name);
  mien_protobuf_add_float (attribute, ATTRIBUTE_F, value);
  mien_protobuf_add_integer (attribute, ATTRIBUTE_TYPE, ATTRIBUTE_TYPE_FLOAT);
  mien_protobuf_add_message (node, NODE_ATTRIBUTE, attribute);
}

static void
add_integer (MienProtobuf *node, const char *name, gint64 value)
{
  MienProtobuf *attribute = mien_protobuf_new ();

  mien_protobuf_add_text (attribute, ATTRIBUTE_NAME, name);
  mien_protobuf_add_integer (attribute, ATTRIBUTE_I, value);
  mien_protobuf_add_integer (attribute, ATTRIBUTE_TYPE, ATTRIBUTE_TYPE_INT);
  mien_protobuf_add_message (node, NODE_ATTRIBUTE, attribute);
}

/* n times the same value. */
static void
add_integers (MienProtobuf *node, const char *name, int n, gint64 value)
{
  MienProtobuf *attribute = mien_protobuf_new ();

  mien_protobuf_add_text (attribute, ATTRIBUTE_NAME, name);
  for (int i = 0; i < n; i++)
    mien_protobuf_add_integer (attribute, ATTRIBUTE_INTS, value);
  mien_protobuf_add_integer (attribute, ATTRIBUTE_TYPE, ATTRIBUTE_TYPE_INTS);
  mien_protobuf_add_message (node, NODE_ATTRIBUTE, attribute);
}

static void
add_window (MienProtobuf *node, int kernel, int stride)
{
  add_integers (node, "kernel_shape", 2, kernel);
  add_integers (node, "pads", 4, kernel / 2);
  add_integers (node, "strides", 2, stride);
}

static void
add_constant (Graph *graph,
              const char *name,
              int element,
              int rank,
              const gint64 *shape,
              const void *data,
              gsize length)
{
  MienProtobuf *tensor = mien_protobuf_new ();

  for (int i = 0; i < rank; i++)
    mien_protobuf_add_integer (tensor, TENSOR_DIMS, shape[i]);
  mien_protobuf_add_integer (tensor, TENSOR_DATA_TYPE, element);
  mien_protobuf_add_text (tensor, TENSOR_NAME, name);
  mien_protobuf_add_data (tensor, TENSOR_RAW_DATA, data, length);
  mien_protobuf_add_message (graph->initializers, GRAPH_INITIALIZER, tensor);
}

/* A tensor of the network's, "module.part", which must be there; gives its name. */
static char *
add_weights (Graph *graph, const char *module, const char *part)
{
  char *name = g_strconcat (module, ".", part, NULL);
  const MienTensor *tensor = mien_tensors_find (graph->tensors, name);

  add_constant (graph, name, ELEMENT_FLOAT, tensor->rank, tensor->shape, tensor->data,
                tensor->n_bytes);
  return name;
}

/* A convolution and its normalisation, which gives the value its name. */
static void
add_unit (Graph *graph,
          const char *conv,
          const char *norm,
          const char *input,
          int kernel,
          int stride)
{
  g_autofree char *weight = add_weights (graph, conv, "weight");
  g_autofree char *gamma = add_weights (graph, norm, "weight");
  g_autofree char *beta = add_weights (graph, norm, "bias");
  g_autofree char *mean = add_weights (graph, norm, "running_mean");
  g_autofree char *variance = add_weights (graph, norm, "running_var");
  MienProtobuf *node = node_new ("Conv", conv, input, weight, NULL);

  add_window (node, kernel, stride);
  add_node (graph, node);
  node = node_new ("BatchNormalization", norm, conv, gamma, beta, mean, variance, NULL);
  add_float (node, "epsilon", 1e-5f);
  add_node (graph, node);
}

/* input -> "block.relu2" */
static void
add_block (Graph *graph, const char *block, const char *input, int stride)
{
  g_autofree char *conv1 = g_strconcat (block, ".conv1", NULL);
  g_autofree char *bn1 = g_strconcat (block, ".bn1", NULL);
  g_autofree char *relu1 = g_strconcat (block, ".relu1", NULL);
  g_autofree char *conv2 = g_strconcat (block, ".conv2", NULL);
  g_autofree char *bn2 = g_strconcat (block, ".bn2", NULL);
  g_autofree char *downsample0 = g_strconcat (block, ".downsample.0", NULL);
  g_autofree char *downsample1 = g_strconcat (block, ".downsample.1", NULL);
  g_autofree char *add = g_strconcat (block, ".add", NULL);
  g_autofree char *relu2 = g_strconcat (block, ".relu2", NULL);
  const char *shortcut = input;

  add_unit (graph, conv1, bn1, input, 3, stride);
  add_node (graph, node_new ("Relu", relu1, bn1, NULL));
  add_unit (graph, conv2, bn2, relu1, 3, 1);
  if (stride != 1)
    {
      add_unit (graph, downsample0, downsample1, input, 1, stride);
      shortcut = downsample1;
    }
  add_node (graph, node_new ("Add", add, bn2, shortcut, NULL));
  add_node (graph, node_new ("Relu", relu2, add, NULL));
}

/* "input" -> "features" */
static void
add_trunk (Graph *graph)
{
  static const float FLOOR = 1e-12f;
  g_autofree char *input = g_strdup ("maxpool");
  MienProtobuf *node;

  add_unit (graph, "conv1", "bn1", "input", 7, 2);
  add_node (graph, node_new ("Relu", "relu", "bn1", NULL));
  node = node_new ("MaxPool", "maxpool", "relu", NULL);
  add_window (node, 3, 2);
  add_node (graph, node);
  for (int stage = 1; stage <= 4; stage++)
    for (int i = 0; i < 2; i++)
      {
        g_autofree char *block = g_strdup_printf ("layer%d.%d", stage, i);

        add_block (graph, block, input, stage > 1 && i == 0 ? 2 : 1);
        g_free (input);
        input = g_strconcat (block, ".relu2", NULL);
      }
  add_node (graph, node_new ("GlobalAveragePool", "avgpool", input, NULL));
  node = node_new ("Flatten", "flatten", "avgpool", NULL);
  add_integer (node, "axis", 1);
  add_node (graph, node);

  /* x / max (|x|, 1e-12) */
  node = node_new ("ReduceL2", "normalize.length", "flatten", NULL);
  add_integers (node, "axes", 1, 1);
  add_integer (node, "keepdims", 1);
  add_node (graph, node);
  add_constant (graph, "normalize.floor", ELEMENT_FLOAT, 0, NULL, &FLOOR, sizeof FLOOR);
  add_node (graph, node_new ("Max", "normalize.divisor", "normalize.length",
                             "normalize.floor", NULL));
  add_node (graph, node_new ("Div", "features", "flatten", "normalize.divisor", NULL));
}

/* input -> name, by the weights of module */
static void
add_linear (Graph *graph, const char *module, const char *input, const char *name)
{
  g_autofree char *weight = add_weights (graph, module, "weight");
  g_autofree char *bias = add_weights (graph, module, "bias");
  MienProtobuf *node = node_new ("Gemm", name, input, weight, bias, NULL);

  add_integer (node, "transB", 1);
  add_node (graph, node);
}

/* "features" -> name, a head's hidden layer */
static void
add_hidden (Graph *graph, const char *module, const char *name)
{
  add_linear (graph, module, "features", module);
  add_node (graph, node_new ("Relu", name, module, NULL));
}

/* Each unit has a hidden layer and a row of the classifier's weights: the layers become
 * the rows of a matrix, which is multiplied element by element and summed along its rows.
 */
static void
add_action_units (Graph *graph)
{
  static const gint64 ROWS[] = { 0, MIEN_UNIT_COUNT, MIEN_WEIGHTS_HIDDEN }; /* 0: N */
  static const gint64 AXIS[] = { 2 };
  const gint64 rank = G_N_ELEMENTS (ROWS), one = 1;
  g_autofree char *weight = add_weights (graph, "au_classifier.fc", "weight");
  g_autofree char *bias = add_weights (graph, "au_classifier.fc", "bias");
  MienProtobuf *concat = mien_protobuf_new (), *node;

  for (int i = 0; i < MIEN_UNIT_COUNT; i++)
    {
      g_autofree char *module = g_strdup_printf ("au_fc.%d.0", i);
      g_autofree char *hidden = g_strdup_printf ("au_fc.%d.1", i);

      add_hidden (graph, module, hidden);
      mien_protobuf_add_text (concat, NODE_INPUT, hidden);
    }
  mien_protobuf_append (concat, node_new ("Concat", "au_fc", NULL));
  add_integer (concat, "axis", 1);
  add_node (graph, concat);
  add_constant (graph, "au_fc.shape", ELEMENT_INT64, 1, &rank, ROWS, sizeof ROWS);
  add_node (graph, node_new ("Reshape", "au_fc.rows", "au_fc", "au_fc.shape", NULL));
  add_node (graph,
            node_new ("Mul", "au_classifier.products", "au_fc.rows", weight, NULL));
  add_constant (graph, "au_classifier.axis", ELEMENT_INT64, 1, &one, AXIS, sizeof AXIS);
  node = node_new ("ReduceSum", "au_classifier.sums", "au_classifier.products",
                   "au_classifier.axis", NULL);
  add_integer (node, "keepdims", 0);
  add_node (graph, node);
  add_node (graph, node_new ("Add", "action_units", "au_classifier.sums", bias, NULL));
}

/* "features" -> the other outputs */
static void
add_heads (Graph *graph)
{
  add_hidden (graph, "exp_fc.0", "exp_fc.1");
  add_linear (graph, "exp_classifier", "exp_fc.1", "expression");
  add_hidden (graph, "va_fc.0", "va_fc.1");
  add_linear (graph, "va_classifier", "va_fc.1", "valence_arousal");
  add_action_units (graph);
}

/* An input or output of the graph, float32. A dimension is a name, or else a number. */
static void
add_value (MienProtobuf *graph,
           guint field,
           const char *name,
           const char *meaning,
           int rank,
           const char *const *names,
           const gint64 *sizes)
{
  MienProtobuf *shape = mien_protobuf_new (), *tensor = mien_protobuf_new ();
  MienProtobuf *type = mien_protobuf_new (), *value = mien_protobuf_new ();

  for (int i = 0; i < rank; i++)
    {
      MienProtobuf *dimension = mien_protobuf_new ();

      if (names[i] != NULL)
        mien_protobuf_add_text (dimension, DIM_PARAM, names[i]);
      else
        mien_protobuf_add_integer (dimension, DIM_VALUE, sizes[i]);
      mien_protobuf_add_message (shape, SHAPE_DIM, dimension);
    }
  mien_protobuf_add_integer (tensor, TYPE_TENSOR_ELEMENT, ELEMENT_FLOAT);
  mien_protobuf_add_message (tensor, TYPE_TENSOR_SHAPE, shape);
  mien_protobuf_add_message (type, TYPE_TENSOR, tensor);
  mien_protobuf_add_text (value, VALUE_NAME, name);
  mien_protobuf_add_message (value, VALUE_TYPE, type);
  mien_protobuf_add_text (value, VALUE_DOC_STRING, meaning);
  mien_protobuf_add_message (graph, field, value);
}

static MienProtobuf *
make_graph (const MienTensors *tensors, gboolean has_heads)
{
  static const struct
  {
    const char *name;
    gint64 width;
    const char *meaning;
  } OUTPUTS[] = {
    { "features", MIEN_WEIGHTS_FEATURES,
      "what the face looks like: a vector of length 1" },
    { "expression", MIEN_EXPRESSION_COUNT,
      "logits, in the order of mien.expressions; softmax makes probabilities of them" },
    { "valence_arousal", 2, "valence and arousal from -1 to 1; clamp what lies beyond" },
    { "action_units", MIEN_UNIT_COUNT,
      "logits, in the order of mien.action_units; the sigmoid makes a probability of "
      "each" },
  };
  Graph parts = { tensors, mien_protobuf_new (), mien_protobuf_new () };
  MienProtobuf *graph;

  add_trunk (&parts);
  if (has_heads)
    add_heads (&parts);
  graph = parts.nodes;
  mien_protobuf_add_text (graph, GRAPH_NAME, "mien");
  mien_protobuf_append (graph, parts.initializers);
  add_value (graph, GRAPH_INPUT, "input",
             "faces: R, G, B from 0 to 1, less mien.mean, over mien.std; H and W at best "
             "mien.input_size",
             4, (const char *const[]){ "N", NULL, "H", "W" }, (gint64[]){ 0, 3, 0, 0 });
  for (guint i = 0; i < (has_heads ? G_N_ELEMENTS (OUTPUTS) : 1); i++)
    add_value (graph, GRAPH_OUTPUT, OUTPUTS[i].name, OUTPUTS[i].meaning, 2,
               (const char *const[]){ "N", NULL }, (gint64[]){ 0, OUTPUTS[i].width });
  return graph;
}

static void
add_entry (MienProtobuf *model, const char *key, const char *value)
{
  MienProtobuf *entry = mien_protobuf_new ();

  mien_protobuf_add_text (entry, ENTRY_KEY, key);
  mien_protobuf_add_text (entry, ENTRY_VALUE, value);
  mien_protobuf_add_message (model, MODEL_METADATA_PROPS, entry);
}

static void
add_metadata (MienProtobuf *model, const MienTensors *tensors, gboolean has_heads)
{
  g_autoptr (GString) expressions = g_string_new (NULL), units = g_string_new (NULL);

  for (gsize i = 0; i < tensors->n_notes; i++)
    add_entry (model, tensors->notes[i].key, tensors->notes[i].value);
  /* ImageNet's, as model/mien-answers.h has it. */
  add_entry (model, "mien.channels", "R G B");
  add_entry (model, "mien.mean", "0.485 0.456 0.406");
  add_entry (model, "mien.std", "0.229 0.224 0.225");
  if (!has_heads)
    return;
  for (guint i = 0; i < MIEN_EXPRESSION_COUNT; i++)
    g_string_append_printf (expressions, i > 0 ? " %s" : "%s", mien_expression_name (i));
  for (guint i = 0; i < MIEN_UNIT_COUNT; i++)
    g_string_append_printf (units, i > 0 ? " AU%u" : "AU%u", mien_unit_number (i));
  add_entry (model, "mien.expressions", expressions->str);
  add_entry (model, "mien.action_units", units->str);
}

gboolean
mien_onnx_write (const MienTensors *tensors, const char *path, GError **error)
{
  g_autoptr (MienProtobuf) model = mien_protobuf_new ();
  MienProtobuf *opset;
  gboolean has_heads;

  if (!mien_weights_check_engine (tensors, &has_heads, error))
    return FALSE;
  mien_protobuf_add_integer (model, MODEL_IR_VERSION, IR_VERSION);
  mien_protobuf_add_text (model, MODEL_PRODUCER_NAME, "Mien");
  mien_protobuf_add_text (model, MODEL_PRODUCER_VERSION, MIEN_VERSION);
  mien_protobuf_add_text (model, MODEL_DOC_STRING,
                          has_heads ? "ResNet-18 that reads expression, valence, arousal "
                                      "and action units from a face"
                                    : "ResNet-18 without heads");
  mien_protobuf_add_message (model, MODEL_GRAPH, make_graph (tensors, has_heads));
  opset = mien_protobuf_new ();
  mien_protobuf_add_text (opset, OPSET_DOMAIN, "");
  mien_protobuf_add_integer (opset, OPSET_VERSION, OPSET);
  mien_protobuf_add_message (model, MODEL_OPSET_IMPORT, opset);
  add_metadata (model, tensors, has_heads);
  return mien_protobuf_write (model, path, error);
}
