#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mienctl does with the engine: train, propose, evaluate, weights, on small drawn faces and with the
real mien-engine."""

import contextlib
import json
import os
import resource
import signal
import sqlite3
import struct
import sys
import time
import zlib

from mien_tap import dump, main, query, use_memory

FRAMES = 48
SMALL = ('--input-size', '48', '--batch', '12', '--threads', '2')
TASKS = ('valence_arousal', 'expression', 'action_units')


def decisions(project):
    """All that people and imports have said."""
    return [query(project, f'SELECT * FROM {table} ORDER BY 1, 2') for table in ('event', 'label')]


def export(ctl, project, model, name):
    path = ctl.path(name)
    ctl.must('weights', 'export', project, path, '--model', str(model))
    with open(path, 'rb') as f:
        return f.read()


def cached(ctl):
    """What lies in the cache, by file name."""
    return sorted(name for _, _, names in os.walk(ctl.path('cache')) for name in names)


def child_of(pid):
    try:
        with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as f:
            return int(f.read().split()[0])
    except (OSError, IndexError):
        return None


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError('waited in vain')


def is_gone(pid):
    """Neither running nor waiting to be buried."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
            return f.read().rpartition(')')[2].split()[0] == 'Z'
    except OSError:
        return True


def loop(tap, ctl):
    """Train, evaluate, propose; the same seed again; one more label; back."""
    project = ctl.demo('p.mien', FRAMES)
    before = decisions(project)
    trained = ctl.json('train', project, '--epochs', '1', *SMALL, '--accept')
    first = trained['model']
    tap.equal(list(trained), ['model', 'accepted', 'metrics', 'thresholds', 'epochs', 'best_epoch', 'coverage',
                              'hidden_labels', 'control', 'gates'], 'train says what came of it')
    tap.equal(cached(ctl), [], 'a training that is done leaves nothing in the cache')
    metrics = trained['metrics']
    check_shape(tap, metrics, ctl.json('status', project))
    tap.equal(ctl.json('evaluate', project), metrics, 'evaluate measures the same')
    check_model(tap, ctl, project, trained)

    tap.equal(figures(ctl.json('evaluate', project, '--split', 'test')),
              {'score': None, 'p_mtl': None, 'valence_arousal': None, 'expression': None,
               'action_units': None, 'frames': 0}, 'a split without labels is all null')
    check_propose(tap, ctl, project)
    kept = check_embeddings(tap, ctl, project, first)
    tap.equal(decisions(project), before, 'neither touches what people and imports have said')

    second = ctl.json('train', project, '--epochs', '1', *SMALL)
    tap.ok(second['accepted'] is False and ctl.json('status', project)['current_model'] == first,
           'without --accept it is a candidate')
    tap.equal(second['metrics'], metrics, 'the same seed has the same metrics')
    same = export(ctl, project, first, 'a.safetensors') == export(ctl, project, second['model'],
                                                                  'b.safetensors')
    tap.ok(same, 'and the same weights, bit for bit')

    frame = query(project, 'SELECT key FROM frame f JOIN video v ON v.id = f.video WHERE v.split = 0'
                  ' AND NOT EXISTS (SELECT 1 FROM label l WHERE l.frame = f.id AND l.item = 1) LIMIT 1')[0][0]
    ctl.must('label', project, '--frame', frame, '--annotator', 'ann', '--expression', '4')
    third = ctl.json('train', project, '--epochs', '1', *SMALL, '--accept')['model']
    tap.ok(export(ctl, project, third, 'c.safetensors') != export(ctl, project, first, 'd.safetensors'),
           'one more label makes other weights')
    check_steadiness(tap, ctl, project, third, first)
    check_other_embeddings(tap, ctl, project, (first, second['model'], third), kept)
    labels = ctl.json('status', project)['labels']
    tap.equal(labels['expression']['human'], 1, 'rolling back leaves the label')
    tap.equal(ctl.json('evaluate', project), metrics, 'and measures as before')
    check_measure(tap, ctl, project, first, third)
    ctl.must('verify', project)


def check_steadiness(tap, ctl, project, model, predecessor):
    """What a model has in common with the one before it is kept when it has proposed."""
    before = ctl.json('models', project)[0]['metrics']
    ctl.must('propose', project)
    after = ctl.json('models', project)[0]['metrics']
    kept = after.pop('predecessor')
    tap.equal(after, before, 'proposing leaves the figures as they are')
    tap.equal(list(kept), ['model', 'frames', *TASKS], 'and adds how far the model agrees with its predecessor')
    read = query(project, 'SELECT count (*) FROM prediction a JOIN prediction b USING (frame) WHERE a.model = ?'
                 ' AND b.model = ?', model, predecessor)[0][0]
    tap.equal((kept['model'], kept['frames']), (predecessor, read), 'on all frames that both have read')
    tasks = {task['task']: task['agreement'] for task in ctl.json('forecast', project)['tasks']}
    tap.ok(any(tasks.values()) and all(kept[name] == (task and task['agreement']) for name, task in tasks.items()),
           'which forecast says as well', (kept, tasks))


def check_measure(tap, ctl, project, first, third):
    """One validation label less, and older figures are of other labels, until they are measured anew."""
    frame = query(project, 'SELECT key FROM frame f JOIN video v ON v.id = f.video WHERE v.split = 1 AND EXISTS'
                  ' (SELECT 1 FROM label l WHERE l.frame = f.id AND l.item = 1) LIMIT 1')[0][0]
    beside = ('predecessor', 'gates')
    kept = {m['id']: [m['metrics'].get(name) for name in beside] for m in ctl.json('models', project)}
    n = ctl.json('evaluate', project)['findings']['labels']['expression']
    ctl.must('label', project, '--frame', frame, '--annotator', 'ann', '--not-a-face')
    ctl.must('forecast', project, '--measure')
    after = {m['id']: m['metrics'] for m in ctl.json('models', project)}
    tap.ok(all(kept[third]) and all([m.pop(name, None) for name in beside] == kept[i] for i, m in after.items()),
           'measuring anew keeps what was written down', kept)
    tap.equal([m['findings']['labels']['expression'] for m in after.values()], [n - 1] * 3,
              'all models are measured on the labels of today')
    tap.equal([after[i] for i in (first, third)], [ctl.json('evaluate', project, '--model', str(i))
                                                   for i in (first, third)], 'as evaluate measures them')
    state = [m['metrics'] for m in ctl.json('models', project)]
    result = ctl.run('forecast', project, '--measure', '--progress=json')
    tap.ok(result.code == 0 and 'measuring model' not in result.err, 'and once', result)
    tap.equal([m['metrics'] for m in ctl.json('models', project)], state, 'and stay so')


def figures(metrics):
    """Without what post-processing adds, and without the counts behind."""
    return {name: value for name, value in metrics.items() if name not in ('raw', 'postprocessing', 'tuning', 'findings')}


def check_shape(tap, metrics, status):
    tap.equal(list(figures(metrics)), ['score', 'p_mtl', *TASKS, 'frames'], 'the metrics have their members in order')
    tap.equal([list(metrics[task]) for task in TASKS],
              [['ccc_valence', 'ccc_arousal'], ['f1', 'per_class', 'accuracy'], ['f1', 'per_unit']],
              'and the tasks theirs')
    point, expression, units = (metrics[task] for task in TASKS)
    parts = [(point['ccc_valence'] + point['ccc_arousal']) / 2, sum(expression['per_class']) / 8,
             sum(units['per_unit']) / 12]
    tap.ok(len(expression['per_class']) == 8 and len(units['per_unit']) == 12
           and abs(metrics['p_mtl'] - sum(parts)) < 1e-9 and abs(metrics['score'] - sum(parts) / 3) < 1e-9,
           'P_MTL is the sum of the three and the score their mean', metrics)
    tap.equal(metrics['frames'], status['splits']['validation'], 'on all labelled frames of the split')
    check_findings(tap, metrics)


def check_findings(tap, metrics):
    """The counts behind the figures give the figures."""
    found = metrics['findings']
    tap.equal(list(found), ['videos', 'labels', 'intervals', 'confusion', 'units', 'reliability'], 'the findings have their members')
    confusion = found['confusion']
    n = sum(map(sum, confusion))
    right = [confusion[c][c] for c in range(8)]
    tap.ok(abs(sum(right) / n - metrics['expression']['accuracy']) < 1e-9, 'the confusion has the accuracy')
    for c in range(8):
        below = sum(confusion[c]) + sum(row[c] for row in confusion)
        tap.ok(abs((2 * right[c] / below if below else 0) - metrics['expression']['per_class'][c]) < 1e-9,
               f'and the F1 of class {c}')
    units = found['units']
    f1 = [2 * r / (2 * r + m + f) if r + m + f else 0
          for r, m, f in zip(units['right_present'], units['missed'], units['false'])]
    tap.ok(max(abs(a - b) for a, b in zip(f1, metrics['action_units']['per_unit'])) < 1e-9, 'the units have theirs')
    expression, presence = (found['reliability'][task] for task in TASKS[1:])
    tap.equal([sum(expression['n']), sum(expression['right'])], [n, sum(right)], 'reliability is of the same answers')
    tap.equal(sum(presence['right']), sum(units['right_present']) + sum(units['missed']),
              'and that of units counts where they were present')
    tap.ok(all((said is None) == (k == 0) and (said is None or b / 10 - 1e-6 <= said <= (b + 1) / 10 + 1e-6)
               for b, (k, said) in enumerate(zip(expression['n'], expression['said']))),
           'a bin holds what belongs there', expression)
    error = sum(abs(r - k * (s or 0)) for k, r, s in zip(*(expression[x] for x in ('n', 'right', 'said')))) / n
    tap.ok(abs(error - expression['error']) < 1e-9, 'the error is the mean distance')
    tap.ok(0 < found['videos'], 'and says of how many videos')
    tap.equal(found['labels'], {'valence_arousal': metrics['frames'], 'expression': n,
                                'action_units': metrics['frames']}, 'and of how many labels of each task')
    figures = [(metrics['valence_arousal']['ccc_valence'] + metrics['valence_arousal']['ccc_arousal']) / 2,
               metrics['expression']['f1'], metrics['action_units']['f1']]
    for task, figure in zip(TASKS, figures):
        interval = found['intervals'][task]
        tap.ok(interval is None if found['videos'] < 5 else interval[0] < interval[1] and -1 <= interval[0] <= figure + 0.1
               and figure - 0.1 <= interval[1] <= 1, f'{task} has an interval where there are videos enough', found)


def check_model(tap, ctl, project, trained):
    model = ctl.json('models', project)[0]
    tap.equal([model[k] for k in ('id', 'origin', 'parent', 'method', 'input_size', 'current', 'has_heads')],
              [trained['model'], 'trained', None, 'ssmfar', 48, True, True], 'the model says where it is from')
    tap.equal(model['tasks'], list(TASKS), 'and what it has learnt')
    tap.equal([model['metrics'], model['thresholds']], [trained['metrics'], trained['thresholds']],
              'its metrics and thresholds are kept')
    settings = model['settings']
    tap.equal([settings[k] for k in ('method', 'epochs', 'batch', 'learning_rate', 'input_size', 'seed',
                                     'threads', 'start')],
              ['ssmfar', 1, 12, 5e-4, 48, 1, 2, 'random'], 'and all its settings')
    counted = query(project, 'SELECT count (DISTINCT frame) FROM label l JOIN frame f ON f.id = l.frame'
                    ' WHERE f.split = 0 AND l.item = 1')[0][0]
    tap.equal([settings['train'][k] + settings['tuning'][k] for k in ('frames', 'expression')],
              [ctl.json('status', project)['splits']['train'], counted], 'with the numbers of labels')
    curves = dict(query(project, 'SELECT name, count (*) FROM curve GROUP BY name'))
    tap.ok(all(curves.get(name) == 1 for name in ('loss', 'validation_score', 'threshold.0', 'threshold.7',
                                                  'threshold.au12')), 'a curve has a point an epoch', curves)
    tap.ok(all(0.5 <= t <= 1 or t == 1.01 for t in trained['thresholds']['expression']), 'thresholds are in range',
           trained['thresholds'])


def check_propose(tap, ctl, project):
    status = ctl.json('status', project)
    said = ctl.json('propose', project, '--threads', '2')
    tap.equal([said['frames'], said['left_out']], [FRAMES, 0], 'propose reads every frame')
    after = ctl.json('status', project)
    tap.ok(said['queue'] == after['queue'] > 0, 'the queue is filled', after)
    items = ctl.json('queue', project)
    tap.ok(any(i['reason'] == 'uncertain' and i['confidence'] < i['threshold'] for i in items),
           'with what lies below a threshold', items[:3])
    tap.equal([after['labels'][t]['imported'] for t in TASKS], [status['labels'][t]['imported'] for t in TASKS],
              'the counts of labels stay')
    rows = query(project, 'SELECT task, open, accepted, confidence, threshold FROM proposal p JOIN frame f'
                 ' ON f.id = p.frame WHERE f.split = 0 AND task = 1')
    tap.ok(rows and all((accepted == 1) == (confidence >= threshold)
                        for _, _, accepted, confidence, threshold in rows),
           'what reaches its threshold is accepted', rows[:3])
    tap.equal(ctl.json('propose', project, '--threads', '2')['frames'], 0, 'a second time there is nothing to read')
    ctl.must('verify', project)


def embeddings(project):
    """Frame -> its features, of all models."""
    return {frame: (model, struct.unpack('<512e', features))
            for frame, model, features in query(project, 'SELECT frame, model, features FROM embedding')}


def same(a, b):
    return a.keys() == b.keys() and all(max(abs(x - y) for x, y in zip(a[f][1], b[f][1])) < 1e-3 for f in a)


def check_embeddings(tap, ctl, project, model):
    kept = embeddings(project)
    tap.equal(sorted(kept), [row[0] for row in query(project, 'SELECT id FROM frame WHERE split = 0 ORDER BY id')],
              'what the model in use sees in the training frames is kept')
    tap.ok(all(m == model and abs(sum(x * x for x in features) - 1) < 0.01 for m, features in kept.values())
           and len({features for _, features in kept.values()}) > len(kept) / 2, 'it has length 1, and differs')
    items = ctl.json('queue', project, '--mix', 'diverse=100')
    tap.ok(any(i['reason'] == 'diverse' for i in items), 'faces are asked because they are unlike others', items[:3])
    return kept


def check_other_embeddings(tap, ctl, project, models, kept):
    first, candidate, third = models
    ctl.must('propose', project, '--threads', '2')
    others = embeddings(project)
    tap.ok({m for m, _ in others.values()} == {third} and not same(others, kept),
           'those of the model in use take the place of those before')
    ctl.must('propose', project, '--model', str(candidate), '--threads', '2')
    tap.equal(embeddings(project), others, 'a candidate leaves none')
    with contextlib.closing(sqlite3.connect(project)) as db:
        db.execute('DELETE FROM embedding WHERE frame % 2')
        db.commit()
    tap.equal([ctl.json('propose', project, '--threads', '2')['frames'], same(embeddings(project), others)],
              [sum(frame % 2 for frame in others), True], 'what lacks one is read again')
    ctl.must('use', project, str(first))
    tap.equal([ctl.json('propose', project, '--threads', '2')['frames'], same(embeddings(project), kept)],
              [len(kept), True], 'and so it is after rolling back')
    tap.equal(ctl.json('propose', project, '--threads', '2')['frames'], 0, 'once')
    ctl.must('verify', project)


def misfortunes(tap, ctl):
    """kill -9 of mienctl, Ctrl-C, kill -9 of the engine: one training through all three."""
    project = ctl.demo('p.mien', FRAMES)
    command = ['train', project, '--epochs', '3', '--method', 'supervised', *SMALL]
    calm = export(ctl, project, ctl.json(*command)['model'], 'calm.safetensors')

    def checkpoint():
        for folder, _, names in os.walk(ctl.path('cache')):
            if 'checkpoint.safetensors' in names:
                return os.stat(os.path.join(folder, 'checkpoint.safetensors')).st_mtime_ns
        return None

    def start_until_next_checkpoint():
        known = checkpoint()
        run = ctl.start(*command, '--json', stdout=-1, stderr=-1)
        wait_until(lambda: checkpoint() not in (None, known) or run.poll() is not None)
        return run, child_of(run.pid)

    run, engine = start_until_next_checkpoint()
    state = dump(project)
    run.kill()
    run.communicate()
    wait_until(lambda: is_gone(engine))
    tap.ok(run.returncode == -signal.SIGKILL, 'killed in mid-training, mienctl takes the engine with it')
    tap.equal(dump(project), state, 'and nothing of it is in the project')

    run, engine = start_until_next_checkpoint()
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    tap.ok(run.returncode == 1 and not out and len(err.splitlines()) == 1 and 'goes on' in err,
           'Ctrl-C stops it with one line', f'{run.returncode} {out} {err}')
    tap.ok(is_gone(engine), 'and the engine is gone')
    tap.ok('checkpoint.safetensors' in cached(ctl), 'the checkpoint stays', cached(ctl))
    ctl.must('verify', project)

    run = ctl.start(*command, '--json', stdout=-1, stderr=-1)
    os.kill(wait_until(lambda: child_of(run.pid)), signal.SIGKILL)
    out, err = run.communicate(timeout=120)
    tap.ok(run.returncode == 0 and 'signal 9' in err and len(err.splitlines()) == 1,
           'a killed engine is a warning, and started again', f'{run.returncode} {err}')
    model = json.loads(out)['model']
    tap.ok(export(ctl, project, model, 'after.safetensors') == calm, 'after all that the weights are the same')
    curves = [query(project, 'SELECT name, epoch, value FROM curve WHERE model = ? ORDER BY 1, 2', m)
              for m in (1, model)]
    tap.ok(curves[1] == curves[0] and [e for n, e, _ in curves[0] if n == 'loss'] == [1, 2, 3],
           'and the curves whole', curves)
    tap.equal(cached(ctl), [], 'the cache is empty')
    ctl.must('verify', project)


def hopeless(tap, ctl):
    """An engine that dies each time, and one that is none."""
    project = ctl.demo('p.mien', FRAMES)
    script = ctl.path('engine')
    with open(script, 'w', encoding='ascii') as f:
        f.write(f'#!/bin/sh\necho x >> {ctl.path("starts")}\necho hello mien-engine 1\nkill -9 $$\n')
    os.chmod(script, 0o700)
    state = dump(project)
    ctl.fails(tap, 'after three crashes in a row it gives up', 'train', project, *SMALL, warnings=True,
              env=dict(ctl.environment, MIEN_ENGINE=script), says=['gave up after 3', 'signal 9'])
    with open(ctl.path('starts'), encoding='ascii') as f:
        tap.equal(len(f.readlines()), 3, 'and no later')
    tap.equal([dump(project), cached(ctl)], [state, []], 'nothing has changed, nothing is left')
    ctl.fails(tap, 'no engine', 'train', project, *SMALL, says=['/nowhere'],
              env=dict(ctl.environment, MIEN_ENGINE='/nowhere'))


def refusals(tap, ctl):
    """What stops a training before it begins."""
    project = ctl.demo('p.mien', FRAMES)
    for option, value in (('--epochs', '0'), ('--batch', '1025'), ('--learning-rate', 'nan'),
                          ('--input-size', '50'), ('--input-size', '240'), ('--seed', '-1'),
                          ('--threads', '0'), ('--method', 'magic')):
        ctl.fails(tap, f'{option} {value}', 'train', project, option, value, code=2, says=[option, value])
    ctl.fails(tap, 'no model to evaluate', 'evaluate', project, says=['no model'])
    ctl.fails(tap, 'no model to propose with', 'propose', project, says=['no model'])
    ctl.fails(tap, 'no such model', 'evaluate', project, '--model', '7', says=['7'])
    state = dump(project)

    with open(ctl.path('file'), 'w', encoding='ascii'):
        pass
    ctl.fails(tap, 'a cache that cannot be written', 'train', project, *SMALL, says=['XDG_CACHE_HOME'],
              env=dict(ctl.environment, XDG_CACHE_HOME=ctl.path('file')))
    ctl.fails(tap, 'a full disk', 'train', project, *SMALL, says=['training.pack', 'XDG_CACHE_HOME'],
              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200000, 200000)))
    tap.equal([dump(project), cached(ctl)], [state, []], 'nothing has changed, nothing is left')

    empty = ctl.path('empty.mien')
    ctl.must('new', empty)
    ctl.fails(tap, 'no frames', 'train', empty, says=['import'])
    with open(ctl.path('one.png'), 'wb') as f:
        f.write(png(0))
    os.mkdir(ctl.path('pictures'))
    os.rename(ctl.path('one.png'), ctl.path('pictures', '1.png'))
    ctl.must('import', 'folder', empty, '--images', ctl.path('pictures'), '--split', 'train')
    ctl.fails(tap, 'no labels', 'train', empty, says=['label'])


def png(shade):
    """48 x 48 pixels of grey."""
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))
    rows = b''.join(b'\0' + bytes((shade * 7 + x * y) % 256 for x in range(48)) for y in range(48))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 48, 48, 8, 0, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def lost_images(tap, ctl):
    """Linked images of which some have gone since: told, left out, and no reason to stop."""
    project, folder = ctl.path('p.mien'), ctl.path('linked', 'v')
    os.makedirs(folder)
    with open(ctl.path('labels.csv'), 'w', encoding='ascii') as f:
        print('image,expression', file=f)
        for i in range(1, 21):
            with open(os.path.join(folder, f'{i}.png'), 'wb') as picture:
                picture.write(png(i))
            print(f'v/{i}.png,{i % 2}', file=f)
    ctl.must('new', project)
    ctl.must('import', 'folder', project, '--images', ctl.path('linked'), '--csv', ctl.path('labels.csv'),
             '--split', 'train', '--link')
    for i in (3, 11):
        os.unlink(os.path.join(folder, f'{i}.png'))
    trained = ctl.must('train', project, '--epochs', '1', *SMALL, '--accept')
    tap.ok(len(trained.lines) == 2 and all('3.png' in trained.lines[0] and 'left out' in line
                                           for line in trained.lines), 'each is told once', trained)
    model = ctl.json('models', project)[0]
    tap.equal(model['settings']['train']['frames'], 18, 'the others are learnt from')
    tap.equal([model['tasks'], model['metrics']['score']], [['expression'], None],
              'one task, and no validation: no score')
    tap.equal(model['thresholds']['action_units'], [1.01] * 12, 'units without a label are never accepted')
    proposed = ctl.run('propose', project, '--json', '--threads', '2')
    tap.equal([json.loads(proposed.out)[k] for k in ('frames', 'left_out')], [18, 2], 'propose leaves them out too')
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    ctl.fails(tap, 'all gone', 'train', project, *SMALL, says=['cannot be read'], warnings=True)
    tap.equal(cached(ctl), [], 'nothing is left')


def weights(tap, ctl):
    """Out, in again, and what is no weights at all."""
    project = ctl.demo('p.mien', FRAMES)
    first = ctl.json('train', project, '--epochs', '1', '--method', 'supervised', *SMALL, '--accept')
    path = ctl.path('m.safetensors')
    bytes_out = export(ctl, project, first['model'], 'm.safetensors')
    tap.equal(ctl.json('weights', 'import', project, path),
              {'model': 2, 'name': 'm.safetensors', 'has_heads': True, 'input_size': 48}, 'import says what it is')
    tap.equal(figures(ctl.json('evaluate', project, '--model', '2')), figures(first['metrics']),
              'the same weights score the same')
    tap.ok(export(ctl, project, 2, 'again.safetensors') == bytes_out, 'and come out byte for byte')
    model = ctl.json('models', project)[0]
    tap.equal([model[k] for k in ('origin', 'name', 'thresholds', 'tasks', 'parent')],
              ['imported', 'm.safetensors', first['thresholds'], list(TASKS), None],
              'the file carries thresholds and tasks')
    trained = ctl.json('train', project, '--epochs', '1', '--method', 'supervised', *SMALL)['model']
    tap.equal(ctl.json('models', project)[0]['parent'], 2, 'a training starts from what was imported')
    tap.ok(export(ctl, project, trained, 'from.safetensors') != bytes_out, 'and moves on')

    trunk = ctl.path('trunk.safetensors')
    with open(trunk, 'wb') as f:
        f.write(without_heads(bytes_out))
    tap.equal(ctl.json('weights', 'import', project, trunk)['has_heads'], False, 'a trunk alone is told apart')
    ctl.fails(tap, 'a trunk cannot propose', 'propose', project, '--model', '4', says=['heads'])

    ctl.fails(tap, 'an export does not overwrite a project', 'weights', 'export', project, project,
              says=['something else'])
    ctl.must('weights', 'export', project, path)
    ctl.fails(tap, 'nor does it make folders', 'weights', 'export', project, ctl.path('no', 'where'),
              says=['where'])
    bad_weights(tap, ctl, project, bytes_out)
    ctl.must('verify', project)


def without_heads(file):
    """The same safetensors file with the trunk alone."""
    length = struct.unpack('<Q', file[:8])[0]
    header, data = json.loads(file[8:8 + length]), file[8 + length:]
    kept, out = {}, b''
    for name in sorted(header):
        if name == '__metadata__' or name.startswith(('exp_', 'va_', 'au_')):
            continue
        begin, end = header[name]['data_offsets']
        kept[name] = dict(header[name], data_offsets=[len(out), len(out) + end - begin])
        out += data[begin:end]
    text = json.dumps(kept).encode()
    return struct.pack('<Q', len(text)) + text + out


def bad_weights(tap, ctl, project, sound):
    flag = ctl.path('pwned')
    code = b"\x80\x02cos\nsystem\nX" + struct.pack('<I', len(f'touch {flag}')) + f'touch {flag}'.encode() + b'\x85R.'
    length = struct.unpack('<Q', sound[:8])[0]
    note = b'"mien.input_size":"48"'
    files = {
        'runs-code.pth': code,
        'cut.safetensors': sound[:-100],
        'lies.safetensors': struct.pack('<Q', 1 << 62) + sound[8:],
        'hole.safetensors': sound + b'\0' * 8,
        'note.safetensors': sound[:8 + length].replace(note, b'"mien.input_size":"49"') + sound[8 + length:],
        'empty.safetensors': b'',
        'picture.pth': png(1),
    }
    state = dump(project)
    for name, data in files.items():
        with open(ctl.path(name), 'wb') as f:
            f.write(data)
        ctl.fails(tap, f'weights import {name}', 'weights', 'import', project, ctl.path(name), says=[name])
    ctl.fails(tap, 'weights import of a folder', 'weights', 'import', project, ctl.scratch)
    ctl.fails(tap, 'weights import of nothing', 'weights', 'import', project, ctl.path('nothing.pth'),
              says=['nothing.pth'])
    tap.ok(not os.path.exists(flag), 'nothing in a pickle is run')
    tap.equal(dump(project), state, 'and nothing has changed')


def busy(tap, ctl):
    """Two trainings of one project; a person decides meanwhile."""
    project = ctl.demo('p.mien', FRAMES)
    run = ctl.start('train', project, '--epochs', '50', '--method', 'supervised', *SMALL, stdout=-1, stderr=-1)
    try:
        engine = wait_until(lambda: child_of(run.pid))
        ctl.fails(tap, 'a second job is refused and told who is first', 'train', project, *SMALL,
                  says=[str(run.pid), 'train'])
        frame = query(project, 'SELECT key FROM frame LIMIT 1')[0][0]
        ctl.must('label', project, '--frame', frame, '--annotator', 'ann', '--expression', '4')
        tap.equal(ctl.json('status', project)['labels']['expression']['human'], 1, 'a decision does not wait')
        run.terminate()
        out, err = run.communicate(timeout=60)
    finally:
        run.kill()
    tap.ok(run.returncode == 1 and not out and len(err.splitlines()) == 1, 'SIGTERM stops it',
           f'{run.returncode} {err}')
    tap.ok(is_gone(engine), 'with the engine')
    ctl.must('verify', project)


if __name__ == '__main__':
    use_memory()
    main([globals()[name] for name in sys.argv[3:]])
