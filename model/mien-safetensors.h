/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The safetensors format (METHOD.md section 7), read and written in plain C. A file is hostile
 * until parsed: every size is bounded before it is multiplied, offsets must tile the buffer
 * without holes or overlaps, and duplicate keys are refused.
 */

enum
{
  MIEN_TENSOR_MAX_RANK = 8,
  MIEN_ERROR_SIZE = 512,
};

typedef enum
{
  MIEN_DTYPE_F16, MIEN_DTYPE_BF16, MIEN_DTYPE_F32, MIEN_DTYPE_F64,
  MIEN_DTYPE_I8, MIEN_DTYPE_U8, MIEN_DTYPE_I16, MIEN_DTYPE_I32, MIEN_DTYPE_I64, MIEN_DTYPE_BOOL,
} MienDtype;

typedef struct
{
  char       *name;
  MienDtype   dtype;
  int         rank;                         /* 0 .. MIEN_TENSOR_MAX_RANK */
  int64_t     shape[MIEN_TENSOR_MAX_RANK];
  size_t      n_elements;
  size_t      n_bytes;
  const void *data;                         /* little endian; aligned where Mien wrote the file */
  void       *owned;                        /* what mien_tensors_add_copy allocated, or NULL */
} MienTensor;

typedef struct
{
  char *key;
  char *value;
} MienTensorNote;

/* A set of named tensors, sorted by name. Owns names, notes and, if read or copied, the data. */
typedef struct
{
  MienTensor     *tensors;
  size_t          n_tensors;
  MienTensorNote *notes;                    /* __metadata__ */
  size_t          n_notes;
  void           *buffer;                   /* what the reader allocated, or NULL */
} MienTensors;

/* All return 0, or -1 with one line in error (MIEN_ERROR_SIZE bytes) and the output untouched. */
int   mien_safetensors_parse     (const void        *bytes,
                                  size_t             n_bytes,
                                  MienTensors      **tensors,      /* copies the data */
                                  char              *error);
int   mien_safetensors_read      (const char        *path,
                                  MienTensors      **tensors,
                                  char              *error);
/* Whole, to a new buffer that the caller frees with free(); tensors in the order of their names,
 * so the same set gives the same bytes. */
int   mien_safetensors_serialize (const MienTensors *tensors,
                                  void             **bytes,
                                  size_t            *n_bytes,
                                  char              *error);
/* Temp file beside path, fsync, rename, fsync of the folder. */
int   mien_safetensors_write     (const MienTensors *tensors,
                                  const char        *path,
                                  char              *error);

MienTensors      *mien_tensors_new   (void);
void              mien_tensors_free  (MienTensors       *tensors);   /* NULL is fine */
/* Adds a tensor; name is copied, data is borrowed and must outlive the set. A second tensor of the
 * same name is an error. */
int               mien_tensors_add   (MienTensors       *tensors,
                                      const char        *name,
                                      MienDtype          dtype,
                                      int                rank,
                                      const int64_t     *shape,
                                      const void        *data,
                                      char              *error);
/* Adds a copy of the data as float32, from any dtype. */
int               mien_tensors_add_copy (MienTensors       *tensors,
                                         const char        *name,
                                         int                rank,
                                         const int64_t     *shape,
                                         const float       *data,
                                         char              *error);
int               mien_tensors_note  (MienTensors       *tensors,
                                      const char        *key,
                                      const char        *value,
                                      char              *error);
const MienTensor *mien_tensors_find  (const MienTensors *tensors,
                                      const char        *name);
const char       *mien_tensors_note_value (const MienTensors *tensors,
                                           const char        *key);
/* Element i of a tensor of any dtype, as float. */
float             mien_tensor_get    (const MienTensor  *tensor,
                                      size_t             i);
size_t            mien_dtype_size    (MienDtype          dtype);
const char       *mien_dtype_name    (MienDtype          dtype);    /* "F32" */
