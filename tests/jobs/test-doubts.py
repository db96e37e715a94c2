#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mienctl doubts: every kind of doubt, its figures and words, as text and as JSON, and that nothing is changed."""

import subprocess
import sys

from mien_tap import dump, main, query

KINDS = ('people', 'model', 'predecessor', 'rules', 'neighbours')


def add_model(project):
    """Says 0 Neutral ... 7 Other in turn of the frames, units 1, 4, 7, ... at 0.9 and the others at 0.2."""
    found = subprocess.run([sys.argv[2], project, '7', '0.7'], check=True, capture_output=True, text=True).stdout
    return found.strip()


def unlabelled(project):
    """Keys of frames that an annotator may label as they like, by video."""
    rows = query(project, 'SELECT video, key FROM frame WHERE split = 0 AND touched = 0 ORDER BY video, number')
    return [key for _, key in rows]


def label(ctl, project, key, *answers, by='ann'):
    ctl.must('label', project, '--frame', key, '--annotator', by, *answers)


def reasons(found, key, kind=None):
    for doubtful in found:
        if doubtful['frame'] == key:
            return [r for r in doubtful['reasons'] if kind is None or r['kind'] == kind]
    return []


def people(tap, ctl):
    project = ctl.demo('p.mien')
    keys = unlabelled(project)
    label(ctl, project, keys[0], '--expression', '4', '--au', '12=0')
    label(ctl, project, keys[1], '--au', '12=1')
    label(ctl, project, keys[1], '--au', '12=0', by='bob')
    before = dump(project)
    found = ctl.json('doubts', project, '--kind', 'people,rules')
    tap.equal([(d['frame'], d['split'], d['score']) for d in found if d['frame'] in keys],
              [(keys[1], 'train', 0.5), (keys[0], 'train', reasons(found, keys[0])[0]['score'])],
              'one list of two kinds')
    reason = reasons(found, keys[1])[0]
    tap.equal(reason, {'kind': 'people', 'score': 0.5, 'item': 'AU12', 'label': 1, 'other_item': 'AU12', 'other': 0,
                       'annotators': 2, 'say_label': 1, 'say_other': 1,
                       'text': 'AU12: of 2 annotators 1 say 1, 1 say 0'},
              'annotators that differ')
    reason = reasons(found, keys[0])[0]
    tap.equal({k: v for k, v in reason.items() if k not in ('score', 'broken', 'judged', 'text')},
              {'kind': 'rules', 'item': 'AU12', 'label': 0, 'other_item': 'expression',
               'other': {'number': 4, 'name': 'Happiness'},
               'source': 'EMFACS: happiness is AU6+12 or AU12'}, 'labels that do not go together')
    tap.ok(abs(reason['score'] - (1 - reason['broken'] / (reason['judged'] + 1)) / 2) < 1e-9,
           'the score of a rule follows from its figures', reason)
    text = ctl.must('doubts', project, '--kind', 'people,rules').out
    tap.ok(f'0.500  {keys[1]:<24}  people       AU12: of 2 annotators 1 say 1, 1 say 0\n' in text
           and 'Happiness, but AU12 is absent, as in ' in text and 'learnt' not in text, 'the same as text', text)
    tap.equal(dump(project), before, 'nothing is changed')
    ctl.must('undo', project, '--annotator', 'bob')
    tap.equal(reasons(ctl.json('doubts', project), keys[1]), [], 'what is taken back is no doubt')


def models(tap, ctl):
    project = ctl.demo('p.mien')
    ctl.must('use', project, add_model(project))
    found = ctl.json('doubts', project, '--kind', 'model')
    tap.ok(found and all(r['kind'] == 'model' and r['seen'] is False for d in found for r in d['reasons'][:1]
                         if d['split'] != 'train'), 'validation frames were not seen', found[:3])
    train = [d['reasons'][0] for d in found if d['split'] == 'train']
    tap.ok(train and all(r['seen'] for r in train), 'training frames were', train[:3])
    classes = [r for d in found for r in d['reasons'] if r['item'] == 'expression']
    tap.ok(classes and all(abs(r['score'] - (1 - r['self_confidence'])) < 1e-9 and r['margin'] > 0
                           and r['margin'] + r['self_confidence'] >= r['class_threshold'] - 1e-9 for r in classes),
           'expressions by self-confidence, margin and threshold', classes[:3])
    scores = [d['score'] for d in found]
    tap.equal(scores, sorted(scores, reverse=True), 'the most doubtful first')
    text = ctl.must('doubts', project, '--limit', '3').out
    tap.ok(text.startswith('Most labels of training frames the model has learnt from') and text.count('\n0.') == 3,
           'a header, and as many as are asked for', text)
    first, three = ctl.json('doubts', project, '--limit', '1'), ctl.json('doubts', project, '--limit', '3')
    tap.equal((len(first), len(three), first[0]), (1, 3, three[0]), 'the limit cuts the end off')

    key = next(d['frame'] for d in found if d['reasons'][0]['item'] == 'expression')
    says = next(r for r in classes if r in reasons(found, key))
    label(ctl, project, key, '--expression', str(says['other']['number']))
    tap.ok(all(r['item'] != 'expression' for r in reasons(ctl.json('doubts', project), key, 'model')),
           'who agrees with the model ends the doubt')

    tap.equal(ctl.json('doubts', project, '--kind', 'predecessor'), [], 'there is one model')
    ctl.must('use', project, add_model(project))
    tap.equal(ctl.json('doubts', project, '--kind', 'predecessor'), [], 'two that say the same')


def neighbours(tap, ctl):
    project = ctl.demo('p.mien', 312)
    rows = query(project, 'SELECT number, key FROM frame WHERE video = 1 ORDER BY number LIMIT 3')
    numbers, keys = zip(*rows)
    for key, expression in zip(keys, '050'):
        label(ctl, project, key, '--expression', expression)
    seconds = max(numbers[1] - numbers[0], numbers[2] - numbers[1]) / 30
    reason = reasons(ctl.json('doubts', project), keys[1], 'neighbours')
    tap.ok(len(reason) == 1 and abs(reason[0]['score'] - 2 / 3 * (1 - seconds / 2)) < 1e-9
           and abs(reason[0]['seconds'] - seconds) < 1e-9 and reason[0]['distance'] is None
           and reason[0]['text'] == f'expression 5 Sadness: 0 Neutral before and after it, within {seconds:.2f} s',
           'a label that differs from both its neighbours', reason)


def nothing(tap, ctl):
    project = ctl.path('empty.mien')
    ctl.must('new', project)
    tap.equal(ctl.json('doubts', project), [], 'an empty project has no doubts')
    tap.equal(ctl.must('doubts', project).out, 'no label is doubtful\n', 'and says so')
    for kind in KINDS:
        tap.equal(ctl.json('doubts', project, '--kind', kind), [], f'{kind} alone')
    ctl.fails(tap, 'a project that is not there', 'doubts', ctl.path('none.mien'), says=['none.mien'])


if __name__ == '__main__':
    main([people, models, neighbours, nothing])
