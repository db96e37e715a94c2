#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `weights export FILE.onnx` writes: every field and every byte, read here without any library, and what
ONNX Runtime makes of it, against mien-engine forward.

    test-onnx.py MIENCTL MIEN_ENGINE

ONNX Runtime, onnx and numpy are looked for in this Python, else in the one that $MIEN_ONNX_PYTHON names.
"""

import array
import itertools
import json
import math
import os
import random
import resource
import shutil
import struct
import subprocess
import sys

try:
    import numpy
    import onnx
    import onnxruntime
    MISSING = None
except ImportError as error:
    MISSING = f'{error}: set MIEN_ONNX_PYTHON to a Python with onnx, onnxruntime and numpy'
    OTHER = os.environ.pop('MIEN_ONNX_PYTHON', None)
    if OTHER:
        os.execv(OTHER, [OTHER, *sys.argv])

from mien_tap import dump, main, query  # noqa: E402

ENGINE = os.path.realpath(sys.argv[2])
FLOAT, INT64 = 1, 7
EXPRESSIONS = 'Neutral Anger Disgust Fear Happiness Sadness Surprise Other'
UNITS = 'AU1 AU2 AU4 AU6 AU7 AU10 AU12 AU15 AU23 AU24 AU25 AU26'


# Safetensors, and a network at random.

def read_safetensors(path):
    """Name -> (shape, bytes), and the notes."""
    with open(path, 'rb') as f:
        header = json.loads(f.read(struct.unpack('<Q', f.read(8))[0]))
        data = f.read()
    notes = header.pop('__metadata__', {})
    return {name: (tuple(entry['shape']), data[slice(*entry['data_offsets'])])
            for name, entry in header.items()}, notes


def write_safetensors(path, tensors, notes=None):
    header, offset = {'__metadata__': notes} if notes else {}, 0
    for name, (shape, data) in tensors.items():
        header[name] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + b''.join(data for _, data in tensors.values()))


class Draw:
    """Random numbers, fast enough for eleven million: a pool that is read from random places."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pool = [self.random.gauss(0, 1) for _ in range(1 << 16)]

    def __call__(self, *shape, mean=0.0, deviation=1.0):
        size = 1
        for side in shape:
            size *= side
        pool = array.array('f', (mean + deviation * x for x in self.pool))
        data = b''
        while len(data) < 4 * size:
            start = self.random.randrange(len(pool))
            data += pool[start:].tobytes()
        return shape, data[:4 * size]


def units():
    """Convolution, normalisation, output and input channels, kernel, stride, of a ResNet-18 in torch's order."""
    yield 'conv1', 'bn1', 64, 3, 7, 2
    inside = 64
    for stage in range(4):
        outside = 64 << stage
        for block in range(2):
            name = f'layer{stage + 1}.{block}'
            stride = 2 if stage and not block else 1
            yield f'{name}.conv1', f'{name}.bn1', outside, inside, 3, stride
            yield f'{name}.conv2', f'{name}.bn2', outside, outside, 3, 1
            if stride == 2:
                yield f'{name}.downsample.0', f'{name}.downsample.1', outside, inside, 1, 2
            inside = outside


def random_network(heads=True):
    draw, tensors = Draw(3), {}
    for conv, norm, outside, inside, kernel, _ in units():
        tensors[f'{conv}.weight'] = draw(outside, inside, kernel, kernel,
                                         deviation=(2 / (inside * kernel * kernel)) ** 0.5)
        tensors[f'{norm}.weight'] = draw(outside, mean=0.7, deviation=0.2)
        tensors[f'{norm}.bias'] = draw(outside, deviation=0.3)
        tensors[f'{norm}.running_mean'] = draw(outside, deviation=0.3)
        shape, data = draw(outside)
        tensors[f'{norm}.running_var'] = shape, array.array('f', (
            0.5 + abs(x) for x in array.array('f', data))).tobytes()
    if heads:
        for name, outside in itertools.chain([('exp_fc.0', 16), ('exp_classifier', 8), ('va_fc.0', 16),
                                              ('va_classifier', 2), ('au_classifier.fc', 12)],
                                             ((f'au_fc.{k}.0', 16) for k in range(12))):
            tensors[f'{name}.weight'] = draw(outside, 512 if name.endswith('.0') else 16)
            tensors[f'{name}.bias'] = draw(outside, deviation=0.5)
    return tensors


# Protocol Buffers, and of ONNX what Mien writes. A field that is not named here is an error.

def varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def message(data, **fields):
    """fields: name = (number, kind, is it repeated); kind: int, float, str, bytes, or a function for a message."""
    by_number = {number: (name, kind, repeated) for name, (number, kind, repeated) in fields.items()}
    found = {name: [] for name, (_, _, repeated) in fields.items() if repeated}
    at, last = 0, 0
    while at < len(data):
        tag, at = varint(data, at)
        name, kind, repeated = by_number[tag >> 3]
        assert tag >> 3 >= last, f'{name} after field {last}'
        last = tag >> 3
        assert tag & 7 == {int: 0, float: 5}.get(kind, 2), f'{name} is of wire type {tag & 7}'
        if kind is int:
            value, at = varint(data, at)
        else:
            length = 4
            if kind is not float:
                length, at = varint(data, at)
            assert at + length <= len(data), f'{name} does not lie in its message'
            value, at = data[at:at + length], at + length
            value = (struct.unpack('<f', value)[0] if kind is float else str(value, 'utf-8') if kind is str
                     else bytes(value) if kind is bytes else kind(value))
        if repeated:
            found[name].append(value)
        else:
            assert name not in found, f'{name} is there twice'
            found[name] = value
    return found


def attribute(data):
    found = message(data, name=(1, str, False), f=(2, float, False), i=(3, int, False), ints=(8, int, True),
                    type=(20, int, False))
    value = {1: 'f', 2: 'i', 7: 'ints'}[found.pop('type')]
    assert [key for key in found if key != 'name' and found[key] != []] == [value], found
    return found['name'], found[value]


def node(data):
    found = message(data, input=(1, str, True), output=(2, str, True), name=(3, str, False),
                    op_type=(4, str, False), attribute=(5, attribute, True))
    return found['op_type'], found['name'], found['input'], found['output'], dict(found['attribute'])


def tensor(data):
    found = message(data, dims=(1, int, True), data_type=(2, int, False), name=(8, str, False),
                    raw_data=(9, bytes, False))
    return found['name'], (tuple(found['dims']), found['data_type'], found['raw_data'])


def dimension(data):
    found = message(data, value=(1, int, False), param=(2, str, False))
    (value,) = found.values()
    return value


def value_info(data):
    def shape(inner):
        return message(inner, dim=(1, dimension, True))['dim']

    def tensor_type(inner):
        return message(inner, element=(1, int, False), shape=(2, shape, False))

    found = message(data, name=(1, str, False), type=(2, lambda inner: message(
        inner, tensor=(1, tensor_type, False)), False), doc=(3, str, False))
    kind = found['type']['tensor']
    return found['name'], kind['element'], kind['shape'], found['doc']


def graph(data):
    return message(data, node=(1, node, True), name=(2, str, False), initializer=(5, tensor, True),
                   input=(11, value_info, True), output=(12, value_info, True))


def pair(data):
    return tuple(message(data, key=(1, str, False), value=(2, str, False)).values())


def opset(data):
    return tuple(message(data, domain=(1, str, False), version=(2, int, False)).values())


def read_onnx(path):
    with open(path, 'rb') as f:
        return message(memoryview(f.read()), ir_version=(1, int, False), producer=(2, str, False),
                       producer_version=(3, str, False), doc=(6, str, False), graph=(7, graph, False),
                       opset=(8, opset, True), metadata=(14, pair, True))


# What the graph has to be.

def expected_nodes(heads):
    nodes = []

    def add(op, name, *inputs, **attributes):
        nodes.append((op, name, list(inputs), [name], attributes))

    def unit(wanted, source):
        conv, norm, _, _, kernel, stride = wanted
        add('Conv', conv, source, f'{conv}.weight', kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4,
            strides=[stride] * 2)
        add('BatchNormalization', norm, conv, *(f'{norm}.{part}' for part in (
            'weight', 'bias', 'running_mean', 'running_var')), epsilon=struct.unpack('<f', struct.pack('<f', 1e-5))[0])

    def hidden(name):
        add('Gemm', f'{name}.0', 'features', f'{name}.0.weight', f'{name}.0.bias', transB=1)
        add('Relu', f'{name}.1', f'{name}.0')

    every = {wanted[0]: wanted for wanted in units()}
    unit(every['conv1'], 'input')
    add('Relu', 'relu', 'bn1')
    add('MaxPool', 'maxpool', 'relu', kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2])
    source = 'maxpool'
    for block in (f'layer{stage}.{i}' for stage in range(1, 5) for i in range(2)):
        unit(every[f'{block}.conv1'], source)
        add('Relu', f'{block}.relu1', f'{block}.bn1')
        unit(every[f'{block}.conv2'], f'{block}.relu1')
        if f'{block}.downsample.0' in every:
            unit(every[f'{block}.downsample.0'], source)
            source = f'{block}.downsample.1'
        add('Add', f'{block}.add', f'{block}.bn2', source)
        add('Relu', f'{block}.relu2', f'{block}.add')
        source = f'{block}.relu2'
    add('GlobalAveragePool', 'avgpool', source)
    add('Flatten', 'flatten', 'avgpool', axis=1)
    add('ReduceL2', 'normalize.length', 'flatten', axes=[1], keepdims=1)
    add('Max', 'normalize.divisor', 'normalize.length', 'normalize.floor')
    add('Div', 'features', 'flatten', 'normalize.divisor')
    if not heads:
        return nodes
    for head, output in (('exp', 'expression'), ('va', 'valence_arousal')):
        hidden(f'{head}_fc')
        add('Gemm', output, f'{head}_fc.1', f'{head}_classifier.weight', f'{head}_classifier.bias', transB=1)
    for k in range(12):
        hidden(f'au_fc.{k}')
    add('Concat', 'au_fc', *(f'au_fc.{k}.1' for k in range(12)), axis=1)
    add('Reshape', 'au_fc.rows', 'au_fc', 'au_fc.shape')
    add('Mul', 'au_classifier.products', 'au_fc.rows', 'au_classifier.fc.weight')
    add('ReduceSum', 'au_classifier.sums', 'au_classifier.products', 'au_classifier.axis', keepdims=0)
    add('Add', 'action_units', 'au_classifier.sums', 'au_classifier.fc.bias')
    return nodes


def expected_constants(heads):
    constants = {'normalize.floor': ((), FLOAT, struct.pack('<f', 1e-12))}
    if heads:
        constants.update({'au_fc.shape': ((3,), INT64, struct.pack('<3q', 0, 12, 16)),
                          'au_classifier.axis': ((1,), INT64, struct.pack('<q', 2))})
    return constants


def check_structure(tap, path, safetensors, heads):
    weights, _ = read_safetensors(safetensors)
    model = read_onnx(path)
    found = model['graph']
    tap.equal((model['ir_version'], model['opset'], model['producer'], found['name']),
              (7, [('', 13)], 'Mien', 'mien'), 'the versions of the format, and who wrote it')
    names = [name for name, _ in found['initializer']]
    tap.equal(sorted(names), sorted([*weights, *expected_constants(heads)]),
              'the tensors are those of the safetensors file and a few constants, each once')
    inside = dict(found['initializer'])
    wanted = {**{name: (shape, FLOAT, data) for name, (shape, data) in weights.items()}, **expected_constants(heads)}
    tap.equal([name for name in wanted if inside.get(name) != wanted[name]], [],
              'each has its type, its shape and the same bytes')
    for got, want in itertools.zip_longest(found['node'], expected_nodes(heads)):
        if got != want:
            break
    tap.equal(got, want, 'the nodes are those of the network, in order')
    known, early = {'input', *names}, []
    for _, name, inputs, outputs, _ in found['node']:
        if not known.issuperset(inputs) or known.intersection(outputs):
            early.append(name)
        known.update(outputs)
    tap.equal(early, [], 'each value is made once, before it is used')
    used = {name for _, _, inputs, _, _ in found['node'] for name in inputs}
    tap.equal(sorted(set(names) - used), [], 'no tensor is there for nothing')
    tap.equal([value[:3] for value in found['input']], [('input', FLOAT, ['N', 3, 'H', 'W'])], 'one input')
    outputs = [('features', 512), ('expression', 8), ('valence_arousal', 2), ('action_units', 12)]
    tap.equal([value[:3] for value in found['output']],
              [(name, FLOAT, ['N', width]) for name, width in outputs[:4 if heads else 1]],
              'outputs as those of mien-engine forward')
    tap.ok(all(doc for *_, doc in found['input'] + found['output']), 'each says what it is')
    return model


def prepare(ctl, name, heads=True, blind=False):
    """A project with a random network of full width, whose number is 1. Drawn once a run and copied from then
    on. blind: one whose trunk ends in zeros, so that the features have no length."""
    drawn = os.path.join(ctl.shared, f'{heads}-{blind}')
    if not os.path.exists(drawn):
        network = random_network(heads)
        if blind:
            network['layer4.1.bn2.bias'] = (512,), struct.pack('<f', -1e6) * 512
        write_safetensors(drawn + '.safetensors', network)
        ctl.must('new', drawn)
        ctl.must('weights', 'import', drawn, drawn + '.safetensors')
    return shutil.copyfile(drawn, ctl.path(name))


def export(ctl, project, name):
    path = ctl.path(name)
    ctl.must('weights', 'export', project, path, '--model', '1')
    return path


def structure(tap, ctl):
    project = prepare(ctl, 'p.mien')
    tensors, file = export(ctl, project, 'm.safetensors'), export(ctl, project, 'm.onnx')
    model = check_structure(tap, file, tensors, True)
    metadata = dict(model['metadata'])
    _, notes = read_safetensors(tensors)
    tap.equal(len(metadata), len(model['metadata']), 'each item of the metadata is there once')
    tap.equal(metadata, {**{key: value for key, value in notes.items() if key != 'format'}, 'mien.model': '1',
                         'mien.channels': 'R G B', 'mien.mean': '0.485 0.456 0.406',
                         'mien.std': '0.229 0.224 0.225', 'mien.expressions': EXPRESSIONS,
                         'mien.action_units': UNITS},
              'the metadata are those of the safetensors file and how to use the network')
    tap.equal((metadata['mien.version'], metadata['mien.input_size']), (model['producer_version'], '112'),
              'with version and size')
    tap.equal(sorted(os.listdir(ctl.scratch)), ['m.onnx', 'm.safetensors', 'p.mien'],
              'nothing else is left behind')


def trunk(tap, ctl):
    """A network without heads."""
    project = prepare(ctl, 'p.mien', heads=False)
    tensors, file = export(ctl, project, 't.safetensors'), export(ctl, project, 't.onnx')
    model = check_structure(tap, file, tensors, False)
    tap.ok(not {'mien.expressions', 'mien.thresholds'}.intersection(dict(model['metadata'])),
           'a trunk has no classes', model['metadata'])


def postprocessing(tap, ctl):
    """Post-processing goes along with the weights, out and in; what is out of range does not come in."""
    numbers = [4.0, 2.5, 0.0, 1.5, 0.75, *(k / 8 for k in range(8)), *(k / 16 for k in range(12))]
    source = os.path.join(ctl.shared, 'noted.safetensors')
    text = ' '.join(map(repr, numbers))
    write_safetensors(source, random_network(), {'mien.postprocessing': text})
    project = ctl.path('p.mien')
    ctl.must('new', project)
    ctl.must('weights', 'import', project, source)
    stored = query(project, 'SELECT parameters FROM postprocess WHERE model = 1')
    tap.equal(stored, [(struct.pack('<25d', *numbers),)], 'the post-processing of a file is stored')
    _, said = read_safetensors(export(ctl, project, 'm.safetensors'))
    tap.equal([float(word) for word in said['mien.postprocessing'].split()], numbers, 'and written out again')
    metadata = dict(read_onnx(export(ctl, project, 'm.onnx'))['metadata'])
    tap.equal(metadata['mien.postprocessing'], said['mien.postprocessing'], 'to ONNX too')
    state = dump(project)
    for what, changed in (('out of range', [-1.0, *numbers[1:]]), ('no number', [math.nan, *numbers[1:]]),
                          ('too few', numbers[:-1]), ('too many', [*numbers, 0.0])):
        write_safetensors(source, random_network(), {'mien.postprocessing': ' '.join(map(repr, changed))})
        ctl.fails(tap, f'post-processing: {what}', 'weights', 'import', project, source,
                  says=['noted.safetensors', 'damaged'])
    tap.equal(dump(project), state, 'and nothing has changed')
    ctl.must('verify', project)


def replacing(tap, ctl):
    """What is in the way, and failures that leave nothing."""
    project = prepare(ctl, 'p.mien')
    file, tensors = export(ctl, project, 'm.onnx'), export(ctl, project, 'm.safetensors')
    with open(file, 'rb') as f:
        first = f.read()
    export(ctl, project, 'm.onnx')
    with open(file, 'rb') as f:
        tap.ok(f.read() == first, 'an older export is replaced, by the same bytes')
    with open(export(ctl, project, 'M.ONNX'), 'rb') as f:
        tap.ok(f.read() == first, 'capitals are the same ending')
    with open(tensors, 'rb') as f, open(export(ctl, project, 'onnx'), 'rb') as g:
        tap.ok(f.read() == g.read(), 'a name without an ending is safetensors')
    os.rename(tensors, ctl.path('x.onnx'))
    ctl.fails(tap, 'safetensors are not replaced by ONNX', 'weights', 'export', project, ctl.path('x.onnx'),
              '--model', '1', says=['x.onnx', 'something else'])
    os.rename(file, ctl.path('x.safetensors'))
    ctl.fails(tap, 'nor the other way', 'weights', 'export', project, ctl.path('x.safetensors'), '--model', '1',
              says=['x.safetensors', 'something else'])
    with open(ctl.path('x.safetensors'), 'rb') as f:
        tap.ok(f.read() == first, 'it is left alone')
    ctl.fails(tap, 'no folder', 'weights', 'export', project, ctl.path('no', 'where.onnx'), '--model', '1',
              says=['where.onnx', 'choose another place'])
    ctl.fails(tap, 'a full disk', 'weights', 'export', project, ctl.path('full.onnx'), '--model', '1',
              says=['full.onnx'], preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
    tap.equal([name for name in os.listdir(ctl.scratch) if 'full' in name or 'part' in name], [],
              'nothing is left behind')


def forward(ctl, weights, images):
    """Name -> numbers, as the engine has them."""
    given, answers = ctl.path('x'), ctl.path('y')
    write_safetensors(given, {'input': (images.shape, images.tobytes())})
    subprocess.run([ENGINE, 'forward', '--weights', weights, '--input', given, '--output', answers], check=True,
                   stdout=subprocess.DEVNULL)
    return {name: numpy.frombuffer(data, '<f4').reshape(shape)
            for name, (shape, data) in read_safetensors(answers)[0].items()}


def compare(tap, ctl, title, project, least=0.05):
    """least: what the largest number of each output has to be at least, for it to say something."""
    tensors, file = export(ctl, project, 'm.safetensors'), export(ctl, project, 'm.onnx')
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    with open(file, 'rb') as f:
        tap.ok(model.SerializeToString(deterministic=True) == f.read(),
               f'{title}: onnx finds it sound, and would write the same bytes')
    session = onnxruntime.InferenceSession(file, providers=['CPUExecutionProvider'])
    draw = numpy.random.default_rng(5)
    for side, rows in itertools.product((112, 64), (1, 3)):
        images = draw.standard_normal((rows, 3, side, side), 'float32')
        names = [output.name for output in session.get_outputs()]
        got = dict(zip(names, session.run(names, {'input': images})))
        wanted = forward(ctl, tensors, images)
        tap.equal({name: value.shape for name, value in got.items()},
                  {name: value.shape for name, value in wanted.items()},
                  f'{title}, {rows} of {side} pixels: the same outputs')
        worst = {name: float(numpy.abs(got[name] - value).max()) for name, value in wanted.items()}
        largest = {name: round(float(numpy.abs(value).max()), 3) for name, value in wanted.items()}
        print(f'# off by at most {worst}, of {largest}')
        tap.ok(all(off <= 1e-4 for off in worst.values()) and min(largest.values()) >= least,
               f'{title}, {rows} of {side} pixels: within 1e-4', worst)


def runtime(tap, ctl):
    if MISSING:
        tap.skip('ONNX Runtime against mien-engine forward', MISSING)
        return
    compare(tap, ctl, 'a random network', prepare(ctl, 'p.mien'))
    compare(tap, ctl, 'a random trunk', prepare(ctl, 'trunk.mien', heads=False))
    compare(tap, ctl, 'a network that sees nothing', prepare(ctl, 'blind.mien', blind=True), 0.0)
    project = ctl.demo('demo.mien', 48)
    ctl.must('train', project, '--epochs', '1', '--input-size', '64', '--batch', '12', '--threads', '2')
    compare(tap, ctl, 'a trained network', project)


if __name__ == '__main__':
    main([structure, trunk, postprocessing, replacing, runtime])
