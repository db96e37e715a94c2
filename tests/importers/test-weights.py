#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what Mien reads from files of weights with what PyTorch reads, bit by bit.

    test-weights.py CONVERT

CONVERT is convert-weights, which writes as safetensors what it read. The files are those of
$MIEN_SHARED/weights and ones that PyTorch saves here. Without PyTorch all is skipped.
"""

import collections
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile

try:
    import torch
except ImportError as error:
    torch = None
    REASON = str(error)
    # Debian's python3-torch belongs to Debian's Python, whatever comes first in PATH.
    DEBIAN = '/usr/bin/python3'
    if os.path.realpath(sys.executable) != os.path.realpath(DEBIAN) and os.path.exists(DEBIAN) \
            and subprocess.run([DEBIAN, '-c', 'import torch'], stderr=subprocess.DEVNULL).returncode == 0:
        os.execv(DEBIAN, [DEBIAN, *sys.argv])

CONVERT = os.path.abspath(sys.argv[1])
SHARED = os.path.join(os.environ.get('MIEN_SHARED', ''), 'weights')

DTYPES = {'F16': 'float16', 'BF16': 'bfloat16', 'F32': 'float32', 'F64': 'float64', 'I8': 'int8',
          'U8': 'uint8', 'I16': 'int16', 'I32': 'int32', 'I64': 'int64', 'BOOL': 'bool'}


class Failed(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failed(what)


def read_safetensors(path):
    with open(path, 'rb') as f:
        header = json.loads(f.read(struct.unpack('<Q', f.read(8))[0]))
        data = f.read()
    tensors = {}
    for name, entry in header.items():
        if name != '__metadata__':
            begin, end = entry['data_offsets']
            tensors[name] = (DTYPES[entry['dtype']], entry['shape'], data[begin:end])
    return tensors


def convert(path, *options):
    """What Mien reads, and what it says; the first is None where it refuses."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, 'out.safetensors')
        run = subprocess.run([CONVERT, *options, path, out], capture_output=True, text=True, timeout=60)
        check(run.returncode in (0, 1), f'convert-weights ended with {run.returncode}: {run.stderr}')
        return (read_safetensors(out), run.stdout.strip()) if run.returncode == 0 else (None, run.stderr.strip())


def raw(tensor):
    flat = tensor.detach().contiguous().reshape(-1)
    return bytes(flat.view(torch.uint8).numpy()) if flat.numel() > 0 else b''


def same(path, expected):
    """path holds these tensors and no other, bit by bit."""
    got, said = convert(path)
    check(got is not None, said)
    check(sorted(got) == sorted(expected), f'names: {sorted(got)[:5]} instead of {sorted(expected)[:5]}')
    for name, tensor in expected.items():
        dtype, shape, data = got[name]
        check(dtype == str(tensor.dtype).replace('torch.', ''), f'{name}: {dtype} instead of {tensor.dtype}')
        check(shape == list(tensor.shape), f'{name}: {shape} instead of {list(tensor.shape)}')
        check(data == raw(tensor), f'{name}: other values')


def refused(path, *words, options=()):
    got, said = convert(path, *options)
    check(got is None, f'accepted, with {sorted(got or [])[:5]}')
    check(os.path.basename(path) in said and '\n' not in said, f'the message: {said}')
    for word in words:
        check(word in said, f'"{word}" is not in the message: {said}')


def shared(name):
    path = os.path.join(SHARED, name)
    if not os.path.exists(path):
        return f'{path} is absent'
    held = torch.load(path, map_location='cpu')
    state = held.get('state_dict', held)
    same(path, {name[7:] if name.startswith('module.') else name: tensor for name, tensor in state.items()})
    return None


def saved(what, folder, expected):
    """In both containers."""
    for zipped in (True, False):
        path = os.path.join(folder, 'zip.pth' if zipped else 'legacy.pth')
        torch.save(what, path, _use_new_zipfile_serialization=zipped)
        same(path, expected)


def test_kinds(folder):
    generator = torch.Generator().manual_seed(1)
    values = torch.randn(6, 7, generator=generator)
    state = {str(dtype): (values * 50).to(dtype) for dtype in
             (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8, torch.uint8,
              torch.int16, torch.int32, torch.int64)}
    state['bool'] = values > 0
    state['special'] = torch.tensor([float('nan'), float('inf'), -0.0, 1e-45])
    state['empty'] = torch.zeros(0)
    state['empty in the middle'] = torch.zeros(3, 0, 5)
    state['rank 0'] = torch.tensor(42.5)
    state['rank 0, whole'] = torch.tensor(1234567890123)
    state['rank 8'] = torch.randn(1, 2, 1, 2, 1, 2, 1, 3, generator=generator)
    state['names: "äß\\日本'] = torch.ones(2)
    saved(state, folder, state)


def test_strides(folder):
    base = torch.arange(2 * 3 * 4 * 5, dtype=torch.float32).reshape(2, 3, 4, 5)
    state = {
        'transposed': base[0, 0].t(), 'permuted': base.permute(3, 1, 0, 2), 'every second': base[:, :, ::2, 1::2],
        'a part': base[1, 1:, 2], 'expanded': torch.ones(3, 1).expand(3, 7), 'channels last':
        base.to(memory_format=torch.channels_last), 'conv': torch.randn(3, 3, 3, 10).permute(3, 2, 1, 0),
        'one': base[1, 2, 3, 4], 'first half': base[0], 'second half': base[1], 'base': base,
        'none of it': base[:, 3:], 'long rows': torch.arange(4000.0).reshape(40, 100)[:, 3:97],
        'half': base.half().transpose(0, 3), 'int64': base.long().transpose(1, 2), 'uint8': base.byte().permute(2, 0, 3, 1),
    }
    saved(state, folder, state)


def test_wrappers(folder):
    state = collections.OrderedDict((f'layer.{i}', torch.randn(i)) for i in range(4))
    wrapped = collections.OrderedDict(('module.' + name, tensor) for name, tensor in state.items())
    parameters = {name: torch.nn.Parameter(tensor) for name, tensor in state.items()}
    others = {'epoch': 3, 'best': 0.25, 'note': 'ünï', 'none': None, 'list': [1, (2.0, True), {}, set()],
              'big': 2 ** 70, 'size': torch.Size([1, 2]), 'device': torch.device('cpu'), 'dtype': torch.float32}
    saved(state, folder, state)
    saved(wrapped, folder, state)
    saved(parameters, folder, state)
    for key in ('state_dict', 'model_state_dict', 'model'):
        saved({key: wrapped, **others}, folder, state)
        saved({**others, 'best': torch.tensor(0.5), key: dict(wrapped)}, folder, state)
    saved({**others, **state}, folder, state)
    saved({'module.module.x': state['layer.2']}, folder, {'module.x': state['layer.2']})


def test_optimizer(folder):
    """A whole checkpoint, of a module that has trained a step."""
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(),
                                torch.nn.Linear(4 * 4, 2))
    optimizer = torch.optim.Adam(model.parameters(), amsgrad=True)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    model(torch.randn(5, 3, 4, 4)).sum().backward()
    optimizer.step()
    scheduler.step()
    saved({'epoch': 1, 'state_dict': model.state_dict(), 'optimizer': optimizer.state_dict(),
           'scheduler': scheduler.state_dict()}, folder, model.state_dict())


def resnet18(classes=1000):
    generator = torch.Generator().manual_seed(18)
    state = collections.OrderedDict()

    def unit(conv, norm, out, into, kernel):
        state[conv + '.weight'] = torch.randn(out, into, kernel, kernel, generator=generator) * 0.05
        state[norm + '.weight'] = torch.rand(out, generator=generator)
        state[norm + '.bias'] = torch.randn(out, generator=generator)
        state[norm + '.running_mean'] = torch.randn(out, generator=generator)
        state[norm + '.running_var'] = torch.rand(out, generator=generator) + 0.5
        state[norm + '.num_batches_tracked'] = torch.tensor(7)

    unit('conv1', 'bn1', 64, 3, 7)
    into = 64
    for stage in range(4):
        out = 64 << stage
        for block in range(2):
            at = f'layer{stage + 1}.{block}.'
            unit(at + 'conv1', at + 'bn1', out, into, 3)
            unit(at + 'conv2', at + 'bn2', out, out, 3)
            if into != out:
                unit(at + 'downsample.0', at + 'downsample.1', out, into, 1)
            into = out
    if classes:
        state['fc.weight'] = torch.randn(classes, 512, generator=generator)
        state['fc.bias'] = torch.randn(classes, generator=generator)
    return state


def heads():
    generator = torch.Generator().manual_seed(3)
    state = {}
    for name, out, into in [('exp_fc.0', 16, 512), ('exp_classifier', 8, 16), ('va_fc.0', 16, 512),
                            ('va_classifier', 2, 16), ('au_classifier.fc', 12, 16)] \
            + [(f'au_fc.{i}.0', 16, 512) for i in range(12)]:
        state[name + '.weight'] = torch.randn(out, into, generator=generator)
        state[name + '.bias'] = torch.randn(out, generator=generator)
    return state


def authors(state):
    renamed = {}
    for name, tensor in state.items():
        first, rest = name.split('.', 1)
        if first.startswith('layer'):
            first = f'base.{int(first[5:]) + 3}'
        renamed[f'module.{ {"conv1": "base.0", "bn1": "base.1"}.get(first, first)}.{rest}'] = tensor
    return renamed


def engine(what, folder, expected, n_heads):
    path = os.path.join(folder, 'engine.pth')
    torch.save(what, path)
    got, said = convert(path, '--engine')
    check(got is not None, said)
    check(said == f'heads {n_heads}', said)
    check(sorted(got) == sorted(expected), f'names: {sorted(set(got) ^ set(expected))[:5]}')
    for name, tensor in expected.items():
        check(got[name] == ('float32', list(tensor.shape), raw(tensor.float())), f'{name}: other values')


def test_engine(folder):
    full, head = resnet18(), heads()
    trunk = {name: tensor for name, tensor in full.items()
             if not name.startswith('fc.') and not name.endswith('num_batches_tracked')}
    saved(full, folder, full)
    engine(full, folder, trunk, 0)
    engine({'state_dict': {'module.' + name: tensor for name, tensor in full.items()}}, folder, trunk, 0)
    engine({**full, **head}, folder, {**trunk, **head}, 1)
    engine({'state_dict': authors({**full, **head}), 'epoch': 3}, folder, {**trunk, **head}, 1)
    engine({name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in full.items()}, folder,
           {name: tensor.half() for name, tensor in trunk.items()}, 0)
    engine({name: tensor.double() for name, tensor in trunk.items()}, folder, trunk, 0)
    # A head counts when it is whole and fits; the others stay.
    del head['au_fc.7.0.bias']
    head['exp_classifier.weight'] = torch.zeros(7, 16)
    engine({**full, **head}, folder,
           {**trunk, **{name: tensor for name, tensor in head.items() if name.startswith('va_')}}, 0)


def test_engine_refuses(folder):
    path = os.path.join(folder, 'broken.pth')
    full = resnet18(0)

    def case(change, *words):
        state = dict(full)
        change(state)
        torch.save(state, path)
        refused(path, *words, options=('--engine',))

    case(lambda s: s.pop('layer3.1.bn2.running_var'), 'layer3.1.bn2.running_var is missing')
    case(lambda s: s.update({'conv1.weight': torch.zeros(64, 3, 3, 3)}), 'conv1.weight', '[64, 3, 3, 3]', '[64, 3, 7, 7]')
    case(lambda s: s.update({'bn1.bias': torch.zeros(64, 1)}), 'bn1.bias')
    case(lambda s: s.update({'bn1.bias': torch.zeros(64, dtype=torch.int64)}), 'bn1.bias', 'I64')
    case(lambda s: s.update({'bn1.bias': torch.full((64,), float('nan'))}), 'bn1.bias', 'finite')
    case(lambda s: s.update({'bn1.bias': torch.full((64,), 1e300, dtype=torch.float64)}), 'bn1.bias', 'finite')
    torch.save({'a': torch.ones(1)}, path)
    refused(path, 'ResNet-18', 'conv1.weight is missing', options=('--engine',))


class Net(torch.nn.Module if torch else object):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 2)


class Run:
    """What a pickle asks for when it wants to harm."""

    def __init__(self, function, *args):
        self.asked = (function, args)

    def __reduce__(self):
        return self.asked


def test_refused(folder):
    state = {'a': torch.randn(3)}
    mark = os.path.join(folder, 'was run')

    def case(what, *words):
        for zipped in (True, False):
            path = os.path.join(folder, 'refused.pth')
            torch.save(what, path, _use_new_zipfile_serialization=zipped)
            refused(path, *words)

    case({'a': Run(os.system, f'touch "{mark}"')}, 'system', 'nothing was run')
    case({**state, 'a note': Run(eval, f'open({mark!r}, "w")')}, 'eval', 'nothing was run')
    case(Run(exec, f'open({mark!r}, "w")'), 'exec', 'nothing was run')
    # Protocol 2 has Python 2's name for it.
    case(Run(subprocess.run, ['touch', mark]), 'commands.run', 'nothing was run')
    case(Run(getattr, 'text', 'upper'), 'getattr', 'nothing was run')
    case(Net(), '__main__.Net', 'state_dict ()')
    case({'model': Net()}, '__main__.Net', 'state_dict ()')
    case([1, 2], 'no tensors')
    case({'epoch': 3}, 'no tensors')
    case(torch.ones(3), 'state dict')
    case({'a': torch.ones(2, dtype=torch.complex64)}, 'tensor a', 'ComplexFloatStorage')
    case({'a': torch.ones(2, 2).to_sparse()}, 'tensor a', '_rebuild_sparse_tensor')
    case({'a': torch.zeros(1).expand(10 ** 9)}, 'tensor a', 'larger than its file')
    case({3: torch.ones(2)}, 'name is no text')
    case({'a': torch.ones(1), 'module.a': torch.ones(1)}, 'tensor a is there twice')
    check(not os.path.exists(mark), 'the pickle ran')

    # What harms nobody is left lying.
    saved({**state, 'x': Run(print, 'never seen'), 'y': Run(collections.Counter, 'abc')}, folder, state)

    path = os.path.join(folder, 'script.pth')
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), path)
    refused(path, 'TorchScript')
    torch.save(state, path, pickle_protocol=4)
    refused(path, 'protocol 4')
    with open(path, 'wb') as f:
        pickle.dump({'a': 1}, f, protocol=2)
    refused(path, 'not one of torch.save')


TESTS = (
    ('pnet-legacy.pt, with strides', lambda folder: shared('pnet-legacy.pt')),
    ('resnet20-legacy.th, wrapped', lambda folder: shared('resnet20-legacy.th')),
    ('rfb320-zip.pth', lambda folder: shared('rfb320-zip.pth')),
    ('every type, empty ones, ranks 0 to 8', test_kinds),
    ('strides and shared storages', test_strides),
    ('wherever the state dict lies', test_wrappers),
    ('a checkpoint with an optimiser', test_optimizer),
    ('ResNet-18 to the engine', test_engine),
    ('what is not a ResNet-18', test_engine_refuses),
    ('what is refused', test_refused),
)


def main():
    if torch is None:
        print(f'1..0 # SKIP no PyTorch to compare with ({REASON}): apt-get install python3-torch')
        return 0
    print(f'1..{len(TESTS)}')
    failed = False
    for number, (title, test) in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                skipped = test(folder)
                print(f'ok {number} - {title}' + (f' # SKIP {skipped}' if skipped else ''), flush=True)
            except Failed as failure:
                failed = True
                print(f'not ok {number} - {title}\n# {failure}', flush=True)
    return failed


if __name__ == '__main__':
    sys.exit(main())
