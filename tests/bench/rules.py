#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threshold rules and other options of a training side by side, on real faces that are mostly unlabelled.

    rules.py MIENCTL WORK [--faces DIR] [--steps N] [--seeds N] [--size N] [--batch N] [--only NAME ...]
             [--options] [--threads N]

DIR (by default $MIEN_SHARED/faces) holds cropped_aligned/, the two lists and truth.txt with the expressions
that the training list hides. Every contender is trained from random weights with every seed through mienctl,
as a user would; what came of it goes to WORK/NAME-SEED.json. A run whose file is there is not done again, and
one that was killed goes on from its checkpoint, so the same command finishes what it has begun. At the end
a table in Markdown is printed: mean, and lowest to highest over the seeds.

The validation subjects are split in two by a hash of their names: defaults are to be chosen by half A, and
half B is what may be reported of them. This script chooses nothing.
"""
import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys

PAPER = ['--class-weights', 'tempered', '--labelled-share', '0', '--labels-first', '0', '--teacher', 'own']
RULES = {
    'default': [],
    'supervised': ['--method', 'supervised'],
    'ada': ['--rule', 'ada', *PAPER],
    'fixed': ['--rule', 'fixed', *PAPER],
    'flex': ['--rule', 'flex', *PAPER],
    'free': ['--rule', 'free', *PAPER],
    'soft': ['--rule', 'soft', *PAPER],
}
OPTIONS = {
    'own teacher': ['--teacher', 'own'],
    'at once': ['--labels-first', '0'],
    'ada later': ['--rule', 'ada'],
    'fixed later': ['--rule', 'fixed'],
    'paper weights': ['--class-weights', 'paper'],
    'tempered weights': ['--class-weights', 'tempered'],
    'balanced': ['--sampling', 'balanced'],
    'logit adjustment': ['--logit-adjustment', '1'],
    'last weights': ['--average', '0'],
    'cosine': ['--schedule', 'cosine', '--warm-up', '40'],
    'decay 0.01': ['--weight-decay', '0.01'],
    'clip 1': ['--clip', '1'],
    'supervised, cosine': ['--method', 'supervised', '--schedule', 'cosine', '--warm-up', '40'],
    'supervised, tempered': ['--method', 'supervised', '--class-weights', 'tempered'],
}
# Title, key of a result, and how it is printed.
COLUMNS = (('P-part A', 'f1_a', 1), ('P-part B', 'f1_b', 1), ('accuracy B', 'accuracy_b', 1),
           ('coverage B', 'coverage_b', 100), ('coverage, hidden', 'coverage', 100),
           ('above thresholds', 'accepted', 100), ('right of these', 'precision', 100))


def mienctl(options, *arguments):
    run = subprocess.run([options.mienctl, *map(str, arguments), '--json'], stdout=subprocess.PIPE, text=True,
                         env=dict(os.environ, XDG_CACHE_HOME=os.path.join(options.work, 'cache')))
    if run.returncode != 0:
        sys.exit('%s failed' % ' '.join(map(str, arguments)))
    return json.loads(run.stdout) if run.stdout else None


def make_project(options):
    """The faces as a project, once; under its name when it is whole."""
    path = os.path.join(options.work, 'faces.mien')
    if not os.path.exists(path):
        part = os.path.join(options.work, 'part.mien')
        if os.path.exists(part):
            os.unlink(part)
        mienctl(options, 'new', part)
        for split, name in (('train', 'training'), ('validation', 'validation')):
            mienctl(options, 'import', 'affwild2', part, '--images', os.path.join(options.faces, 'cropped_aligned'),
                    '--annotations', os.path.join(options.faces, name + '_set_annotations.txt'), '--split', split)
        os.rename(part, path)
    return path


def epochs(options, project):
    """As many as come nearest to the steps; a tenth of the training videos is for tuning."""
    with sqlite3.connect('file:%s?mode=ro' % project, uri=True) as db:
        frames = db.execute('SELECT count(*) FROM frame f JOIN video v ON v.id = f.video WHERE v.split = 0')
        steps = int(frames.fetchone()[0] * 0.9) // options.batch
    return max(1, round(options.steps / steps))


def answers(project, model):
    """(video, truth, class, confidence) of each labelled validation frame."""
    with sqlite3.connect('file:%s?mode=ro' % project, uri=True) as db:
        for video, truth, outputs in db.execute(
                'SELECT v.name, l.value1, p.outputs FROM prediction p JOIN frame f ON f.id = p.frame'
                ' JOIN video v ON v.id = f.video JOIN label l ON l.frame = f.id AND l.item = 1'
                ' WHERE p.model = ? AND v.split = 1', (model,)):
            p = struct.unpack('<8f', outputs[:32])
            best = max(range(8), key=lambda c: p[c])
            yield video, int(truth), best, p[best]


def half_of(video):
    return 'ab'[hashlib.sha256(video.encode()).digest()[0] & 1]


def figures(rows, half):
    """P-part of expressions (sum of F1 over 8), accuracy, coverage at 95 % precision."""
    f1 = 0
    for c in range(8):
        hits = sum(t == c == g for t, g, _ in rows)
        both = sum((t == c) + (g == c) for t, g, _ in rows)
        f1 += 2 * hits / both / 8 if both else 0
    right = covered = 0
    ranked = sorted(rows, key=lambda row: -row[2])
    for i, (truth, guess, confidence) in enumerate(ranked):
        right += truth == guess
        alike = i + 1 < len(ranked) and ranked[i + 1][2] == confidence
        if not alike and right >= 0.95 * (i + 1):
            covered = i + 1
    n = max(1, len(rows))
    return {'f1_' + half: f1, 'accuracy_' + half: sum(t == g for t, g, _ in rows) / n, 'coverage_' + half: covered / n}


def run(options, base, name, arguments, seed, n_epochs):
    # The copy has the project's UUID, so that a training which was killed is found again.
    copy = os.path.join(options.work, 'run.mien')
    for end in ('', '-wal', '-shm'):
        if os.path.exists(copy + end):
            os.unlink(copy + end)
    shutil.copyfile(base, copy)
    said = mienctl(options, 'train', copy, *arguments, '--seed', seed, '--epochs', n_epochs, '--batch', options.batch,
                   '--input-size', options.size, '--threads', options.threads, '--hidden-labels',
                   os.path.join(options.faces, 'truth.txt'))
    mienctl(options, 'propose', copy, '--raw', '--model', said['model'], '--threads', options.threads)
    result = dict(said['hidden_labels'], name=name, seed=seed, arguments=arguments, epochs=said['epochs'],
                  best_epoch=said['best_epoch'], score=said['metrics']['score'], size=options.size,
                  batch=options.batch)
    halves = {'a': [], 'b': []}
    for video, *row in answers(copy, said['model']):
        halves[half_of(video)].append(row)
    for half, rows in halves.items():
        result.update(figures(rows, half), **{'frames_' + half: len(rows)})
    os.unlink(copy)
    return result


def cell(results, key, scale):
    values = [r[key] * scale for r in results if r[key] is not None]
    if not values:
        return '-'
    digits = 3 if scale == 1 else 1
    return '%.*f (%.*f to %.*f)' % (digits, sum(values) / len(values), digits, min(values), digits, max(values))


def print_table(options, names):
    found = {}
    for name in names:
        paths = [result_path(options, name, seed) for seed in range(1, options.seeds + 1)]
        found[name] = [json.load(open(path, encoding='utf-8')) for path in paths if os.path.exists(path)]
    known = [r for results in found.values() for r in results]
    if not known:
        return
    print('Expressions of real faces, %d pixels, batches of %d, %s epochs from random weights; validation frames %d '
          'in half A, %d in half B; hidden labels of %d unlabelled frames; shares in %%; mean (lowest to highest) over '
          'the seeds.\n' % (known[0]['size'], known[0]['batch'], '/'.join(sorted({str(r['epochs']) for r in known})),
                            known[0]['frames_a'], known[0]['frames_b'], known[0]['frames']))
    print('| training | seeds | ' + ' | '.join(title for title, _, _ in COLUMNS) + ' |')
    print('| --- ' * (2 + len(COLUMNS)) + '|')
    for name, results in found.items():
        if results:
            print('| %s | %d | %s |' % (name, len(results),
                                       ' | '.join(cell(results, key, scale) for _, key, scale in COLUMNS)))


def result_path(options, name, seed):
    return os.path.join(options.work, '%s-%d.json' % (name.replace(', ', '-').replace(' ', '-'), seed))


def main():
    parser = argparse.ArgumentParser(description='Threshold rules and options of a training side by side.')
    parser.add_argument('mienctl', type=os.path.abspath)
    parser.add_argument('work', type=os.path.abspath, help='a folder for results and checkpoints')
    parser.add_argument('--faces', type=os.path.abspath,
                        default=os.path.join(os.environ.get('MIEN_SHARED', '../shared'), 'faces'))
    parser.add_argument('--steps', type=int, default=400)
    parser.add_argument('--seeds', type=int, default=3)
    parser.add_argument('--size', type=int, default=64)
    parser.add_argument('--batch', type=int, default=64)
    parser.add_argument('--threads', type=int, default=os.cpu_count())
    parser.add_argument('--options', action='store_true', help='the other options too, not the rules alone')
    parser.add_argument('--only', nargs='+', metavar='NAME', help='these contenders alone')
    options = parser.parse_args()
    contenders = dict(RULES, **OPTIONS) if options.options or options.only else RULES
    if not os.path.exists(os.path.join(options.faces, 'truth.txt')):
        sys.exit('%s has no truth.txt; let --faces name the folder of the faces' % options.faces)
    for name in options.only or ():
        if name not in contenders:
            sys.exit('no contender is called %s; there are %s' % (name, ', '.join(contenders)))
    names = options.only or list(contenders)
    os.makedirs(options.work, exist_ok=True)
    base = make_project(options)
    n_epochs = epochs(options, base)
    # Seed by seed, so that a table over all contenders is there early.
    for seed in range(1, options.seeds + 1):
        for name in names:
            path = result_path(options, name, seed)
            if os.path.exists(path):
                continue
            result = run(options, base, name, contenders[name], seed, n_epochs)
            with open(path + '.part', 'w', encoding='utf-8') as f:
                json.dump(result, f, indent=1)
            os.rename(path + '.part', path)
            print('%s, seed %d: P-part %.3f and %.3f' % (name, seed, result['f1_a'], result['f1_b']), file=sys.stderr)
    print_table(options, names)


if __name__ == '__main__':
    main()
