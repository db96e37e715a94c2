/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-pickle.h"
#include "mien-weights.h"

G_BEGIN_DECLS

/* The parts of mien_weights_read (): a container gives the object's pickle and its storages, the
 * state dict in the pickle then says which tensors lie in them. All errors are BAD_WEIGHTS, without
 * the file's name. */

/* Of the engine's network (METHOD.md section 4). */
enum
{
  MIEN_WEIGHTS_FEATURES = 512,
  MIEN_WEIGHTS_HIDDEN = 16,
};

/* Bytes in the file. */
typedef struct
{
  const guint8 *data;
  gsize         length;
} MienStorage;

/* What a persistent id of torch's says. */
typedef struct
{
  int           dtype;                     /* MienDtype, or -1: one that Mien does not read */
  const char   *type;                      /* "torch.FloatStorage" */
  gsize         element_size;
  char         *key;                       /* the caller frees it */
  guint64       numel;
} MienStorageId;

/* storages: from key (char *) to MienStorage *, filled. */
gboolean      mien_weights_read_zip    (const guint8          *bytes,
                                        gsize                  length,
                                        MienPickle           **pickle,
                                        GHashTable            *storages,
                                        GError               **error);
gboolean      mien_weights_read_legacy (const guint8          *bytes,
                                        gsize                  length,
                                        MienPickle           **pickle,
                                        GHashTable            *storages,
                                        GError               **error);
/* The tensors of the state dict, at most max_bytes in all. */
MienTensors  *mien_weights_state       (const MienPickleNode  *root,
                                        GHashTable            *storages,
                                        guint64                max_bytes,
                                        GError               **error);
gboolean      mien_weights_storage_id  (const MienPickleNode  *node,
                                        MienStorageId         *id,
                                        GError               **error);
/* Whether these are the engine's names, shapes and float32: the trunk, without which it fails, and
 * all heads. */
gboolean      mien_weights_check_engine (const MienTensors  *tensors,
                                         gboolean           *has_heads,
                                         GError            **error);
/* Adds a storage; a second of the same key is an error. */
gboolean      mien_weights_add_storage (GHashTable            *storages,
                                        const char            *key,
                                        const guint8          *data,
                                        gsize                  length,
                                        GError               **error);
/* Sets a BAD_WEIGHTS error and returns FALSE. */
gboolean      mien_weights_fail        (GError               **error,
                                        const char            *format,
                                        ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
