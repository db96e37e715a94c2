#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model is measured on frames that neither it nor its post-processing was fitted on.

Proven by turning labels over: what the training and tuning videos say may not move a figure of validation,
what the tuning videos say may not move the weights, and what validation says may move neither. That the
figures of the fit itself are out of fold is for test-postprocess.
"""

import hashlib
import json
import shutil
import sqlite3

from mien_tap import main, query

TRAIN, VALIDATION = 0, 1
SETTINGS = ('--input-size', '48', '--batch', '12', '--threads', '2', '--method', 'supervised', '--epochs', '1')


def held_out(video):
    """Whether it is for tuning, by the rule of mien-tuning.h."""
    space = bytes.fromhex('6d1e4e0f3a524c8b9d710bface5e2b17')
    return int.from_bytes(hashlib.sha1(space + f'tuning-{video}'.encode()).digest()[:2], 'big') % 10 == 0


def turn_over(project, videos):
    """Every label of these videos becomes another one."""
    db = sqlite3.connect(project)
    of = 'frame IN (SELECT id FROM frame WHERE video IN (%s))' % ','.join(map(str, videos))
    changed = db.execute(f'UPDATE label SET value1 = -value1, value2 = -value2 WHERE item = 0 AND {of}').rowcount
    changed += db.execute(f'UPDATE label SET value1 = (value1 + 3) % 8 WHERE item = 1 AND {of}').rowcount
    changed += db.execute(f'UPDATE label SET value1 = 1 - value1 WHERE item > 1 AND {of}').rowcount
    db.commit()
    db.close()
    return changed


def videos(project):
    """Those that are trained on, for tuning, and for validation."""
    found = query(project, 'SELECT id, name, split FROM video')
    return ([i for i, name, split in found if split == TRAIN and not held_out(name)],
            [i for i, name, split in found if split == TRAIN and held_out(name)],
            [i for i, name, split in found if split == VALIDATION])


def trained(ctl, project):
    """(weights, numbers of the post-processing, stored metrics) of a training, which is seeded."""
    model = ctl.json('train', project, *SETTINGS)['model']
    weights = b''.join(row[0] for row in query(project, 'SELECT bytes FROM model_weights WHERE model = ?'
                                               ' ORDER BY part', model))
    fit = query(project, 'SELECT parameters FROM postprocess WHERE model = ?', model)
    metrics, = query(project, 'SELECT metrics FROM model WHERE id = ?', model)
    return weights, fit, json.loads(metrics[0])


def training(tap, ctl):
    """What a training makes of the three kinds of videos."""
    project = ctl.demo('p.mien', 240)
    fitted, tuning, validation = videos(project)
    tap.ok(fitted and tuning and validation, 'there are videos of each kind', (fitted, tuning, validation))
    copies = {kind: shutil.copyfile(project, ctl.path(f'{kind}.mien')) for kind in ('fitted', 'tuning', 'validation')}
    tap.ok(turn_over(copies['fitted'], fitted) and turn_over(copies['tuning'], tuning)
           and turn_over(copies['validation'], validation), 'their labels are turned over, a kind at a time')
    weights, fit, metrics = trained(ctl, project)
    found = {kind: trained(ctl, copy) for kind, copy in copies.items()}
    tap.ok(found['fitted'][0] != weights, 'the weights follow the labels that are trained on')
    tap.ok(found['tuning'][0] == weights, 'and none that are for tuning')
    tap.ok(found['tuning'][1] != fit and found['tuning'][2]['tuning'] != metrics['tuning'],
           'which the post-processing is fitted on', (fit, found['tuning'][1]))
    tap.ok(found['validation'][0] == weights and found['validation'][1] == fit
           and found['validation'][2]['tuning'] == metrics['tuning'], 'validation moves neither')
    tap.ok(found['validation'][2]['findings'] != metrics['findings'] and
           found['validation'][2]['score'] != metrics['score'], 'it is what they are measured on')


def figures(tap, ctl):
    """What evaluate prints and Insights shows of a model moves with the labels of validation alone."""
    project = ctl.demo('p.mien', 240)
    model = ctl.json('train', project, *SETTINGS, '--accept')['model']
    fitted, tuning, validation = videos(project)
    said = ctl.json('evaluate', project)
    stored = json.loads(query(project, 'SELECT metrics FROM model WHERE id = ?', model)[0][0])
    tap.equal(stored['findings'], said['findings'], 'what Insights draws is what evaluate counts')
    tap.equal(said['frames'], query(project, 'SELECT count(DISTINCT l.frame) FROM label l JOIN frame f'
                                    ' ON f.id = l.frame JOIN video v ON v.id = f.video WHERE v.split = 1'
                                    ' AND l.answer = 1')[0][0], 'of the labelled frames of validation, each of them')
    other = shutil.copyfile(project, ctl.path('other.mien'))
    turn_over(other, fitted + tuning)
    tap.equal(ctl.json('evaluate', other), said, 'labels of training and tuning videos move no figure')
    turn_over(other, validation)
    moved = ctl.json('evaluate', other)
    tap.ok(moved['score'] != said['score'] and moved['raw']['score'] != said['raw']['score']
           and moved['findings'] != said['findings'], 'those of validation move them all')
    tap.equal(moved['tuning'], said['tuning'], 'but what the fit was measured at')
    ctl.fails(tap, 'a model is not measured on the videos that it was trained on', 'evaluate', project,
              '--split', 'train', says=['train'])


def audits(tap, ctl):
    """Answers that a model was trained on are no audit of it."""
    project = ctl.demo('p.mien', 240)
    ctl.must('train', project, *SETTINGS, '--accept')
    lower(project)
    ctl.must('propose', project, '--threads', '2')
    ctl.must('queue', project, '--mix', 'audit=100')
    drawn = {i['frame'] for i in ctl.json('queue', project, '--renew') if i['reason'] == 'audit'}
    tap.ok(len(drawn) > 10, 'accepted answers are drawn to be audited', len(drawn))
    for frame in drawn:
        ctl.must('label', project, '--frame', frame, '--annotator', 'ann', '--expression', '0', '--au', EVERY_UNIT)
    answered = sum(c['answered'] for c in ctl.json('thresholds', project)['classes'])
    tap.ok(answered > 10, 'and count once they are answered', answered)
    ctl.must('train', project, *SETTINGS, '--accept')
    lower(project)
    ctl.must('propose', project, '--threads', '2')
    counted = ctl.json('thresholds', project)['classes']
    tap.ok(all(c['answered'] == 0 for c in counted), 'not for the model that they have trained', counted)
    again = {i['frame'] for i in ctl.json('queue', project, '--renew') if i['reason'] == 'audit'}
    tap.ok(again and not again & drawn, 'for which others are drawn', (len(again), len(again & drawn)))


EVERY_UNIT = ','.join(f'{unit}=0' for unit in (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26))


def lower(project):
    """Whatever the model in use says is accepted."""
    db = sqlite3.connect(project)
    db.execute('UPDATE model SET thresholds = zeroblob(168), unsettled = 1 WHERE id = (SELECT max(id) FROM model)')
    db.commit()
    db.close()


if __name__ == '__main__':
    main([training, figures, audits])
