import itertools

import numpy as np
import torch
from assay import basic, contract, edge, growth, prop, public, speed
from torch.nn import functional as F

FEATURES, CLASSES, WIDTH = 5, 4, 7


# --- what to expect


def layers(t, state, depth):
    """Pairs of weight and bias in the order in which a row meets them, from a state_dict with any names."""
    t.check(isinstance(state, dict), "state_dict() is not a dict")
    weights = [v for v in state.values() if v.ndim == 2]
    biases = [v for v in state.values() if v.ndim == 1]
    t.check(len(weights) == len(biases) == depth + 1,
            f"the state_dict has {len(weights)} layers, expected {depth + 1}: a hidden layer is not in it")
    pairs = list(zip(weights, biases))
    pairs.sort(key=lambda p: (len(p[0]) == CLASSES, p[0].shape[1] != FEATURES))  # stable: hidden ones keep their order
    return pairs


def logits(pairs, x):
    """Net without dropout."""
    *hidden, (w, b) = pairs
    for v, c in hidden:
        x = torch.relu(x @ v.T + c)
    return x @ w.T + b


def trained(pairs, x, y, steps, lr):
    """Weights and losses after SGD by hand on one batch, again and again."""
    flat = [v.clone().requires_grad_(True) for pair in pairs for v in pair]
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(logits(list(zip(flat[::2], flat[1::2])), x), y)
        grads = torch.autograd.grad(loss, flat)
        with torch.no_grad():
            for v, g in zip(flat, grads):
                v -= lr * g
        losses.append(float(loss))
    flat = [v.detach() for v in flat]
    return list(zip(flat[::2], flat[1::2])), losses


# --- inputs


def rows(t, n, features=FEATURES, classes=CLASSES):
    x = torch.from_numpy(t.rng.normal(size=(n, features)).astype(np.float32))
    return x, torch.from_numpy(t.rng.integers(classes, size=n))


def net(t, depth, dropout=0.0):
    """A kept Net, and its layers."""
    model = yield t.new("Net", FEATURES, CLASSES, WIDTH, depth, dropout)
    state = yield t.method(model, "state_dict")
    return model, layers(t, state, depth)


def exact(t, depth, x, y, epochs, lr, batch_size, steps):
    """Train without dropout and compare with SGD by hand; all batches are equal, so order does not matter."""
    model, before = yield from net(t, depth)
    got = yield t.call("fit", model, x, y, epochs, lr, batch_size, 3)
    state = yield t.method(model, "state_dict")
    want, losses = trained(before, x[:batch_size], y[:batch_size], steps, lr)
    losses = np.asarray(losses).reshape(epochs, -1).mean(axis=1)
    t.shape(np.asarray(got), (epochs,), what="the losses")
    t.close(np.asarray(got), losses, rtol=1e-3, atol=1e-4, what="the losses")
    for (w, b), (v, c) in zip(layers(t, state, depth), want):
        t.close(w, v, rtol=2e-3, atol=2e-4, what="a weight after training")
        t.close(b, c, rtol=2e-3, atol=2e-4, what="a bias after training")


def check_result(t, got):
    """losses and val_acc of a kept result."""
    losses = yield t.method(got, "__getitem__", "losses")
    acc = yield t.method(got, "__getitem__", "val_acc")
    t.check(isinstance(losses, list) and len(losses) == 15, "losses is not a list of one number for each of 15 epochs")
    return losses, acc


def check_accuracy(t, got, seed, acc):
    """Compare val_acc with the returned model's accuracy on the validation rows; gives the latter."""
    model = yield t.method(got, "__getitem__", "model", _keep=True)
    _, _, x, y = t.reference.make_data(seed)
    p = yield t.call("predict_proba", model, x)
    t.shape(p, (len(x), 3))
    want = float((p.argmax(dim=1) == y).float().mean())
    t.close(float(acc), want, rtol=0, atol=1e-6, what="val_acc")
    return want


def values(t, p):
    """The numbers of a tensor."""
    t.check(isinstance(p, torch.Tensor), "the result is not a tensor")
    return p.detach().numpy()


# --- one probe for each bug


@public("The worked example.")
def example(t):
    model = yield t.new("Net", 4, 2)
    x = torch.tensor([[9.0, 1.0, 0.0, 2.0], [0.0, 3.0, 1.0, 1.0], [5.0, 0.0, 7.0, 2.0]])
    p = yield t.call("predict_proba", model, x)
    t.shape(p, (3, 2))
    t.close(values(t, p).sum(axis=1), np.ones(3), rtol=0, atol=1e-5, what="the sum of each row")


@basic("All layers of Net are trained and are in its state_dict.")
def all_layers_move(t):
    model, before = yield from net(t, 2)
    x, y = rows(t, 24)
    yield t.call("fit", model, x, y, 3, 0.5, 8, 1)
    after = layers(t, (yield t.method(model, "state_dict")), 2)
    for k, (old, new) in enumerate(zip(before, after)):
        moved = [float((a - b).abs().max()) for a, b in zip(old, new)]
        t.check(min(moved) > 0, f"layer {k + 1} of 3 is the same after training")


@basic("fit returns the cross-entropy of logits.")
def loss_of_logits(t):
    model, before = yield from net(t, 0)
    x, _ = rows(t, 12)
    y = torch.full((12,), int(t.rng.integers(CLASSES)))
    got = yield t.call("fit", model, x * 3, y, 1, 0.0, 12, 1)
    t.close(got, [float(F.cross_entropy(logits(before, x * 3), y))], rtol=1e-3, atol=1e-4, what="the loss")


@basic("Each step is plain SGD on its own batch only: one batch, several epochs.")
def clear_gradients(t):
    x, _ = rows(t, 10)
    y = torch.full((10,), int(t.rng.integers(CLASSES)))
    yield from exact(t, 0, x, y, 4, 0.2, 10, 4)


@basic("Each step is plain SGD on its own batch only: several equal batches.")
def clear_gradients_in_an_epoch(t):
    x, y = rows(t, 1)
    yield from exact(t, 0, x.repeat(12, 1), y.repeat(12), 2, 0.2, 3, 8)


@basic("A row keeps its label: at learning rate 0 the mean loss does not depend on the order.")
def rows_keep_labels(t):
    model, before = yield from net(t, 0)
    x, y = rows(t, 30)
    y = logits(before, 4 * x).argmax(dim=1)
    got = yield t.call("fit", model, 4 * x, y, 2, 0.0, 10, 1)
    want = float(F.cross_entropy(logits(before, 4 * x), y))
    t.close(got, [want, want], rtol=1e-3, atol=1e-4, what="the losses")


@basic("predict_proba gives probabilities of the classes, which add up to 1 in each row.")
def class_axis(t):
    model, pairs = yield from net(t, 1)
    x, _ = rows(t, 9)
    p = yield t.call("predict_proba", model, 3 * x)
    t.shape(p, (9, CLASSES))
    t.close(p, torch.softmax(logits(pairs, 3 * x), dim=1), rtol=1e-4, atol=1e-5)


@basic("train_fixed returns model, losses and val_acc: losses fall, val_acc is at least 0.9.")
def learns(t):
    got = yield t.keep("train_fixed", int(t.rng.integers(10_000)))
    losses, acc = yield from check_result(t, got)
    t.check(float(losses[-1]) < 0.6 * float(losses[0]), f"the loss goes from {losses[0]:.3f} to {losses[-1]:.3f} only")
    t.check(0.9 <= float(acc) <= 1, f"val_acc is {acc:.3f}")


# --- other sizes


@edge("One row is enough: predict_proba.")
def one_row(t):
    model, pairs = yield from net(t, 2)
    x, _ = rows(t, 1)
    p = yield t.call("predict_proba", model, x)
    t.shape(p, (1, CLASSES))
    t.close(p, torch.softmax(logits(pairs, x), dim=1), rtol=1e-4, atol=1e-5)


@edge("One row is enough: fit.")
def fit_one_row(t):
    x, y = rows(t, 1)
    yield from exact(t, 1, x, y, 3, 0.2, 8, 3)


@edge("The mean is over rows: the last batch is smaller.")
def smaller_last_batch(t):
    model, before = yield from net(t, 1)
    x, _ = rows(t, 2)
    z = logits(before, 10 * x)
    kinds = torch.stack([z[0].argmax(), z[1].argmin()])  # a small loss and a large one, so that it shows which counts how much
    x, y = 10 * x.repeat_interleave(torch.tensor([16, 1]), dim=0), kinds.repeat_interleave(torch.tensor([16, 1]))
    got = yield t.call("fit", model, x, y, 1, 0.0, 16, 1)
    t.close(got, [float(F.cross_entropy(logits(before, x), y))], rtol=1e-3, atol=1e-4, what="the loss")


@edge("All layers are in the state_dict: more of them.")
def deeper(t):
    model, before = yield from net(t, 4)
    x, _ = rows(t, 6)
    p = yield t.call("predict_proba", model, x)
    t.close(p, torch.softmax(logits(before, x), dim=1), rtol=1e-4, atol=1e-5)


@edge("No epochs: no losses, and nothing is trained.")
def no_epochs(t):
    model, before = yield from net(t, 1)
    x, y = rows(t, 6)
    got = yield t.call("fit", model, x, y, 0, 0.5, 4, 1)
    t.equal(got, [], what="the losses")
    after = layers(t, (yield t.method(model, "state_dict")), 1)
    t.close(after[0][0], before[0][0], rtol=0, atol=0, what="a weight")


@prop("Plain SGD on the cross-entropy of logits: any depth, any rows, one batch.", repeat=12)
def any_training(t):
    n = int(t.rng.integers(2, 14))
    x, y = rows(t, n)
    epochs = int(t.rng.integers(2, 5))
    yield from exact(t, t.repetition % 3, x, y, epochs, float(t.rng.uniform(0.1, 0.4)), n, epochs)


@prop("Probabilities of a row do not depend on the other rows.", repeat=18)
def rows_alone(t):
    model, pairs = yield from net(t, 1)
    n = int(t.rng.integers(3, 10))
    x, _ = rows(t, n)
    some = torch.from_numpy(t.rng.permutation(n)[: n - 1].copy())
    p = yield t.call("predict_proba", model, 2 * x)
    q = yield t.call("predict_proba", model, 2 * x[some])
    t.shape(p, (n, CLASSES))
    t.close(values(t, p), torch.softmax(logits(pairs, 2 * x), dim=1).numpy(), rtol=1e-4, atol=1e-5)
    t.close(values(t, q), values(t, p)[some], rtol=1e-4, atol=1e-5)


# --- promises


@contract("predict_proba works in eval mode.")
def eval_mode(t):
    model, pairs = yield from net(t, 2, 0.5)
    x, _ = rows(t, 8)
    yield t.method(model, "train", _keep=True)
    p = yield t.call("predict_proba", model, x)
    t.close(p.detach(), torch.softmax(logits(pairs, x), dim=1), rtol=1e-4, atol=1e-5)


@contract("The result of predict_proba carries no gradient.")
def no_gradient(t):
    model, pairs = yield from net(t, 1)
    x, _ = rows(t, 4)
    p = yield t.call("predict_proba", model, x)
    t.close(values(t, p), torch.softmax(logits(pairs, x), dim=1).numpy(), rtol=1e-4, atol=1e-5)
    t.check(not p.requires_grad, "the result carries a gradient")


@contract("fit trains in training mode, also after predict_proba.")
def training_mode(t):
    # One row, one hidden layer of seven units: dropout keeps one of 128 sets of them, and each set has its loss.
    model, pairs = yield from net(t, 1, 0.5)
    (w, b), (head, c) = pairs
    x, y = rows(t, 300)
    hidden = torch.relu(3 * x @ w.T + b)
    k = int((hidden > 0.2).sum(dim=1).argmax())  # many units that count
    kept = torch.tensor(list(itertools.product([0.0, 2.0], repeat=WIDTH)))
    possible = F.cross_entropy(kept * hidden[k] @ head.T + c, y[k].expand(len(kept)), reduction="none").numpy()
    yield t.call("predict_proba", model, x[:3])
    got = yield t.call("fit", model, 3 * x[k : k + 1], y[k : k + 1], 8, 0.0, 20, int(t.rng.integers(1000)))
    got = np.asarray(got, dtype=float)
    t.shape(got, (8,), what="the losses")
    t.check(np.ptp(got) > 1e-6, "dropout does not act in training")
    t.check(np.abs(got[:, None] - possible).min(axis=1).max() < 1e-4, "a loss is none of those that dropout can give")


@contract("fit shuffles in each epoch.")
def shuffles(t):
    # Nothing can be learned here. In the order given, the last label wins.
    model, _ = yield from net(t, 0)
    x, y = torch.zeros(400, FEATURES), torch.tensor([0, 1]).repeat_interleave(200)
    got = yield t.call("fit", model, x, y, 2, 0.3, 4, int(t.rng.integers(1000)))
    p = yield t.call("predict_proba", model, x[:2])
    p = values(t, p)
    share = float(p[0, 1] / (p[0, 0] + p[0, 1]))
    t.check(share < 0.87, "after rows that are sorted by label it knows only the last label")
    t.close(float(got[1]), np.log(2), rtol=0, atol=0.35, what="the second loss")


@contract("fit shuffles in each epoch: not once and for all.")
def shuffles_anew(t):
    # Three labels for one row, one by one, seven epochs: the same order in all of them is a chance of 1 in 46,656.
    model, before = yield from net(t, 0)
    x, y = rows(t, 1)[0].repeat(3, 1), torch.arange(3)
    got = yield t.call("fit", model, x, y, 7, 0.5, 1, int(t.rng.integers(10_000)))
    t.shape(np.asarray(got), (7,), what="the losses")
    ways = [(before, ())]  # weights that orders up to here lead to, and these orders
    for loss in got:
        ways = [(pairs, (*orders, order)) for old, orders in ways for pairs, mean, order in epochs_of(old, x, y)
                if abs(mean - float(loss)) < 1e-4]
        t.check(ways, "no order of the rows gives these losses")
    # Two orders may have the same loss by chance in one epoch, never one and the same order in all of them.
    t.check(all(len(set(orders)) > 1 for _, orders in ways), "the order is the same in each epoch")


def epochs_of(pairs, x, y):
    """Weights, mean loss and order for each order in which the rows may come, one by one."""
    for order in itertools.permutations(range(len(x))):
        new, losses = pairs, []
        for k in order:
            new, (loss,) = trained(new, x[k : k + 1], y[k : k + 1], 1, 0.5)
            losses.append(loss)
        yield new, float(np.mean(losses)), order


@contract("fit seeds torch: same seed, same losses.")
def fit_is_seeded(t):
    model, before = yield from net(t, 1, 0.3)
    state = yield t.method(model, "state_dict")
    x, y = rows(t, 20)
    first = float(F.cross_entropy(logits(before, x), y))
    got = []
    for seed in (4, 5, 4):
        yield t.method(model, "load_state_dict", state, _keep=True)
        got.append((yield t.call("fit", model, x, y, 2, 0.1, 6, seed)))
        t.close(got[-1], [first] * 2, rtol=0, atol=0.5, what="the losses of a few small steps")
    t.same(got[0], got[2])
    t.check(got[0] != got[1], "another seed gives the same losses")


@contract("train_fixed: same seed, same result, whatever ran before.")
def repeatable(t):
    seed = int(t.rng.integers(10_000))
    got = []
    for s in (seed, seed + 1, seed):
        h = yield t.keep("train_fixed", s)
        got.append((yield from check_result(t, h)))
        yield from check_accuracy(t, h, s, got[-1][1])
    t.same(got[0], got[2])
    t.check(got[0][0] != got[1][0], "another seed gives the same losses")


@contract("The losses and val_acc are floats.")
def plain_floats(t):
    got = yield t.keep("train_fixed", 11)
    losses, acc = yield from check_result(t, got)
    yield from check_accuracy(t, got, 11, acc)
    t.check(all(isinstance(v, float) for v in [*losses, acc]), "a loss or val_acc is not a Python float")


@contract("val_acc is the accuracy of the trained model on the validation rows of make_data, which is right as it is.")
def honest_accuracy(t):
    # A claim that is right for one seed by chance is not for several, and no constant is right for two accuracies.
    seen = []
    seeds = t.rng.integers(10_000, size=12).tolist()
    data = yield t.call("make_data", seeds[0])
    t.close(data, t.reference.make_data(seeds[0]), rtol=1e-5, atol=1e-5, what="what make_data gives")
    for seed in seeds:
        got = yield t.keep("train_fixed", seed)
        _, acc = yield from check_result(t, got)
        seen.append((yield from check_accuracy(t, got, seed, acc)))
        if len(seen) >= 4 and len(set(seen)) > 1:
            return


@contract("Arguments are kept: Net has two hidden layers of width 16 unless it is told otherwise.")
def defaults(t):
    model = yield t.new("Net", FEATURES, CLASSES)
    pairs = layers(t, (yield t.method(model, "state_dict")), 2)
    t.equal([len(w) for w, _ in pairs], [16, 16, CLASSES], what="the sizes of the layers")
    x, _ = rows(t, 5)
    p = yield t.call("predict_proba", model, x)
    t.close(values(t, p), torch.softmax(logits(pairs, x), dim=1).numpy(), rtol=1e-4, atol=1e-5)


@contract("X and y are not changed.")
def inputs_unchanged(t):
    model, before = yield from net(t, 1)
    x, y = rows(t, 15)
    hx, hy = (yield t.hold(x)), (yield t.hold(y))
    got = yield t.call("fit", model, hx, hy, 2, 0.0, 4, 1)
    t.close(got, [float(F.cross_entropy(logits(before, x), y))] * 2, rtol=1e-3, atol=1e-4, what="the losses")
    p = yield t.call("predict_proba", model, hx)
    t.close(values(t, p), torch.softmax(logits(before, x), dim=1).numpy(), rtol=1e-4, atol=1e-5)
    t.equal((yield t.fetch(hx)), x, what="X after training")
    t.equal((yield t.fetch(hy)), y, what="y after training")


def counted(t, depth=1, epochs=1, batches=1):
    """Requests: train a net of this depth, from random weights, for so many epochs of so many batches of four rows."""
    model = yield t.new("Net", FEATURES, CLASSES, WIDTH, depth)
    yield t.call("fit", model, *rows(t, 4 * batches), epochs, 0.1, 4, 1)


@growth("layers", sizes=(1, 4), closed=False, values=False)
def counted_layers(t, n):
    yield from counted(t, depth=n)


@growth("epochs", sizes=(2, 8), closed=False, values=False)
def counted_epochs(t, n):
    yield from counted(t, epochs=n)


@growth("batches", sizes=(2, 8), closed=False, values=False)
def counted_batches(t, n):
    yield from counted(t, batches=n)


@speed(limit=3.0, size="96 rows, 15 epochs")
def quick(t):
    return t.call("train_fixed", 5)
