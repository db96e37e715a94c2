#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computes with PyTorch what test-network.c compares: outputs, every gradient, ten steps of Adam.

The network and the losses are written here anew from METHOD.md, on torch's own operators and autograd.
Without options it makes fixtures/narrow.safetensors; test-network-wide.py asks for the full width.
"""
import argparse
import json
import struct

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

ROWS = 8


class Block(nn.Module):
    def __init__(self, inside, outside, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False),
                                            nn.BatchNorm2d(outside))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Heads(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.fc = nn.Linear(head, 12)

    def forward(self, hidden):          # [12] of [n, head]: a row of the weight each
        return torch.stack([hidden[k] @ self.fc.weight[k] + self.fc.bias[k] for k in range(12)], 1)


class Network(nn.Module):
    def __init__(self, width, head):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inside = width
        for stage in range(4):
            outside = width << stage
            setattr(self, 'layer%d' % (stage + 1),
                    nn.Sequential(Block(inside, outside, 1 if stage == 0 else 2), Block(outside, outside, 1)))
            inside = outside
        branch = lambda: nn.Sequential(nn.Linear(8 * width, head), nn.ReLU())
        self.exp_fc, self.va_fc = branch(), branch()
        self.au_fc = nn.ModuleList([branch() for _ in range(12)])
        self.exp_classifier, self.va_classifier = nn.Linear(head, 8), nn.Linear(head, 2)
        self.au_classifier = Heads(head)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        self.features = F.normalize(x.mean((2, 3)), dim=1)
        return torch.cat([self.exp_classifier(self.exp_fc(self.features)),
                          self.va_classifier(self.va_fc(self.features)),
                          self.au_classifier([fc(self.features) for fc in self.au_fc])], 1)


def supervised(out, target, class_weights, unit_weights):
    """The three losses; expression without unlabelled rows' part."""
    e = target[:, 2].long()
    labelled = e >= 0
    expression = out.new_zeros(())
    if labelled.any():
        each = F.cross_entropy(out[labelled, :8], e[labelled], reduction='none')
        expression = (each * class_weights[e[labelled]]).mean()
    rows = ~torch.isnan(target[:, 0])
    va = out.new_zeros(())
    for k in (0, 1):
        x, y = out[rows, 8 + k], target[rows, k]
        cov = ((x - x.mean()) * (y - y.mean())).mean()
        below = x.var(unbiased=False) + y.var(unbiased=False) + (x.mean() - y.mean()) ** 2 + 1e-8
        va = va + 0.5 * (1 - 2 * cov / below)
    units = target[:, 3:]
    known = units >= 0
    each = F.binary_cross_entropy_with_logits(out[:, 10:], units.clamp(min=0), pos_weight=unit_weights,
                                              reduction='none')
    return expression, va, each[known].mean()


def between(out, target):
    """A threshold between the confidences of the two unlabelled rows: one is above, one below."""
    free = target[:, 2] < 0
    return round(float(out[:len(target)][free, :8].softmax(1).max(1)[0].mean()), 4)


def ssmfar(out, target, class_weights, unit_weights, threshold):
    n = len(target)
    weak, strong = out[:n], out[n:]
    labelled, va, au = supervised(weak, target, class_weights, unit_weights)
    free = target[:, 2] < 0
    p = weak[free, :8].softmax(1)
    confidence, pseudo = p.detach().max(1)
    sure = confidence >= threshold
    assert sure.any() and (~sure).any(), confidence
    each = F.cross_entropy(strong[free, :8], pseudo, reduction='none') * class_weights[pseudo]
    unsupervised = (each * sure).sum() / free.sum()
    lp, lq = weak[free, :8].log_softmax(1)[~sure], strong[free, :8].log_softmax(1)[~sure]
    kl = ((lp.exp() - lq.exp()) * (lp - lq)).sum(1) / np.log(2)
    return 0.5 * (labelled + unsupervised) + 0.5 * kl.mean(), va, au, free.sum(), sure.sum()


def write(path, tensors):
    header, offset, blobs = {}, 0, []
    for name, value in sorted(tensors.items()):
        value = np.array(value, order='C')
        kind = {'float32': 'F32', 'uint8': 'U8', 'int64': 'I64'}[str(value.dtype)]
        header[name] = {'dtype': kind, 'shape': list(value.shape), 'data_offsets': [offset, offset + value.nbytes]}
        offset += value.nbytes
        blobs.append(value.tobytes())
    text = json.dumps(header, separators=(',', ':')).encode()
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def read(path):
    with open(path, 'rb') as f:
        data = f.read()
    end = 8 + struct.unpack('<Q', data[:8])[0]
    kinds = {'F32': np.float32, 'U8': np.uint8, 'I64': np.int64}
    return {name: np.frombuffer(data[end + entry['data_offsets'][0]:end + entry['data_offsets'][1]],
                                kinds[entry['dtype']]).reshape(entry['shape'])
            for name, entry in json.loads(data[8:end]).items() if name != '__metadata__'}


def settle(values, bias):
    """values [.., channels, ..] of what a ReLU sees: moves each channel's bias (and the values) so that the
    widest gap between two values near the middle of the channel lies around 0."""
    shape = [1, -1] + [1] * (values.dim() - 2)
    each = values.transpose(0, 1).flatten(1).sort(1)[0]
    middle = (each[:, 1:] + each[:, :-1]) / 2
    gap = (each[:, 1:] - each[:, :-1]) * (middle.abs() < each.std(1, keepdim=True))
    shift = middle.gather(1, gap.argmax(1, keepdim=True)).flatten() * (gap.max(1)[0] > 0)
    bias -= shift
    return F.relu(values - shift.view(shape))


@torch.no_grad()
def clear_kinks(net, images):
    """Moves biases so that no ReLU sees a value within rounding of 0 on these images, in training mode.

    A value there is positive in one computation and negative in the other, and the gradients of all that
    lies below then differ by far more than rounding: by up to 2e-2 between PyTorch's own single and double
    precision at full width."""
    norm = lambda bn, x: F.batch_norm(x, None, None, bn.weight, bn.bias, True)
    x = F.max_pool2d(settle(norm(net.bn1, net.conv1(images)), net.bn1.bias), 3, 2, 1)
    for block in [*net.layer1, *net.layer2, *net.layer3, *net.layer4]:
        y = settle(norm(block.bn1, block.conv1(x)), block.bn1.bias)
        if block.downsample is not None:
            x = norm(block.downsample[1], block.downsample[0](x))
        x = settle(norm(block.bn2, block.conv2(y)) + x, block.bn2.bias)
    features = F.normalize(x.mean((2, 3)), dim=1)
    for branch in [net.exp_fc, net.va_fc, *net.au_fc]:
        settle(branch[0](features), branch[0].bias)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('out', metavar='OUT.safetensors')
    parser.add_argument('--width', type=int, default=2, help='channels of the first stage (default: 2)')
    parser.add_argument('--head', type=int, default=3, help="channels of a head's hidden layer (default: 3)")
    parser.add_argument('--side', type=int, default=48, help='pixels of an image (default: 48)')
    parser.add_argument('--exact', action='store_true',
                        help='compute in double, on weights that keep what ReLUs see away from 0')
    wanted = parser.parse_args()
    torch.manual_seed(7)
    out = {}
    put = lambda name, value: out.__setitem__(name, np.array(value.detach().numpy(), dtype='float32'))
    net = Network(wanted.width, wanted.head)
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if name.endswith('running_mean'):
                value.normal_(0, 0.1)
            elif name.endswith('running_var'):
                value.uniform_(0.5, 1.5)
            elif '.bn' in name or name.startswith('bn') or 'downsample.1' in name:
                if name.endswith('weight'):
                    value.uniform_(0.5, 1.5)
                elif name.endswith('bias'):
                    value.normal_(0, 0.3)
    pixels = torch.randint(0, 256, (ROWS, 3, wanted.side, wanted.side), dtype=torch.uint8)
    images = pixels.float() / 64 - 2
    if wanted.exact:
        images = images.double()
        net.double()
        clear_kinks(net, images)
        net.float().double()
    start = {k: v.clone() for k, v in net.state_dict().items() if 'num_batches' not in k}
    for name, value in start.items():
        put('weights.' + name, value)
    out['pixels'] = pixels.numpy()
    nan = float('nan')
    target = torch.tensor([[.5, -.25, 3], [nan, nan, 0], [-.75, .5, -1], [nan, nan, -1],
                           [0, .125, 7], [.25, .75, -1], [-.5, -.5, 4], [nan, nan, 4]])
    units = torch.randint(-1, 2, (ROWS, 12)).float()
    units[1] = -1
    target = torch.cat([target, units], 1).to(images.dtype)
    put('target', torch.nan_to_num(target, nan=-5.0))
    class_weights = torch.tensor([1, 2, .5, 1.5, .75, 1, 3, 1.25])
    unit_weights = torch.linspace(.5, 3, 12)
    class_weights, unit_weights = class_weights.to(images.dtype), unit_weights.to(images.dtype)
    put('class_weights', class_weights)
    put('unit_weights', unit_weights)

    net.eval()
    put('eval.outputs', net(images))
    put('eval.features', net.features)
    net.train()
    put('train.outputs', net(images))
    for name, value in net.state_dict().items():
        if 'running' in name:
            put('moved.' + name, value)

    def gradients(kind, losses):
        net.zero_grad()
        sum(losses[:3]).backward()
        put(kind + '.loss', torch.stack([x.detach().float() for x in (sum(losses[:3]),) + tuple(losses)]))
        for name, value in net.named_parameters():
            put(kind + '.gradient.' + name, value.grad)

    net.load_state_dict(start, strict=False)
    gradients('supervised', supervised(net(images), target, class_weights, unit_weights))
    net.load_state_dict(start, strict=False)
    outputs = net(images)
    threshold = between(outputs.detach(), target[:ROWS // 2])
    put('threshold', torch.tensor([threshold]))
    gradients('ssmfar', ssmfar(outputs, target[:ROWS // 2], class_weights, unit_weights, threshold))

    net.load_state_dict(start, strict=False)
    adam, losses = torch.optim.Adam(net.parameters(), lr=1e-3), []
    for _ in range(10):
        adam.zero_grad()
        loss = sum(supervised(net(images), target, class_weights, unit_weights))
        loss.backward()
        adam.step()
        losses.append(loss.detach())
    put('ten.loss', torch.stack(losses))
    # At full width not these: Adam moves a weight as far whatever the size of its gradient, and among eleven
    # million there are gradients whose sign is a matter of rounding.
    for name, value in net.state_dict().items() if not wanted.exact else ():
        if 'num_batches' not in name:
            put('ten.weights.' + name, value)
    write(wanted.out, out)


if __name__ == '__main__':
    main()
