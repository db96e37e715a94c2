/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-image.h"
#include "mien-import.h"

G_BEGIN_DECLS

/* What the list formats share behind mien-import.h. */

enum
{
  MIEN_MAX_LINE = 64 * 1024,               /* bytes of a row; longer ones are rejected */
  MIEN_MAX_FIELDS = 512,
  MIEN_MAX_FILE = 64 * 1024 * 1024,        /* bytes of an image: what a project holds at most */
};

/* mien-import-lines.c: the rows of a text file that is hostile until parsed. */

typedef struct _MienLines MienLines;

typedef struct
{
  char       *text;                        /* without its end; the reader's, until the next call */
  guint64     number;                      /* of its first line in the file, from 1 */
  const char *problem;                     /* why it cannot be used, or NULL; text is empty then */
} MienLine;

/* quoted: RFC 4180, where a quoted field may run over several lines. */
MienLines  *mien_lines_open              (const char  *path,
                                          gboolean     quoted,
                                          GError     **error);
void        mien_lines_free              (MienLines   *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienLines, mien_lines_free)
const char *mien_lines_path              (MienLines   *lines);
/* How many lines the file has, for progress; the place of reading stays. */
guint64     mien_lines_count             (MienLines   *lines);
/* FALSE with no error at the end. Empty lines are passed over. */
gboolean    mien_lines_next              (MienLines   *lines,
                                          MienLine    *line,
                                          GError     **error);
/* The first line, which tells whether this is a text list at all: BAD_LIST if it is empty or no text. */
gboolean    mien_lines_first             (MienLines   *lines,
                                          MienLine    *line,
                                          GError     **error);
/* Cuts at commas in place and trims blanks; with quotes resolved. fields has room for MIEN_MAX_FIELDS.
 * Returns how many there are; MIEN_MAX_FIELDS + 1: more than that. */
guint       mien_line_split              (char        *text,
                                          gboolean     quoted,
                                          char       **fields);

/* mien-import-values.c: numbers and labels in files, locale-proof. */

/* The whole string is one finite decimal number; no hexadecimal, no infinity, no NaN. */
gboolean    mien_real_from_string        (const char  *string,
                                          double      *value);
/* The shortest that reads back exactly. buffer: at least G_ASCII_DTOSTR_BUF_SIZE bytes. */
const char *mien_real_to_string          (double       value,
                                          char        *buffer);
/* Aff-Wild2's cells, with -5 and -1 for missing. The result is NULL, or what is wrong; label is
 * untouched then. */
const char *mien_read_valence_arousal    (const char  *valence,
                                          const char  *arousal,
                                          MienLabel   *label);
const char *mien_read_expression         (const char  *string,
                                          guint        n_expressions,
                                          MienLabel   *label);
const char *mien_read_unit               (const char  *string,
                                          MienLabel   *label);
/* Any answer of the task; and any value, which "cannot tell" is not. */
gboolean    mien_labels_have             (const MienLabels *labels,
                                          MienTask     task);
gboolean    mien_labels_have_value       (const MienLabels *labels,
                                          MienTask     task);
/* For messages: valid UTF-8 on one line, cut to a sane length. */
char       *mien_text_for_message        (const char  *text);

/* mien-import-files.c: image files by the names that a list gives them. */

typedef struct
{
  GBytes *bytes;                           /* NULL: there is no usable image, see problem */
  char   *path;                            /* the file itself, no symbolic link in it */
  char   *problem;
  int     width, height;                   /* 0: not decoded */
} MienImageFile;

void        mien_image_file_clear        (MienImageFile *file);
/* root: as realpath() gives it. Symbolic links are followed as long as they stay in root. */
void        mien_image_file_load         (const char    *root,
                                          const char    *name,
                                          gboolean       decode,
                                          MienImageFile *file);
/* The real path of a folder, or NULL with NOT_FOUND; what: its part in the message. */
char       *mien_folder_resolve          (const char    *path,
                                          const char    *what,
                                          GError       **error);
/* From one absolute path without links to another, "../" as needed. */
char       *mien_path_relative           (const char    *folder,
                                          const char    *path);
/* A name that a project takes: safe, UTF-8, no backslash, no control character. */
gboolean    mien_import_name_is_safe     (const char    *name);

/* mien-import-videos.c: videos and their splits. */

typedef struct _MienImportVideos MienImportVideos;

typedef struct
{
  gint64 id;
  int    split;
  int    other_face;                       /* split of another face of the same video when this one
                                              was made; -1: there is none */
} MienImportVideo;

MienImportVideos *mien_import_videos_new (MienStore       *store,
                                          GError         **error);
void        mien_import_videos_free      (MienImportVideos *videos);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienImportVideos, mien_import_videos_free)
/* Finds the video or makes it, in wanted or, if that is -1, where it belongs. A known one may be in
 * another split than wanted. */
const MienImportVideo *mien_import_videos_get (MienImportVideos *videos,
                                          const char      *name,
                                          int              wanted,
                                          gboolean        *made,
                                          GError         **error);

/* mien-import.c: rows into the store. */

typedef struct _MienImporter MienImporter;

typedef struct
{
  const char *name;                        /* of the image below options->images: the frame's key */
  guint64     line;                        /* in the file that is read; 0: none */
  int         split;                       /* MienSplit; -1: the video's, or by its hash */
  gboolean    no_image;                    /* it is known that there is no file: labels for a frame
                                              that the project has already, or else passed over */
  gboolean    once;                        /* passed over if an earlier row named the frame */
  MienLabels  labels;
} MienImportRow;

/* Options are borrowed. NOT_FOUND if there is no images folder. The store is in bulk mode until
 * mien_importer_free(). */
MienImporter *mien_importer_new          (MienStore               *store,
                                          const MienImportOptions *options,
                                          GError                 **error);
/* What has been added stays, what is pending is dropped. */
void        mien_importer_free           (MienImporter            *importer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienImporter, mien_importer_free)
void        mien_importer_expect         (MienImporter            *importer,
                                          guint64                  total);
/* The file that rows come from now, for messages; copied. NULL: none. */
void        mien_importer_set_file       (MienImporter            *importer,
                                          const char              *path);
const char *mien_importer_images         (MienImporter            *importer);   /* real path */
void        mien_importer_warn           (MienImporter            *importer,
                                          guint64                  line,        /* 0: none */
                                          const char              *format,
                                          ...) G_GNUC_PRINTF (3, 4);
/* Counts the row as rejected and warns. */
void        mien_importer_reject         (MienImporter            *importer,
                                          guint64                  line,
                                          const char              *format,
                                          ...) G_GNUC_PRINTF (3, 4);
/* A name that is not safe is rejected here, and an image that cannot be read is stored as missing. */
gboolean    mien_importer_add            (MienImporter            *importer,
                                          const MienImportRow     *row,
                                          GError                 **error);
gboolean    mien_importer_flush          (MienImporter            *importer,
                                          GError                 **error);
/* Flushes and gives the report. list: keep the rows in their order under that name; may be NULL.
 * BAD_LIST or NOT_FOUND if no row could be used; then nothing was changed. */
gboolean    mien_importer_finish         (MienImporter            *importer,
                                          const char              *list,
                                          MienImportReport        *report,
                                          GError                 **error);

G_END_DECLS
