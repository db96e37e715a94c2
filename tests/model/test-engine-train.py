#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`mien-engine train` by its pipe: what it says, that it repeats itself, that it goes on after every kind of
death as if nothing had been, and that it fails with one line.

    test-engine-train.py MIEN_ENGINE
"""
import math
import os
import resource
import shutil
import signal
import sys
import tempfile
import time

import engine

PROGRAM = sys.argv[1]
FOLDER = tempfile.mkdtemp()
PACK, TRUNK = (os.path.join(FOLDER, name) for name in ('pack', 'trunk.safetensors'))
EPOCHS, BATCH = 3, 8
STEPS = 26 // BATCH
SANITIZED = any(name in open(PROGRAM, 'rb').read() for name in (b'__asan_init', b'__tsan_init'))


def folder(name):
    path = os.path.join(FOLDER, name)
    shutil.rmtree(path, ignore_errors=True)
    return path


def arguments(run, method='ssmfar', epochs=EPOCHS, pack=PACK, weights=TRUNK, threads=2, **more):
    made = ['train', '--pack', pack, '--run', run, '--method', method, '--epochs', epochs, '--batch', BATCH,
            '--threads', threads, '--weights', weights]
    # With these every rule and option comes to something else on twenty-six images.
    more = {'class_weights': 'tempered', 'labelled_share': 0, 'labels_first': 0, 'teacher': 'own', 'rule': 'ada',
            **more}
    for name, value in more.items():
        made += ['--' + name.replace('_', '-'), value]
    return made


def train(run, **settings):
    with engine.Engine(PROGRAM, *arguments(run, **settings)) as e:
        lines = e.lines()
        return lines, e.status()


def model(run):
    with open(os.path.join(run, 'model.safetensors'), 'rb') as f:
        return f.read()


def expect_error(lines, status, *words):
    assert status == 1, (status, lines[-3:])
    assert lines[-1].startswith('error '), lines[-3:]
    assert sum(line.startswith('error') for line in lines) == 1, lines
    for word in words:
        assert word in lines[-1], lines[-1]


WHOLE = {}


def undisturbed(method):
    """The lines and the weights of a training that nothing disturbs; made once."""
    if method not in WHOLE:
        run = folder('whole-' + method)
        lines, status = train(run, method=method)
        assert status == 0, lines
        WHOLE[method] = lines, model(run)
    return WHOLE[method]


def test_lines():
    """What it says, in the protocol's order, for both methods."""
    for method in ('ssmfar', 'supervised'):
        lines, _ = undisturbed(method)
        assert lines[0] == 'hello mien-engine 1'
        start = engine.fields(lines[1])
        assert lines[1].startswith('start ')
        assert start['images'] == '26' and start['validation'] == '8' and start['resumed'] == '0'
        assert start['steps'] == str(EPOCHS * STEPS)
        assert lines[-1] == 'done epochs=%d' % EPOCHS
        assert [line for line in lines if line.startswith('checkpoint')] == [
            'checkpoint epoch=%d' % (e + 1) for e in range(EPOCHS)]
        for e in range(1, EPOCHS + 1):
            said = [engine.fields(line) for line in lines if line.startswith('metric epoch=%d ' % e)]
            names = [metric['name'] for metric in said]
            expected = ['loss', 'loss_expression', 'loss_valence_arousal', 'loss_action_units', 'learning_rate',
                        'gradient_norm']
            if method == 'ssmfar':
                expected += ['pseudo_share'] + ['train_threshold_%d' % c for c in range(8)]
            expected += ['validation_score', 'validation_expression_f1', 'validation_expression_accuracy',
                         'validation_expression_coverage', 'validation_ccc_valence', 'validation_ccc_arousal', 'validation_action_units_f1']
            assert names == expected, names
            value = {metric['name']: float(metric['value']) for metric in said}
            assert abs(value['loss'] - value['loss_expression'] - value['loss_valence_arousal']
                       - value['loss_action_units']) < 1e-5
            thresholds = [engine.fields(line) for line in lines if line.startswith('threshold epoch=%d ' % e)]
            assert [t.get('class', 'unit ' + t.get('unit', '')) for t in thresholds] == [
                str(c) for c in range(8)] + ['unit %d' % k for k in range(10)]
            assert all(0.8 <= float(t['value']) <= 0.97 for t in thresholds)


def test_learns():
    """The loss falls and the colours are told apart."""
    run = folder('learns')
    lines, status = train(run, method='supervised', epochs=40, learning_rate=0.01)
    assert status == 0, lines
    loss = [float(engine.fields(line)['value']) for line in lines if ' name=loss_expression ' in line]
    right = [float(engine.fields(line)['value']) for line in lines if 'expression_accuracy' in line]
    assert loss[-1] < 0.5 * loss[0], loss
    assert right[-1] > 0.8, right


def test_repeats():
    """The same settings give the same bits; another seed, method or learning rate others."""
    for method in ('ssmfar', 'supervised'):
        lines, weights = undisturbed(method)
        again = folder('again')
        more, _ = train(again, method=method)
        assert model(again) == weights
        keep = lambda all_lines: [line for line in all_lines if not line.startswith('progress')]
        assert keep(more) == keep(lines)
    others = [undisturbed('supervised')[1], undisturbed('ssmfar')[1]]
    for more in ({'seed': 2}, {'learning_rate': 1e-3}, {'class_weights': 'paper'}):
        run = folder('other')
        train(run, **more)
        assert model(run) not in others, more
        others.append(model(run))


def test_stop_and_resume():
    """After the end of stdin in an epoch, it goes on and ends in the same weights."""
    for method in ('ssmfar', 'supervised'):
        run = folder('stopped')
        with engine.Engine(PROGRAM, *arguments(run, method=method)) as e:
            e.until('checkpoint epoch=1')
            start = time.monotonic()
            e.close()
            lines = e.lines()
            assert e.status() == 0, lines
            assert time.monotonic() - start < 5
        if any(line.startswith('done') for line in lines):
            continue            # it was faster than the end of the file
        notes = engine.read_safetensors(os.path.join(run, 'checkpoint.safetensors'))[1]
        done = int(notes['mien.epochs'])
        lines, status = train(run, method=method)
        assert status == 0 and engine.fields(lines[1])['resumed'] == str(done), lines
        assert model(run) == undisturbed(method)[1]


def test_resume_from_each_epoch():
    """From the checkpoint of every epoch the rest comes out the same, to the bit."""
    for epochs in range(1, EPOCHS):
        run = folder('part')
        assert train(run, epochs=epochs)[1] == 0
        lines, status = train(run)
        assert status == 0 and engine.fields(lines[1])['resumed'] == str(epochs), lines
        assert model(run) == undisturbed('ssmfar')[1]
        numbers = {engine.fields(line)['epoch'] for line in lines if line.startswith('metric')}
        assert numbers == {str(e) for e in range(epochs + 1, EPOCHS + 1)}, numbers


def test_kill_and_resume():
    """kill -9 at any moment: the run goes on from the last whole epoch, to the same weights."""
    run = folder('killed')
    for moment in (0.0, 0.01, 0.02, 0.03, 0.05, 0.08):
        with engine.Engine(PROGRAM, *arguments(run)) as e:
            e.until('start ')
            time.sleep(moment)
            e.process.send_signal(signal.SIGKILL)
            e.lines()
    left = [name for name in os.listdir(run) if name not in ('checkpoint.safetensors', 'model.safetensors')]
    lines, status = train(run)
    assert status == 0, lines
    assert model(run) == undisturbed('ssmfar')[1]
    assert len(left) <= 12, left


def test_threads_of_a_checkpoint():
    """Without --threads a run goes on with as many as it began with."""
    run = folder('threads')
    assert train(run, epochs=1, threads=2)[1] == 0
    without = arguments(run)
    at = without.index('--threads')
    del without[at:at + 2]
    with engine.Engine(PROGRAM, *without) as e:
        lines = e.lines()
    assert engine.fields(lines[1])['resumed'] == '1', lines
    assert model(run) == undisturbed('ssmfar')[1]


def test_other_training():
    """A checkpoint of another training is not gone on from."""
    for more in ({'seed': 2}, {'method': 'supervised'}, {'learning_rate': 1e-3}, {'threads': 1}):
        run = folder('foreign')
        assert train(run, epochs=1)[1] == 0
        lines, status = train(run, **more)
        assert status == 0 and engine.fields(lines[1])['resumed'] == '0', (more, lines)
    run = folder('foreign')
    assert train(run, epochs=3)[1] == 0
    lines, _ = train(run, epochs=2)             # further on than asked
    assert engine.fields(lines[1])['resumed'] == '0', lines


def test_broken_checkpoint():
    """A checkpoint that is cut short is an error with a way out, not a crash."""
    run = folder('broken')
    assert train(run, epochs=1)[1] == 0
    path = os.path.join(run, 'checkpoint.safetensors')
    with open(path, 'rb+') as f:
        f.truncate(os.path.getsize(path) - 4)
    expect_error(*train(run), path)
    with open(path, 'wb') as f:
        f.write(b'\xff' * 100)
    expect_error(*train(run), path)


def test_rubbish_in():
    """Lines that come in while it trains are no commands, and change nothing."""
    run = folder('rubbish')
    with engine.Engine(PROGRAM, *arguments(run)) as e:
        e.write(b'frames 3\n' + os.urandom(100000) + b'\nend\n')
        lines = e.lines()
        assert e.status() == 0, lines
    assert model(run) == undisturbed('ssmfar')[1]


def test_deaf_parent():
    """When nobody reads, it leaves in order."""
    run = folder('deaf')
    with engine.Engine(PROGRAM, *arguments(run, epochs=100000)) as e:
        e.until('checkpoint epoch=1')
        e.process.stdout.close()
        assert e.status() == 0
    assert engine.read_safetensors(os.path.join(run, 'checkpoint.safetensors'))[1]['mien.epochs'] != '0'


def test_no_number():
    """A loss that is no number stops it, with the step's name, and no such weights are kept."""
    path, run = os.path.join(FOLDER, 'huge.safetensors'), folder('huge')
    engine.write_safetensors(path, engine.trunk(scale=5e38))
    expect_error(*train(run, weights=path), 'step 1 of epoch 1', 'number', 'bn1.running_mean is not',
                 'no epoch was over')
    assert os.listdir(run) == []


def test_overflow():
    """Weights that are numbers but overflow: the error names the layer behind them."""
    path, run = os.path.join(FOLDER, 'large.safetensors'), folder('large')
    tensors = engine.trunk()
    shape, values = tensors['layer2.0.conv1.weight']
    tensors['layer2.0.conv1.weight'] = (shape, [1e38 if v > 0 else -1e38 for v in values])
    engine.write_safetensors(path, tensors)
    expect_error(*train(run, weights=path), 'step 1 of epoch 1', 'layer2.0.bn1.running_')


def test_divergence():
    """A loss that grows out of proportion stops it; the last checkpoint stays, and no model is delivered."""
    for warm_up in (0, 4):
        run = folder('diverges')
        lines, status = train(run, epochs=60, learning_rate=10, warm_up=warm_up, average=0)
        done = sum(line.startswith('checkpoint') for line in lines)
        kept = 'the checkpoint of epoch %d is kept' % done if done else 'no epoch was over'
        expect_error(lines, status, 'diverges', 'epoch %d: ' % (done + 1), kept)
        assert os.listdir(run) == ['checkpoint.safetensors'][:done]
        if done:
            notes = engine.read_safetensors(os.path.join(run, 'checkpoint.safetensors'))[1]
            assert notes['mien.epochs'] == str(done)


# Each of them makes other weights than the defaults.
OPTIONS = ({'schedule': 'cosine'}, {'warm_up': 4}, {'weight_decay': 0.1}, {'clip': 0.01}, {'average': 0},
           {'average': 0.5}, {'teacher': 'average', 'rule': 'fixed', 'threshold': 0.131}, {'freeze': 'stem'},
           {'freeze': 'stage2'}, {'freeze': 'trunk'}, {'trunk_rate': 0.1}, {'rule': 'fixed', 'threshold': 0.2},
           {'rule': 'flex', 'threshold': 0.2}, {'rule': 'free'}, {'rule': 'soft'},
           {'pseudo': 'all'}, {'class_weights': 'none'}, {'class_weights': 'paper'}, {'labelled_share': 0.9}, {'labels_first': 2}, {'rule': 'all'},
           {'sampling': 'shuffled'}, {'sampling': 'balanced'}, {'logit_adjustment': 1}, {'micro_batch': 3}, {'micro_batch': 4},
           {'rule': 'fixed', 'threshold': 0.5, 'pseudo': 'all'}, {'rule': 'flex', 'pseudo': 'all'},
           {'rule': 'free', 'pseudo': 'all'}, {'rule': 'soft', 'pseudo': 'all'},
           {'method': 'supervised', 'sampling': 'balanced'}, {'method': 'supervised', 'micro_batch': 3})


def test_options():
    """Every option makes a difference, and is told apart in the checkpoint."""
    run = folder('option')
    seen = {undisturbed('supervised')[1]: 'supervised', undisturbed('ssmfar')[1]: 'ssmfar'}
    for more in OPTIONS:
        lines, status = train(run, **more)
        assert status == 0 and engine.fields(lines[1])['resumed'] == '0', (more, lines)
        weights = model(run)
        assert weights not in seen, (more, seen[weights])
        seen[weights] = more


# Rules with a state of their own, and what else a checkpoint has to keep.
STATEFUL = ({'rule': 'flex', 'pseudo': 'all', 'threshold': 0.3, 'teacher': 'average'},
            {'rule': 'free', 'pseudo': 'all', 'schedule': 'cosine', 'warm_up': 2, 'micro_batch': 3},
            {'rule': 'soft', 'pseudo': 'all', 'teacher': 'average', 'weight_decay': 0.1, 'clip': 0.5},
            {'rule': 'ada', 'pseudo': 'all', 'sampling': 'balanced', 'learning_rate': 0.01},
            {'rule': 'flex', 'freeze': 'stage1', 'average': 0, 'patience': 50})


def test_resume_of_rules():
    """With every rule and tuning videos, killed after each epoch, it ends in the same weights and lines."""
    pack = os.path.join(FOLDER, 'tuned.pack')
    engine.write_pack(pack, n_tuning=6)
    for more in STATEFUL:
        run = folder('rule')
        lines, status = train(run, pack=pack, **more)
        assert status == 0, (more, lines)
        weights, told = model(run), [line for line in lines if line.startswith(('metric', 'threshold'))]
        run, again = folder('rule'), []
        for epoch in range(1, EPOCHS + 1):
            with engine.Engine(PROGRAM, *arguments(run, pack=pack, **more)) as e:
                if epoch < EPOCHS:
                    line = e.line()
                    while not line.startswith('checkpoint epoch=%d' % epoch):
                        assert line, more
                        again.append(line)
                        line = e.line()
                    e.process.send_signal(signal.SIGKILL)
                    e.lines()
                else:
                    again += e.lines()
                    assert e.status() == 0, again
        resumed = [engine.fields(line)['resumed'] for line in again if line.startswith('start')]
        assert resumed == [str(e) for e in range(EPOCHS)], (more, resumed)
        assert [line for line in again if line.startswith(('metric', 'threshold'))] == told, more
        assert model(run) == weights, more


def test_state_of_a_checkpoint():
    """A checkpoint whose state is out of range is an error with a way out."""
    run = folder('state')
    assert train(run, epochs=1, rule='flex')[1] == 0
    path = os.path.join(run, 'checkpoint.safetensors')
    with open(path, 'rb') as f:
        data = f.read()
    end = 8 + int.from_bytes(data[:8], 'little')
    header = engine.json.loads(data[8:end])
    for name, value in (('training.state', b'\0\0\0\0\0\0\xf8\x7f'), ('rules.chosen', b'\x09')):
        at = end + header[name]['data_offsets'][0]
        with open(path, 'wb') as f:
            f.write(data[:at] + value + data[at + len(value):])
        expect_error(*train(run, rule='flex'), path, 'remove it')


def test_frozen():
    """What is frozen keeps its weights to the bit; the rest moves."""
    run = folder('frozen')
    start = engine.read_safetensors(TRUNK)[0]
    for name, frozen in (('stem', ('conv1', 'bn1')), ('stage2', ('conv1', 'bn1', 'layer1', 'layer2')),
                         ('trunk', ('conv1', 'bn1', 'layer'))):
        assert train(run, freeze=name, weight_decay=0.1)[1] == 0
        end = engine.read_safetensors(os.path.join(run, 'model.safetensors'))[0]
        for tensor, before in start.items():
            if not tensor.endswith(('running_mean', 'running_var')):
                assert (end[tensor] == before) == tensor.startswith(frozen), (name, tensor)


def tuned_lines(pack, run, n_tuning=12, **more):
    lines, status = train(run, pack=pack, method='supervised', learning_rate=0.01, average=0, **more)
    assert status == 0, lines
    last = {}
    scores = {}
    for line in lines:
        if line.startswith('metric'):
            field = engine.fields(line)
            last[field['name']] = float(field['value'])
            if field['name'] == 'tuning_score':
                scores[int(field['epoch'])] = last['tuning_score']
    top = min(e for e in scores if scores[e] == max(scores.values()))
    error = 0.5 / math.sqrt(n_tuning)
    best = max(e for e in scores if scores[e] >= max(scores[k] for k in scores if k <= e) - error)
    assert last['best_epoch'] == best, (scores, last)
    return lines, best, top, len(scores)


def test_best_epoch():
    """The latest epoch that is as good as the best on the tuning rows, as far as these can tell, is delivered;
    validation rows do not matter for it."""
    pack = os.path.join(FOLDER, 'best.pack')
    engine.write_pack(pack, n_tuning=60)
    for seed in range(1, 20):           # one whose best epoch is not the last
        run = folder('best')
        _, best, top, epochs = tuned_lines(pack, run, n_tuning=60, epochs=8, seed=seed)
        if 1 < top < best < epochs:
            break
    assert 1 < top < best < epochs, (top, best, epochs)
    weights = model(run)
    run = folder('best')
    assert tuned_lines(pack, run, n_tuning=60, epochs=best, seed=seed)[1] == best
    assert model(run) == weights
    engine.write_pack(pack, n_tuning=60, n_validation=0)
    run = folder('best')
    tuned_lines(pack, run, n_tuning=60, epochs=8, seed=seed)
    assert model(run) == weights


def test_patience():
    """Without a better score for so many epochs it stops, whole or in parts."""
    pack, run = os.path.join(FOLDER, 'patient.pack'), folder('patient')
    engine.write_pack(pack, n_tuning=12)
    lines, _, top, epochs = tuned_lines(pack, run, epochs=60, patience=3)
    assert epochs == top + 3 < 60 and lines[-1] == 'done epochs=%d' % epochs, lines[-1]
    weights = model(run)
    lines, status = train(run, pack=pack, method='supervised', learning_rate=0.01, average=0, epochs=60, patience=3)
    assert status == 0 and lines[-1] == 'done epochs=%d' % epochs, lines
    assert model(run) == weights


def test_bad_files():
    """A missing, foreign or short pack, weights that do not fit, a folder that cannot be: one line each."""
    run = folder('bad')
    path = os.path.join(FOLDER, 'bad.file')
    expect_error(*train(run, pack='/nonexistent'), '/nonexistent')
    with open(path, 'wb') as f:
        f.write(b'\xff\xd8\xff' * 1000)
    expect_error(*train(run, pack=path), path, 'not a training pack')
    with open(PACK, 'rb') as f:
        data = f.read()
    for change in (data[:-1], data[:70], data[:16] + b'\xff' * 8 + data[24:], data[:12] + b'\x31' + data[13:],
                   data[:64 + 8] + b'\x63' + data[64 + 9:]):
        with open(path, 'wb') as f:
            f.write(change)
        expect_error(*train(run, pack=path), path)
    engine.write_pack(path, labels=False, n_validation=0)
    expect_error(*train(run, pack=path), 'label')
    expect_error(*train(run, weights=PACK), PACK)
    tensors = engine.trunk()
    del tensors['layer2.0.downsample.0.weight']
    engine.write_safetensors(path, tensors)
    expect_error(*train(run, weights=path), 'layer2.0.downsample.0.weight')
    expect_error(*train(os.path.join(PACK, 'under')), PACK)
    expect_error(*train(PACK), PACK, 'folder')


def test_full_disk():
    """A file that cannot be written whole: one line, and the checkpoint before is still there."""
    run = folder('full')
    assert train(run, epochs=1)[1] == 0
    with open(os.path.join(run, 'checkpoint.safetensors'), 'rb') as f:
        before = f.read()

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    with engine.Engine(PROGRAM, *arguments(run), preexec_fn=limit, restore_signals=False) as e:
        lines = e.lines()
        expect_error(lines, e.status(), 'checkpoint.safetensors')
    with open(os.path.join(run, 'checkpoint.safetensors'), 'rb') as f:
        assert f.read() == before
    assert train(run)[1] == 0
    assert model(run) == undisturbed('ssmfar')[1]


def test_out_of_memory():
    """Too little memory is an error that says what would help."""
    if SANITIZED:
        raise engine.Skip("a sanitizer's shadow does not fit below any limit")
    run = folder('memory')
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    made = arguments(run)
    made[made.index('--batch') + 1] = 1024
    path = os.path.join(FOLDER, 'wide.pack')
    engine.write_pack(path, n=2, n_validation=0, side=224)
    made[made.index('--pack') + 1] = path
    del made[made.index('--weights'):][:2]
    del made[-2:]
    with engine.Engine(PROGRAM, *made, preexec_fn=limit) as e:
        lines = e.lines()
        expect_error(lines, e.status(), 'memory', 'smaller batch')


def test_few_rows():
    """Fewer rows than a batch are one step; none to validate on is no error."""
    path, run = os.path.join(FOLDER, 'few.pack'), folder('few')
    engine.write_pack(path, n=3, n_validation=0)
    lines, status = train(run, pack=path)
    assert status == 0, lines
    start = engine.fields(lines[1])
    assert start['images'] == '3' and start['steps'] == str(EPOCHS) and start['validation'] == '0'
    assert not any('validation' in line for line in lines[2:])


def test_command_line():
    """A bad command line is one line on stderr and exit 2, before anything is said."""
    good = arguments(folder('line'))
    bad = ([], ['dance'], ['train'], good + ['--epochs'], good + ['--epochs', '0'], good + ['--epochs', '1.5'],
           good + ['--epochs', 'x'], good + ['--learning-rate', 'nan'], good + ['--learning-rate', '-1'],
           good + ['--method', 'magic'], good + ['--class-weights', 'all'], good + ['--batch', '1e9'],
           good + ['--rule', 'magic'], good + ['--average', '1'], good + ['--warm-up', '-1'], good + ['--clip'],
           good + ['--size', '64'], good + ['--seed', '-1'], ['infer', '--weights', TRUNK, '--size', '50'],
           ['infer', '--weights', TRUNK, '--size', '256'], ['infer', '--size', '64'], ['forward'])
    for line in bad:
        with engine.Engine(PROGRAM, *line) as e:
            assert e.lines() == [], line
            assert e.status() == 2, line
            said = e.process.stderr.read().decode()
            assert said.count('\n') == 1 and said.startswith('mien-engine: '), said


TESTS = (test_lines, test_learns, test_repeats, test_stop_and_resume, test_resume_from_each_epoch,
         test_kill_and_resume, test_threads_of_a_checkpoint, test_other_training, test_broken_checkpoint,
         test_rubbish_in, test_deaf_parent, test_no_number, test_overflow, test_divergence,
         test_options, test_resume_of_rules, test_state_of_a_checkpoint, test_frozen, test_best_epoch, test_patience,
         test_bad_files, test_full_disk, test_out_of_memory,
         test_few_rows, test_command_line)

engine.write_pack(PACK)
engine.write_safetensors(TRUNK, engine.trunk())
try:
    sys.exit(engine.run_tests(TESTS))
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
