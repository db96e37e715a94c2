#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`mien-engine forward` against PyTorch: a full-width ResNet-18 and its heads, named as torchvision and
METHOD.md name them, drawn at random here and saved; features and all heads must agree within 1e-4.

    test-forward.py MIEN_ENGINE MAKE_FIXTURES

TAP on stdout; skips where torch is absent.
"""
import importlib.util
import os
import subprocess
import sys
import tempfile

engine, fixtures = sys.argv[1:]
try:
    import numpy as np
    import torch
except ImportError as error:
    print('1..0 # SKIP no torch to compare with: %s' % error)
    sys.exit(0)

spec = importlib.util.spec_from_file_location('make_fixtures', fixtures)
made = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made)


def draw_network(width, head):
    """Random weights, and running statistics that fit them, as after some training."""
    network = made.Network(width, head)
    with torch.no_grad():
        for name, value in network.named_parameters():
            if value.dim() == 1 and name.endswith('weight'):
                value.uniform_(0.5, 1.5)
            elif value.dim() == 1:
                value.uniform_(-0.2, 0.2)
        network.train()
        for _ in range(3):
            network(torch.randn(4, 3, 64, 64))
    return network.eval()


def compare(folder, network, side, rows, heads):
    images = torch.randn(rows, 3, side, side)
    state = {name: value.numpy() for name, value in network.state_dict().items()
             if heads or name.startswith(('conv1', 'bn1', 'layer'))}
    state.update({'fc.weight': np.zeros((5, 8), 'float32'), 'fc.bias': np.zeros(5, 'float32')})
    weights, images_file, answers = (os.path.join(folder, name) for name in ('w', 'x', 'y'))
    made.write(weights, state)
    made.write(images_file, {'input': images.numpy()})
    run = subprocess.run([engine, 'forward', '--weights', weights, '--input', images_file, '--output', answers],
                         stdout=subprocess.PIPE, text=True)
    if run.returncode != 0 or run.stdout != 'hello mien-engine 1\ndone\n':
        return 'exit %d, said %r' % (run.returncode, run.stdout)
    got = made.read(answers)
    with torch.no_grad():
        out = network(images).numpy()
    expected = {'expression': out[:, :8], 'valence_arousal': out[:, 8:10], 'action_units': out[:, 10:],
                'features': network.features.numpy()}
    if not heads:
        expected = {'features': expected['features']}
    if set(got) != set(expected):
        return 'tensors %s' % sorted(got)
    for name, value in expected.items():
        if got[name].shape != value.shape:
            return '%s has shape %s' % (name, got[name].shape)
        worst = float(np.abs(got[name] - value).max())
        print('# side %d, %s: off by at most %.2g, of %.2g' % (side, name, worst, np.abs(value).max()))
        if not worst <= 1e-4:
            return '%s is off by %g' % (name, worst)
    return None


def main():
    cases = [(64, 16, 112, 3, True), (64, 16, 64, 2, False), (2, 3, 48, 40, True), (4, 16, 224, 1, True)]
    torch.manual_seed(7)
    failed = 0
    print('1..%d' % len(cases))
    with tempfile.TemporaryDirectory() as folder:
        for number, (width, head, side, rows, heads) in enumerate(cases, 1):
            wrong = compare(folder, draw_network(width, head), side, rows, heads)
            failed += wrong is not None
            print('%s %d - width %d, side %d%s%s' % ('not ok' if wrong else 'ok', number, width, side,
                                                    '' if heads else ', a trunk alone',
                                                    ': ' + wrong if wrong else ''), flush=True)
    return 1 if failed else 0


sys.exit(main())
