/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "mien-safetensors.h"

G_BEGIN_DECLS

/* Weight files of others: .pth in both containers (METHOD.md section 7; nothing in a pickle is ever
 * called) and .safetensors, told apart by their first bytes. */

/* Every tensor of the state dict under its own name (one leading "module." stripped), float types
 * kept, strides resolved to contiguous. Free with mien_tensors_free(). */
MienTensors *mien_weights_read       (const char         *path,
                                      GError            **error);
/* To the engine's names: the authors' ("base.0" = conv1, "base.1" = bn1, "base.4".."base.7" = layer1..4),
 * torchvision's (fc.* dropped) or ours; to float32. The trunk must be whole and of ResNet-18's shape;
 * has_heads tells whether all heads are there too; one that is not whole or of another shape is left
 * out. Else BAD_WEIGHTS says which tensor is missing or misshapen. */
MienTensors *mien_weights_for_engine (const MienTensors  *tensors,
                                      const char         *name,
                                      gboolean           *has_heads,
                                      GError            **error);

G_END_DECLS
