#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project before any model: new, demo, status, queue, label, undo, history, models, verify."""

import os
import re
import sqlite3

from mien_tap import dump, main, query

TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z')
UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
EMPTY_COUNTS = {'imported': 0, 'human': 0, 'proposed': 0}


def new(tap, ctl):
    project = ctl.path('Faces of Kyoto.mien')
    tap.equal(ctl.json('new', 'Faces of Kyoto.mien'), {'project': project, 'name': 'Faces of Kyoto'},
              'new names the project after its file')
    before = dump(project)
    ctl.fails(tap, 'new refuses a file that is there', 'new', project, says=[project, 'exists already'])
    tap.equal(dump(project), before, 'new left that file as it was')
    tap.equal(ctl.json('status', project), {
        'frames': 0, 'videos': 0, 'splits': {'train': 0, 'validation': 0, 'test': 0},
        'labels': {'expression': EMPTY_COUNTS, 'valence_arousal': EMPTY_COUNTS,
                   'action_units': EMPTY_COUNTS},
        'models': 0, 'current_model': None, 'queue': 0,
    }, 'status of an empty project')
    tap.equal(ctl.json('queue', project), [], 'nothing waits in an empty project')
    tap.equal(ctl.json('models', project), [], 'there is no model in an empty project')
    tap.equal(ctl.json('verify', project), {'sound': True}, 'an empty project is sound')
    for name, text in (('empty', ''), ('endless', 'x' * 201), ('broken', b'\xff\xfe')):
        ctl.fails(tap, f'new refuses the {name} name', 'new', 'other.mien', '--name', text)
    ctl.fails(tap, 'new refuses a folder that is not there', 'new', 'no/such/P.mien', says=['no/such'])
    tap.equal(sorted(n for n in os.listdir(ctl.scratch) if n != 'cache'), ['Faces of Kyoto.mien'],
              'what new refused left nothing')


def demo(tap, ctl):
    made = ctl.json('demo', 'a.mien', '--frames', '60')
    status = ctl.json('status', 'a.mien')
    tap.equal(made, {'project': ctl.path('a.mien'), 'frames': 60, 'videos': 24, 'seed': 1},
              'demo says what it made')
    tap.ok(status['frames'] == 60 and status['videos'] == 24
           and status['splits']['train'] + status['splits']['validation'] == 60
           and status['splits']['test'] == 0 and status['splits']['validation'] > 0
           and all(status['labels'][task]['imported'] > 0 for task in status['labels']),
           'the demo has frames and labels of all tasks', status)
    tap.ok('drawn faces' in ctl.must('status', 'a.mien').out, 'the demo says that it is drawn')
    ctl.fails(tap, 'demo refuses a file that is there', 'demo', 'a.mien', says=['exists already'])
    ctl.fails(tap, 'demo refuses a folder that is not there', 'demo', 'no/a.mien', says=['no/a.mien'])

    ctl.must('demo', 'b.mien', '--frames', '60', '--seed', '1')
    ctl.must('demo', 'c.mien', '--frames', '60', '--seed', '2')
    images = [query(ctl.path(name), 'SELECT sha256 FROM image ORDER BY sha256')
              for name in ('a.mien', 'b.mien', 'c.mien')]
    tap.ok(len(images[0]) == 60 and images[0] == images[1], 'one seed draws the same faces')
    tap.ok(images[0] != images[2], 'another seed draws others')
    ctl.must('verify', 'a.mien')
    tap.equal(sorted(n for n in os.listdir(ctl.scratch) if n != 'cache'), ['a.mien', 'b.mien', 'c.mien'],
              'nothing lies beside the demos')


def queue(tap, ctl):
    project = ctl.demo('p.mien')
    items = ctl.json('queue', project)
    tap.equal(len(items), ctl.json('status', project)['queue'], 'status counts what the queue lists')
    tap.ok(all(list(item) == ['frame', 'task', 'reason', 'proposal', 'confidence', 'threshold']
               for item in items), 'an item of the queue has its six members in order', items[0])
    tap.ok(all(item['task'] in ('expression', 'valence_arousal', 'action_units')
               and re.fullmatch(r'[^/]+/\d{5}\.jpg', item['frame']) for item in items),
           'items name a frame and a task', items[0])
    tap.equal({item['reason'] for item in items} - {'validation'}, {'unlabelled'},
              'before any model unlabelled frames are asked')
    tap.ok(all(item[name] is None for item in items for name in ('proposal', 'confidence', 'threshold')),
           'before any model nothing is proposed')
    tap.equal(ctl.json('queue', project, '--limit', '3'), items[:3], '--limit takes the first ones')
    labelled = set(query(project, 'SELECT f.key, e.item FROM event e JOIN frame f ON f.id = e.frame'))
    asked = {(item['frame'], 1) for item in items if item['task'] == 'expression'}
    tap.ok(asked and not asked & labelled, 'what has a label is not asked')


def find(ctl, project, task):
    return next(item['frame'] for item in ctl.json('queue', project) if item['task'] == task)


def label(tap, ctl):
    project = ctl.demo('p.mien')
    frame = find(ctl, project, 'expression')
    before = ctl.json('status', project)

    def ann(*arguments):
        return ctl.json('label', project, '--frame', frame, '--annotator', 'ann', *arguments)

    tap.equal(ann('--expression', 'happiness'),
              {'frame': frame, 'frames': 1, 'annotator': 'ann', 'decision': 'answer',
               'answers': {'expression': {'number': 4, 'name': 'Happiness'}}},
              'label says what it recorded')
    after = ctl.json('status', project)
    tap.equal(after['labels']['expression']['human'], 1, 'status counts the human label')
    tap.equal(after['queue'], before['queue'] - 1, 'what was answered is not asked any more')
    tap.ok(('%s expression' % frame) not in {f"{i['frame']} {i['task']}" for i in ctl.json('queue', project)},
           'the queue has let the frame go')

    tap.equal(ann('--au', '12=1,4=0,6=?', '--valence', '-0.25', '--arousal', '1e-1')['answers'],
              {'valence_arousal': {'valence': -0.25, 'arousal': 0.1},
               'action_units': {'4': 0, '6': '?', '12': 1}}, 'units and a point in one decision')
    tap.equal(ann('--expression', '?')['answers'], {'expression': '?'}, 'one may be unable to tell')
    tap.equal(ann('--valence', '?', '--arousal', '?')['answers'], {'valence_arousal': '?'},
              'also of valence and arousal')
    tap.equal(ann('--skip')['decision'], 'skip', 'a skip')
    tap.equal(ann('--not-a-face')['decision'], 'not-a-face', 'not a face')
    tap.ok(frame not in {i['frame'] for i in ctl.json('queue', project)},
           'what is no face is not asked')
    ctl.must('verify', project)

    taken = [ctl.json('undo', project, '--annotator', 'ann')['decision'] for _ in range(2)]
    tap.equal(taken, ['not-a-face', 'skip'], 'undo takes back the last first')
    tap.equal(ctl.json('undo', project, '--annotator', 'ann'),
              {'frame': frame, 'frames': 1, 'annotator': 'ann', 'decision': 'answer',
               'answers': {'valence_arousal': '?'}}, 'undo says what it took back and where')
    for _ in range(3):
        ctl.must('undo', project, '--annotator', 'ann')
    tap.equal(ctl.json('status', project), before, 'all taken back, all is as before')
    ctl.fails(tap, 'there is an end to undoing', 'undo', project, '--annotator', 'ann',
              says=[project, 'undo'])
    ctl.must('verify', project)


def annotators(tap, ctl):
    """An undo is the annotator's own, wherever the decision was made."""
    project = ctl.demo('p.mien')
    first, second = [i['frame'] for i in ctl.json('queue', project) if i['task'] == 'expression'][:2]
    for frame, name in ((first, 'ann'), (second, '\u7f8e\u54b2'), (second, 'bob')):
        ctl.must('label', project, '--frame', frame, '--annotator', name, '--expression', '2')
    tap.equal(ctl.json('undo', project, '--annotator', 'ann')['frame'], first,
              'undo reaches behind what others did later')
    tap.equal(ctl.json('undo', project, '--annotator', '\u7f8e\u54b2')['annotator'], '\u7f8e\u54b2',
              'names are kept in any script')
    tap.equal(ctl.json('status', project)['labels']['expression']['human'], 1, "bob's answer stands")

    before = dump(project)
    ctl.fails(tap, 'undo of a stranger', 'undo', project, '--annotator', 'eve')
    ctl.fails(tap, 'undo of a name that is none', 'undo', project, '--annotator', '')
    tap.equal(dump(project), before, 'no stranger is left in the project')


def many(tap, ctl):
    """One answer for a part of a video is one decision: told as such, propagated, taken back at once."""
    project = ctl.demo('p.mien', 240)
    keys = [row[0] for row in query(project, "SELECT f.key FROM frame f JOIN video v ON v.id = f.video"
                                    " WHERE v.name = 'demo01' AND image IS NOT NULL ORDER BY f.number")]
    other = query(project, "SELECT key FROM frame WHERE key NOT LIKE 'demo01/%' ORDER BY key")[0][0]
    before = ctl.json('status', project)
    n = 5
    face = ('label', project, '--annotator', 'ann', '--frame')
    ctl.must(*face, keys[1], '--not-a-face')
    out = ctl.json(*face, keys[2], '--through', keys[n], '--expression', 'Happiness')
    tap.equal((out['frame'], out['frames']), (keys[2], n - 1), 'label says on how many frames')
    out = ctl.json(*face, keys[n - 1], '--through', keys[0], '--au', '4=1')
    tap.equal(out['frames'], n - 1, 'also backwards, without what is no face')
    kinds = [[e['kind'] for e in ctl.json('history', project, '--frame', key) if e['annotator']]
             for key in keys[:n + 1]]
    tap.equal(kinds, [['propagated'], ['not-a-face'], ['corrected', 'propagated'], ['propagated'] * 2,
                      ['propagated', 'corrected'], ['propagated']],
              'what was looked at is corrected, the others are propagated')
    ctl.must('verify', project)
    tap.equal([ctl.json('undo', project, '--annotator', 'ann')['frames'] for _ in range(3)],
              [n - 1, n - 1, 1], 'undo says on how many frames')
    tap.equal(ctl.json('status', project), before, 'all of them are as before')
    ctl.must('verify', project)
    state = dump(project)
    ctl.fails(tap, 'a part of two videos', *face, keys[0], '--through', other, '--expression', '1',
              says=[keys[0], other])
    tap.equal(dump(project), state, 'and nothing has changed')


def notes(tap, ctl):
    project = ctl.demo('p.mien')
    frame = find(ctl, project, 'expression')
    queue = ctl.json('queue', project)
    note = 'A hand\nbefore the mouth \u53e3\u5143'
    out = ctl.json('label', project, '--frame', frame, '--annotator', 'ann', '--note', note)
    tap.equal(out['decision'], 'note', 'a note')
    event = ctl.json('history', project, '--frame', frame)[-1]
    tap.equal((event['kind'], event['note'], event['item']), ('noted', note, 'frame'), 'history shows it')
    text = ctl.must('history', project, '--frame', frame).out
    tap.ok('    A hand\n    before the mouth' in text, 'line by line', text)
    tap.equal(ctl.json('queue', project), queue, 'a note answers nothing')
    ctl.must('verify', project)
    tap.equal(ctl.json('undo', project, '--annotator', 'ann')['decision'], 'note', 'and can be taken back')
    ctl.fails(tap, 'an empty note', 'label', project, '--frame', frame, '--annotator', 'ann', '--note', ' ',
              says=['note'])


def refused(tap, ctl):
    """What label refuses changes nothing."""
    project = ctl.demo('p.mien')
    frame = find(ctl, project, 'expression')
    before = dump(project)
    face = ('label', project, '--annotator', 'ann')
    ctl.fails(tap, 'a frame that is not there', *face, '--frame', 'demo01/99999.jpg', '--skip',
              says=['demo01/99999.jpg'])
    ctl.fails(tap, 'a frame outside', *face, '--frame', '../x.jpg', '--skip', says=['../x.jpg'])
    ctl.fails(tap, 'a frame in no encoding', *face, '--frame', b'\xff.jpg', '--skip')
    ctl.fails(tap, 'a confirmation without a model', *face, '--frame', frame, '--confirm',
              says=[frame, 'proposal'])
    ctl.fails(tap, 'an annotator without a name', 'label', project, '--annotator', '', '--frame', frame,
              '--skip', says=['annotator'])
    ctl.fails(tap, 'an annotator with a line feed', 'label', project, '--annotator', 'a\nb', '--frame',
              frame, '--skip', says=['annotator'])
    ctl.fails(tap, 'a model that is not there', 'use', project, '7', says=[project, '7'])
    ctl.fails(tap, 'the history of a frame that is not there', 'history', project, '--frame', 'x.jpg',
              says=['x.jpg'])
    tap.equal(dump(project), before, 'nothing has changed')


def history(tap, ctl):
    project = ctl.demo('p.mien')
    frame = query(project, 'SELECT f.key FROM event e JOIN frame f ON f.id = e.frame WHERE e.item = 1')[0][0]
    imported = ctl.json('history', project, '--frame', frame)
    tap.ok(imported and all(e['kind'] == 'imported' and e['annotator'] is None for e in imported),
           'what was imported is in the log', imported)
    ctl.must('label', project, '--frame', frame, '--annotator', 'ann', '--expression', 'Fear', '--au', '1=?')
    ctl.must('undo', project, '--annotator', 'ann')
    events = ctl.json('history', project, '--frame', frame)
    tap.equal(events[:len(imported)], imported, 'the log only grows')
    answers, unit, undone = events[len(imported):]
    tap.equal(list(answers), ['event', 'batch', 'target', 'kind', 'item', 'value', 'annotator', 'time',
                              'seconds', 'model', 'confidence', 'proposal_visible', 'undone', 'note'],
              'an event has its members in order')
    tap.ok(UUID.fullmatch(answers['event']) and TIME.fullmatch(answers['time'])
           and answers['batch'] == unit['batch'] == undone['target'], 'events name what they belong to',
           events)
    tap.equal([(e['kind'], e['item'], e['value'], e['undone']) for e in (answers, unit, undone)],
              [('corrected', 'expression', {'number': 3, 'name': 'Fear'}, True),
               ('corrected', 'AU1', '?', True), ('undone', 'frame', None, False)],
              'a decision and its undoing stay in the log')
    times = [e['time'] for e in events]
    tap.equal(times, sorted(times), 'the oldest comes first')
    text = ctl.must('history', project, '--frame', frame).out
    tap.equal(len(text.splitlines()), len(events), 'as text it is a line an event')


def damaged(tap, ctl):
    """verify finds what does not follow from the log, and says so."""
    project = ctl.demo('p.mien')
    db = sqlite3.connect(project)
    db.execute('DELETE FROM label WHERE frame = (SELECT min (frame) FROM label)')
    db.commit()
    db.close()
    result = ctl.fails(tap, 'a label that went away is found', 'verify', project, '--json',
                       says=[project, 'not sound'], warnings=True)
    tap.ok(len(result.lines) >= 2, 'each finding is a line', result)


if __name__ == '__main__':
    main([new, demo, queue, label, annotators, many, notes, refused, history, damaged])
