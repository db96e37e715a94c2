#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes fixtures/zip.pth and fixtures/legacy.pth, which test-weights.c reads without PyTorch.

    make-weights.py FOLDER

Made once, with PyTorch 1.13.
"""

import collections
import os
import sys

import torch

whole = torch.arange(6, dtype=torch.float32).reshape(2, 3)
state = collections.OrderedDict([
    ('module.transposed', whole.t()),                       # [3, 2], of one storage with the next
    ('module.row', whole[1]),
    ('module.half', torch.tensor([0.5, -2.0], dtype=torch.float16)),
    ('module.count', torch.tensor(1234567890123)),
    ('module.none', torch.zeros(0, 4)),
    ('module.parameter', torch.nn.Parameter(torch.tensor([[1.5]]))),
])
for zipped, name in ((True, 'zip.pth'), (False, 'legacy.pth')):
    torch.save({'epoch': 3, 'rate': 0.1, 'state_dict': state}, os.path.join(sys.argv[1], name),
               _use_new_zipfile_serialization=zipped)
