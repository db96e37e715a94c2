#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`mienctl compare`: a candidate against the model in use, what train keeps of it, and what use says."""

import sqlite3
import struct
import subprocess
import sys

from mien_tap import dump, main, query, use_memory

SMALL = ('--epochs', '1', '--input-size', '48', '--batch', '12', '--threads', '2', '--method', 'supervised')
FIGURES = ['score', 'p_mtl', 'ccc_valence', 'ccc_arousal', 'expression_f1', 'action_units_f1'] + ['f1'] * 20
UNITS = [1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26]


def figures_of(metrics):
    return [metrics['score'], metrics['p_mtl'], metrics['valence_arousal']['ccc_valence'],
            metrics['valence_arousal']['ccc_arousal'], metrics['expression']['f1'], metrics['action_units']['f1'],
            *metrics['expression']['per_class'], *metrics['action_units']['per_unit']]


def verdict(name, interval):
    if interval is None:
        return 'unknown'
    margin = 0.06 if name == 'p_mtl' else 0.02
    if interval[0] > 0:
        return 'better'
    if interval[1] < (0 if name in ('score', 'p_mtl') else -margin):
        return 'worse'
    return 'no worse' if interval[0] > -margin else 'unclear'


def spoil(project, model):
    """Post-processing that says Other and nothing else, and never a unit."""
    numbers = [0.0, 0.0, 0.0, 1.0, 1.0, *[0.0] * 7, 8.0, *[0.999] * 12]
    db = sqlite3.connect(project)
    db.execute('INSERT OR REPLACE INTO postprocess (model, parameters) VALUES (?, ?)',
               (model, struct.pack('<25d', *numbers)))
    db.commit()
    db.close()


def compare(tap, ctl):
    project = ctl.demo('p.mien', 120)
    ctl.fails(tap, 'nothing to compare with', 'compare', project, says=['no model is in use'])
    first = ctl.json('train', project, *SMALL, '--accept')
    tap.equal(first['gates'], None, 'the first model has no other to be compared with')
    ctl.fails(tap, 'nothing to compare', 'compare', project, says=['no model but the one in use'])
    ctl.fails(tap, 'itself', 'compare', project, '1', says=['in use itself'])
    ctl.fails(tap, 'no such model', 'compare', project, '7', says=['7'])

    second = ctl.json('train', project, *SMALL, '--seed', '2')
    gates = second['gates']
    state = dump(project)
    told = ctl.json('compare', project)
    tap.equal(told, {'model': 2, 'gates': gates}, 'a training says what compare says, of the newest model')
    tap.equal(dump(project), state, 'and had it kept')
    stored = {m['id']: m['metrics'] for m in ctl.json('models', project)}
    tap.equal(stored[2]['gates'], gates, 'beside the model')
    tap.ok('gates' not in stored[1], 'and beside no other')

    tap.equal([f['figure'] for f in gates['figures']], FIGURES, 'all figures are there')
    tap.equal([f['expression']['number'] for f in gates['figures'][6:14]], list(range(8)), 'each class')
    tap.equal([f['unit'] for f in gates['figures'][14:]], UNITS, 'each unit')
    for side, model in (('candidate', 2), ('in_use', 1)):
        wanted = figures_of(ctl.json('evaluate', project, '--model', str(model)))
        far = max(abs(f[side] - w) for f, w in zip(gates['figures'], wanted) if f[side] is not None)
        tap.ok(far < 1e-12, f'those of model {model} are what evaluate says', far)
    tap.ok(all(abs(f['difference'] - (f['candidate'] - f['in_use'])) < 1e-15 for f in gates['figures']
               if f['difference'] is not None), 'differences are differences', gates)
    held = query(project, 'SELECT count (DISTINCT f.video), count (DISTINCT f.id) FROM label l'
                 ' JOIN frame f ON f.id = l.frame WHERE f.split = 1 AND l.answer = 1')[0]
    tap.equal((gates['videos'], gates['frames']), held, 'on the labelled frames of the validation videos')
    tap.equal([f['verdict'] for f in gates['figures']],
              [verdict(f['figure'], f['interval']) for f in gates['figures']], 'verdicts follow from the intervals')

    result = ctl.must('use', project, '2')
    tap.equal('worse' in result.out, gates['gate'] == 'fail', 'use says only if it has failed')
    back = ctl.json('compare', project)
    tap.equal((back['model'], back['gates']['against']), (1, 2), 'the other way round')
    tap.equal([f['difference'] for f in back['gates']['figures']],
              [-f['difference'] if f['difference'] else f['difference'] for f in gates['figures']], 'signs turn')
    tap.equal([f['interval'] for f in back['gates']['figures']],
              [f['interval'] and [-f['interval'][1], -f['interval'][0]] for f in gates['figures']],
              'and so do intervals')


def worse(tap, ctl):
    """A candidate that has lost all that it knew fails the gate, and use says so and does it."""
    project = ctl.demo('p.mien', 120)
    ctl.must('train', project, *SMALL, '--accept')
    ctl.must('train', project, *SMALL)
    same = ctl.json('compare', project, '2')['gates']
    tap.ok(same['gate'] == 'pass' and all(f['difference'] in (0, None) for f in same['figures']),
           'the same weights are no worse', same)
    spoil(project, 2)
    lost = ctl.json('compare', project, '2')['gates']
    tap.equal((lost['gate'], lost['figures'][0]['verdict']), ('fail', 'worse'), 'the score is worse')
    tap.ok(lost['videos_worse'] > lost['videos'] / 2, 'on most videos', lost)
    text = ctl.must('compare', project).out
    warned = any(figure['verdict'] == 'worse' for figure in lost['figures'][2:])
    tap.ok('fail against model 1' in text and ('worse by more than 0.02' in text) == warned, 'people are told', text)
    result = ctl.must('use', project, '2')
    tap.ok('worse than that of model 1' in result.out, 'use says so', result)
    ctl.must('use', project, '1')
    tap.equal(ctl.json('use', project, '2')['gate'], 'fail', 'to machines too')


def little(tap, ctl):
    """Too few videos for an interval; a model in use that cannot be asked."""
    project = ctl.demo('p.mien', 14)
    model = ctl.json('train', project, *SMALL, '--accept')['model']
    ctl.must('train', project, *SMALL, '--seed', '2')
    gates = ctl.json('compare', project)['gates']
    tap.ok(gates['videos'] < 5 and {f['verdict'] for f in gates['figures']} == {'unknown'}
           and gates['gate'] == 'unknown', 'no verdict on four videos', gates)
    tap.ok('fewer than five' in ctl.must('compare', project).out, 'which says why')
    # One without weights.
    made = subprocess.run([sys.argv[2], project, '7', '0.7'], check=True, capture_output=True, text=True)
    ctl.must('use', project, made.stdout.strip())
    result = ctl.run('train', project, *SMALL, '--seed', '3', '--json')
    tap.ok(result.code == 0 and '"gates":null' in result.out and 'not compared' in result.err,
           'a training is not lost for it', result)
    ctl.fails(tap, 'compare fails', 'compare', project, str(model), says=['mien'])


if __name__ == '__main__':
    use_memory()
    main([compare, worse, little])
