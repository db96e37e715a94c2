/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A pickle is a program for a stack machine whose last instruction leaves the result.
 * This machine has the opcodes that a state dict needs and no other; GLOBAL, REDUCE,
 * NEWOBJ and BUILD, by which a pickle runs whatever it likes in Python, only make nodes
 * here. A name that no honest file of weights has (os.system, builtins.eval, ...) is
 * refused all the same, so that a person hears what was in the file.
 *
 * Bounds: each opcode makes at most one node and pushes at most one reference, both are
 * counted, and so are open marks. All nodes belong to the pickle and go with it, so no
 * tree is ever walked to free it.
 */

#define G_LOG_DOMAIN "mien-importers"

#include "config.h"

#include "mien-pickle.h"

#include "mien-image.h"

#include <string.h>

enum
{
  MAX_PICKLE = 256 * 1024 * 1024,
  MAX_NODES = 1000 * 1000,
  MAX_STACK = 1000 * 1000,
  MAX_MARKS = 1000,
  MAX_NAME = 256, /* of a module or of a thing in it */
  PROTOCOL = 2,
};

/* The names are those of Python's pickle module. */
enum
{
  MARK = '(',
  STOP = '.',
  BINFLOAT = 'G',
  BININT = 'J',
  BININT1 = 'K',
  BININT2 = 'M',
  NONE = 'N',
  BINPERSID = 'Q',
  REDUCE = 'R',
  SHORT_BINSTRING = 'U',
  BINUNICODE = 'X',
  EMPTY_LIST = ']',
  APPEND = 'a',
  BUILD = 'b',
  GLOBAL = 'c',
  APPENDS = 'e',
  BINGET = 'h',
  LONG_BINGET = 'j',
  BINPUT = 'q',
  LONG_BINPUT = 'r',
  SETITEM = 's',
  TUPLE = 't',
  EMPTY_TUPLE = ')',
  SETITEMS = 'u',
  EMPTY_DICT = '}',
  PROTO = 0x80,
  NEWOBJ = 0x81,
  TUPLE1 = 0x85,
  TUPLE2 = 0x86,
  TUPLE3 = 0x87,
  NEWTRUE = 0x88,
  NEWFALSE = 0x89,
  LONG1 = 0x8a,
  EMPTY_SET = 0x8f,
};

/* What runs code, by module; "" is the whole module. Not a wall (nothing is called
 * whatever its name) but a sign. */
static const char *const DANGEROUS[][2] = {
  { "os", "" },
  { "posix", "" },
  { "nt", "" },
  { "subprocess", "" },
  { "commands", "" },
  { "pty", "" },
  { "sys", "" },
  { "socket", "" },
  { "shutil", "" },
  { "runpy", "" },
  { "importlib", "" },
  { "ctypes", "" },
  { "webbrowser", "" },
  { "code", "" },
  { "pickle", "" },
  { "builtins", "eval" },
  { "builtins", "exec" },
  { "builtins", "compile" },
  { "builtins", "open" },
  { "builtins", "input" },
  { "builtins", "__import__" },
  { "builtins", "getattr" },
};

struct _MienPickle
{
  GPtrArray *nodes;
  const MienPickleNode *root;
};

typedef struct
{
  MienPickle *pickle;
  const guint8 *bytes;
  gsize length, at;
  GPtrArray *stack; /* MienPickleNode *, borrowed from the pickle */
  GArray *marks;    /* guint: heights of the stack */
  GHashTable *memo; /* index to MienPickleNode * */
  GError **error;
} Machine;

static void
node_free (gpointer data)
{
  MienPickleNode *node = data;

  g_clear_pointer (&node->items, g_ptr_array_unref);
  if (node->kind == MIEN_PICKLE_GLOBAL)
    g_free ((char *) node->text);
  g_free (node);
}

void
mien_pickle_free (MienPickle *pickle)
{
  if (pickle == NULL)
    return;
  g_ptr_array_unref (pickle->nodes);
  g_free (pickle);
}

const GPtrArray *
mien_pickle_nodes (const MienPickle *pickle)
{
  return pickle->nodes;
}

const MienPickleNode *
mien_pickle_root (const MienPickle *pickle)
{
  return pickle->root;
}

gboolean
mien_pickle_is (const MienPickleNode *node, MienPickleKind kind, const char *text)
{
  return node->kind == kind && node->length == strlen (text)
         && memcmp (node->text, text, node->length) == 0;
}

gboolean
mien_pickle_calls (const MienPickleNode *node, const char *global)
{
  return node->kind == MIEN_PICKLE_CALL
         && mien_pickle_is (node->callable, MIEN_PICKLE_GLOBAL, global);
}

static gboolean G_GNUC_PRINTF (2, 3) fail (Machine *machine, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (machine->error, MIEN_IMPORT_ERROR, MIEN_IMPORT_ERROR_BAD_WEIGHTS,
               "%s at byte %" G_GSIZE_FORMAT " of the pickle", what, machine->at);
  return FALSE;
}

static gboolean
push (Machine *machine, MienPickleNode *node)
{
  if (machine->stack->len >= MAX_STACK)
    return fail (machine, "too many values");
  g_ptr_array_add (machine->stack, node);
  return TRUE;
}

/* A node without items; NULL with the error set. */
static MienPickleNode *
push_new (Machine *machine, MienPickleKind kind)
{
  MienPickleNode *node;

  if (machine->pickle->nodes->len >= MAX_NODES)
    {
      fail (machine, "too many values");
      return NULL;
    }
  node = g_new0 (MienPickleNode, 1);
  node->kind = kind;
  g_ptr_array_add (machine->pickle->nodes, node);
  return push (machine, node) ? node : NULL;
}

static gboolean
push_integer (Machine *machine, MienPickleKind kind, gint64 integer)
{
  MienPickleNode *node = push_new (machine, kind);

  if (node != NULL)
    node->integer = integer;
  return node != NULL;
}

/* How many values lie above the last mark. */
static guint
available (const Machine *machine)
{
  guint floor = machine->marks->len > 0
                    ? g_array_index (machine->marks, guint, machine->marks->len - 1)
                    : 0;

  return machine->stack->len - floor;
}

/* The topmost value, taken off; NULL with the error set. */
static MienPickleNode *
pop (Machine *machine)
{
  if (available (machine) == 0)
    {
      fail (machine, "a value is missing");
      return NULL;
    }
  return g_ptr_array_steal_index (machine->stack, machine->stack->len - 1);
}

static MienPickleNode *
top (Machine *machine)
{
  if (available (machine) == 0)
    {
      fail (machine, "a value is missing");
      return NULL;
    }
  return g_ptr_array_index (machine->stack, machine->stack->len - 1);
}

/* The next n bytes; NULL with the error set. */
static const guint8 *
take (Machine *machine, gsize n)
{
  const guint8 *at = machine->bytes + machine->at;

  if (n > machine->length - machine->at)
    {
      fail (machine, "it ends early");
      return NULL;
    }
  machine->at += n;
  return at;
}

/* A little-endian number of n bytes. */
static gboolean
take_number (Machine *machine, gsize n, guint32 *number)
{
  const guint8 *at = take (machine, n);

  if (at == NULL)
    return FALSE;
  *number = 0;
  for (gsize i = 0; i < n; i++)
    *number |= (guint32) at[i] << (8 * i);
  return TRUE;
}

static gboolean
do_text (Machine *machine, gsize length_size)
{
  guint32 length;
  const guint8 *text;
  MienPickleNode *node;

  if (!take_number (machine, length_size, &length)
      || (text = take (machine, length)) == NULL
      || (node = push_new (machine, MIEN_PICKLE_TEXT)) == NULL)
    return FALSE;
  node->text = (const char *) text;
  node->length = length;
  return TRUE;
}

static gboolean
do_long (Machine *machine)
{
  guint32 length;
  const guint8 *bytes;
  MienPickleNode *node;
  guint64 value;

  if (!take_number (machine, 1, &length) || (bytes = take (machine, length)) == NULL)
    return FALSE;
  if (length > 8)
    {
      node = push_new (machine, MIEN_PICKLE_BIG_INTEGER);
      if (node == NULL)
        return FALSE;
      node->text = (const char *) bytes;
      node->length = length;
      return TRUE;
    }
  value = length > 0 && (bytes[length - 1] & 0x80) != 0 ? G_MAXUINT64 : 0;
  for (guint32 i = length; i > 0; i--)
    value = value << 8 | bytes[i - 1];
  return push_integer (machine, MIEN_PICKLE_INTEGER, (gint64) value);
}

/* Weights lie in storages: of a number in the pickle itself only the kind is kept. */
static gboolean
do_real (Machine *machine)
{
  return take (machine, 8) != NULL && push_new (machine, MIEN_PICKLE_REAL) != NULL;
}

/* One line, as Python's identifiers are; a copy, NULL with the error set. */
static char *
take_name (Machine *machine)
{
  const guint8 *start = machine->bytes + machine->at;
  gsize left = MIN (machine->length - machine->at, MAX_NAME + 1);
  const guint8 *end = memchr (start, '\n', left);

  for (const guint8 *c = start; end != NULL && c < end; c++)
    if (!g_ascii_isgraph (*c))
      end = NULL;
  if (end == NULL || end == start)
    {
      fail (machine, "a broken name");
      return NULL;
    }
  machine->at += (gsize) (end - start) + 1;
  return g_strndup ((const char *) start, (gsize) (end - start));
}

static gboolean
is_dangerous (const char *module, const char *name)
{
  const char *dot = strchr (module, '.');
  g_autofree char *package =
      dot != NULL ? g_strndup (module, (gsize) (dot - module)) : g_strdup (module);
  const char *canonical = strcmp (package, "__builtin__") == 0 ? "builtins" : package;

  for (gsize i = 0; i < G_N_ELEMENTS (DANGEROUS); i++)
    if (strcmp (DANGEROUS[i][0], canonical) == 0
        && (DANGEROUS[i][1][0] == 0 || strcmp (DANGEROUS[i][1], name) == 0))
      return TRUE;
  return FALSE;
}

static gboolean
do_global (Machine *machine)
{
  g_autofree char *module = take_name (machine);
  g_autofree char *name = module != NULL ? take_name (machine) : NULL;
  MienPickleNode *node;

  if (name == NULL)
    return FALSE;
  if (is_dangerous (module, name))
    return fail (
        machine,
        "it asks to run %s.%s, which no file of weights needs (nothing was run; do "
        "not open it with torch.load)",
        module, name);
  node = push_new (machine, MIEN_PICKLE_GLOBAL);
  if (node == NULL)
    return FALSE;
  node->text = g_strconcat (module, ".", name, NULL);
  node->length = strlen (node->text);
  return TRUE;
}

/* REDUCE and NEWOBJ: what would be called, and with what. */
static gboolean
do_call (Machine *machine)
{
  MienPickleNode *arguments = pop (machine);
  MienPickleNode *callable = arguments != NULL ? pop (machine) : NULL;
  MienPickleNode *node;

  if (callable == NULL)
    return FALSE;
  if (arguments->kind != MIEN_PICKLE_TUPLE)
    return fail (machine, "arguments that are no tuple");
  node = push_new (machine, MIEN_PICKLE_CALL);
  if (node == NULL)
    return FALSE;
  node->callable = callable;
  node->arguments = arguments;
  return TRUE;
}

static gboolean
do_persistent (Machine *machine)
{
  MienPickleNode *id = pop (machine);
  MienPickleNode *node = id != NULL ? push_new (machine, MIEN_PICKLE_PERSISTENT) : NULL;

  if (node != NULL)
    node->arguments = id;
  return node != NULL;
}

/* BUILD: the state of an object is not looked at. */
static gboolean
do_build (Machine *machine)
{
  return pop (machine) != NULL && top (machine) != NULL;
}

/* Moves the topmost n values to the end of items, which may be NULL. */
static void
move_items (Machine *machine, guint n, GPtrArray **items)
{
  guint first = machine->stack->len - n;

  if (*items == NULL && n > 0)
    *items = g_ptr_array_sized_new (n);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (*items, g_ptr_array_index (machine->stack, first + i));
  g_ptr_array_set_size (machine->stack, (int) first);
}

static gboolean
do_tuple (Machine *machine, guint n)
{
  GPtrArray *items = NULL;
  MienPickleNode *node;

  if (available (machine) < n)
    return fail (machine, "a value is missing");
  move_items (machine, n, &items);
  node = push_new (machine, MIEN_PICKLE_TUPLE);
  if (node != NULL)
    node->items = g_steal_pointer (&items);
  g_clear_pointer (&items, g_ptr_array_unref);
  return node != NULL;
}

/* Takes the last mark away; n is how many values lay above it. */
static gboolean
close_mark (Machine *machine, guint *n)
{
  if (machine->marks->len == 0)
    return fail (machine, "no mark");
  *n = available (machine);
  g_array_set_size (machine->marks, machine->marks->len - 1);
  return TRUE;
}

/* The topmost n values go into the container below them; pairs: as keys and values. */
static gboolean
do_fill (Machine *machine, guint n, gboolean pairs)
{
  MienPickleNode *container;

  if (available (machine) < n + 1)
    return fail (machine, "a value is missing");
  container = g_ptr_array_index (machine->stack, machine->stack->len - n - 1);
  if (container->kind != (pairs ? MIEN_PICKLE_DICT : MIEN_PICKLE_LIST)
      && container->kind != MIEN_PICKLE_CALL)
    return fail (machine, "values for what is no %s", pairs ? "dict" : "list");
  if (pairs && n % 2 != 0)
    return fail (machine, "a key without a value");
  move_items (machine, n, &container->items);
  return TRUE;
}

static gboolean
do_get (Machine *machine, gsize n)
{
  guint32 index;
  MienPickleNode *node;

  if (!take_number (machine, n, &index))
    return FALSE;
  node = g_hash_table_lookup (machine->memo, GUINT_TO_POINTER (index));
  return node != NULL ? push (machine, node) : fail (machine, "an unknown reference");
}

static gboolean
do_put (Machine *machine, gsize n)
{
  guint32 index;
  MienPickleNode *node = top (machine);

  if (node == NULL || !take_number (machine, n, &index))
    return FALSE;
  g_hash_table_insert (machine->memo, GUINT_TO_POINTER (index), node);
  return TRUE;
}

static gboolean
do_mark (Machine *machine)
{
  if (machine->marks->len >= MAX_MARKS)
    return fail (machine, "it is nested too deeply");
  g_array_append_val (machine->marks, machine->stack->len);
  return TRUE;
}

static gboolean
do_protocol (Machine *machine)
{
  guint32 protocol;

  if (!take_number (machine, 1, &protocol))
    return FALSE;
  return protocol == PROTOCOL
         || fail (
             machine,
             "pickle protocol %u, while torch.save writes 2 unless told otherwise: save "
             "it again",
             protocol);
}

static gboolean
do_number (Machine *machine, gsize n)
{
  guint32 number;

  return take_number (machine, n, &number)
         && push_integer (machine, MIEN_PICKLE_INTEGER,
                          n == 4 ? (gint64) (gint32) number : (gint64) number);
}

static gboolean
do_marked (Machine *machine, int opcode)
{
  guint n = 0;

  if (!close_mark (machine, &n))
    return FALSE;
  return opcode == TUPLE ? do_tuple (machine, n)
                         : do_fill (machine, n, opcode == SETITEMS);
}

static gboolean
step (Machine *machine, int opcode)
{
  switch (opcode)
    {
    case PROTO:
      return do_protocol (machine);
    case MARK:
      return do_mark (machine);
    case NONE:
      return push_new (machine, MIEN_PICKLE_NONE) != NULL;
    case NEWTRUE:
    case NEWFALSE:
      return push_integer (machine, MIEN_PICKLE_BOOLEAN, opcode == NEWTRUE);
    case BININT1:
      return do_number (machine, 1);
    case BININT2:
      return do_number (machine, 2);
    case BININT:
      return do_number (machine, 4);
    case LONG1:
      return do_long (machine);
    case BINFLOAT:
      return do_real (machine);
    case SHORT_BINSTRING:
      return do_text (machine, 1);
    case BINUNICODE:
      return do_text (machine, 4);
    case EMPTY_LIST:
      return push_new (machine, MIEN_PICKLE_LIST) != NULL;
    case EMPTY_DICT:
      return push_new (machine, MIEN_PICKLE_DICT) != NULL;
    case EMPTY_SET:
      return push_new (machine, MIEN_PICKLE_SET) != NULL;
    case EMPTY_TUPLE:
      return do_tuple (machine, 0);
    case TUPLE1:
    case TUPLE2:
    case TUPLE3:
      return do_tuple (machine, (guint) (opcode - TUPLE1) + 1);
    case TUPLE:
    case APPENDS:
    case SETITEMS:
      return do_marked (machine, opcode);
    case APPEND:
      return do_fill (machine, 1, FALSE);
    case SETITEM:
      return do_fill (machine, 2, TRUE);
    case GLOBAL:
      return do_global (machine);
    case REDUCE:
    case NEWOBJ:
      return do_call (machine);
    case BUILD:
      return do_build (machine);
    case BINPERSID:
      return do_persistent (machine);
    case BINGET:
      return do_get (machine, 1);
    case LONG_BINGET:
      return do_get (machine, 4);
    case BINPUT:
      return do_put (machine, 1);
    case LONG_BINPUT:
      return do_put (machine, 4);
    default:
      return fail (machine, "opcode 0x%02x, which no state dict needs,", opcode);
    }
}

static gboolean
run (Machine *machine)
{
  const guint8 *opcode;

  while ((opcode = take (machine, 1)) != NULL && *opcode != STOP)
    if (!step (machine, *opcode))
      return FALSE;
  if (opcode == NULL)
    return FALSE;
  if (machine->stack->len != 1 || machine->marks->len != 0)
    return fail (machine, "it leaves %u values instead of one", machine->stack->len);
  machine->pickle->root = g_ptr_array_index (machine->stack, 0);
  return TRUE;
}

MienPickle *
mien_pickle_read (const guint8 *bytes, gsize length, gsize *used, GError **error)
{
  g_autoptr (MienPickle) pickle = g_new0 (MienPickle, 1);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) memo = g_hash_table_new (NULL, NULL);
  Machine machine = { pickle, bytes, MIN (length, MAX_PICKLE), 0, stack, marks,
                      memo,   error };

  pickle->nodes = g_ptr_array_new_with_free_func (node_free);
  if (!run (&machine))
    return NULL;
  *used = machine.at;
  return g_steal_pointer (&pickle);
}
