#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""mienctl simulate: what it counts, on a demo whose truth is made up, and that the project is left alone."""

import os
import struct
from xml.etree import ElementTree

from mien_tap import dump, main, query


def truth(ctl, project):
    """A list that agrees with the labels there are, and calls every other training frame Sadness."""
    path = ctl.path('truth.txt')
    rows = query(project, 'SELECT f.key, l.value1 FROM frame f LEFT JOIN label l ON l.frame = f.id AND l.item = 1'
                 ' WHERE f.split = 0 AND f.image IS NOT NULL ORDER BY f.id')
    with open(path, 'w', encoding='utf-8') as f:
        f.write('image,valence,arousal,expression,aus\n')
        for key, value in rows:
            f.write(f'{key},-5,-5,{5 if value is None else int(value)}' + ',-1' * 12 + '\n')
    return path, len(rows), sum(value is not None for _, value in rows)


def without_a_model(tap, ctl):
    project = ctl.demo('p.mien')
    before = dump(project)
    path, frames, labelled = truth(ctl, project)
    play = ('simulate', project, '--truth', path, '--policies', 'none', '--rounds', '2', '--answers', '7')
    curves = ctl.json(*play, '--seeds', '2')
    tap.equal([(c['policy'], c['seed']) for c in curves], [('none', 1), ('none', 2)], 'a curve for each seed')
    tap.equal([(p['decisions'], p['labelled'], p['accepted'], p['frames'], p['precision']) for p in curves[0]['points']],
              [(n, labelled + n, 0, frames, None) for n in (0, 7, 14)], 'every answer is a label')
    tap.ok(all(abs(p['accuracy'] - p['labelled'] / frames) < 1e-12 for p in curves[0]['points']), 'and is right')
    wrong = ctl.json(*play, '--seeds', '1', '--accuracy', '0')[0]['points']
    tap.ok(all(abs(p['accuracy'] - labelled / frames) < 1e-12 for p in wrong), 'or wrong, by somebody who never is')
    lines = ctl.must(*play, '--seeds', '1', '--csv').out.splitlines()
    tap.equal((lines[0].split(',')[:4], lines[3].split(',')[:4]),
              (['policy', 'seed', 'round', 'decisions'], ['none', '1', '2', '14']), 'the same as CSV')
    charts = ctl.path('chart.svg'), ctl.path('chart.png')
    for chart in charts:
        ctl.must(*play, '--seeds', '2', '--chart', chart)
    tap.ok(ElementTree.parse(charts[0]).getroot().tag.endswith('svg') and os.path.getsize(charts[0]) > 2000,
           'a chart is an SVG')
    with open(charts[1], 'rb') as f:
        start = f.read(24)
    tap.equal((start[:8], struct.unpack('>I', start[16:20])), (b'\x89PNG\r\n\x1a\n', (1280,)), 'or a PNG')
    ctl.fails(tap, 'a chart that cannot be written', *play, '--chart', '/nonexistent/a.svg', says=['/nonexistent/a.svg'])
    tap.equal(dump(project), before, 'the project is as it was')
    cache = os.path.join(ctl.scratch, 'cache', 'mien')
    tap.ok(not any(name.startswith('simulation') for name in os.listdir(cache)), 'and nothing is left behind')


def with_a_model(tap, ctl):
    project = ctl.demo('p.mien')
    path, frames, labelled = truth(ctl, project)
    curves = ctl.json('simulate', project, '--truth', path, '--policies', 'mix,fixed', '--rounds', '2', '--answers', '5',
                      '--seeds', '1', '--input-size', '48')
    tap.equal([c['policy'] for c in curves], ['mix', 'fixed'], 'the policies that were named')
    for curve in curves:
        tap.equal([(p['decisions'], p['labelled'], p['frames']) for p in curve['points']],
                  [(n, labelled + n, frames) for n in (0, 5, 10)], curve['policy'] + ' trains, proposes and asks')


def refusals(tap, ctl):
    project = ctl.demo('p.mien')
    path, _, _ = truth(ctl, project)
    ctl.fails(tap, 'without a truth', 'simulate', project, code=2, says=['--truth'])
    ctl.fails(tap, 'another policy', 'simulate', project, '--truth', path, '--policies', 'mix,luck', code=2,
              says=['luck'])
    ctl.fails(tap, 'a chart of another kind', 'simulate', project, '--truth', path, '--chart', 'a.gif', code=2,
              says=['a.gif', '.svg'])
    with open(path, 'w', encoding='utf-8') as f:
        f.write('image,valence,arousal,expression,aus\nnowhere/00001.jpg,-5,-5,3,-1\n')
    ctl.fails(tap, 'a truth of other frames', 'simulate', project, '--truth', path, '--policies', 'none',
              says=['no training frame'])


main([without_a_model, with_a_model, refusals])
