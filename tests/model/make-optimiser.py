#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes fixtures/optimiser.safetensors with PyTorch, for test-optimiser.c: what AdamW, clip_grad_norm_ and the
schedules make of weights and gradients that both sides draw by the same formula.

Usage: make-optimiser.py OUT.safetensors
"""
import importlib.util
import os
import sys

import numpy as np
import torch

spec = importlib.util.spec_from_file_location(
    'make_fixtures', os.path.join(os.path.dirname(os.path.abspath(__file__)), 'make-fixtures.py'))
made = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made)

STEPS, WARM_UP, RATE = 9, 3, 0.01
KEPT = ('conv1.weight', 'bn1.weight', 'bn1.bias', 'layer1.1.conv2.weight', 'layer2.0.downsample.0.weight',
        'layer4.1.bn2.bias', 'exp_fc.0.weight', 'exp_fc.0.bias', 'au_classifier.fc.weight', 'au_fc.7.0.bias')
# weight decay, largest norm, stages frozen, share of the trunk
CASES = ((0, 0, 0, 1), (0.1, 0, 0, 1), (0, 0.5, 0, 1), (0.05, 2, 3, 0.1))


def draw(name, shape, t):
    """Exact in single precision: 16 bits of a product."""
    k = np.arange(int(np.prod(shape)), dtype=np.uint32)
    key = np.uint32(sum(name.encode()) * 7919 + t * 104729)
    with np.errstate(over='ignore'):
        bits = ((k + key) * np.uint32(2654435761)) >> np.uint32(16)
    return torch.tensor((bits / 65536 - 0.5).astype(np.float32).reshape(shape))


def stage(name):
    return 0 if name.startswith(('conv1', 'bn1')) else int(name[5]) if name.startswith('layer') else 5


def main():
    out = {}
    for number, (decay, clip, freeze, share) in enumerate(CASES):
        network = made.Network(made.WIDTH, made.HEAD)
        parameters = dict(network.named_parameters())
        with torch.no_grad():
            for name, value in parameters.items():
                value.copy_(draw(name, value.shape, 0))
        moving = {n: p for n, p in parameters.items() if stage(n) >= freeze}
        groups = [{'params': [p], 'lr': RATE * (share if stage(n) < 5 else 1),
                   'weight_decay': decay if p.dim() > 1 else 0} for n, p in moving.items()]
        adam = torch.optim.AdamW(groups, betas=(0.9, 0.999), eps=1e-8)
        schedule = torch.optim.lr_scheduler.SequentialLR(
            adam, [torch.optim.lr_scheduler.LinearLR(adam, 1 / WARM_UP, 1, WARM_UP - 1),
                   torch.optim.lr_scheduler.CosineAnnealingLR(adam, STEPS - WARM_UP)], [WARM_UP])
        norms, rates = [], []
        for t in range(STEPS):
            for name, value in parameters.items():
                value.grad = draw(name, value.shape, t + 1)
            norms.append(torch.nn.utils.clip_grad_norm_(moving.values(), clip or 1e9).item())
            rates.append(adam.param_groups[-1]['lr'])
            adam.step()
            schedule.step()
        out['%d.norms' % number] = np.array(norms, 'float32')
        out['%d.rates' % number] = np.array(rates, 'float32')
        for name in KEPT:
            out['%d.%s' % (number, name)] = parameters[name].detach().numpy()
    made.write(sys.argv[1], out)


if __name__ == '__main__':
    main()
