#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How mienctl is used: help, the man page's promises, exit statuses, and where output goes."""

import os
import re
import signal
import subprocess

from mien_tap import main

MAN = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'data', 'mienctl.1')


def man_commands():
    """Command to its options, from the synopsis."""
    with open(MAN, encoding='utf-8') as f:
        synopsis = re.search(r'^\.Sh SYNOPSIS\n(.*?)^\.Sh ', f.read(), re.S | re.M).group(1)
    commands = {}
    for block in synopsis.split('.Nm\n')[1:]:
        name = re.match(r'\.Cm (.*)', block).group(1)
        commands[name] = set(re.findall(r'Fl \\-([a-z-]+)', block))
    return commands


def options_of(help_text):
    return set(re.findall(r'--([a-z-]+)', help_text.split('Options:', 1)[1].split('\n\n')[0]))


def overview(tap, ctl):
    result = ctl.run('--help')
    tap.ok(result.code == 0 and not result.err, '--help succeeds', result)
    listed = re.findall(r'^  ([a-z0-9]+(?: [a-z0-9]+)?)  +[A-Z]', result.out, re.M)
    commands = man_commands()
    tap.equal(sorted(listed), sorted(commands), 'the overview lists the commands of the man page')
    tap.equal(ctl.run('-h').out, result.out, '-h is the same')

    for name in listed:
        words = name.split()
        result = ctl.run(*words, '--help')
        tap.ok(result.code == 0 and not result.err
               and result.out.startswith(f'Usage:\n  mienctl {name} [OPTION'),
               f'{name} --help succeeds', result)
        options = options_of(result.out) - {'help', 'json', 'progress'}
        tap.equal(options, commands[name], f'{name} --help has the options of the man page')
        tap.ok('--json' in result.out, f'{name} takes --json', result)

    result = ctl.run('import', '--help')
    tap.ok(result.code == 0 and 'import affwild2' in result.out and 'import folder' in result.out
           and 'status' not in result.out, 'import --help lists its kinds', result)
    result = ctl.run('--version')
    tap.ok(result.code == 0 and re.fullmatch(r'mienctl \d+\.\d+\.\d+\n', result.out),
           '--version says the version', result)


def wrong_use(tap, ctl):
    """Exit status 2, one line, and nothing is made."""
    use = [
        ('no command', (), '"mienctl --help"'),
        ('an unknown command', ('fly',), 'fly: no such command'),
        ('half a command', ('import',), 'import: no such kind'),
        ('an unknown kind of import', ('import', 'movie', 'P'), 'import: no such kind'),
        ('a missing project', ('status',), 'PROJECT is missing'),
        ('an empty project', ('status', ''), 'PROJECT is missing'),
        ('an argument too many', ('new', 'P', 'Q'), '"Q" is one argument too many'),
        ('a missing operand', ('use', 'P'), 'MODEL is missing'),
        ('a model by name', ('use', 'P', 'best'), 'MODEL is a number'),
        ('a candidate by name', ('compare', 'P', 'best'), 'MODEL is a number'),
        ('an unknown option', ('new', 'P', '--fast'), '--fast'),
        ('an option without its value', ('new', 'P', '--name'), '--name'),
        ('no frames', ('demo', 'P', '--frames', '0'), '--frames'),
        ('frames that are no number', ('demo', 'P', '--frames', '12x'), '"12x"'),
        ('a negative seed', ('demo', 'P', '--seed', '-1'), '--seed'),
        ('progress as a picture', ('demo', 'P', '--progress=gif'), '"gif"'),
        ('progress of a short command', ('status', 'P', '--progress=json'), '--progress'),
        ('a limit of nothing', ('queue', 'P', '--limit', '0'), '--limit'),
        ('doubts of nothing', ('doubts', 'P', '--limit', '0'), '--limit'),
        ('doubts of no kind', ('doubts', 'P', '--kind', ''), '--kind'),
        ('doubts of an unknown kind', ('doubts', 'P', '--kind', 'people,guesses'), '"guesses"'),
        ('undo of nobody', ('undo', 'P'), '--annotator is missing'),
        ('history of nothing', ('history', 'P'), '--frame is missing'),
        ('a target above 1', ('forecast', 'P', '--target', '1.2'), '--target'),
        ('a target of no task', ('forecast', 'P', '--target', 'smile=0.5'), '"smile=0.5"'),
        ('a target of half a list', ('forecast', 'P', '--target', 'expression=0.5,'), '--target'),
        ('a merge of nothing', ('merge', 'P'), 'OTHER is missing'),
        ('a merge of an empty name', ('merge', 'P', 'Q', ''), 'OTHER is missing'),
        ('import without images', ('import', 'folder', 'P'), '--images is missing'),
        ('import without annotations',
         ('import', 'affwild2', 'P', '--images', '.', '--split', 'train'), '--annotations is missing'),
        ('import without a split',
         ('import', 'affwild2', 'P', '--images', '.', '--annotations', 'x'), '--split is missing'),
        ('an unknown split',
         ('import', 'folder', 'P', '--images', '.', '--split', 'tune'), '"tune"'),
        ('a snapshot of nobody', ('snapshot', 'P', '--annotator', 'ann'), '--annotator'),
        ('a snapshot with two names', ('snapshot', 'P', 'a', 'b'), '"b" is one argument too many'),
        ('a snapshot without a name', ('snapshot', 'P', ''), 'NAME'),
        ('a restoring by nobody', ('restore', 'P', 'a'), '--annotator is missing'),
        ('a restoring of nothing', ('restore', 'P', '--annotator', 'ann'), 'NAME is missing'),
        ('a diff of one snapshot', ('diff', 'P', 'a'), 'TO is missing'),
        ('export of no format', ('export', 'P', '--out', 'x'), '--format is missing'),
        ('export of an unknown format', ('export', 'P', '--format', 'xml', '--out', 'x'), '"xml"'),
        ('export to nowhere', ('export', 'P', '--format', 'csv'), '--out is missing'),
        ('export of unknown labels',
         ('export', 'P', '--format', 'csv', '--out', 'x', '--labels', 'imported,guessed'), '"guessed"'),
    ]
    for name, arguments, says in use:
        ctl.fails(tap, f'{name} is wrong use', *arguments, code=2, says=[says])
    tap.equal(os.listdir(ctl.scratch), [], 'wrong use leaves nothing behind')


def wrong_labels(tap, ctl):
    face = ('label', 'P', '--frame', 'v/00001.jpg', '--annotator', 'ann')
    wrong = [
        ('no decision', (), 'no decision was given'),
        ('an answer and a skip', ('--expression', '4', '--skip'), 'exclude each other'),
        ('a confirmation and an answer', ('--confirm', '--au', '12=1'), 'exclude each other'),
        ('a skip of what is no face', ('--skip', '--not-a-face'), 'exclude each other'),
        ('a note and a skip', ('--note', 'x', '--skip'), 'exclude each other'),
        ('a skip of a part of a video', ('--through', 'v/00002.jpg', '--skip'), '--through takes answers'),
        ('valence alone', ('--valence', '0.1'), '--arousal is missing'),
        ('arousal alone', ('--arousal', '0.1'), '--valence is missing'),
        ('valence beyond 1', ('--valence', '1.01', '--arousal', '0'), '--valence'),
        ('arousal below -1', ('--valence', '0', '--arousal', '-1.5'), '--arousal'),
        ('valence that is NaN', ('--valence', 'nan', '--arousal', '0'), '"nan"'),
        ('arousal that is infinite', ('--valence', '0', '--arousal', 'inf'), '"inf"'),
        ('valence with a comma', ('--valence', '0,5', '--arousal', '0'), '"0,5"'),
        ('half a doubt', ('--valence', '?', '--arousal', '0'), 'said of both'),
        ('expression 8', ('--expression', '8'), '"8"'),
        ('an expression of its own', ('--expression', 'Ennui'), '"Ennui"'),
        ('a unit that is not labelled here', ('--au', '3=1'), '"3"'),
        ('a unit twice', ('--au', '12=1,4=0,12=1'), 'unit 12 twice'),
        ('an intensity', ('--au', '12=3'), '"3"'),
        ('a unit without a value', ('--au', '12'), '"12"'),
        ('no unit', ('--au', ''), '--au'),
        ('an empty unit', ('--au', '12=1,'), '--au'),
        ('a unit that is no number', ('--au', 'twelve=1'), '"twelve"'),
    ]
    for name, arguments, says in wrong:
        ctl.fails(tap, f'{name} is wrong use', *face, *arguments, code=2, says=[says])
    ctl.fails(tap, 'a label for no frame is wrong use', 'label', 'P', '--annotator', 'ann', '--skip',
              code=2, says=['--frame is missing'])
    ctl.fails(tap, 'a label of nobody is wrong use', 'label', 'P', '--frame', 'f', '--skip', code=2,
              says=['--annotator is missing'])


def output(tap, ctl):
    """What cannot be printed is a failure, and a closed descriptor never becomes the project."""
    project = ctl.path('p.mien')
    ctl.must('new', project, '--name', 'A project')
    with open('/dev/full', 'w', encoding='utf-8') as full:
        result = ctl.run('status', project, stdout=full)
    tap.ok(result.code == 1 and len(result.lines) == 1 and 'standard output' in result.err,
           'output to a full disk fails', result)

    reading, writing = os.pipe()
    os.close(reading)
    result = ctl.run('status', project, stdout=writing)
    os.close(writing)
    tap.ok(result.code == 1 and len(result.lines) == 1 and 'standard output' in result.err,
           'output to a reader that left fails without a signal', result)

    for closed in ('>&-', '<&- >&-', '<&- >&- 2>&-'):
        script = f'exec "$0" new "$1" {closed}'
        target = ctl.path(f'closed{len(closed)}.mien')
        process = subprocess.run(['sh', '-c', script, ctl.program, target],
                                 stderr=subprocess.DEVNULL, check=False)
        result = ctl.run('verify', target)
        tap.ok(process.returncode == 1 and result.code == 0,
               f'with {closed} nothing is printed into the project', result)

    for locale in ('C', 'C.UTF-8', 'de_DE.UTF-8'):
        result = ctl.run('new', ctl.path(f'{locale}.mien'), '--name', 'Gesichter \u00e4\u7b11', '--json',
                         env=dict(ctl.environment, LC_ALL=locale, LANGUAGE='de'))
        tap.ok(result.code == 0 and 'Gesichter \u00e4\u7b11' in result.out,
               f'a name keeps its letters in locale {locale}', result)


def stopped(tap, ctl):
    """A long command stops at a signal: exit status 1, and nothing half made."""
    for number in (signal.SIGINT, signal.SIGTERM):
        process = ctl.start('demo', 'P.mien', '--frames', '4000', '--progress=json',
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        first = process.stderr.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        tap.ok(first.startswith('{"event":"progress","job":"demo","done":'),
               'progress is said in JSON', first)
        tap.ok(process.returncode == 1 and not out and 'stopped by a signal' in err.splitlines()[-1],
               f'demo stops at {number.name}', err)
        tap.equal([n for n in os.listdir(ctl.scratch) if n != 'cache'], [],
                  'a demo that was stopped leaves nothing')


if __name__ == '__main__':
    main([overview, wrong_use, wrong_labels, output, stopped])
