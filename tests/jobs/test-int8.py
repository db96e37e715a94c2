#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`propose --precision int8`: on squares that are easily told apart eight bits stand for float32; where no video
can speak for them they do not."""

import os
import random
import struct
import zlib

from mien_tap import dump, main, query, use_memory

SIDE = 48
VIDEOS = 90
FRAMES = 2
TRAINING = ('--epochs', '2', '--input-size', str(SIDE), '--batch', '12', '--threads', '2', '--method', 'supervised')


def picture(expression, rng):
    """A PNG of noise around a colour of the expression's own."""
    colour = [60 + 130 * (expression >> k & 1) for k in range(3)]
    rows = b''.join(b'\0' + bytes(colour[c] + rng.randrange(-40, 41) for _ in range(SIDE) for c in range(3))
                    for _ in range(SIDE))

    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', SIDE, SIDE, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def make_project(ctl, name, videos):
    rng, rows = random.Random(5), []
    for video in range(videos):
        os.makedirs(ctl.path('images', f'v{video:03}'), exist_ok=True)
        for frame in range(1, FRAMES + 1):
            expression, key = rng.randrange(8), f'v{video:03}/{frame:05}.png'
            with open(ctl.path('images', key), 'wb') as f:
                f.write(picture(expression, rng))
            rows.append(f'{key},-5,-5,{expression}' + ',-1' * 12)
    with open(ctl.path('list.txt'), 'w', encoding='ascii') as f:
        f.write('image,valence,arousal,expression,aus\n' + '\n'.join(rows) + '\n')
    project = ctl.path(name)
    ctl.must('new', project)
    ctl.must('import', 'affwild2', project, '--images', ctl.path('images'), '--annotations', ctl.path('list.txt'),
             '--split', 'train')
    return project


def train_twins(ctl, project):
    """Two models of the same weights."""
    model = ctl.json('train', project, *TRAINING, '--accept')['model']
    ctl.must('weights', 'export', project, ctl.path('w.safetensors'))
    return [model, ctl.json('weights', 'import', project, ctl.path('w.safetensors'))['model']]


def answers(project, model):
    return {frame: struct.unpack('<23f', outputs) for frame, outputs in
            query(project, 'SELECT frame, outputs FROM prediction WHERE model = ?', model)}


def accepted(tap, ctl):
    project = make_project(ctl, 'p.mien', VIDEOS)
    models = train_twins(ctl, project)
    exact = ctl.json('propose', project, '--raw', '--model', str(models[0]))
    tap.ok('int8' not in exact, 'float32 is not checked')
    said = ctl.json('propose', project, '--raw', '--model', str(models[1]), '--precision', 'int8')
    check = said['int8']
    tap.ok(check['accepted'] and check['refusal'] is None and said['frames'] == VIDEOS * FRAMES,
           'eight bits are accepted and read every frame', said)
    tap.ok(check['videos'] >= 5 and check['frames'] == FRAMES * check['videos'], 'the tuning videos were asked', check)
    tap.equal(list(check['agreement']), ['expression'], 'of the tasks that are labelled')
    low, high = check['loss_interval']
    tap.ok(check['agreement']['expression'] >= 0.99 and low <= high < 0.01, 'and agree', check)
    a, b = (answers(project, model) for model in models)
    off = max(abs(x - y) for frame, row in a.items() for x, y in zip(row, b[frame]))
    tap.ok(a.keys() == b.keys() and 0 < off < 0.1, 'the answers are near those of float32, but others', off)
    ctl.must('verify', project)
    text = ctl.must('propose', project, '--raw', '--precision', 'int8').out
    tap.ok('expression agrees' in text and 'answers are in eight bits' in text, 'people are told', text)


def refused(tap, ctl):
    project = make_project(ctl, 'small.mien', 12)
    models = train_twins(ctl, project)
    check = ctl.json('propose', project, '--raw', '--model', str(models[0]), '--precision', 'int8')['int8']
    tap.ok(not check['accepted'] and 'too few' in check['refusal'], 'few videos: float32, in words', check)
    ctl.must('propose', project, '--raw', '--model', str(models[1]))
    tap.equal(*(answers(project, model) for model in models), 'and the answers are those of float32')
    before = dump(project)
    ctl.fails(tap, 'another precision is a usage error', 'propose', project, '--precision', 'int4', code=2,
              says=('fp32', 'int8'))
    tap.equal(dump(project), before, 'that changes nothing')


if __name__ == '__main__':
    use_memory()
    main([accepted, refused])
