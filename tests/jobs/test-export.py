#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is exported and imported again is the same, frame by frame, in each format; and import folder."""

import csv
import os
import signal
import subprocess

from mien_tap import dump, main, query

LABELS = ['valence', 'arousal', 'expression'] + [f'AU{u}' for u in (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26)]
SPLITS = ('train', 'validation')


def listed(tap, ctl, project, name):
    """The labelled frames by name, with their labels and split, through the CSV."""
    ctl.must('export', project, '--format', 'csv', '--out', ctl.path(name))
    with open(ctl.path(name, 'labels.csv'), encoding='utf-8', newline='') as f:
        rows = list(csv.DictReader(f))
    tap.equal(list(rows[0]), ['image'] + LABELS + ['split', 'source'], f'{name}: the columns')
    return {row['image']: [row[column] for column in LABELS + ['split']] for row in rows
            if any(row[column] for column in LABELS)}


def decide(ctl, project, doubts):
    """A few decisions of people beside the imported labels."""
    frames = [key for (key,) in query(project, 'SELECT key FROM frame ORDER BY id LIMIT 6')]
    answers = [('--expression', '7'), ('--valence', '0.1', '--arousal', '-0.123456789012345678'),
               ('--au', '1=1,2=0,26=1')]
    if doubts:
        answers += [('--expression', '?'), ('--au', '4=?'), ('--valence', '?', '--arousal', '?')]
    for frame, answer in zip(frames, answers):
        ctl.must('label', project, '--frame', frame, '--annotator', 'ann', *answer)


def round_trip(tap, ctl, form, doubts, take):
    project = ctl.demo('p.mien')
    decide(ctl, project, doubts)
    out, again = ctl.path('out'), ctl.path('again.mien')
    before = dump(project)
    report = ctl.json('export', project, '--format', form, '--out', out, '--images')
    tap.equal(dump(project), before, f'{form}: exporting changes nothing')
    status = ctl.json('status', project)
    tap.equal((list(report), report['out'], report['frames']), (['out', 'frames', 'labels'], out, 120),
              f'{form}: the report')
    ctl.must('new', again)
    take(again, out)
    wanted, found = listed(tap, ctl, project, 'wanted'), listed(tap, ctl, again, 'found')
    tap.ok(len(wanted) > 50, f'{form}: there is something to compare', len(wanted))
    tap.equal({key: (wanted.get(key), found.get(key)) for key in set(wanted) | set(found)
               if wanted.get(key) != found.get(key)}, {}, f'{form}: the same labels, frame by frame')
    both = [query(path, 'SELECT f.key, i.sha256 FROM frame f JOIN image i ON i.id = f.image ORDER BY f.key')
            for path in (again, project)]
    tap.ok(set(both[0]) <= set(both[1]) and {key for key, _ in both[0]} >= set(wanted),
           f'{form}: the same images')
    after = ctl.json('status', again)
    # The export counts values, the status answers: "cannot tell" is one.
    tap.equal({task: counts['imported'] for task, counts in after['labels'].items()},
              {task: report['labels'][task] + doubts for task in after['labels']},
              f'{form}: status counts what the export counted')
    if form != 'affwild2':
        tap.equal((after['frames'], after['splits']), (status['frames'], status['splits']),
                  f'{form}: frames without a label too')
    before = dump(again)
    take(again, out)
    tap.equal(dump(again), before, f'{form}: importing again changes nothing')
    ctl.must('verify', again)


def mtl(tap, ctl):
    def take(project, out):
        for split, name in zip(SPLITS, ('training_set_annotations.txt', 'validation_set_annotations.txt')):
            ctl.must('import', 'affwild2', project, '--images', os.path.join(out, 'cropped_aligned'),
                     '--annotations', os.path.join(out, name), '--split', split)

    round_trip(tap, ctl, 'affwild2-mtl', False, take)


def per_video(tap, ctl):
    def take(project, out):
        for split in SPLITS:
            ctl.must('import', 'affwild2', project, '--images', os.path.join(out, 'cropped_aligned'),
                     '--annotations', out, '--split', split)

    round_trip(tap, ctl, 'affwild2', False, take)


def table(tap, ctl):
    def take(project, out):
        ctl.must('import', 'folder', project, '--images', os.path.join(out, 'cropped_aligned'), '--csv',
                 os.path.join(out, 'labels.csv'))

    round_trip(tap, ctl, 'csv', True, take)


def choice(tap, ctl):
    """Which labels, which split, and where to."""
    project = ctl.demo('p.mien')
    decide(ctl, project, False)

    def count(name, *arguments):
        return ctl.json('export', project, '--format', 'csv', '--out', ctl.path(name), *arguments)

    everything, human = count('all'), count('human', '--labels', 'human')
    tap.equal(human['labels'], {'valence_arousal': 1, 'expression': 1, 'action_units': 1},
              "people's labels alone")
    imported = count('imported', '--labels', 'imported')
    tap.ok(all(imported['labels'][t] <= everything['labels'][t] <= imported['labels'][t] + 1
               for t in everything['labels']), 'imported ones alone', imported)
    validation = count('validation', '--split', 'validation')
    tap.equal(validation['frames'], ctl.json('status', project)['splits']['validation'], 'one split alone')
    with open(ctl.path('human', 'labels.csv'), encoding='utf-8', newline='') as f:
        sources = {row['source'] for row in csv.DictReader(f)} - {''}
    tap.equal(sources, {'human'}, 'the list says where labels come from')
    tap.equal([name for name in os.listdir(ctl.path('all')) if name == 'cropped_aligned'], [],
              'images only when asked for')

    os.mkdir(ctl.path('full'))
    with open(ctl.path('full', 'mine.txt'), 'w', encoding='utf-8') as f:
        f.write('mine')
    ctl.fails(tap, 'a folder with something in it is refused', 'export', project, '--format', 'csv', '--out',
              ctl.path('full'), says=[ctl.path('full')])
    tap.equal(os.listdir(ctl.path('full')), ['mine.txt'], 'it is as it was')
    ctl.fails(tap, 'a file is no folder', 'export', project, '--format', 'csv', '--out', project,
              says=[project])
    for form in ('affwild2-mtl', 'affwild2', 'csv'):
        ctl.fails(tap, f'{form}: a place that cannot be written', 'export', project, '--format', form,
                  '--out', '/proc/out', says=['/proc/out'])


def folder(tap, ctl):
    source = ctl.demo('p.mien')
    ctl.must('export', source, '--format', 'csv', '--out', ctl.path('out'), '--images')
    images, project = ctl.path('out', 'cropped_aligned'), ctl.path('q.mien')
    ctl.must('new', project)
    report = ctl.json('import', 'folder', project, '--images', images)
    tap.equal(list(report), ['frames_added', 'frames_known', 'images_missing', 'duplicate_rows',
                             'rejected_rows', 'labels'], 'the report has its members in order')
    tap.equal((report['frames_added'], report['images_missing'], sum(report['labels'].values())),
              (120, 0, 0), 'a folder without a list')
    status = ctl.json('status', project)
    tap.ok(status['videos'] == 24 and 0 < status['splits']['validation'] < 120, 'some are for validation',
           status)
    validation = [item for item in ctl.json('queue', project) if item['reason'] == 'validation']
    tap.ok(validation and all(item['proposal'] is None for item in validation),
           'validation frames are asked without a proposal')

    linked = ctl.path('linked.mien')
    ctl.must('new', linked)
    ctl.must('import', 'folder', linked, '--images', images, '--link', '--split', 'test')
    tap.equal(query(linked, 'SELECT count (*) FROM image'), [(0,)], 'links hold no bytes')
    tap.equal(ctl.json('status', linked)['splits']['test'], 120, 'all of them for testing')
    ctl.must('verify', linked)

    before = dump(project)
    for name, text in (('without its column', 'file,valence\nx,1\n'), ('empty', '')):
        path = ctl.path('bad.csv')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        ctl.fails(tap, f'a CSV {name} is refused', 'import', 'folder', project, '--images', images, '--csv',
                  path, says=[path], warnings=True)
    ctl.fails(tap, 'a missing CSV is refused', 'import', 'folder', project, '--images', images, '--csv',
              ctl.path('no.csv'), says=[ctl.path('no.csv')])
    tap.equal(dump(project), before, 'nothing has changed')


def stopped(tap, ctl):
    """An import that was stopped keeps what it has, and the same command goes on."""
    source = ctl.demo('p.mien')
    ctl.must('export', source, '--format', 'csv', '--out', ctl.path('out'), '--images')
    for attempt in range(20):
        project = ctl.path(f'{attempt}.mien')
        ctl.must('new', project)
        command = ('import', 'folder', project, '--images', ctl.path('out', 'cropped_aligned'), '--csv',
                   ctl.path('out', 'labels.csv'))
        process = ctl.start(*command, '--progress=json', stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        if process.returncode != 0:
            break
    tap.ok(process.returncode == 1 and not out and 'stopped by a signal' in err.splitlines()[-1],
           'an import stops at SIGTERM', err)
    ctl.must('verify', project)
    known = ctl.json('status', project)['frames']
    report = ctl.json(*command)
    tap.ok(0 < known < 120 and report['frames_known'] == known, 'it goes on where it was', (known, report))
    tap.equal(ctl.json('status', project)['frames'], 120, 'to its end')
    ctl.must('verify', project)


if __name__ == '__main__':
    main([mtl, per_video, table, choice, folder, stopped])
