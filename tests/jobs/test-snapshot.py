#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for the labels of a moment, what differs between two, and going back: snapshot, diff, restore."""

import os
import re

from mien_tap import dump, main

TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z')
UUID = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
EMPTY = {'added': 0, 'removed': 0, 'changed': 0}


def label(ctl, project, frame, annotator, *answer):
    ctl.must('label', project, '--frame', frame, '--annotator', annotator, *answer)


def asked(ctl, project, n, task='action_units'):
    """Frames without any label of the task."""
    return [item['frame'] for item in ctl.json('queue', project) if item['task'] == task][:n]


def snapshot(tap, ctl):
    project = ctl.demo('p.mien')
    tap.equal(ctl.json('snapshot', project), [], 'at first there is none')
    tap.ok('no snapshot yet' in ctl.must('snapshot', project).out, 'and a person is told')
    taken = ctl.json('snapshot', project, 'first')
    tap.equal(list(taken), ['name', 'snapshot', 'time', 'annotator', 'frames', 'labels'],
              'a snapshot has its members in order')
    status = ctl.json('status', project)
    tap.ok(taken['name'] == 'first' and UUID.fullmatch(taken['snapshot']) and TIME.fullmatch(taken['time'])
           and taken['annotator'] is None and taken['frames'] == status['frames'], 'snapshot says what it took',
           taken)
    tap.equal(taken['labels'], {task: {k: counts[k] for k in ('imported', 'human')}
                                for task, counts in status['labels'].items()}, 'it counts as status does')
    label(ctl, project, asked(ctl, project, 1)[0], 'ann', '--au', '12=1')
    second = ctl.json('snapshot', project, '\u7f8e\u54b2 2', '--annotator', 'ann')
    tap.equal((second['annotator'], second['labels']['action_units']['human']), ('ann', 1), 'by whom, and when')
    tap.equal(ctl.json('snapshot', project), [taken, second], 'the oldest is listed first, and both stay')
    text = ctl.must('snapshot', project).out
    tap.ok('first\n' in text and '\u7f8e\u54b2 2  by ann' in text, 'as text too', text)
    ctl.must('verify', project)

    before = dump(project)
    for name in ('first', 'now', 'a\nb', '\x1b[2J', 'x' * 101, b'\xff'):
        ctl.fails(tap, f'no snapshot is called {name!r:.20}', 'snapshot', project, name, '--annotator', 'eve',
                  says=[project])
    ctl.fails(tap, 'nor is one taken by nobody', 'snapshot', project, 'third', '--annotator', '')
    tap.equal(dump(project), before, 'nothing has changed')


def diff(tap, ctl):
    project = ctl.demo('p.mien')
    ctl.must('snapshot', project, 'a')
    one, two = asked(ctl, project, 2)
    label(ctl, project, one, 'ann', '--au', '12=1,4=?')
    label(ctl, project, two, 'ben', '--au', '12=0')
    label(ctl, project, two, 'ben', '--not-a-face')
    ctl.must('snapshot', project, 'b')
    label(ctl, project, two, 'ann', '--au', '12=1')

    out = ctl.json('diff', project, 'a', 'b')
    tap.equal(list(out), ['from', 'to', 'frames', 'labels', 'not_a_face', 'sources', 'annotators'],
              'diff has its members in order')
    tap.ok(out['from']['name'] == 'a' and out['to']['name'] == 'b' and TIME.fullmatch(out['to']['time']),
           'it says of what', out)
    tap.equal(out['frames'], 2, 'how many frames differ')
    tap.equal(out['labels'], {
        'valence_arousal': {**EMPTY, 'answers': []}, 'expression': {**EMPTY, 'answers': []},
        'action_units': {'added': 3, 'removed': 0, 'changed': 0, 'units': {
            '4': {'added': 1, 'removed': 0, 'changed': 0, 'answers': [{'answer': '?', 'before': 0, 'after': 1}]},
            '12': {'added': 2, 'removed': 0, 'changed': 0,
                   'answers': [{'answer': 0, 'before': 0, 'after': 1}, {'answer': 1, 'before': 0, 'after': 1}]}}}},
        'by task, unit and answer')
    tap.equal((out['not_a_face'], out['sources']),
              ({'added': 1, 'removed': 0}, {'imported': {'before': 0, 'after': 0}, 'human': {'before': 0, 'after': 3}}),
              'by source')
    tap.equal(out['annotators'], [{'annotator': 'ann', 'before': 0, 'after': 2},
                                  {'annotator': 'ben', 'before': 0, 'after': 1}], 'by annotator')

    out = ctl.json('diff', project, 'b', 'now', '--frames')
    tap.equal(out['changes'], [
        {'frame': two, 'item': 'frame', 'before': 'not-a-face', 'after': None, 'source_before': None,
         'source_after': None},
        {'frame': two, 'item': 'AU12', 'before': 0, 'after': 'unresolved', 'source_before': 'human',
         'source_after': 'human'}], '--frames lists every label')
    text = ctl.must('diff', project, 'a', 'now', '--frames').out
    tap.ok('a to now: 2 frames differ' in text and f'{one}  AU4: - -> ? (human)' in text and 'by ben' not in text,
           'as text too', text)
    tap.equal(ctl.must('diff', project, 'now', 'now').out, 'now to now: 0 frames differ\n',
              'what is the same has no tables')
    expression = asked(ctl, project, 1, 'expression')[0]
    label(ctl, project, expression, 'ann', '--expression', 'Fear')
    tap.equal(ctl.json('diff', project, 'b', 'now')['labels']['expression'],
              {'added': 1, 'removed': 0, 'changed': 0,
               'answers': [{'answer': {'number': 3, 'name': 'Fear'}, 'before': 0, 'after': 1}]}, 'a class by its name')
    ctl.fails(tap, 'a snapshot that is not there', 'diff', project, 'a', 'c', says=[project, '"c"'])


def restore(tap, ctl):
    project = ctl.demo('p.mien')
    ctl.must('snapshot', project, 'a')
    before = ctl.json('status', project), ctl.json('queue', project)
    one, two = asked(ctl, project, 2)
    label(ctl, project, one, 'ann', '--au', '12=1,4=?')
    label(ctl, project, one, 'ben', '--au', '12=0')
    label(ctl, project, two, 'ben', '--note', 'blurred')
    label(ctl, project, two, 'ben', '--not-a-face')
    ctl.must('undo', project, '--annotator', 'ann')
    labelled = ctl.json('status', project), ctl.json('queue', project)
    ctl.must('snapshot', project, 'b')

    tap.equal(ctl.json('restore', project, 'a', '--annotator', 'lead'),
              {'name': 'a', 'annotator': 'lead', 'frames': 2, 'taken_back': 3, 'given_again': 0},
              'restore says what it took back')
    tap.equal((ctl.json('status', project), ctl.json('queue', project)), before, 'all is as it was')
    tap.equal(ctl.json('diff', project, 'a', 'now')['frames'], 0, 'diff finds nothing')
    ctl.must('verify', project)
    history = ctl.json('history', project, '--frame', two)
    tap.equal([(e['kind'], e['undone']) for e in history if e['annotator'] == 'ben'],
              [('noted', True), ('not-a-face', True)], 'what was said stays in the log')
    kinds = [(e['kind'], e['target'] == e['batch']) for e in history if e['annotator'] == 'lead']
    tap.equal(sorted(kinds), [('restored', True), ('undone', False), ('undone', False)], 'and why it does not count')
    state = dump(project)
    tap.equal(ctl.json('restore', project, 'a', '--annotator', 'eve')['frames'], 0, 'once more is nothing')
    tap.ok('as it was then' in ctl.must('restore', project, 'a', '--annotator', 'eve').out, 'and says so')
    ctl.fails(tap, 'a snapshot that is not there', 'restore', project, 'c', '--annotator', 'eve',
              says=[project, '"c"'])
    ctl.fails(tap, 'an annotator without a name', 'restore', project, 'b', '--annotator', '', says=[project])
    tap.equal(dump(project), state, 'nothing has changed by that')

    tap.equal(ctl.json('undo', project, '--annotator', 'lead'),
              {'frame': one, 'frames': 2, 'annotator': 'lead', 'decision': 'restore', 'answers': {}},
              'undo knows what it takes back')
    tap.equal((ctl.json('status', project), ctl.json('queue', project)), labelled, 'all is as before it')
    text = ctl.must('restore', project, 'a', '--annotator', 'ben').out
    tap.ok('2 frames are as they were, 3 decisions' in text, 'restore says so to people too', text)
    tap.equal(ctl.json('restore', project, 'b', '--annotator', 'ann')['given_again'], 3, 'and forth')
    tap.equal((ctl.json('status', project), ctl.json('queue', project)), labelled, 'all is there again')
    ctl.must('verify', project)


def imports(tap, ctl):
    """What an import has brought goes, and comes again with the next."""
    project = ctl.demo('p.mien')
    frame = asked(ctl, project, 1, 'expression')[0]
    ctl.must('snapshot', project, 'a')
    ctl.must('export', project, '--format', 'csv', '--out', 'out', '--images')
    with open(ctl.path('list.csv'), 'w', encoding='utf-8') as f:
        f.write(f'image,expression\n{frame},3\n')
    folder = next(root for root, _, _ in os.walk(ctl.path('out')) if os.path.exists(os.path.join(root, frame)))
    arguments = ('import', 'folder', project, '--images', folder, '--csv', ctl.path('list.csv'))
    imported = ctl.json(*arguments)['labels']['expression']
    tap.equal(imported, 1, 'a label is imported')
    after = ctl.json('status', project)
    out = ctl.json('restore', project, 'a', '--annotator', 'ann')
    tap.equal((out['frames'], out['taken_back']), (1, 1), 'an import is taken back')
    tap.equal(ctl.json('diff', project, 'a', 'now')['frames'], 0, 'nothing of it is left')
    ctl.must('verify', project)
    tap.equal(ctl.json(*arguments)['labels']['expression'], 1, 'and imported again')
    tap.equal(ctl.json('status', project), after, 'as it had been')
    ctl.must('verify', project)


if __name__ == '__main__':
    main([snapshot, diff, restore, imports])
