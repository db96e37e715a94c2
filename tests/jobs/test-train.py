#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`mienctl train`: its options and what is stored of them, the videos it is tuned on, the control beside the
model, and labels that are hidden from it."""

import hashlib
import math
import os
import signal
import struct

from mien_tap import dump, main, query, use_memory

FRAMES = 48
SMALL = ('--input-size', '48', '--batch', '12', '--threads', '2')
# Each with a value that is not the default's, and as it is stored.
OPTIONS = {'method': 'supervised', 'epochs': 2, 'batch': 12, 'micro-batch': 5, 'learning-rate': 0.002,
           'schedule': 'cosine', 'warm-up': 1, 'weight-decay': 0.05, 'clip': 1.5, 'average': 0.9,
           'teacher': 'own', 'labels-first': 1, 'freeze': 'stem', 'trunk-rate': 0.5, 'rule': 'soft', 'threshold': 0.7,
           'pseudo': 'all', 'class-weights': 'tempered', 'labelled-share': 0.25, 'sampling': 'balanced',
           'logit-adjustment': 0.5, 'patience': 7, 'seed': 3}


def settings_of(ctl, project, model):
    return next(m for m in ctl.json('models', project) if m['id'] == model)['settings']


def curve(project, model, name):
    return query(project, 'SELECT epoch, value FROM curve WHERE model = ? AND name = ? ORDER BY epoch', model, name)


def weights(project, model):
    parts = query(project, 'SELECT bytes FROM model_weights WHERE model = ? ORDER BY part', model)
    return hashlib.sha256(b''.join(part for part, in parts)).hexdigest()


def options(tap, ctl):
    """What is given is stored, and a preset gives the rest."""
    project = ctl.demo('p.mien', FRAMES)
    given = [word for name, value in OPTIONS.items() for word in (f'--{name}', str(value))]
    model = ctl.json('train', project, *given, '--input-size', '48', '--threads', '2')['model']
    stored = settings_of(ctl, project, model)
    tap.equal({name: stored[name.replace('-', '_')] for name in OPTIONS}, OPTIONS, 'all options are stored')
    rates = [value for _, value in curve(project, model, 'learning_rate')]
    tap.ok(0 < rates[1] < rates[0] <= 0.002, 'and reach the engine', rates)
    paper = ('--preset', 'paper', '--input-size', '48', '--epochs', '1', '--batch', '32', '--threads', '2')
    stored = settings_of(ctl, project, ctl.json('train', project, *paper)['model'])
    tap.equal([stored[k] for k in ('batch', 'micro_batch', 'learning_rate', 'class_weights', 'sampling', 'average',
                                   'rule', 'method', 'epochs', 'input_size')],
              [32, 32, 5e-4, 'paper', 'shuffled', 0, 'ada', 'ssmfar', 1, 48], 'a preset fills in what is not said')
    for wrong in (('--preset', 'magic'), ('--rule', 'magic'), ('--average', '1'), ('--micro-batch', '-1'),
                  ('--warm-up', '1.5'), ('--with-control', '--method', 'supervised'),
                  ('--with-control', '--patience', '2')):
        ctl.fails(tap, ' '.join(wrong), 'train', project, *wrong, code=2, says=[wrong[0]])


def tuning(tap, ctl):
    """A tenth of the training videos is held out; the best epoch on it is what is kept."""
    project = ctl.demo('p.mien', FRAMES)
    command = ('train', project, '--epochs', '4', '--learning-rate', '0.005', '--average', '0', *SMALL)
    said = ctl.json(*command)
    stored = settings_of(ctl, project, said['model'])
    tap.ok(0 < stored['tuning']['frames'] < stored['train']['frames'] / 2, 'some videos are held out', stored)
    scores = curve(project, said['model'], 'tuning_score')
    error = 0.5 / math.sqrt(said['metrics']['tuning']['frames'])
    best = max(epoch for epoch, value in scores if value >= max(v for e, v in scores if e <= epoch) - error)
    tap.equal([said['epochs'], said['best_epoch']], [4, best], 'the latest epoch that is as good as any is named')
    shorter = ctl.json(*command[:3], str(best), *command[4:])
    tap.equal(weights(project, shorter['model']), weights(project, said['model']), 'the model is that epoch\'s')
    trained = [dict(curve(project, said['model'], f'threshold.{c}'))[best] for c in range(8)]
    found = said['thresholds']['expression']
    tap.ok(found != trained and all(0.5 <= t <= 1 or t == 1.01 for t in found),
           'what is accepted is for the tuning videos to say', (found, trained))
    coverage = dict(curve(project, said['model'], 'validation_expression_coverage'))[best]
    tap.equal(said['coverage'], coverage, 'and its coverage')
    stopped = ctl.json(*command[:3], '60', *command[4:], '--patience', '1')
    scores = curve(project, stopped['model'], 'tuning_score')
    top = min(epoch for epoch, value in scores if value == max(v for _, v in scores))
    tap.equal(stopped['epochs'], top + 1, 'patience ends a training')
    tap.ok(stopped['epochs'] < 60, 'before its last epoch', stopped)


def control(tap, ctl):
    """The control beside the model: the same as a training on labels alone, whatever was killed between."""
    project = ctl.demo('p.mien', FRAMES)
    command = ('train', project, '--epochs', '2', *SMALL)
    alone = ctl.json(*command)
    labels = ctl.json(*command, '--method', 'supervised')
    both = ctl.json(*command, '--with-control')
    figures = ('metrics', 'epochs', 'best_epoch', 'coverage', 'hidden_labels')
    tap.equal([both[k] for k in figures], [alone[k] for k in figures], 'the model is what it is without a control')
    tap.equal(both['control'], {k: labels[k] for k in figures}, 'the control is a training on labels alone')
    tap.equal(alone['control'], None, 'which is null where none was asked for')
    stored = settings_of(ctl, project, both['model'])
    tap.equal([stored['control'], stored['trained']['coverage']], [both['control'], both['coverage']],
              'its figures are kept with the model')
    tap.equal(curve(project, both['model'], 'control.loss'), curve(project, labels['model'], 'loss'),
              'and its curves')
    tap.equal(curve(project, both['model'], 'loss'), curve(project, alone['model'], 'loss'), 'beside the model\'s own')
    said = ctl.run(*command, '--with-control').out
    tap.ok('control:' in said and 'unlabelled frames' in said and said.count('coverage') == 2,
           'a person is shown both', said)

    run = ctl.start(*command[:3], '3', *SMALL, '--with-control', '--progress=json', stdout=-1, stderr=-1)
    for line in run.stderr:
        if '"control"' in line and '"epoch":2' in line.replace(' ', ''):
            break
    run.send_signal(signal.SIGKILL)
    run.communicate()
    left = {name for _, _, names in os.walk(ctl.path('cache')) for name in names}
    tap.ok('control.curves' in left, 'killed in the control', left)
    again = ctl.json(*command[:3], '3', *SMALL, '--with-control')
    calm = ctl.json(*command[:3], '3', *SMALL, '--with-control')
    tap.equal([again[k] for k in figures + ('control',)], [calm[k] for k in figures + ('control',)],
              'it goes on to the same figures')
    tap.equal([names for _, _, names in os.walk(ctl.path('cache')) if names], [], 'and leaves nothing behind')


def hidden(tap, ctl):
    """Expressions that a list knows and the project does not are compared with, and nothing else."""
    project = ctl.demo('p.mien', FRAMES)
    free = [key for key, in query(project, 'SELECT key FROM frame f JOIN video v ON v.id = f.video WHERE v.split = 0'
                                  ' AND NOT EXISTS (SELECT 1 FROM label l WHERE l.frame = f.id AND l.item = 1)')]
    path = ctl.path('truth.txt')

    def write(expression):
        with open(path, 'w', encoding='ascii') as f:
            f.write('image,valence,arousal,expression,aus\n')
            f.writelines(f'{key},-5,-5,{expression(i)}{",-1" * 12}\n' for i, key in enumerate(free))
            f.write('nowhere/00001.jpg,-5,-5,3,-1\n' + free[0].replace('00', '99') + ',-5,-5,-1\n')

    command = ('train', project, '--epochs', '1', *SMALL)
    plain = ctl.json(*command)
    state = [line for line in dump(project) if line.startswith('INSERT INTO "event"')]
    ctl.json('propose', project, '--raw', '--model', str(plain['model']), '--threads', '2')
    said = {key: struct.unpack('<8f', outputs[:32]) for key, outputs in query(
        project, 'SELECT f.key, p.outputs FROM prediction p JOIN frame f ON f.id = p.frame')}
    guess = [max(range(8), key=lambda c, key=key: said[key][c]) for key in free]
    for what, add, coverage in (('right', 0, 1), ('wrong', 1, 0)):
        write(lambda i, add=add: (guess[i] + add) % 8)
        again = ctl.json(*command, '--hidden-labels', path)
        told = again['hidden_labels']
        tap.equal(list(told), ['frames', 'coverage', 'accepted', 'precision'], f'all {what}: they are told')
        held_out = settings_of(ctl, project, again['model'])['tuning']
        tap.ok(len(free) - held_out['frames'] <= told['frames'] <= len(free), 'on the unlabelled frames', told)
        tap.equal(again['metrics'], plain['metrics'], 'the training has not seen them')
        tap.equal(told['coverage'], coverage, 'and the model covers what it should')
    tap.equal([line for line in dump(project) if line.startswith('INSERT INTO "event"')], state,
              'nor has the project')
    for text, where in (('image\nx,1\n', ':2'), ('h\na/1.jpg,0,0,8,1\n', ':2'), ('h\n\n\na,0,0,x,1\n', ':4')):
        with open(path, 'w', encoding='ascii') as f:
            f.write(text)
        ctl.fails(tap, f'a list that is none, {where}', *command, '--hidden-labels', path, says=[path + where])
    ctl.fails(tap, 'no list', *command, '--hidden-labels', ctl.path('nowhere'), says=['nowhere'])


if __name__ == '__main__':
    use_memory()
    main([options, tuning, control, hidden])
