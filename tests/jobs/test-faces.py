#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real faces through mienctl, where $MIEN_SHARED has them."""

import os

from mien_tap import dump, main

FACES = os.path.join(os.environ.get('MIEN_SHARED', ''), 'faces')


def report(added, known, expressions):
    return {'frames_added': added, 'frames_known': known, 'images_missing': 0, 'duplicate_rows': 0,
            'rejected_rows': 0,
            'labels': {'valence_arousal': 0, 'expression': expressions, 'action_units': 0}}


def faces(tap, ctl):
    if not os.path.isdir(FACES):
        tap.skip('real faces', f'{FACES} is not there; set MIEN_SHARED to the folder that holds faces')
        return
    project = ctl.path('faces.mien')
    ctl.must('new', project)

    def take(split, list_name):
        return ctl.json('import', 'affwild2', project, '--images', os.path.join(FACES, 'cropped_aligned'),
                        '--annotations', os.path.join(FACES, list_name), '--split', split)

    tap.equal(take('train', 'training_set_annotations.txt'), report(3201, 0, 959), 'the training list')
    tap.equal(take('validation', 'validation_set_annotations.txt'), report(688, 0, 688),
              'the validation list')
    status = ctl.json('status', project)
    tap.equal((status['frames'], status['splits']), (3889, {'train': 3201, 'validation': 688, 'test': 0}),
              'all frames are there')
    tap.equal({task: counts['imported'] for task, counts in status['labels'].items()},
              {'expression': 959 + 688, 'valence_arousal': 0, 'action_units': 0}, 'and all labels')
    tap.equal(status['queue'], 3201 - 959, 'faces without an expression are asked')

    before = dump(project)
    tap.equal(take('train', 'training_set_annotations.txt'), report(0, 3201, 0), 'again: all known')
    tap.equal(take('validation', 'validation_set_annotations.txt'), report(0, 688, 0), 'validation too')
    tap.equal(dump(project), before, 'nothing has changed')
    ctl.must('verify', project)


if __name__ == '__main__':
    main([faces])
