/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The writing half of Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), as far as
 * ONNX needs it. Messages are made from the inside out: a whole message becomes a field of another, so
 * that every length is known when it is written. Fields lie in the order in which they are added.
 */

typedef struct _MienProtobuf MienProtobuf;

MienProtobuf *mien_protobuf_new         (void);
void          mien_protobuf_free        (MienProtobuf       *message);   /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienProtobuf, mien_protobuf_free)

/* int32, int64 or an enum. */
void          mien_protobuf_add_integer (MienProtobuf       *message,
                                         guint               field,
                                         gint64              value);
void          mien_protobuf_add_float   (MienProtobuf       *message,
                                         guint               field,
                                         float               value);
/* A string: UTF-8. */
void          mien_protobuf_add_text    (MienProtobuf       *message,
                                         guint               field,
                                         const char         *text);
/* Bytes that are borrowed until the message is written or freed. */
void          mien_protobuf_add_data    (MienProtobuf       *message,
                                         guint               field,
                                         const void         *data,
                                         gsize               length);
/* Takes inner, as a field. */
void          mien_protobuf_add_message (MienProtobuf       *message,
                                         guint               field,
                                         MienProtobuf       *inner);
/* Takes more, whose fields become fields of message. */
void          mien_protobuf_append      (MienProtobuf       *message,
                                         MienProtobuf       *more);
/* Temp file beside path, fsync, rename, fsync of the folder. MIEN_IMPORT_ERROR_FAILED. */
gboolean      mien_protobuf_write       (const MienProtobuf *message,
                                         const char         *path,
                                         GError            **error);

G_END_DECLS
