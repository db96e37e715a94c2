#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""merge: copies of a project that were worked on apart, as a person brings them together."""

import os
import shutil
import signal
import subprocess
import time

from mien_tap import dump, main, query

EMPTY = {'events_added': 0, 'frames_added': 0, 'images_added': 0, 'annotators_added': [], 'conflicts': []}


def asked(ctl, project):
    return [i['frame'] for i in ctl.json('queue', project) if i['task'] == 'expression']


def label(ctl, project, frame, name, *answer):
    ctl.must('label', project, '--frame', frame, '--annotator', name, *answer)


def labels(path):
    return query(path, 'SELECT f.key, l.item, l.answer, l.source, l.value1, l.value2, e.uuid FROM label l'
                 ' JOIN frame f ON f.id = l.frame JOIN event e ON e.id = l.event ORDER BY 1, 2')


def together(tap, ctl):
    ours = ctl.demo('ours.mien')
    theirs, third = ctl.path('theirs.mien'), ctl.path('third.mien')
    first, second, last = asked(ctl, ours)[:3]
    for path in (theirs, third):
        shutil.copyfile(ours, path)
    label(ctl, ours, first, 'ann', '--expression', '4')
    label(ctl, theirs, first, 'bob', '--expression', '3', '--au', '12=1')
    label(ctl, ours, second, 'ann', '--expression', '1')
    label(ctl, theirs, second, 'ann', '--expression', '2')
    label(ctl, third, last, 'eve', '--note', 'blurred')
    shutil.copyfile(ours, ctl.path('before.mien'))
    before = dump(theirs)

    report = ctl.json('merge', ours, theirs, third)
    tap.equal(list(report), list(EMPTY), 'a merge tells five things')
    tap.equal((report['events_added'], report['frames_added'], report['annotators_added']),
              (4, 0, ['bob', 'eve']), 'what came over is counted')
    tap.equal([(c['frame'], c['item'], c['kind'], [(a['annotator'], a['value']['number']) for a in c['answers']])
               for c in report['conflicts']],
              [(first, 'expression', 'disagreement', [('ann', 4), ('bob', 3)]),
               (second, 'expression', 'replaced', [('ann', 1), ('ann', 2)])],
              'conflicts say who answered what')
    tap.ok(all(list(a) == ['annotator', 'time', 'value'] for c in report['conflicts'] for a in c['answers']),
           'and when', report)
    tap.equal({i['frame']: i['reason'] for i in ctl.json('queue', ours)
               if i['task'] == 'expression' and i['reason'] == 'disagreement'},
              {first: 'disagreement'}, 'where nobody has the majority the face is asked again')
    tap.equal(ctl.json('history', ours, '--frame', last)[-1]['note'], 'blurred', 'a note comes over')
    tap.equal(dump(theirs), before, 'the copy is as it was')
    tap.equal(ctl.json('verify', ours), {'sound': True}, 'the project is sound')

    ctl.must('merge', third, theirs)
    ctl.must('merge', third, 'before.mien')
    tap.equal(labels(third), labels(ours), 'another order gives the same labels')
    before = dump(ours)
    tap.equal(ctl.json('merge', ours, third, theirs), EMPTY, 'merging again adds nothing')
    tap.equal(dump(ours), before, 'and changes nothing')
    tap.equal(ctl.json('undo', ours, '--annotator', 'bob')['frame'], first,
              'what came over can be taken back')

    text = ctl.must('merge', 'before.mien', theirs).out.splitlines()
    tap.ok(text[0].split() == ['events', 'added', '3'] and text[4].split() == ['conflicts', '2']
           and text[5].split(None, 3) == [first, 'expression', 'disagreement', 'ann: 4 Happiness, bob: 3 Fear'],
           'as text, a line a conflict', '\n'.join(text))


def refused(tap, ctl):
    """One line, exit status 1, and the project as it was."""
    project = ctl.demo('p.mien')
    other = ctl.path('other.mien')
    cut = ctl.path('cut.mien')
    copy = shutil.copyfile(project, ctl.path('copy.mien'))
    label(ctl, copy, asked(ctl, copy)[0], 'ann', '--expression', '4')
    ctl.must('new', other)
    shutil.copyfile(project, cut)
    os.truncate(cut, os.path.getsize(cut) // 2)
    with open(ctl.path('text.mien'), 'w', encoding='utf-8') as f:
        f.write('not a project\n' * 1000)
    before = dump(project)
    for name, path, says in (('itself', project, 'itself'), ('another project', other, 'another project'),
                             ('half a file', cut, 'cut.mien'), ('a text', 'text.mien', 'not a Mien project'),
                             ('nothing', 'none.mien', 'none.mien')):
        ctl.fails(tap, f'{name} is not merged', 'merge', project, path, says=[says])
        ctl.fails(tap, f'nor a sound copy before {name}', 'merge', project, copy, path, says=[says])
    tap.equal(dump(project), before, 'nothing has changed')
    tap.equal(sorted(n for n in os.listdir(ctl.scratch) if n != 'cache' and not n.startswith('cut.mien-')),
              ['copy.mien', 'cut.mien', 'other.mien', 'p.mien', 'text.mien'], 'nothing is left behind')


def ended(tap, ctl):
    """Stopped or killed at any moment, it leaves a sound project, and the same command goes on."""
    project = ctl.demo('p.mien', 240)
    copy = shutil.copyfile(project, ctl.path('copy.mien'))
    keys = [row[0] for row in query(copy, 'SELECT key FROM frame ORDER BY key')]
    videos = {}
    for key in keys:
        videos.setdefault(key.split('/')[0], []).append(key)
    for number in range(3):
        for video in videos.values():
            label(ctl, copy, video[0], f'a{number}', '--through', video[-1], '--au', f'12={number % 2}')
    whole = shutil.copyfile(project, ctl.path('whole.mien'))
    ctl.must('merge', whole, copy)

    for number in (signal.SIGTERM, signal.SIGKILL):
        for wait in (0.01, 0.02, 0.05, 0.1):
            process = ctl.start('merge', project, copy, '--progress=json', stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
            process.stderr.readline()
            time.sleep(wait)
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
            tap.ok(process.returncode in (0, 1 if number == signal.SIGTERM else -9),
                   f'{number.name} after {wait} s ends it', f'{process.returncode} {err}')
            tap.equal(ctl.json('verify', project), {'sound': True}, 'and the project is sound')
            # SIGKILL may fall between the last words and the end.
            tap.ok(not out or labels(project) == labels(whole), 'and what it says it did is done', out)
    ctl.must('merge', project, copy)
    tap.equal(labels(project), labels(whole), 'the same merge goes on and comes to the same labels')


if __name__ == '__main__':
    main([together, refused, ended])
