#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Post-processing in mienctl: what propose stores against its definition, worked out here from the raw
answers; evaluate beside --raw; frames that come later; kill -9."""

import json
import math
import os
import random
import shutil
import signal
import sqlite3
import struct
import time

from mien_tap import main, query

SMALL = ('--input-size', '48', '--batch', '12', '--threads', '2', '--method', 'supervised')
SIGMA = {'points': 200.0, 'expression': 800.0, 'units': 50.0}
TEMPERATURE = {'expression': 0.5, 'units': 1.5}
BIAS = [0.0, 1.5, 0.0, 0.0, -0.75, 0.0, 0.0, 0.25]
THRESHOLDS = [0.25 + 0.03 * k for k in range(12)]


def trained(ctl, name):
    """A project with a trained model in use that has no post-processing, made once a run."""
    made = os.path.join(ctl.shared, 'trained.mien')
    if not os.path.exists(made):
        project = ctl.demo('trained.mien', 240)
        ctl.must('train', project, '--epochs', '1', *SMALL, '--accept')
        db = sqlite3.connect(project)
        db.execute('DELETE FROM postprocess')
        db.commit()
        db.close()
        shutil.copyfile(project, made)
    return shutil.copyfile(made, ctl.path(name))


def fit(project):
    """Numbers that do something, past the fit."""
    numbers = [SIGMA['points'], SIGMA['expression'], SIGMA['units'], TEMPERATURE['expression'],
               TEMPERATURE['units'], *BIAS, *THRESHOLDS]
    db = sqlite3.connect(project)
    db.execute('INSERT INTO postprocess (model, parameters) VALUES (1, ?)', (struct.pack('<25d', *numbers),))
    db.commit()
    db.close()


def answers(project):
    """frame -> (video, number, 23 floats)"""
    rows = query(project, 'SELECT p.frame, f.video, f.number, p.outputs FROM prediction p'
                 ' JOIN frame f ON f.id = p.frame WHERE p.model = 1')
    return {frame: (video, number, struct.unpack('<23f', outputs)) for frame, video, number, outputs in rows}


def difference(some, others):
    """The largest; the engine's sums may depend on which frames share a batch."""
    if some.keys() != others.keys():
        return math.inf
    return max(abs(a - b) for frame in some for a, b in zip(some[frame][2], others[frame][2]))


def logit(p):
    p = min(max(p, 2.0 ** -24), 1 - 2.0 ** -24)
    return math.log(p / (1 - p))


def smooth(frame, raw, sigma, values):
    video, number, _ = raw[frame]
    total, sums = 0.0, [0.0] * len(values(raw[frame][2]))
    for other_video, other_number, said in raw.values():
        weight = math.exp(-(other_number - number) ** 2 / sigma)
        if other_video == video and weight >= 1e-6:
            total += weight
            sums = [s + weight * v for s, v in zip(sums, values(said))]
    return [s / total for s in sums]


def expected(frame, raw):
    z = smooth(frame, raw, SIGMA['expression'], lambda a: [math.log(max(p, 1.2e-38)) for p in a[:8]])
    e = [math.exp((x - max(z)) / TEMPERATURE['expression']) for x in z]
    point = smooth(frame, raw, SIGMA['points'], lambda a: a[8:11])
    units = smooth(frame, raw, SIGMA['units'], lambda a: [logit(p) for p in a[11:]])
    return [x / sum(e) for x in e] + point + [1 / (1 + math.exp(-u / TEMPERATURE['units'])) for u in units]


def definition(tap, ctl):
    project = trained(ctl, 'p.mien')
    ctl.must('propose', project, '--threads', '2')
    raw = answers(project)
    fit(project)
    db = sqlite3.connect(project)
    db.execute('UPDATE postprocess SET raw = 1')
    db.commit()
    db.close()
    tap.equal(ctl.json('propose', project, '--raw', '--threads', '2')['frames'], 0, 'raw answers are there')

    tap.equal(ctl.json('propose', project, '--threads', '2')['frames'], len(raw),
              'the other way all frames are read anew')
    processed = answers(project)
    worst = difference(processed, {frame: (None, None, expected(frame, raw)) for frame in raw})
    tap.ok(worst < 1e-5, 'what is stored is what the definition says', worst)
    tap.ok(difference(processed, raw) > 0.01, 'which is something else than the raw answers')
    wanted = {frame: max(range(8), key=lambda c: math.log(a[2][c]) + BIAS[c]) for frame, a in processed.items()}
    confidence = dict(query(project, 'SELECT frame, confidence FROM proposal WHERE task = 1'))
    tap.ok(all(abs(confidence[f] - processed[f][2][c]) < 1e-6 for f, c in wanted.items()),
           'the expression is the biased one, at its calibrated confidence')
    tap.ok(any(max(processed[f][2][:8]) > processed[f][2][c] for f, c in wanted.items()),
           'which is not always the likeliest')
    ctl.must('verify', project)
    copy = shutil.copyfile(project, ctl.path('copy.mien'))
    tap.equal(ctl.json('propose', copy, '--threads', '2')['frames'], 0, 'a copy has it all')
    ctl.must('verify', copy)

    tap.equal(ctl.json('propose', project, '--raw', '--threads', '2')['frames'], len(raw), 'and back')
    tap.ok(difference(answers(project), raw) < 1e-5, 'to the raw answers')
    ctl.must('verify', project)


def evaluate(tap, ctl):
    project = trained(ctl, 'p.mien')
    plain = ctl.json('evaluate', project)
    tap.ok('raw' not in plain and 'postprocessing' not in plain, 'a model without it has raw figures alone')
    fit(project)
    both, raw = ctl.json('evaluate', project), ctl.json('evaluate', project, '--raw')
    plain.pop('tuning', None)
    tap.equal(raw, plain, '--raw leaves it out')
    found = plain.pop('findings')
    tap.equal(both['raw'], plain, 'both stand side by side')
    tap.ok(both['findings'] != found, 'what lies behind the figures is of the processed ones')
    tap.ok(both['expression'] != plain['expression'] and both['frames'] == plain['frames'],
           'of the same frames', both)
    tap.equal(both['postprocessing'],
              {'sigma': {'valence_arousal': 200.0, 'expression': 800.0, 'action_units': 50.0},
               'temperature': {'expression': 0.5, 'action_units': 1.5},
               'expression_bias': BIAS, 'action_unit_thresholds': THRESHOLDS}, 'and its numbers')
    result = ctl.must('evaluate', project)
    tap.ok('post-processing  score raw' in result.out, 'people are told too', result)

    # The accuracy that the stored proposals have is the one that evaluate says.
    ctl.must('propose', project, '--threads', '2')
    labels = dict(query(project, 'SELECT l.frame, l.value1 FROM label l JOIN frame f ON f.id = l.frame'
                        ' WHERE l.item = 1 AND l.answer = 1 AND f.split = 1'))
    said = answers(project)
    right = sum(max(range(8), key=lambda c: math.log(said[f][2][c]) + BIAS[c]) == label
                for f, label in labels.items())
    tap.ok(labels and abs(right / len(labels) - both['expression']['accuracy']) < 1e-12,
           'evaluate and propose decide alike', (right, len(labels)))


def latecomers(tap, ctl):
    """Frames that nobody could propose for, and then can: those around them change with them."""
    project, whole = trained(ctl, 'p.mien'), trained(ctl, 'whole.mien')
    for path in (project, whole):
        fit(path)
    ctl.must('propose', whole, '--threads', '2')
    keys = [key for key, in query(project, 'SELECT key FROM frame WHERE split = 0 ORDER BY id')]
    late = random.Random(5).sample(keys, 9)
    for key in late:
        ctl.must('label', project, '--frame', key, '--annotator', 'ann', '--not-a-face')
    before = ctl.json('propose', project, '--threads', '2')['frames']
    tap.equal(before, len(answers(whole)) - len(late), 'what is no face is not read')
    without, complete = answers(project), answers(whole)
    worst = difference(without, {frame: complete[frame] for frame in without})
    tap.ok(worst > 1e-3, 'and has no part in the smoothing', worst)
    for _ in late:
        ctl.must('undo', project, '--annotator', 'ann')
    tap.equal(ctl.json('propose', project, '--threads', '2')['frames'], len(late), 'only what is new counts')
    worst = difference(answers(project), complete)
    tap.ok(worst < 1e-5, 'and all is as if it had been there from the start', worst)
    ctl.must('verify', project)


def kills(tap, ctl):
    project, calm = trained(ctl, 'p.mien'), trained(ctl, 'calm.mien')
    for path in (project, calm):
        fit(path)
    begun = time.monotonic()
    ctl.must('propose', calm, '--threads', '1')
    longest = time.monotonic() - begun
    chance, killed, partial = random.Random(7), 0, 0
    for _ in range(6):
        process = ctl.start('propose', project, '--threads', '1')
        time.sleep(longest * chance.uniform(0.3, 0.9))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        partial += 0 < query(project, 'SELECT count (*) FROM prediction')[0][0] < len(answers(calm))
    tap.ok(killed > 0, f'propose was killed {killed} times, {partial} times with a part stored')
    ctl.must('propose', project, '--threads', '1')
    worst = difference(answers(project), answers(calm))
    tap.ok(worst < 1e-5, 'and ends with the answers of an undisturbed run', worst)
    ctl.must('verify', project)


def fitted(tap, ctl):
    """What train does by itself: fit on the tuning videos, report, store."""
    project = ctl.demo('p.mien', 600)
    said = ctl.json('train', project, '--epochs', '1', *SMALL, '--accept')['metrics']
    tuning = said['tuning']
    tap.equal(list(tuning), ['frames', 'videos', 'folds', 'kept', 'raw', 'in_sample', 'out_of_fold'],
              'the report has its members in order')
    tap.ok(tuning['videos'] >= 2 and tuning['folds'] == min(5, tuning['videos']) and tuning['frames'] > 0,
           'folds of videos', tuning)
    for task, figure in (('expression', 'f1'), ('action_units', 'f1')):
        out, raw = (tuning[k]['metrics'][task] for k in ('out_of_fold', 'raw'))
        tap.equal(tuning['kept'][task], out[figure] >= raw[figure], f'{task} is kept if it helps out of fold')
    tap.equal(ctl.json('evaluate', project), said, 'evaluate says the same')
    tap.equal(ctl.json('models', project)[0]['metrics'], said, 'the model keeps it')
    stored = query(project, 'SELECT parameters FROM postprocess')
    tap.equal(len(stored), 'postprocessing' in said, 'numbers are stored if there are any')
    if stored:
        numbers = struct.unpack('<25d', stored[0][0])
        tap.equal(list(numbers[5:13]), said['postprocessing']['expression_bias'], 'and are those of the report')
    result = ctl.must('evaluate', project)
    tap.ok('out of fold' in result.out and 'in-sample' in result.out, 'people are told both', result)
    tap.ok(json.dumps(said).count('NaN') == 0, 'JSON has no NaN')
    ctl.must('verify', project)


if __name__ == '__main__':
    main([definition, evaluate, latecomers, kills, fitted])
