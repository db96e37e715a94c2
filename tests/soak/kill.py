#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at random moments, many times: no decision that was acknowledged is lost, the project is sound,
and the job can be started again.

    kill.py BUILD [--rounds N] [--targets label,import,train,propose,engine] [--seed N]

BUILD is a build folder with jobs/mienctl and model/mien-engine. A round kills one process once:

    label    mienctl while it records or takes back a decision; others before it were acknowledged
    import   mienctl while it imports, as decisions are recorded beside it
    train    mienctl while it trains; the next round goes on from the checkpoint
    propose  mienctl while it proposes
    engine   mien-engine while mienctl trains or proposes; that command has to end well all the same

Stops at the first failure and keeps the project then. Standard library only.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'jobs'))
from mien_tap import Mienctl, query  # noqa: E402

HEADER = 'image,valence,arousal,expression,aus\n'
TRAIN = ('--epochs', '3', '--input-size', '48', '--batch', '32', '--seed', '3', '--threads', '2')


class Failure(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failure(text)


class Soak:
    def __init__(self, build, scratch, seed):
        self.random = random.Random(seed)
        self.ctl = Mienctl(os.path.join(os.path.realpath(build), 'jobs', 'mienctl'), scratch, scratch)
        self.ctl.environment['MIEN_ENGINE'] = os.path.join(os.path.realpath(build), 'model', 'mien-engine')
        self.acknowledged = {}
        self.doubtful = {}
        self.names = 0
        self.survived = 0

    # Decisions: each is an annotator of its own, so that the log tells exactly which ones it has.

    def decision(self, project, frame):
        """The arguments of the next decision, and what it is called: a label, or the undoing of one."""
        standing = [name for name, undone in self.acknowledged.items() if not undone]
        if standing and self.random.random() < 0.25:
            name = self.random.choice(standing)
            return ('undo', project, '--annotator', name), name, True
        self.names += 1
        name = f'annotator {self.names}'
        answer = self.random.choice([('--expression', str(self.random.randrange(8))), ('--skip',),
                                     ('--valence', '0.25', '--arousal', '-0.5'), ('--au', '12=1,4=0,6=?')])
        return ('label', project, '--frame', frame, '--annotator', name, *answer), name, False

    def decide(self, project, frame):
        command, name, undo = self.decision(project, frame)
        self.ctl.must(*command)
        self.acknowledged[name] = undo

    def decide_and_kill(self, project, frame, longest):
        """Kills the process at a moment of its run; it may have acknowledged all the same."""
        command, name, undo = self.decision(project, frame)
        process = self.ctl.start(*command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        time.sleep(self.random.uniform(0, longest))
        process.kill()
        out, _ = process.communicate()
        if process.returncode == 0 and out:
            self.acknowledged[name] = undo
        else:
            self.doubtful[name] = undo
            self.acknowledged.pop(name, None)
        return process.returncode == 0

    def check_decisions(self, project):
        """verify, then the log: each acknowledged decision is there, and undone only if that was asked."""
        result = self.ctl.run('verify', project)
        check(result.code == 0, f'verify after a kill: {result}')
        found = {name: (count, undone) for name, count, undone in query(
            project, 'SELECT a.name, count (DISTINCT e.batch) FILTER (WHERE e.kind < 10),'
            ' count (*) FILTER (WHERE e.kind = 10) FROM annotator a JOIN event e ON e.annotator = a.id'
            ' GROUP BY a.id')}
        for name, undone in self.acknowledged.items():
            check(found.get(name) == (1, int(undone)),
                  f'{name}: acknowledged {(1, int(undone))}, the log has {found.get(name)}')
        # Killed before it could say so: all of it or nothing. What an undoing aimed at stays in the log.
        for name, undo in self.doubtful.items():
            possible = ((1, 0), (1, 1)) if undo else (None, (1, 0))
            check(found.get(name) in possible, f'{name}: the log has {found.get(name)}')
        strangers = set(found) - set(self.acknowledged) - set(self.doubtful)
        check(not strangers, f'nobody gave these decisions: {strangers}')
        self.survived = sum(found.get(name) == (1, int(undo)) for name, undo in self.doubtful.items())

    def processes(self, program):
        """Running processes of that name that were started here: the scratch folder is in their
        environment."""
        pids = []
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{pid}/comm', encoding='utf-8', errors='replace') as f:
                    name = f.read().strip()
                with open(f'/proc/{pid}/environ', 'rb') as f:
                    ours = os.fsencode(self.ctl.scratch) in f.read()
            except OSError:
                continue
            if name == program and ours:
                pids.append(int(pid))
        return pids

    def wait_for_engine_to_go(self):
        deadline = time.monotonic() + 30
        while self.processes('mien-engine'):
            check(time.monotonic() < deadline, 'mien-engine outlives mienctl by 30 seconds')
            time.sleep(0.05)

    def measure(self, *command):
        begun = time.monotonic()
        self.ctl.must(*command)
        return time.monotonic() - begun

    def start_and_kill(self, command, longest):
        """Whether it was killed before its end."""
        process = self.ctl.start(*command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            process.communicate(timeout=self.random.uniform(0, longest))
        except subprocess.TimeoutExpired:
            process.kill()
        _, err = process.communicate()
        check(process.returncode in (0, -signal.SIGKILL), f'{command}: exit {process.returncode}: {err}')
        self.wait_for_engine_to_go()
        return process.returncode != 0

    def demo(self, name, frames):
        path = self.ctl.path(name)
        if not os.path.exists(path):
            self.ctl.must('demo', path, '--frames', str(frames))
        return path

    def frames(self, project):
        return [key for (key,) in query(project, 'SELECT key FROM frame ORDER BY id')]


def soak_label(soak, rounds):
    project = soak.demo('label.mien', 240)
    frames = soak.frames(project)
    longest = 1.5 * soak.measure('label', project, '--frame', frames[0], '--annotator', 'first', '--skip')
    soak.acknowledged['first'] = False
    ends = 0
    for _ in range(rounds):
        for _ in range(soak.random.randrange(1, 6)):
            soak.decide(project, soak.random.choice(frames))
        ends += soak.decide_and_kill(project, soak.random.choice(frames), longest)
        soak.check_decisions(project)
    return (f'{len(soak.acknowledged)} acknowledged decisions are there, {rounds - ends} were killed, '
            f'{soak.survived} of them had reached the disk')


def soak_import(soak, rounds):
    images = soak.ctl.path('images')
    source = soak.demo('source.mien', 1200)
    rows = query(source, 'SELECT f.key, i.bytes FROM frame f JOIN image i ON i.id = f.image ORDER BY f.id')
    for key, data in rows:
        os.makedirs(os.path.join(images, os.path.dirname(key)), exist_ok=True)
        with open(os.path.join(images, key), 'wb') as f:
            f.write(data)
    lists = [soak.ctl.path('few.txt'), soak.ctl.path('all.txt')]
    for path, count in zip(lists, (40, len(rows))):
        with open(path, 'w', encoding='utf-8') as f:
            f.write(HEADER + ''.join(f'{key},0.1,-0.2,{i % 8}' + ',0,1,-1' * 4 + '\n'
                                     for i, (key, _) in enumerate(rows[:count])))

    def command(project, annotations):
        return ('import', 'affwild2', project, '--images', images, '--annotations', annotations,
                '--split', 'train')

    whole, empty = soak.ctl.path('whole.mien'), soak.ctl.path('empty.mien')
    soak.ctl.must('new', whole)
    soak.ctl.must('new', empty)
    longest = soak.measure(*command(whole, lists[1])) * 1.1
    soak.ctl.must(*command(empty, lists[0]))
    frames = soak.frames(empty)
    wanted = soak.ctl.json('status', whole)
    killed = 0
    for number in range(rounds):
        soak.acknowledged, soak.doubtful = {}, {}
        project = shutil.copyfile(empty, soak.ctl.path(f'import{number}.mien'))
        process = soak.ctl.start(*command(project, lists[1]), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE)
        end = time.monotonic() + soak.random.uniform(0, longest)
        while time.monotonic() < end and process.poll() is None:
            soak.decide(project, soak.random.choice(frames))
        process.kill()
        _, err = process.communicate()
        check(process.returncode in (0, -signal.SIGKILL), f'import: exit {process.returncode}: {err}')
        killed += process.returncode != 0
        soak.check_decisions(project)
        soak.ctl.must(*command(project, lists[1]))
        soak.check_decisions(project)
        status = soak.ctl.json('status', project)
        for labels in list(status['labels'].values()) + list(wanted['labels'].values()):
            labels['human'] = labels['imported'] = 0
        check((status['frames'], status['splits'], len(query(project, 'SELECT 1 FROM event WHERE kind = 1')))
              == (wanted['frames'], wanted['splits'],
                  len(query(whole, 'SELECT 1 FROM event WHERE kind = 1'))),
              f'the import goes on to another end: {status}')
        os.unlink(project)
    return f'{killed} of {rounds} were killed before their end, and all went on to the same one'


def with_model(soak):
    project = soak.demo('model.mien', 240)
    if not soak.ctl.json('models', project):
        soak.ctl.must('train', project, *TRAIN, '--accept')
    return project


def soak_train(soak, rounds):
    project = soak.demo('train.mien', 240)
    frames = soak.frames(project)
    longest = soak.measure('train', project, *TRAIN) * 0.9
    killed = 0
    for _ in range(rounds):
        soak.decide(project, soak.random.choice(frames))
        killed += soak.start_and_kill(('train', project, *TRAIN), longest)
        soak.check_decisions(project)
    models = len(soak.ctl.json('models', project))
    soak.ctl.must('train', project, *TRAIN)
    check(len(soak.ctl.json('models', project)) == models + 1, 'the last training made no model')
    soak.check_decisions(project)
    return f'{killed} of {rounds} were killed before their end; then a training made its model'


def soak_propose(soak, rounds):
    project = with_model(soak)
    frames = soak.frames(project)
    whole = shutil.copyfile(project, soak.ctl.path('whole-proposals.mien'))
    longest = soak.measure('propose', whole)
    wanted = query(whole, 'SELECT count (*) FROM prediction')
    killed = 0
    for number in range(rounds):
        soak.acknowledged, soak.doubtful = {}, {}
        copy = shutil.copyfile(project, soak.ctl.path(f'propose{number}.mien'))
        soak.decide(copy, soak.random.choice(frames))
        killed += soak.start_and_kill(('propose', copy), longest)
        soak.check_decisions(copy)
        soak.ctl.must('propose', copy)
        soak.check_decisions(copy)
        check(query(copy, 'SELECT count (*) FROM prediction') == wanted, 'propose goes on to another end')
        os.unlink(copy)
    return f'{killed} of {rounds} were killed before their end, and all went on to the same one'


def soak_engine(soak, rounds):
    project = with_model(soak)
    frames = soak.frames(project)
    commands = [('train', project, *TRAIN), ('propose', project)]
    longest = [soak.measure(*command) for command in commands]
    killed = 0
    for number in range(rounds):
        which = number % 2
        soak.decide(project, soak.random.choice(frames))
        if which == 1:
            # Frames that were read already are not read again: let a new model read all of them.
            soak.ctl.must('use', project, str(soak.ctl.json('models', project)[0]['id']))
        process = soak.ctl.start(*commands[which], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        end = time.monotonic() + soak.random.uniform(0, longest[which])
        pids = []
        while (time.monotonic() < end or not pids) and process.poll() is None:
            time.sleep(0.002)
            pids = soak.processes('mien-engine')
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
        _, err = process.communicate(timeout=600)
        check(process.returncode == 0, f'{commands[which][0]} after a crash of the engine: {err}')
        soak.check_decisions(project)
    return f'{killed} of {rounds} engines were killed in their work, and every command ended well'


TARGETS = {'label': soak_label, 'import': soak_import, 'train': soak_train, 'propose': soak_propose,
           'engine': soak_engine}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n', maxsplit=1)[0])
    parser.add_argument('build', help='a build folder')
    parser.add_argument('--rounds', type=int, default=50, help='kills of each target (50)')
    parser.add_argument('--targets', default=','.join(TARGETS), help=','.join(TARGETS))
    parser.add_argument('--seed', type=int, default=int(time.time()), help='of the moments')
    options = parser.parse_args()
    targets = options.targets.split(',')
    unknown = [name for name in targets if name not in TARGETS]
    if unknown or options.rounds < 1:
        parser.error(f'no such target: {unknown[0]}' if unknown else 'at least one round')

    print(f'seed {options.seed}', flush=True)
    for name in targets:
        scratch = tempfile.mkdtemp(prefix='mien-kill-')
        begun = time.monotonic()
        try:
            text = TARGETS[name](Soak(options.build, scratch, f'{options.seed} {name}'), options.rounds)
        except (Failure, AssertionError) as failure:
            print(f'{name}: FAILED: {failure}\nThe project is kept in {scratch}', flush=True)
            sys.exit(1)
        print(f'{name}: {options.rounds} rounds in {time.monotonic() - begun:.0f} s: {text}', flush=True)
        shutil.rmtree(scratch)


if __name__ == '__main__':
    main()
