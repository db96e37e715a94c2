#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`mien-engine infer` and `forward` by their pipes and files: answers, and what they make of rubbish.

    test-engine-infer.py MIEN_ENGINE
"""
import math
import os
import random
import shutil
import struct
import sys
import tempfile

import engine

PROGRAM = sys.argv[1]
FOLDER = tempfile.mkdtemp()
WEIGHTS = os.path.join(FOLDER, 'weights.safetensors')
SIDE = engine.SIDE
FRAME = SIDE * SIDE * 3
ANSWER = struct.Struct('<23f')


def with_heads(width=2, head=3, seed=4):
    tensors, rng = engine.trunk(width), random.Random(seed)

    def linear(name, inside, outside):
        tensors[name + '.weight'] = ([outside, inside], [rng.gauss(0, 1.5) for _ in range(inside * outside)])
        tensors[name + '.bias'] = ([outside], [rng.gauss(0, 1) for _ in range(outside)])

    for name in ['exp_fc.0', 'va_fc.0'] + ['au_fc.%d.0' % k for k in range(12)]:
        linear(name, 8 * width, head)
    linear('exp_classifier', head, 8)
    linear('va_classifier', head, 2)
    linear('au_classifier.fc', head, 12)
    return tensors


def infer(*more, weights=WEIGHTS, **options):
    return engine.Engine(PROGRAM, 'infer', '--weights', weights, '--size', SIDE, '--threads', 2, *more, **options)


def noise(n, seed=1):
    rng = random.Random(seed)
    return [rng.randbytes(FRAME) for _ in range(n)]


def mirror(frame):
    rows = [frame[i:i + 3 * SIDE] for i in range(0, FRAME, 3 * SIDE)]
    return b''.join(row[i:i + 3] for row in rows for i in range(3 * SIDE - 3, -1, -3))


def ask(e, frames):
    e.write(b'frames %d\n' % len(frames) + b''.join(frames))
    assert e.line() == 'answers %d' % len(frames)
    return [ANSWER.unpack(e.process.stdout.read(ANSWER.size)) for _ in frames]


def close(a, b, tolerance=1e-5):
    return all(abs(x - y) <= tolerance for x, y in zip(a, b))


def test_answers():
    """Probabilities are some, valence and arousal are clamped, and a row does not depend on its company."""
    frames = noise(7)
    with infer('--batch', 3) as e:
        assert e.line() == 'hello mien-engine 1'
        together = ask(e, frames)
        alone = [ask(e, [frame])[0] for frame in frames]
        e.write(b'end\n')
        assert e.lines() == ['done'] and e.status() == 0
    for answer, again in zip(together, alone):
        assert close(answer, again)
        assert abs(sum(answer[:8]) - 1) < 1e-5 and min(answer[:8]) >= 0
        assert all(-1 <= x <= 1 for x in answer[8:10])
        assert 0 <= answer[10] <= math.sqrt(8)
        assert all(0 <= p <= 1 for p in answer[11:])
    assert len({answer[:8] for answer in together}) == len(frames)


def forward(frames):
    """What the network says of frames as they are normalised (METHOD.md section 4), by tensor: rows."""
    path, output = os.path.join(FOLDER, 'pixels'), os.path.join(FOLDER, 'logits')
    mean, deviation = (.485, .456, .406), (.229, .224, .225)
    pixels = [(frame[i] / 255 - mean[c]) / deviation[c]
              for frame in frames for c in range(3) for i in range(c, FRAME, 3)]
    engine.write_safetensors(path, {'input': ([len(frames), 3, SIDE, SIDE], pixels)})
    lines, status = run('forward', '--weights', WEIGHTS, '--input', path, '--output', output)
    assert status == 0, lines
    return {name: list(struct.iter_unpack('<%df' % (len(data) // 4 // len(frames)), data))
            for name, data in engine.read_safetensors(output)[0].items()}


def logits(frames):
    """Rows of 8 + 2 + 12."""
    said = forward(frames)
    return [a + b + c for a, b, c in zip(said['expression'], said['valence_arousal'], said['action_units'])]


def test_two_views():
    """An answer is of the mean logits of the frame and of its mirror image, and of the middle of their points."""
    frames = noise(4)
    views = list(zip(logits(frames), logits([mirror(frame) for frame in frames])))
    with infer() as e:
        e.line()
        answers, others = ask(e, frames), ask(e, [mirror(frame) for frame in frames])
    for answer, other, (row, mirrored) in zip(answers, others, views):
        mean = [(a + b) / 2 for a, b in zip(row, mirrored)]
        p = [math.exp(x - max(mean[:8])) for x in mean[:8]]
        (v, a), (w, b) = [[min(1, max(-1, x)) for x in r[8:10]] for r in (row, mirrored)]
        wanted = [x / sum(p) for x in p] + [(v + w) / 2, (a + b) / 2, math.hypot(v - w, a - b)]
        wanted += [1 / (1 + math.exp(-x)) for x in mean[10:]]
        assert close(answer, wanted), (answer, wanted)
        assert close(other, answer)
    assert any(answer[10] > 1e-4 for answer in answers)
    assert not any(close(row, mirrored, 1e-3) for row, mirrored in views)


def test_features():
    """--features: what forward writes of the same pixels, with 0 behind the width; the answers stay as they are."""
    frames = noise(7)
    wanted = forward(frames)['features']
    with infer() as e:
        e.line()
        plain = ask(e, frames)
    with infer('--features', '--batch', 3) as e:
        e.line()
        assert all(close(a, b) for a, b in zip(ask(e, frames), plain))
        rows = [struct.unpack('<512f', e.process.stdout.read(2048)) for _ in frames]
        e.write(b'end\n')
        assert e.lines() == ['done'] and e.status() == 0
    for row, features in zip(rows, wanted):
        assert close(row[:16], features, 1e-4) and not any(row[16:])
        assert abs(sum(x * x for x in row) - 1) < 1e-5


def test_int8():
    """In eight bits: the first frames answer as in float32, those after them nearly so, however they are cut."""
    frames, answers = noise(24, seed=3), []
    with infer('--batch', 5) as e:
        e.line()
        exact = ask(e, frames)
    for cuts in ((24,), (3, 10, 11)):
        with infer('--precision', 'int8', '--calibration', 8, '--batch', 5) as e:
            e.line()
            answers.append(sum((ask(e, [frames.pop(0) for _ in range(cut)]) for cut in cuts), []))
        frames = noise(24, seed=3)
    assert answers[0] == answers[1]
    assert answers[0][:8] == exact[:8]
    assert answers[0][8:] != exact[8:]
    worst = max(abs(x - y) for a, b in zip(answers[0], exact) for x, y in zip(a, b))
    assert worst < 0.2
    assert run('infer', '--weights', WEIGHTS, '--size', SIDE, '--precision', 'int4')[1] == 2


def test_largest_message():
    """4096 frames in one message, more than both pipes hold."""
    with infer() as e:
        e.line()
        answers = ask(e, noise(2) * 2048)
        assert close(answers[0], answers[4094]) and close(answers[1], answers[4095])


def test_rubbish():
    """What is no command is one line of error and exit 1."""
    for bad in (b'frames 0\n', b'frames 4097\n', b'frames -1\n', b'frames\n', b'frames \n', b'frames 1 \n',
                b'frames  1\n', b'frames 0x1\n', b'frames 1.0\n', b'Frames 1\n', b'END\n', b' end\n', b'\n',
                b'frames 99999999999999999999999\n', b'x' * 4095 + b'\n', b'x' * 4096 + b'\n', b'x' * 100000,
                b'end', b'\0\n', b'end\r\n', b'\xff\xfe\n', b'frames 2\n' + b'\x55' * FRAME,
                b'frames 1\n' + b'\x55' * FRAME + b'more\n'):
        with infer() as e:
            e.write(bad)
            e.close()
            raw = e.process.stdout.read()
            assert e.status() == 1, (bad[:40], raw)
            last = raw[max(raw.rfind(b'error '), 0):]       # an answer before it ends without a newline
            assert last.startswith(b'error ') and last.count(b'\n') == 1 and last.endswith(b'\n'), (bad[:40], raw)
            assert len(last) <= 4096, bad[:40]


def test_random_bytes():
    """Nor does noise bring it down: it answers, reports or leaves."""
    rng = random.Random(3)
    for _ in range(40):
        parts = [rng.choice((b'frames 1\n', b'frames ', b'end', b'\n', b'1', rng.randbytes(rng.randrange(200)),
                             b'\x80' * FRAME)) for _ in range(rng.randrange(1, 8))]
        with infer() as e:
            e.write(b''.join(parts))
            e.close()
            e.process.stdout.read()
            said = e.process.stderr.read()
            assert e.status() in (0, 1) and said == b'', (parts, e.status(), said)


def test_ends():
    """The end of stdin between messages is exit 0 without done; so is a parent that does not listen, with 1."""
    with infer() as e:
        e.line()
        ask(e, noise(1))
        e.close()
        assert e.lines() == [] and e.status() == 0
    with infer() as e:
        e.line()
        e.process.stdout.close()
        e.write(b'frames 1\n' + noise(1)[0])
        assert e.status() == 1


def expect_error(lines, status, *words):
    assert status == 1 and lines[-1].startswith('error '), (status, lines)
    for word in words:
        assert word in lines[-1], lines


def run(*line):
    with engine.Engine(PROGRAM, *line) as e:
        e.close()
        lines = e.lines()
        return lines, e.status()


def test_bad_weights():
    """Weights that are missing, foreign, misshapen or no numbers are refused by name."""
    path = os.path.join(FOLDER, 'bad')
    line = ('infer', '--size', SIDE, '--weights')
    expect_error(*run(*line, '/nonexistent'), '/nonexistent')
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', 1 << 60) + b'{}')
    expect_error(*run(*line, path), path)
    engine.write_safetensors(path, engine.trunk())
    expect_error(*run(*line, path), 'exp_fc.0.weight', 'missing')
    tensors = with_heads()
    tensors['au_fc.7.0.bias'] = ([4], [0.0] * 4)
    engine.write_safetensors(path, tensors)
    expect_error(*run(*line, path), 'au_fc.7.0.bias', 'shape')
    tensors = with_heads()
    tensors['conv1.weight'] = ([1024, 3, 7, 7], [0.0] * (1024 * 147))
    engine.write_safetensors(path, tensors)
    expect_error(*run(*line, path), 'ResNet')
    tensors = with_heads()
    tensors['layer1.0.bn1.weight'][1][1] = float('nan')
    engine.write_safetensors(path, tensors)
    expect_error(*run(*line, path), 'layer1.0.bn1.weight', 'number')
    tensors = with_heads()
    tensors['exp_classifier.weight'] = ([8, 3], [3e38] * 24)
    engine.write_safetensors(path, tensors)
    with infer(weights=path) as e:
        e.write(b'frames 1\n' + noise(1)[0])
        expect_error(e.lines(), e.status(), 'no numbers')


def test_forward_files():
    """forward refuses input of another shape, and an output that cannot be written."""
    path, output = os.path.join(FOLDER, 'input'), os.path.join(FOLDER, 'output')

    def forward(name, shape, to=output):
        engine.write_safetensors(path, {name: (shape, [0.5] * math.prod(shape))})
        return run('forward', '--weights', WEIGHTS, '--input', path, '--output', to)

    lines, status = forward('input', [2, 3, 48, 48])
    assert status == 0 and lines == ['hello mien-engine 1', 'done'], lines
    tensors, _ = engine.read_safetensors(output)
    assert {name: len(data) for name, data in tensors.items()} == {
        'expression': 64, 'valence_arousal': 16, 'action_units': 96, 'features': 2 * 16 * 4}
    first = struct.unpack('<8f', tensors['expression'][:32])
    assert close(first, struct.unpack('<8f', tensors['expression'][32:]))
    lines, status = forward('input', [0, 3, 48, 48])
    assert status == 0 and len(engine.read_safetensors(output)[0]['features']) == 0, lines
    for name, shape in (('x', [1, 3, 48, 48]), ('input', [1, 1, 48, 48]), ('input', [1, 3, 48, 64]),
                        ('input', [1, 3, 50, 50]), ('input', [1, 3, 16, 16]), ('input', [3, 48, 48])):
        expect_error(*forward(name, shape), path)
    expect_error(*forward('input', [1, 3, 48, 48], to='/nonexistent/y'), '/nonexistent/y')


TESTS = (test_answers, test_two_views, test_features, test_int8, test_largest_message, test_rubbish, test_random_bytes,
         test_ends, test_bad_weights, test_forward_files)

engine.write_safetensors(WEIGHTS, with_heads())
try:
    sys.exit(engine.run_tests(TESTS))
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
