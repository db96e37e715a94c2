/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Python's pickle, protocol 2, read as data: the result is a tree that says what the file asks for,
 * and nothing of it is done. Where Python would import, there is the name; where it would call, the
 * name and the arguments. Only the opcodes of PyTorch's own weights_only unpickler are known.
 *
 * The tree may hold a node in several places and even inside itself: whoever walks it bounds the
 * depth.
 */

typedef enum
{
  MIEN_PICKLE_NONE,
  MIEN_PICKLE_BOOLEAN,                     /* integer */
  MIEN_PICKLE_INTEGER,                     /* integer */
  MIEN_PICKLE_BIG_INTEGER,                 /* text: little endian, two's complement, over 8 bytes */
  MIEN_PICKLE_REAL,                        /* its value is not kept */
  MIEN_PICKLE_TEXT,                        /* text */
  MIEN_PICKLE_TUPLE,                       /* items */
  MIEN_PICKLE_LIST,                        /* items */
  MIEN_PICKLE_DICT,                        /* items: key, value, key, value, ... */
  MIEN_PICKLE_SET,                         /* stays empty: protocol 2 has no opcode that fills one */
  MIEN_PICKLE_GLOBAL,                      /* text: "module.name" */
  MIEN_PICKLE_CALL,                        /* callable, arguments; items are what is appended or set
                                              later, as on a list or dict */
  MIEN_PICKLE_PERSISTENT,                  /* arguments: the persistent id */
} MienPickleKind;

typedef struct _MienPickleNode MienPickleNode;

struct _MienPickleNode
{
  MienPickleKind        kind;
  gint64                integer;
  const char           *text;              /* in the pickle's bytes (a GLOBAL's is the node's own) */
  gsize                 length;
  const MienPickleNode *callable, *arguments;
  GPtrArray            *items;             /* MienPickleNode *; NULL: none */
};

typedef struct _MienPickle MienPickle;

/* Reads one pickle; *used is its length, for another may follow. NULL with BAD_WEIGHTS. The bytes must
 * outlive it. */
MienPickle           *mien_pickle_read      (const guint8         *bytes,
                                             gsize                 length,
                                             gsize                *used,
                                             GError              **error);
void                  mien_pickle_free      (MienPickle           *pickle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPickle, mien_pickle_free)
const MienPickleNode *mien_pickle_root      (const MienPickle     *pickle);
/* Every node, in the order in which they were made. */
const GPtrArray      *mien_pickle_nodes     (const MienPickle     *pickle);
/* Whether the node is a TEXT or GLOBAL of just this text. */
gboolean              mien_pickle_is        (const MienPickleNode *node,
                                             MienPickleKind        kind,
                                             const char           *text);
/* Whether the node is a CALL of this global. */
gboolean              mien_pickle_calls     (const MienPickleNode *node,
                                             const char           *global);

G_END_DECLS
