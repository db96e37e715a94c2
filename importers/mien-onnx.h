/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "mien-safetensors.h"

G_BEGIN_DECLS

/*
 * ONNX, written: the network of METHOD.md section 4 in evaluation mode as a graph of opset 13, with its
 * weights inside, for ONNX Runtime and whatever else reads ONNX. `input` [N,3,H,W], normalised; outputs
 * as `mien-engine forward` has them: `features` [N,512] of length 1 and, where all heads are there,
 * `expression` [N,8], `valence_arousal` [N,2], `action_units` [N,12]. N, H and W are free.
 *
 * The weights keep their names and values. The metadata hold the notes of the tensors and what a
 * stranger needs for using the network: the normalisation, and what each output means.
 */

/* Needs the engine's names and float32; else MIEN_IMPORT_ERROR_BAD_WEIGHTS. MIEN_IMPORT_ERROR_FAILED if
 * the file cannot be written. No file is seen half written, and the weights are not copied. */
gboolean mien_onnx_write (const MienTensors  *tensors,
                          const char         *path,
                          GError            **error);

G_END_DECLS
