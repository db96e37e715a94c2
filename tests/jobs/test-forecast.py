#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mienctl forecast on models whose figures are written by hand: those of known curves."""

import contextlib
import json
import sqlite3
import subprocess
import sys

from mien_tap import dump, main, query

TASKS = ('valence_arousal', 'expression', 'action_units')
LABELS = (500, 1000, 2000, 4000, 8000)


def add_model(project, tasks=7, threshold=0.7, *frames):
    return int(subprocess.run([sys.argv[2], project, str(tasks), str(threshold), *map(str, frames)],
                              check=True, capture_output=True, text=True).stdout)


def run(project, sql, *values):
    with contextlib.closing(sqlite3.connect(project)) as db, db:
        db.execute(sql, values)


def curve(a, b, c):
    return lambda n: a - b * n ** -c


def settings(labels, validation=900, **others):
    """Nine labels of ten taught, one was held out."""
    count = {'frames': 99999, 'unlabelled': 0}
    return {'version': '9', 'method': 'supervised', 'epochs': 5, 'seed': labels, 'input_size': 64, 'threads': labels % 7,
            'train': dict(count, **{task: labels * 9 // 10 for task in TASKS}),
            'tuning': dict(count, **{task: labels - labels * 9 // 10 for task in TASKS}),
            'validation': dict(count, **{task: validation for task in TASKS}), **others}


def metrics(scores, half=0.008, validation=900, classes=8):
    """Scores by task, each with an interval that is half so wide to each side."""
    point, expression, units = scores
    confusion = [[10 if i < classes else 0] * 8 for i in range(8)]
    return {'score': sum(scores) / 3, 'valence_arousal': {'ccc_valence': point - 0.1, 'ccc_arousal': point + 0.1},
            'expression': {'f1': expression}, 'action_units': {'f1': units},
            'findings': {'videos': 20, 'labels': {task: validation for task in TASKS},
                         'intervals': {task: [score - half, score + half] for task, score in zip(TASKS, scores)},
                         'confusion': confusion}}


def plant(project, setting, metric):
    model = add_model(project, 7, 0.7, 0)
    run(project, 'UPDATE model SET settings = ?, metrics = ? WHERE id = ?', json.dumps(setting), json.dumps(metric),
        model)
    return model


def tasks(ctl, project, *arguments):
    return {task['task']: task for task in ctl.json('forecast', project, *arguments)['tasks']}


def known(tap, ctl):
    project = ctl.demo('p.mien')
    nothing = tasks(ctl, project)
    tap.equal(list(nothing), list(TASKS), 'every task has its row')
    tap.ok(all(t['points'] == [] and t['curve'] is None and t['line'] is None and t['agreement'] is None
               and t['forecast']['verdict'] == 'few' for t in nothing.values()), 'without a model nothing is told')
    curves = (curve(0.7, 4, 0.5), curve(0.55, 3, 0.4), lambda n: 0.42)
    for n in LABELS:
        plant(project, settings(n), metrics([f(n) for f in curves], half=0.003))
    before = dump(project)
    found = tasks(ctl, project)
    tap.equal(dump(project), before, 'looking changes nothing')
    for task, f in zip(TASKS, curves):
        points = found[task]['points']
        tap.equal([p['labels'] for p in points], list(LABELS), f'{task}: labels held out count, oldest first')
        tap.ok(all(abs(p['score'] - f(p['labels'])) < 1e-9 and p['left_out'] is None and p['validation'] == 900
                   for p in points), f'{task}: figures are those of validation', points)
        tap.ok(found[task]['forecast']['verdict'] == 'none' and found[task]['target'] is None, 'no target, no verdict')
        twice = found[task]['forecast']['twice']
        tap.ok(twice['labels'] == 16000 and abs(twice['score'] - f(16000)) < 0.005
               and twice['interval'][0] <= f(16000) + 1e-6 and f(16000) - 1e-6 <= twice['interval'][1],
               f'{task}: twice the labels', twice)
        line = found[task]['line']
        tap.ok(line[0]['labels'] == 500 and line[-1]['labels'] == 16000
               and all(a['score'] <= b['score'] and a['labels'] < b['labels'] for a, b in zip(line, line[1:]))
               and set(LABELS) <= {at['labels'] for at in line}, f'{task}: the line passes the models and goes on', line)
    tap.equal([found[task]['measure'] for task in TASKS], ['ccc', 'f1', 'f1'], 'what is measured has its name')

    targets = 'valence_arousal=%.6f,expression=0.9,action_units=0.4' % curves[0](20000)
    found = tasks(ctl, project, '--target', targets)
    forecast = found['valence_arousal']['forecast']
    tap.ok(forecast['verdict'] == 'more' and abs(forecast['more'] - 12000) < 1500
           and forecast['more_interval'][0] <= 12000 <= (forecast['more_interval'][1] or 1e9),
           'labels still needed, beyond the newest model\'s', forecast)
    tap.equal([found[task]['forecast']['verdict'] for task in TASKS[1:]], ['never', 'reached'], 'and the other verdicts')
    tap.ok(found['expression']['forecast']['asymptote'][1] < 0.9
           and found['expression']['forecast']['more'] is None, 'never means that the curve ends below', found)
    tap.equal([t['target'] for t in tasks(ctl, project).values()], [round(curves[0](20000), 4), 0.9, 0.4],
              'the targets are the project\'s from now on')
    text = ctl.must('forecast', project).out
    tap.ok(all(words in text for words in ('more labels reach', 'Not with more labels of this kind',
                                           '0.400 is reached', 'Twice the labels would bring')), 'in words too', text)
    tap.equal([t['target'] for t in tasks(ctl, project, '--target', 'none').values()], [None] * 3, 'or none')
    tap.equal([t['target'] for t in tasks(ctl, project, '--target', '0.5').values()], [0.5] * 3, 'or one for all')
    ctl.must('verify', project)


def comparable(tap, ctl):
    """Only what was measured on the same labels after the same kind of training is on one curve."""
    project = ctl.demo('p.mien')
    f = curve(0.6, 4, 0.5)
    same = [plant(project, settings(n), metrics([f(n)] * 3)) for n in LABELS[:3]]
    grown = plant(project, settings(3000, validation=700), metrics([f(3000)] * 3, validation=700))
    other = plant(project, settings(3000, epochs=50), metrics([f(3000)] * 3))
    old = metrics([f(3000)] * 3)
    del old['findings']
    early = plant(project, settings(3000), old)
    unknown = plant(project, {'epochs': 5}, metrics([f(3000)] * 3))
    odd = [plant(project, s, m) for s, m in ((3, 'x'), ([[]], {}), (settings(5), {'expression': {'f1': 'high'}}))]
    newest = plant(project, settings(4000), metrics([f(4000)] * 3))
    points = {p['model']: p for p in tasks(ctl, project)['expression']['points']}
    tap.equal([m for m, p in points.items() if p['left_out'] is None], [*same, newest], 'these make the curve')
    tap.equal([points[m]['left_out'] for m in (grown, other, early, unknown)],
              ['other validation labels', 'other settings', 'interval unknown', 'labels unknown'],
              'and the others say why not')
    tap.equal(points[unknown]['labels'], None, 'what is unknown is null')
    tap.ok(not any(m in points for m in odd), 'what has no figure is no point')
    text = ctl.must('forecast', project).out
    tap.ok('left out: other validation labels' in text and 'left out: interval unknown' in text, 'in words too', text)

    plant(project, settings(9000, validation=901), metrics([0.5] * 3, validation=901))
    task = tasks(ctl, project, '--target', '0.55')['expression']
    tap.ok(task['forecast']['verdict'] == 'few' and task['curve'] is None and 'Cannot tell yet' in task['advice']
           and '--measure' in task['advice'],
           'one more validation label, and older figures no longer count', task['advice'])


def repeats(tap, ctl):
    """Other seeds on the same labels are no other numbers of labels."""
    project = ctl.demo('p.mien')
    f = curve(0.6, 4, 0.5)
    for n in (500, 500, 1000, 1000, 1000):
        plant(project, settings(n, seed=len(query(project, 'SELECT id FROM model'))), metrics([f(n)] * 3))
    task = tasks(ctl, project, '--target', '0.55')['expression']
    tap.ok(task['forecast']['verdict'] == 'few' and '2 different' in task['advice'], 'two are too few', task['advice'])
    plant(project, settings(2000), metrics([f(2000)] * 3))
    tap.ok(tasks(ctl, project)['expression']['curve'] is not None, 'three are enough')


def ceiling(tap, ctl):
    """Half of the expressions have no validation label, so that half of the figure is out of reach."""
    project = ctl.demo('p.mien')
    for n, score in zip(LABELS, (0.40, 0.44, 0.46, 0.47, 0.48)):
        plant(project, settings(n), metrics([score] * 3, classes=4))
    found = tasks(ctl, project, '--target', '0.55')
    tap.equal((found['expression']['ceiling'], found['valence_arousal']['ceiling']), (0.5, 1.0), 'the ceiling is known')
    tap.equal(found['expression']['forecast']['verdict'], 'never', 'above it nothing is promised')
    tap.ok(found['valence_arousal']['forecast']['asymptote'][1] > 0.5, 'and there is none for the others')


def steady(tap, ctl):
    """Four models in use, one after the other; what they say is add-model's, and then changed by hand."""
    project = ctl.demo('p.mien')

    def take(labels):
        model = add_model(project)
        run(project, 'UPDATE model SET settings = ?, metrics = ? WHERE id = ?', json.dumps(settings(labels)),
            json.dumps(metrics([0.5] * 3)), model)
        ctl.must('use', project, str(model))
        return model

    def note(model, predecessor, *agreement):
        found = metrics([0.5] * 3)
        found['predecessor'] = dict(zip(('model', 'frames', *TASKS), (predecessor, 100, *agreement)))
        run(project, 'UPDATE model SET metrics = ? WHERE id = ?', json.dumps(found), model)

    models = [take(500), take(1000)]
    n = query(project, 'SELECT count (*) FROM prediction WHERE model = ?', models[1])[0][0]
    found = tasks(ctl, project)['expression']['agreement']
    tap.equal([found[k] for k in ('model', 'predecessor', 'measure', 'frames', 'agreement', 'history', 'stable')],
              [models[1], models[0], 'kappa', n, 1.0, [1.0], False], 'they say the same, but once is not enough')
    tap.equal(tasks(ctl, project)['valence_arousal']['agreement'], None, 'the same point everywhere agrees on nothing')
    # Happiness where there was Neutral, on every frame of that kind: one class of eight has moved to another.
    neutral = [f for (f, outputs) in query(project, 'SELECT frame, outputs FROM prediction WHERE model = ?', models[1])
               if (f - 1) % 8 == 0]
    happy = [o for (f, o) in query(project, 'SELECT frame, outputs FROM prediction WHERE model = ?', models[1])
             if (f - 1) % 8 == 4][0]
    for frame in neutral:
        run(project, 'UPDATE prediction SET outputs = ? WHERE model = ? AND frame = ?', happy, models[1], frame)
    found = tasks(ctl, project)['expression']['agreement']
    counts = [len([1 for i in range(n) if i % 8 == c]) for c in range(8)]
    moved = [0, *counts[1:4], counts[4] + counts[0], *counts[5:]]
    same, chance = 1 - counts[0] / n, sum(a * b for a, b in zip(counts, moved)) / n ** 2
    tap.ok(abs(found['agreement'] - (same - chance) / (1 - chance)) < 1e-9, 'kappa, as by hand', found)

    models += [take(2000)]
    note(models[2], models[1], 0.995, 0.995, 0.98)
    models += [take(4000)]
    note(models[1], models[0], 0.99, 0.99, 0.99)
    found = tasks(ctl, project)
    tap.equal((found['expression']['agreement']['history'], found['expression']['agreement']['stable']),
              ([1.0, 0.995, 0.99], True), 'three in a row are stable')
    tap.ok('no longer change' in found['expression']['advice'], 'and the advice says so', found['expression']['advice'])
    note(models[2], models[1], 0.995, 0.98, 0.995)
    tap.equal(tasks(ctl, project)['expression']['agreement']['stable'], False, 'one of them under 0.99 is not')
    note(models[2], models[1], 0.995, 0.995, 0.98)
    run(project, 'UPDATE model SET settings = ? WHERE id = ?', json.dumps(settings(2000)), models[3])
    found = tasks(ctl, project)['expression']['agreement']
    tap.equal((found['history'][0], found['stable']), (None, False), 'the same labels once more are no news')

    run(project, 'UPDATE model SET settings = ? WHERE id = ?', json.dumps(settings(4000)), models[3])
    ctl.must('use', project, str(models[2]))
    ctl.must('use', project, str(models[3]))
    note(models[2], models[3], 1, 1, 1)
    found = tasks(ctl, project)['expression']['agreement']
    tap.equal((len(found['history']), found['stable']), (2, False), 'two models that took turns are not three')


if __name__ == '__main__':
    main([known, comparable, repeats, ceiling, steady])
