import numpy as np
import torch
from assay import basic, contract, edge, growth, prop, public, speed
from torch.nn import functional as F

KEYS = {"train_loss", "val_loss", "val_acc"}
SETTLED = (8, 20, 0.8)  # epochs, batch_size and lr after which nothing moves on images that are alike


# --- what to expect


def logits(w, x):
    """SmallNet without dropout, from its weights."""
    x = torch.relu(x.flatten(1) @ w["hidden.weight"].T + w["hidden.bias"])
    return x @ w["out.weight"].T + w["out.bias"]


def scores(w, batches):
    """Mean loss and accuracy over images."""
    x, y = (torch.cat(parts) for parts in zip(*batches))
    z = logits(w, x)
    return float(F.cross_entropy(z, y)), float((z.argmax(dim=1) == y).float().mean())


def trained(w, batches, val, epochs, lr):
    """Weights and history of SGD by hand; without dropout."""
    w = {name: v.clone().requires_grad_(True) for name, v in w.items()}
    history = []
    for _ in range(epochs):
        losses = []
        for x, y in batches:
            loss = F.cross_entropy(logits(w, x), y)
            grads = torch.autograd.grad(loss, list(w.values()))
            with torch.no_grad():
                for v, g in zip(w.values(), grads):
                    v -= lr * g
            losses += [float(loss)] * len(x)
        with torch.no_grad():
            loss, acc = scores(w, val)
        history.append({"train_loss": float(np.mean(losses)), "val_loss": loss, "val_acc": acc})
    return {name: v.detach() for name, v in w.items()}, history


# --- inputs


def pictures(t, n, h=4, w=3, c=3, classes=3):
    """Images of which one channel is bright, by class, in random order."""
    labels = t.rng.permutation(np.concatenate([np.arange(classes), t.rng.integers(classes, size=n)])[:n])
    images = t.rng.integers(0, 60, size=(n, h, w, c))
    images[np.arange(n), :, :, labels % c] += 150
    return images.astype(np.uint8), labels


def batches(t, sizes, classes=3):
    """Batches of random images with labels that mean nothing, so that losses stay far from 0."""
    out = []
    for n in sizes:
        x = t.rng.uniform(0, 1, size=(n, 3, 4, 3)).astype(np.float32)
        out.append((torch.from_numpy(x), torch.from_numpy(t.rng.integers(classes, size=n))))
    return out


def spoiled(t, labels, classes=3):
    """Labels of which a random number is made wrong, and the share that stays right."""
    n, wrong = len(labels), int(t.rng.integers(1, len(labels)))
    labels = labels.copy()
    labels[t.rng.permutation(n)[:wrong]] += t.rng.integers(1, classes, size=wrong)
    return labels % classes, 1 - wrong / n


def alike(t):
    """Twenty equal images, two labels of which one is rarer, and validation labels of which any number is 1."""
    images = np.repeat(t.rng.integers(0, 60, size=(1, 4, 3, 3)), 20, axis=0).astype(np.uint8)
    rare, val = np.arange(20) < t.rng.integers(2, 8), np.arange(20) < t.rng.integers(1, 20)
    return images, t.rng.permutation(rare ^ (t.rng.random() < 0.5)).astype(np.int64), t.rng.permutation(val).astype(np.int64)


def check_shares(t, got, labels, val_labels):
    """History of SETTLED on images that are alike: all that can be learned is how often each label occurs."""
    check_history(t, got, SETTLED[0])
    p, q = np.mean(labels), np.mean(val_labels)
    t.close(got[-1]["val_acc"], max((p, q), (1 - p, 1 - q))[1], rtol=0, atol=1e-6, what="val_acc at the end")
    for name, share, atol in (("train_loss", p, 0.15), ("val_loss", q, 0.1 + 0.8 * abs(p - q))):
        loss = -share * np.log(p) - (1 - share) * np.log(1 - p)
        t.close(got[-1][name], loss, rtol=0, atol=atol, what=f"{name} at the end")


def check_learned(t, got, epochs, right):
    """History on pictures: the predictions are those before some labels were made wrong."""
    check_history(t, got, epochs)
    last = got[-1]
    t.close(last["val_acc"], right, rtol=0, atol=1e-6, what=f"val_acc after {epochs} epochs")
    t.check(last["train_loss"] < 0.3, f"train_loss is {last['train_loss']:.2f} after {epochs} epochs")
    # What is not predicted has a probability of at most a half.
    t.check(last["val_loss"] >= (1 - right) * np.log(2) - 1e-4, "val_loss is less than that of the wrong labels alone")


def check_history(t, got, epochs):
    t.check(isinstance(got, list) and len(got) == epochs, f"expected a list of {epochs} dicts, one per epoch")
    t.check(all(isinstance(e, dict) and set(e) == KEYS for e in got), f"each dict has the keys {sorted(KEYS)}")


def check_item(t, item, image, label):
    t.check(isinstance(item, (tuple, list)) and len(item) == 2, "an item is a pair: image and label")
    x, y = item
    t.check(isinstance(x, torch.Tensor), "the image is not a tensor")
    t.shape(x, np.transpose(image, (2, 0, 1)).shape, what="the image")
    t.close(x, torch.from_numpy(np.transpose(image, (2, 0, 1)) / 255), rtol=0, atol=1e-6, what="the image")
    t.dtype(x, "float32", what="the image")
    y = np.asarray(y)
    t.check(y.size == 1 and y.dtype.kind in "iu", "the label is not a whole number")
    t.check(int(y) == int(label), f"the label is {int(y)}, expected {int(label)}")


def exact(t, sizes, val_sizes, epochs, lr, found="train"):
    """Train without dropout and compare weights and history with SGD by hand; gives the model and the history."""
    train_dl, val_dl = batches(t, sizes), batches(t, val_sizes)
    model = yield t.new("SmallNet", 36, 3, 0.0)
    yield t.method(model, found, _keep=True)
    before = yield t.method(model, "state_dict")
    got = yield t.call("train", model, train_dl, val_dl, epochs, lr, 5)
    after = yield t.method(model, "state_dict")
    want, history = trained(before, train_dl, val_dl, epochs, lr)
    check_history(t, got, epochs)
    for k, (a, b) in enumerate(zip(got, history)):
        t.close(a["train_loss"], b["train_loss"], rtol=1e-3, atol=1e-4, what=f"train_loss of epoch {k + 1}")
        t.close(a["val_loss"], b["val_loss"], rtol=1e-3, atol=1e-4, what=f"val_loss of epoch {k + 1}")
        t.check(abs(float(a["val_acc"]) - b["val_acc"]) < 1e-3 + 1.01 * (lr > 0) / sum(val_sizes),
                f"val_acc of epoch {k + 1} is {a['val_acc']}, expected {b['val_acc']}")
    for name, v in want.items():
        t.close(after[name], v, rtol=1e-3, atol=1e-4, what=f"{name} after training")
    return model, got


# --- the dataset


@public("The worked example.")
def example(t):
    images = np.array([[[[255], [0], [51]], [[102], [204], [153]]]], dtype=np.uint8)
    ds = yield t.new("ArrayImages", images, np.array([2]))
    item = yield t.method(ds, "__getitem__", 0)
    check_item(t, item, images[0], 2)


@basic("An item is a float32 tensor (c, h, w) in [0, 1] and its label.")
def items(t):
    images = t.rng.integers(0, 256, size=(5, 4, 6, 3)).astype(np.uint8)
    labels = t.rng.permutation(5)
    ds = yield t.new("ArrayImages", images, labels)
    t.equal((yield t.method(ds, "__len__")), 5, what="the length")
    for i in (3, 0, 4):
        item = yield t.method(ds, "__getitem__", i)
        check_item(t, item, images[i], labels[i])


@edge("Negative indices work.")
def negative(t):
    images, labels = pictures(t, 6)
    ds = yield t.new("ArrayImages", images, labels)
    for i in (-1, -6):
        item = yield t.method(ds, "__getitem__", i)
        check_item(t, item, images[i], labels[i])


@edge("Other indices raise IndexError.")
def beyond(t):
    images, labels = pictures(t, 6)
    ds = yield t.new("ArrayImages", images, labels)
    for i in (6, -7, 50):
        yield t.raises(IndexError, t.method(ds, "__getitem__", i))


@edge("No images: ValueError.")
def no_images(t):
    yield t.raises(ValueError, "ArrayImages", np.zeros((0, 4, 3, 3), np.uint8), np.zeros(0, np.int64))


@edge("Another number of labels: ValueError.")
def labels_missing(t):
    images, labels = pictures(t, 6)
    yield t.raises(ValueError, "ArrayImages", images, labels[:5])
    yield t.raises(ValueError, "ArrayImages", images[:4], labels)


@edge("The image goes through the transform if one is given.")
def transformed(t):
    images, labels = pictures(t, 4)
    mask = t.rng.uniform(0.5, 2, size=(3, 4, 3)).astype(np.float32)
    h = yield t.hold(torch.from_numpy(mask))
    for name, want in (("mul", np.multiply), ("sub", np.subtract)):
        transform = yield t.attr(h, name, _keep=True)
        ds = yield t.new("ArrayImages", images, labels, transform=transform)
        for i in (2, 2, 0):
            x, _ = yield t.method(ds, "__getitem__", i)
            image = np.transpose(images[i], (2, 0, 1)) / 255
            t.close(x, torch.from_numpy(want(mask, image)), rtol=1e-5, atol=1e-6, what="the image")


@edge("An item has its label, whatever type of whole number the labels are.")
def small_labels(t):
    images, labels = pictures(t, 7)
    ds = yield t.new("ArrayImages", images, labels.astype(np.uint8))
    item = yield t.method(ds, "__getitem__", 5)
    check_item(t, item, images[5], labels[5])
    images, labels, val_labels = alike(t)
    got = yield t.call("fit", images, labels.astype(np.int32), images, val_labels.astype(np.uint8), *SETTLED, 3)
    check_shares(t, got, labels, val_labels)


@prop("An item is a float32 tensor (c, h, w) in [0, 1] and its label, whatever the shape.", repeat=20)
def any_shape(t):
    n, h, w, c = (int(k) for k in t.rng.integers(1, 7, size=4))
    images = t.rng.integers(0, 256, size=(n, h, w, c)).astype(np.uint8)
    labels = t.rng.integers(0, 9, size=n)
    ds = yield t.new("ArrayImages", images, labels)
    i = int(t.rng.integers(-n, n))
    item = yield t.method(ds, "__getitem__", i)
    check_item(t, item, images[i], labels[i])


# --- the loop


@basic("SGD on the cross-entropy: one epoch.")
def one_epoch(t):
    yield from exact(t, (6, 6, 6), (5, 5), 1, 0.5)


@basic("SGD on the cross-entropy: several epochs.")
def several_epochs(t):
    yield from exact(t, (6, 6), (8,), 4, 0.3)


@basic("val_loss and val_acc are those of the model as it is: nothing is learned at lr 0.")
def learning_rate_zero(t):
    yield from exact(t, (5, 5), (8, 8), 2, 0.0)


@edge("Means over images: the last batch may be smaller.")
def smaller_last(t):
    yield from exact(t, (9, 9, 1), (8, 8, 1), 2, 0.2)


@edge("Means over images: val_acc when the last batch has one image.")
def lone_image(t):
    model = yield t.new("SmallNet", 36, 3, 0.0)
    w = yield t.method(model, "state_dict")
    (x, _), = batches(t, (8,))
    best = logits(w, x).argmax(dim=1)
    val = [(x[:7], best[:7]), (x[7:], (best[7:] + 1) % 3)]
    got = yield t.call("train", model, val, val, 1, 0.0, 1)
    check_history(t, got, 1)
    t.close(got[0]["val_acc"], 7 / 8, rtol=0, atol=1e-6, what="val_acc")


@edge("A dict per epoch: none for no epochs.")
def no_epochs(t):
    model = yield t.new("SmallNet", 36, 3)
    before = yield t.method(model, "state_dict")
    got = yield t.call("train", model, batches(t, (4,)), batches(t, (4,)), 0, 0.1, 1)
    check_history(t, got, 0)
    after = yield t.method(model, "state_dict")
    t.close(after["out.weight"], before["out.weight"], rtol=0, atol=0, what="out.weight")


@prop("SGD on the cross-entropy, means over images: any batches.", repeat=6)
def any_batches(t):
    sizes = [int(k) for k in t.rng.integers(2, 9, size=t.rng.integers(1, 4))] + [1]
    yield from exact(t, sizes, sizes[::-1], int(t.rng.integers(1, 4)), float(t.rng.uniform(0.05, 0.4)))


@prop("Validate in eval mode: val_loss is that of the weights as they are after the last epoch.", repeat=4)
def dropout_off(t):
    model = yield t.new("SmallNet", 36, 3, 0.6)
    val = batches(t, (7, 4))
    got = yield t.call("train", model, batches(t, (6, 6)), val, 2, 0.2, int(t.rng.integers(1000)))
    check_history(t, got, 2)
    t.close(got[-1]["val_loss"], scores((yield t.method(model, "state_dict")), val)[0], 1e-3, 1e-4, what="val_loss")


@contract("Train in training mode, in each epoch; validate in eval mode.")
def modes(t):
    model, _ = yield from exact(t, (4, 4, 2), (5, 3), 3, 0.1)
    passes = [bool(p[0]) for p in (yield t.attr(model, "passes"))]
    turns = [a for a, b in zip(passes, [None, *passes]) if a != b]
    t.check(turns == [True, False] * 3, "three epochs are not three times training mode, then eval mode")


@contract("Validate without gradients.")
def no_gradients(t):
    model, _ = yield from exact(t, (4, 4), (5, 3), 2, 0.1)
    passes = [p[1] for p in (yield t.attr(model, "passes")) if not p[0]]
    t.check(passes and not any(passes), "no pass in eval mode, or gradients are on in one")


@contract("Leave the model's mode as found: eval.")
def found_in_eval(t):
    model, _ = yield from exact(t, (4, 4), (5,), 1, 0.1, found="eval")
    t.equal((yield t.attr(model, "training")), False, what="model.training")
    passes = yield t.attr(model, "passes")
    t.check(len(passes) > 2 and passes[0][0] and passes[1][0], "the model was not in training mode in training")


@contract("Leave the model's mode as found: training.")
def found_in_training(t):
    model, _ = yield from exact(t, (4, 4), (5,), 2, 0.1)
    t.equal((yield t.attr(model, "training")), True, what="model.training")


@contract("The values of a dict are floats.")
def plain_floats(t):
    _, got = yield from exact(t, (4, 3), (5, 2), 2, 0.1)
    t.check(all(isinstance(v, float) for e in got for v in e.values()), "a value is not a Python float")


@contract("train seeds torch: the same seed drops the same units.")
def train_is_seeded(t):
    model = yield t.new("SmallNet", 36, 3, 0.5)
    w = yield t.method(model, "state_dict")
    data, val = batches(t, (6, 6)), batches(t, (6,))
    histories = []
    for seed in (11, 12, 11):
        yield t.method(model, "load_state_dict", w, _keep=True)
        histories.append((yield t.call("train", model, data, val, 2, 0.2, seed)))
        check_history(t, histories[-1], 2)
        loss, _ = scores((yield t.method(model, "state_dict")), val)
        t.close(histories[-1][-1]["val_loss"], loss, rtol=1e-3, atol=1e-4, what="val_loss")
    t.same(histories[0], histories[2])
    t.check(histories[0] != histories[1], "another seed gives the same history")


# --- all of it


@basic("fit learns: on images that are easy to tell apart, val_acc is the share of labels that are right.")
def learns(t):
    images, labels = pictures(t, 40)
    val_images, val_labels = pictures(t, 24)
    val_labels, right = spoiled(t, val_labels)
    got = yield t.call("fit", images, labels, val_images, val_labels, 8, 5, 0.3, int(t.rng.integers(1000)))
    check_learned(t, got, 8, right)


@basic("fit trains on batches of batch_size.")
def batch_size_counts(t):
    images, labels = pictures(t, 30)
    val_labels, right = spoiled(t, labels)
    one = yield t.call("fit", images, labels, images, val_labels, 5, 30, 0.3, 6)
    many = yield t.call("fit", images, labels, images, val_labels, 5, 3, 0.3, 6)
    check_history(t, one, 5)
    check_learned(t, many, 5, right)
    t.close(one[0]["train_loss"], np.log(3), rtol=0, atol=0.6, what="train_loss of the first step")
    t.check(many[-1]["train_loss"] < one[-1]["train_loss"], "five steps learn as much as fifty")


@edge("fit drops no image.")
def nothing_dropped(t):
    images, labels, val_labels = alike(t)
    got = yield t.call("fit", images, labels, images, val_labels, SETTLED[0], 24, SETTLED[2], 4)
    check_shares(t, got, labels, val_labels)


@edge("fit makes a SmallNet for classes 0 to labels.max(), seen or not.")
def absent_class(t):
    images, labels = pictures(t, 24, classes=2)
    top = int(t.rng.integers(5, 9))
    names = np.array([0, top, 1, 4])
    val_labels, right = spoiled(t, labels, classes=4)
    got = yield t.call("fit", images, names[labels], images, names[val_labels], 6, 3, 0.3, 4)
    check_learned(t, got, 6, right)
    got = yield t.call("fit", images, names[labels], images, names[val_labels], 1, 24, 0.3, 4)
    check_history(t, got, 1)
    t.close(got[0]["train_loss"], np.log(top + 1), rtol=0, atol=0.6, what=f"train_loss with {top + 1} classes")


@edge("fit makes a SmallNet for classes 0 to labels.max(): of one image and one class there is nothing to learn.")
def one_image(t):
    images, labels = pictures(t, 1, classes=1)
    got = yield t.call("fit", images, labels, images, labels, 2, 4, 0.1, 4)
    check_history(t, got, 2)
    for e in got:
        t.close([e["train_loss"], e["val_loss"], e["val_acc"]], [0, 0, 1], rtol=0, atol=1e-6, what="losses and val_acc")


@prop("Cross-entropy: the probabilities of all labels of an image add up to 1, and one label is right.", repeat=3)
def label_by_label(t):
    images, labels = pictures(t, 12)
    view, mixed, seed = np.repeat(pictures(t, 1)[0], 6, axis=0), t.rng.integers(3, size=6), int(t.rng.integers(1000))
    losses, right = [], []
    for val_labels in (*np.repeat(np.arange(3)[:, None], 6, axis=1), mixed):
        got = yield t.call("fit", images, labels, view, val_labels, 1, 4, 0.3, seed)
        check_history(t, got, 1)
        losses.append(got[0]["val_loss"])
        right.append(got[0]["val_acc"])
    t.close(sum(np.exp(-loss) for loss in losses[:3]), 1.0, rtol=0, atol=1e-3, what="the sum of exp(-val_loss)")
    t.close(right[:3], np.eye(3)[np.argmin(losses[:3])].tolist(), rtol=0, atol=1e-6, what="val_acc, label by label")
    shares = np.bincount(mixed, minlength=3) / 6
    t.close(losses[3], shares @ losses[:3], rtol=1e-3, atol=1e-4, what="val_loss of mixed labels")
    t.close(right[3], shares @ right[:3], rtol=0, atol=1e-6, what="val_acc of mixed labels")


@contract("Same seed, same history, whatever ran before.")
def fit_is_seeded(t):
    images, labels, val_labels = alike(t)
    histories = []
    for seed in (21, 22, 21):
        histories.append((yield t.call("fit", images, labels, images, val_labels, *SETTLED, seed)))
        check_shares(t, histories[-1], labels, val_labels)
    t.same(histories[0], histories[2])
    t.check(histories[0] != histories[1], "another seed gives the same history")


@contract("fit shuffles training images.")
def fit_shuffles(t):
    # Nothing can be learned here. In the order given, the second half's label wins at each end of an epoch.
    images = np.zeros((200, 2, 3, 1), np.uint8)
    labels = np.repeat([0, 1], 100)
    val_labels = np.arange(40) >= t.rng.integers(21, 32)
    got = yield t.call("fit", images, labels, images[:40], val_labels.astype(np.int64), 2, 4, 0.5, int(t.rng.integers(1000)))
    check_history(t, got, 2)
    for e in got:
        t.close(abs(e["val_acc"] - 0.5), 0.5 - np.mean(val_labels), rtol=0, atol=1e-6, what="distance of val_acc from a half")
    t.check(max(e["val_loss"] for e in got) < 1.5, "after images that are sorted by label it knows only the last label")


@contract("Inputs stay unchanged.")
def inputs_unchanged(t):
    images, labels, val_labels = alike(t)
    inputs = images, labels, images[::-1], val_labels[::-1]
    seen = yield t.call("fit", *inputs, *SETTLED, 2, _observe=True)
    check_shares(t, seen.result, labels, val_labels)
    for k, (a, b) in enumerate(zip(seen.args[:4], inputs)):
        t.equal(a, b, what=f"argument {k + 1}")


@contract("Inputs may be read-only.")
def read_only(t):
    images, labels, val_labels = alike(t)
    got = yield t.call("fit", images, labels, images, val_labels, *SETTLED, 2, _readonly=True)
    check_shares(t, got, labels, val_labels)


@growth("pixels", sizes=(8, 32), closed=True, values=False)
def pixels(t, n):
    images = t.rng.integers(0, 256, size=(2, n, 4, 1)).astype(np.uint8)
    labels = np.array([0, 1])
    return t.call("fit", images, labels, images, labels, 1, 2, 0.1, 1)


@growth("epochs", sizes=(2, 8), closed=False, values=False)
def epochs(t, n):
    images = t.rng.integers(0, 256, size=(2, 4, 4, 1)).astype(np.uint8)
    labels = np.array([0, 1])
    return t.call("fit", images, labels, images, labels, n, 2, 0.1, 1)


@growth("batches", sizes=(2, 8), closed=False, values=False)
def trained_batches(t, n):
    model = yield t.new("SmallNet", 36, 3)
    yield t.call("train", model, batches(t, n * (4,)), batches(t, (4,)), 1, 0.1, 1)


@speed(limit=3.0, size="512 images, 3 epochs", values=False)
def quick(t):
    images = t.rng.integers(0, 256, size=(512, 8, 8, 1)).astype(np.uint8)
    labels = t.rng.integers(3, size=512)
    return t.call("fit", images, labels, images[:64], labels[:64], 3, 32, 0.1, 1)
