#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mienctl agreement on a project whose figures are worked out by hand. Answers are planted in the log, because
no command makes one with a proposal in sight that was not taken."""

import sqlite3
import struct
import subprocess
import sys

from mien_tap import dump, main, query

VIDEOS = 5
POINT, EXPRESSION, AU12 = 0, 1, 8
CONFIRMED, CORRECTED, PROPAGATED, UNDONE = 2, 3, 4, 10
HAPPY, NEUTRAL = 4, 0


class Log:
    """Appends answers, each a decision of its own unless a batch is named, one after the other."""

    def __init__(self, project):
        self.db = sqlite3.connect(project)
        self.clock = self.db.execute('SELECT clock FROM project').fetchone()[0]
        self.n = 0

    def close(self):
        self.db.commit()
        self.db.close()

    def annotator(self, name):
        return self.db.execute('INSERT INTO annotator (uuid, name) VALUES (randomblob (16), ?)', (name,)).lastrowid

    def add(self, who, frame, item, *values, kind=CORRECTED, seconds=None, model=None, shown=False, batch=None,
            target=None):
        self.n += 1
        batch = batch or self.n.to_bytes(16, 'big')
        values = [*values, None, None][:2]
        self.db.execute(
            'INSERT INTO event (uuid, batch, clock, frame, kind, item, answer, value1, value2, annotator, time,'
            ' duration_us, model, confidence, proposal_visible, target)'
            ' VALUES (randomblob (16), ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)',
            (batch, self.clock + self.n, frame, kind, item,
             0 if item is None else 2 if values[0] is None else 1, *values, who,
             None if seconds is None else int(seconds * 1e6), model, None if model is None else 0.5, int(shown),
             target))
        return batch

    def say(self, model, frame, valence, arousal):
        """What the model said of the point."""
        outputs = struct.pack('<23f', *[0.125] * 8, valence, arousal, 0.1, *[0.5] * 12)
        self.db.execute('UPDATE prediction SET outputs = ? WHERE model = ? AND frame = ?', (outputs, model, frame))


def frames_of(project, split, n_videos):
    """By video, its frames."""
    videos = {}
    for video, frame in query(project, 'SELECT video, id FROM frame WHERE split = ? ORDER BY video, number', split):
        videos.setdefault(video, []).append(frame)
    return list(videos.values())[:n_videos]


def row(rows, name):
    return next(r for r in rows if r['name'] == name)


def near(found, wanted):
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(near(f, w) for f, w in zip(found, wanted))
    if wanted is None or found is None:
        return found is wanted
    return abs(found - wanted) < 1e-9


def figures(tap, found, name, **wanted):
    for key, value in wanted.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            tap.ok(near(found[key], value), f'{name}: {key}', f'{found[key]} is not {value}')
        else:
            tap.ok(near(found[key], value) if isinstance(value, list) else found[key] == value,
                   f'{name}: {key}', f'{found[key]} is not {value}')


def people(tap, ctl):
    """Five videos that are all alike, so that drawing them anew changes nothing."""
    project = ctl.demo('p.mien', 312)
    log = Log(project)
    ann, bob, carl = (log.annotator(name) for name in ('ann', 'b\u00f6b', 'carl'))
    videos = frames_of(project, 0, VIDEOS)
    # In the order of the clock: the first frame of each video, then the second ones.
    for k, (first, second) in enumerate(zip([HAPPY, HAPPY, NEUTRAL, NEUTRAL, HAPPY, NEUTRAL],
                                            [HAPPY, NEUTRAL, NEUTRAL, NEUTRAL, HAPPY, NEUTRAL])):
        for frames in videos:
            log.add(ann, frames[k], EXPRESSION, 7, seconds=1)
            log.add(ann, frames[k], EXPRESSION, first, seconds=2.5)
            log.add(bob, frames[k], EXPRESSION, second)
    for k, valence in enumerate([-0.5, -0.5, 0.5, 0.5]):
        for frames in videos:
            log.add(ann, frames[k], POINT, valence, 0.25, seconds=2.5)
            log.add(bob, frames[k], POINT, valence + 0.25, 0.25)
    for who, units in ((ann, (1, 1, 0, 0)), (bob, (1, 0, 0)), (carl, (1, 1))):
        for k, unit in enumerate(units):
            for frames in videos:
                log.add(who, frames[k], AU12, unit, seconds=2.5 if who == ann else None)
    for frames in videos:
        log.add(carl, frames[2], AU12)  # cannot tell
        undone = log.add(carl, frames[3], AU12, 1)
        log.add(carl, frames[3], None, kind=UNDONE, target=undone)
    log.close()

    before = dump(project)
    out = ctl.json('agreement', project)
    tap.equal(list(out), ['people', 'pairs', 'acceptance', 'annotators'], 'four parts')
    tap.equal([r['name'] for r in out['people']],
              ['valence', 'arousal', 'expression', 'Neutral', 'Happiness', 'AU12'], 'what two people have answered')
    tap.equal(list(out['people'][0]),
              ['task', 'name', 'annotators', 'videos', 'frames', 'kappa', 'kappa_interval', 'alpha',
               'alpha_interval', 'ccc', 'ccc_interval', 'icc', 'icc_interval'], 'a row has its members in order')

    # 5 of 6 alike; Happiness 1/2 and 1/3, so 1/2 by chance. Alpha: 60 answers, 25 and 35 of a kind, 10 apart.
    alpha = 1 - 59 * 10 / (60 * 60 - 25 * 25 - 35 * 35)
    figures(tap, row(out['people'], 'expression'), 'expression', task='expression', annotators=2, videos=5, frames=30,
            kappa=2 / 3, kappa_interval=[2 / 3] * 2, alpha=alpha, alpha_interval=[alpha] * 2, ccc=None,
            icc_interval=[None, None])
    figures(tap, row(out['people'], 'Happiness'), 'Happiness against the rest', kappa=2 / 3, alpha=alpha)
    # Variances and covariance 1/4, a quarter apart. Mean squares of 20 frames: 10/19, 0, and 5/8 between the two.
    figures(tap, row(out['people'], 'valence'), 'valence', task='valence_arousal', annotators=2, frames=20,
            kappa=None, ccc=8 / 9, ccc_interval=[8 / 9] * 2, icc=(10 / 19) / (10 / 19 + 2 / 20 * 5 / 8))
    figures(tap, row(out['people'], 'arousal'), 'arousal that is always the same', frames=20, alpha=None, ccc=None,
            icc=None, ccc_interval=[None, None])
    # Observed less expected by chance, and 1 less that, each times the frames: of ann and bob 3 (6/9 - 4/9) and
    # 3 (1 - 4/9), of ann and carl 0 and 0, of bob and carl 0 and 2 (1 - 1/2).
    figures(tap, row(out['people'], 'AU12'), 'AU12', task='action_units', annotators=3, videos=5, frames=15,
            kappa=(2 / 3) / (5 / 3 + 1), alpha=1 - 39 * 10 / (40 * 40 - 25 * 25 - 15 * 15))

    tap.equal([(p['annotators'], [s['name'] for s in p['scales']]) for p in out['pairs']],
              [(['ann', 'b\u00f6b'], ['valence', 'arousal', 'expression', 'action_units']),
               (['ann', 'carl'], ['action_units']), (['b\u00f6b', 'carl'], ['action_units'])], 'who shares what with whom')
    two = out['pairs'][0]['scales']
    figures(tap, row(two, 'expression'), 'two people', task='expression', videos=5, answers=30, kappa=2 / 3,
            kappa_interval=[2 / 3] * 2, ccc=None)
    figures(tap, row(two, 'valence'), 'two people on valence', ccc=8 / 9, answers=20, kappa=None)
    figures(tap, row(two, 'action_units'), 'two people on units', kappa=(6 / 9 - 4 / 9) / (1 - 4 / 9), answers=15)
    figures(tap, out['pairs'][1]['scales'][0], 'two who say always the same', kappa=None, answers=10)
    figures(tap, out['pairs'][2]['scales'][0], 'two who agree as by chance', kappa=0, answers=10)
    tap.equal([(a['annotator'], a['decisions'], a['median_seconds']) for a in out['annotators']],
              [('ann', 30 * 2 + 20 + 20, 2.5), ('b\u00f6b', 30 + 20 + 15, None), ('carl', 15, None)],
              'decisions that stand, and what they take')
    # Of the 30 answers of b\u00f6b the first 10 are those about the first two frames, of which one is as ann's.
    drift = row(out['annotators'][1]['drift'], 'expression')
    tap.equal(drift['with'], 'others', 'drift is measured with the others')
    figures(tap, drift, 'drift', measure='share', videos=5, early={'answers': 10, 'agreement': 0.5},
            late={'answers': 10, 'agreement': 1}, drift=0.5, drift_interval=[0.5, 0.5])
    figures(tap, row(out['annotators'][1]['drift'], 'valence'), 'drift of valence', measure='ccc',
            early={'answers': 6, 'agreement': 0}, drift=0)
    text = ctl.must('agreement', project).out
    tap.ok('expression    kappa 0.667 (0.667 to 0.667)  alpha 0.663 (0.663 to 0.663)  30 frames, 5 videos, 2 annotators'
           in text and 'ann: 100 decisions, median 2.5 s\n' in text and 'arousal       alpha -  CCC -' in text
           and 'b\u00f6b and carl\n  action_units  kappa 0.000 (0.000 to 0.000)' in text,
           'the same as text', text)
    tap.equal(dump(project), before, 'nothing is changed')


def acceptance(tap, ctl):
    """Three of four proposals in sight are taken, one of two that are hidden; and what must not count."""
    project = ctl.demo('p.mien', 312)
    model = int(subprocess.run([sys.argv[2], project, '7', '0.7'], check=True, capture_output=True, text=True).stdout)
    log = Log(project)
    dora, eve = log.annotator('dora'), log.annotator('eve')
    videos = frames_of(project, 0, VIDEOS)
    for k, (kind, shown) in enumerate([(CONFIRMED, True), (CONFIRMED, True), (CONFIRMED, True), (CORRECTED, True),
                                       (CONFIRMED, False), (CORRECTED, False)]):
        for frames in videos:
            log.add(dora, frames[k], EXPRESSION, HAPPY, kind=kind, model=model, shown=shown)
    # Shown, the point is the model's; hidden, valence is a quarter off.
    for k, (valence, shown) in enumerate([(-0.5, True), (0.5, True), (-0.5, False), (0.5, False)]):
        for frames in videos:
            log.say(model, frames[k], valence + (0 if shown else 0.25), 0.5)
            log.add(dora, frames[k], POINT, valence, 0.5, model=model, shown=shown)
    for frames in videos:
        log.add(dora, frames[0], AU12, 1, kind=CONFIRMED, model=model, shown=True)
    # None of these: on a segment, on a contact sheet, without a proposal, cannot tell, taken back, for validation.
    frames = videos[0]
    log.add(eve, frames[6], EXPRESSION, HAPPY, kind=PROPAGATED, model=model)
    for k in (7, 8):
        log.add(eve, frames[k], EXPRESSION, HAPPY, kind=CONFIRMED, model=model, shown=True, batch=b'contact sheet 1!')
    log.add(eve, frames[9], EXPRESSION, HAPPY)
    log.add(eve, frames[10], EXPRESSION, model=model)
    undone = log.add(eve, frames[11], EXPRESSION, HAPPY, model=model)
    log.add(eve, frames[11], None, kind=UNDONE, target=undone)
    log.add(eve, frames_of(project, 1, 1)[0][0], EXPRESSION, HAPPY, model=model)
    log.close()

    out = ctl.json('agreement', project)
    tap.equal(out['people'], [], 'nobody shares a frame')
    tap.equal([r['name'] for r in out['acceptance']],
              ['valence', 'arousal', 'expression', 'action_units', 'AU12'], 'what the model had an opinion of')
    figures(tap, row(out['acceptance'], 'expression'), 'acceptance', measure='share', videos=5,
            shown={'answers': 20, 'agreement': 0.75}, hidden={'answers': 10, 'agreement': 0.5}, inflation=0.25,
            inflation_interval=[0.25, 0.25])
    valence = row(out['acceptance'], 'valence')
    tap.ok(valence['measure'] == 'ccc' and near(valence['shown']['agreement'], 1)
           and near(valence['hidden']['agreement'], 8 / 9) and near(valence['inflation'], 1 / 9),
           'of points it is CCC', valence)
    figures(tap, row(out['acceptance'], 'AU12'), 'a unit that was never hidden',
            shown={'answers': 5, 'agreement': 1}, hidden={'answers': 0, 'agreement': None}, inflation=None,
            inflation_interval=[None, None])
    drift = row(out['annotators'][0]['drift'], 'expression')
    tap.equal(drift['with'], 'model', 'who is alone is measured with the model')
    figures(tap, drift, 'drift from the model', early={'answers': 10, 'agreement': 1},
            late={'answers': 10, 'agreement': 0.5}, drift=-0.5, drift_interval=[-0.5, -0.5])
    tap.equal(out['annotators'][1]['drift'], [], 'and who has nothing to compare has no drift')
    text = ctl.must('agreement', project).out
    tap.ok('no frame was answered by two people yet' in text
           and 'expression    share  shown 0.750 of 20  hidden 0.500 of 10  inflation 0.250 (0.250 to 0.250)' in text
           and 'hidden - of 0  inflation -' in text and 'with the model' in text, 'the same as text', text)


def commands(tap, ctl):
    """Answers that come by the commands, in too few videos for an interval."""
    project = ctl.demo('p.mien')
    tap.equal(ctl.json('agreement', project), {'people': [], 'pairs': [], 'acceptance': [], 'annotators': []},
              'a project that nobody has touched')
    keys = [r[0] for r in query(project, 'SELECT key FROM frame ORDER BY id')][:3]
    for name, answers in (('ann', '012'), ('bob', '011')):
        for key, answer in zip(keys, answers):
            ctl.must('label', project, '--frame', key, '--annotator', name, '--expression', answer)
    # Alike in 2 of 3; by chance 1/3 1/3 + 1/3 2/3.
    expression = row(ctl.json('agreement', project)['people'], 'expression')
    figures(tap, expression, 'two people', frames=3, annotators=2, kappa=(2 / 3 - 1 / 3) / (1 - 1 / 3),
            kappa_interval=[None, None])
    ctl.must('undo', project, '--annotator', 'bob')
    tap.equal(row(ctl.json('agreement', project)['people'], 'expression')['frames'], 2, 'undone is never made')


def units(tap, ctl):
    """Two who see the one unit always and the other never: no unit tells them from chance, nor do both together."""
    project = ctl.demo('p.mien')
    keys = [r[0] for r in query(project, 'SELECT key FROM frame ORDER BY id')][:3]
    for name in ('ann', 'bob'):
        for key in keys:
            ctl.must('label', project, '--frame', key, '--annotator', name, '--au', '1=1,2=0')
    figures(tap, ctl.json('agreement', project)['pairs'][0]['scales'][0], 'units are compared with themselves',
            task='action_units', answers=6, kappa=None)


def damaged(tap, ctl):
    project = ctl.demo('p.mien')
    log = Log(project)
    log.add(log.annotator('ann'), frames_of(project, 0, 1)[0][0], EXPRESSION, 8.5)
    log.close()
    ctl.fails(tap, 'an answer out of range', 'agreement', project, says=[project, 'damaged', 'out of range'])
    ctl.fails(tap, 'a project that is not there', 'agreement', ctl.path('none.mien'), says=['none.mien'])


if __name__ == '__main__':
    main([people, acceptance, commands, units, damaged])
