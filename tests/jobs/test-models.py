#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mienctl makes of a model's answers: models, use, queue, label --confirm. The model is add-model's,
whose answers are known to the digit."""

import subprocess
import sys

from mien_tap import dump, main, query


def add_model(project, tasks=7, threshold=0.7, *frames):
    return int(subprocess.run([sys.argv[2], project, str(tasks), str(threshold), *map(str, frames)],
                              check=True, capture_output=True, text=True).stdout)


def models(tap, ctl):
    project = ctl.demo('p.mien')
    first, second = add_model(project), add_model(project, 2)
    tap.equal(ctl.json('status', project)['current_model'], None, 'no model is in use by itself')
    listed = ctl.json('models', project)
    tap.equal([m['id'] for m in listed], [second, first], 'the newest comes first')
    tap.equal(list(listed[0]), ['id', 'origin', 'name', 'method', 'parent', 'created', 'current', 'was_used',
                                'has_heads', 'has_proposals', 'tasks', 'input_size', 'settings', 'metrics',
                                'thresholds'], 'a model has its members in order')
    tap.equal([m['tasks'] for m in listed],
              [['expression'], ['valence_arousal', 'expression', 'action_units']], 'tasks by name')
    tap.equal((listed[0]['settings'], listed[0]['metrics'], listed[0]['method'], listed[0]['input_size']),
              ({'epochs': 1}, None, 'supervised', 64), 'settings are an object, missing metrics are null')
    thresholds = listed[0]['thresholds']
    tap.equal(thresholds, {'expression': [0.7] * 8, 'valence_arousal': 0.7, 'action_units': [0.7] * 12},
              'thresholds by class, of the point and by unit')

    tap.equal(ctl.json('use', project, str(first)),
              {'model': first, 'previous': None, 'gate': None, 'has_proposals': True}, 'use says what it did')
    tap.equal(ctl.json('use', project, str(second))['previous'], first, 'and what there was before')
    tap.equal(ctl.json('status', project)['current_model'], second, 'status knows')
    tap.equal([m['id'] for m in ctl.json('models', project) if m['current']], [second], 'models marks it')
    tap.equal(ctl.json('use', project, str(first))['previous'], second, 'and back')
    uses = query(project, 'SELECT count (*) FROM model_use')
    ctl.must('use', project, str(first))
    tap.equal(query(project, 'SELECT count (*) FROM model_use'), uses, 'using it again is no news')
    ctl.must('verify', project)


def predecessors(tap, ctl):
    """Proposals are kept for the model in use and the one before; use says when there are none."""
    project = ctl.demo('p.mien')
    ids = []
    for _ in range(3):
        ids.append(add_model(project))
        ctl.must('use', project, str(ids[-1]))
    tap.equal([m['has_proposals'] for m in ctl.json('models', project)], [True, True, False],
              'proposals of the last two are kept')
    result = ctl.must('use', project, str(ids[0]))
    tap.ok('propose' in result.out, 'an older one has to propose again, and use says so', result)
    tap.equal(ctl.json('models', project)[-1]['has_proposals'], False, 'it has no proposals until then')


def queue(tap, ctl):
    project = ctl.demo('p.mien')
    ctl.must('use', project, str(add_model(project)))
    items = ctl.json('queue', project)
    status = ctl.json('status', project)
    tap.equal(len(items), status['queue'], 'status counts what the queue lists')
    uncertain = [i for i in items if i['reason'] == 'uncertain']
    tap.ok(uncertain and items[:len(uncertain)] == uncertain, 'what the model is unsure of comes first')
    tap.ok(all(i['confidence'] < i['threshold'] == 0.7 for i in uncertain), 'and is below its threshold')
    margins = [i['confidence'] for i in uncertain if i['task'] == 'expression']
    tap.ok(margins and margins == sorted(margins) and len(set(margins)) > 2,
           'the most uncertain first', margins)
    proposal = uncertain[[i['task'] for i in uncertain].index('expression')]['proposal']
    tap.equal(list(proposal), ['number', 'name'], 'a proposal names the expression')
    tap.ok(status['labels']['expression']['proposed'] > 0, 'what is above is a proposal', status)


def mix(tap, ctl):
    project = ctl.demo('p.mien')
    # Units at 0.9 and 0.8 are sure: what the model says of them is accepted.
    ctl.must('use', project, str(add_model(project)))
    items = ctl.json('queue', project, '--mix', 'uncertain=50,random=20,audit=30')
    tap.equal(len(items), ctl.json('status', project)['queue'], 'status counts what the queue lists')
    first = [i['reason'] for i in {i['frame']: i for i in items}.values()][:20]
    tap.ok(4 <= first.count('audit') <= 8 and first.count('random') >= 2 and first.count('uncertain') >= 8,
           'the shares hold from the beginning', first)
    tap.ok(len(set(first)) == 3, 'and there is no other reason', first)
    audits = [i for i in items if i['reason'] == 'audit']
    tap.ok(all(i['proposal'] is None and i['confidence'] is None for i in audits),
           'what is audited is asked blind')
    ctl.fails(tap, 'and cannot be confirmed', 'label', project, '--frame', audits[0]['frame'],
              '--annotator', 'ann', '--confirm', says=[audits[0]['frame'], 'no proposal'])
    again = ctl.json('queue', project, '--renew')
    tap.ok({i['reason'] for i in again[:40]} == set(first), 'the shares are the project\'s from now on')
    ctl.fails(tap, 'shares add up to 100', 'queue', project, '--mix', 'uncertain=50,random=20', code=2,
              says=['--mix', 'add up to 70'])


def audit(tap, ctl):
    project = ctl.demo('p.mien')
    ctl.must('use', project, str(add_model(project)))
    before = ctl.json('thresholds', project)
    tap.equal((before['target'], len(before['classes']), before['changes']), (0.95, 32, []),
              'every class has its row, and nothing has changed yet')
    tap.ok(all(c['drawn'] == 0 and c['verdict'] == 'too few' for c in before['classes']), 'nothing is drawn yet')
    # Somebody who sees the contrary of what the model says: all units of the first such face.
    ctl.must('queue', project, '--mix', 'audit=100')
    drawn = [c for c in ctl.json('thresholds', project)['classes'] if c.get('unit') and c['drawn']]
    contrary = ','.join(f"{c['unit']}={0 if c['present'] else 1}" for c in drawn)
    unit, present = drawn[0]['unit'], drawn[0]['present']
    for _ in range(4):
        for frame in {i['frame'] for i in ctl.json('queue', project, '--renew') if i['reason'] == 'audit'}:
            ctl.must('label', project, '--frame', frame, '--annotator', 'ann', '--au', contrary)
    after = ctl.json('thresholds', project)
    row = next(c for c in after['classes'] if (c.get('unit'), c.get('present')) == (unit, present))
    tap.equal((row['answered'], row['counted'], row['agreed'], row['precision'], row['verdict']),
              (30, 30, 0, 0, 'missed'), 'none of thirty was right')
    tap.ok(row['lower'] == 0 and row['upper'] < 0.3, 'the interval says so', row)
    applied = ctl.json('thresholds', project, '--apply')
    raised = next(c for c in applied['classes'] if (c.get('unit'), c.get('present')) == (unit, present))
    tap.ok(abs(raised['threshold'] - (1 + row['threshold']) / 2) < 1e-12 and raised['drawn'] == 0,
           'its threshold is raised, and the count starts anew', raised)
    logged = next(c for c in applied['changes'] if (c.get('unit'), c.get('present')) == (unit, present))
    tap.equal((logged['before'], logged['after'], logged['answers'], logged['agreed']),
              (row['threshold'], raised['threshold'], 30, 0), 'and the log says why')
    tap.equal(ctl.json('thresholds', project, '--apply')['changes'], applied['changes'], 'once')
    tap.equal(ctl.json('thresholds', project, '--target', '0.9')['target'], 0.9, 'the target is the project\'s')
    ctl.fails(tap, 'a target of nothing', 'thresholds', project, '--target', '0.2', code=2, says=['--target'])
    ctl.fails(tap, 'without a model nothing is accepted', 'thresholds', ctl.demo('q.mien'), says=['no model'])


def confirm(tap, ctl):
    project = ctl.demo('p.mien')
    # Units at 0.9 and 0.8 are sure, the point at 0.8 too; expressions of 0.30 to 0.65 are not.
    ctl.must('use', project, str(add_model(project)))
    before = ctl.json('status', project)
    item = next(i for i in ctl.json('queue', project) if i['task'] == 'expression')
    tap.equal(ctl.json('label', project, '--frame', item['frame'], '--annotator', 'ann', '--confirm'),
              {'frame': item['frame'], 'frames': 1, 'annotator': 'ann', 'decision': 'answer',
               'answers': {'expression': item['proposal']}}, 'what was asked is confirmed, and nothing else')
    event = ctl.json('history', project, '--frame', item['frame'])[-1]
    tap.ok(event['kind'] == 'confirmed' and event['model'] == before['current_model']
           and abs(event['confidence'] - item['confidence']) < 1e-6 and event['proposal_visible'] is True,
           'the log says what was on screen', event)
    tap.equal(ctl.json('status', project)['labels']['expression']['human'], 1, 'it is a human label')

    state = dump(project)
    ctl.fails(tap, 'a frame that is not asked cannot be confirmed', 'label', project, '--frame', item['frame'],
              '--annotator', 'eve', '--confirm', says=[item['frame'], 'asks nothing'])
    tap.equal(dump(project), state, 'a refusal changes nothing')

    other = next(i for i in ctl.json('queue', project) if i['task'] == 'expression' and i['proposal'])
    wrong = (other['proposal']['number'] + 1) % 8
    ctl.must('label', project, '--frame', other['frame'], '--annotator', 'ann', '--expression', str(wrong))
    event = ctl.json('history', project, '--frame', other['frame'])[-1]
    tap.ok(event['kind'] == 'corrected' and event['proposal_visible'] is False,
           'another answer is a correction', event)
    for _ in range(2):
        ctl.must('undo', project, '--annotator', 'ann')
    tap.equal(ctl.json('status', project), before, 'both can be taken back')
    ctl.must('verify', project)


def unread(tap, ctl):
    """A model that has read half of the frames."""
    project = ctl.demo('p.mien')
    ctl.must('use', project, str(add_model(project, 2, 0.7, 30)))
    frame = next(i['frame'] for i in ctl.json('queue', project) if i['reason'] == 'unlabelled')
    state = dump(project)
    ctl.fails(tap, 'what the model has not read cannot be confirmed', 'label', project, '--frame', frame,
              '--annotator', 'ann', '--confirm', says=[frame, 'no proposal'])
    tap.equal(dump(project), state, 'that changes nothing')


if __name__ == '__main__':
    main([models, predecessors, queue, mix, audit, confirm, unread])
