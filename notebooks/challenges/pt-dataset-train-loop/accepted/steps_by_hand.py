# why: the step of SGD by hand, log-softmax and its loss apart, validation on all logits at once
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset


class SmallNet(nn.Module):
    """Given: two layers over flat images. It notes of each pass whether it trains and whether gradients are on."""

    def __init__(self, pixels, classes, dropout=0.1):
        super().__init__()
        self.hidden = nn.Linear(pixels, 16)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(16, classes)
        self.passes = []

    def forward(self, x):
        self.passes.append((self.training, torch.is_grad_enabled()))
        return self.out(self.dropout(torch.relu(self.hidden(x.flatten(1)))))


class ArrayImages(Dataset):
    """Images and labels from arrays."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, transform=None) -> None:
        n = len(images)
        if n < 1:
            raise ValueError("an empty set")
        if len(labels) != n:
            raise ValueError("not one label per image")
        self.pairs = images, labels
        self.transform = transform

    def __len__(self) -> int:
        return len(self.pairs[0])

    def __getitem__(self, index: int):
        image, label = (a[index] for a in self.pairs)
        image = torch.as_tensor(np.moveaxis(image, -1, 0) / 255.0, dtype=torch.float32)
        return (image if self.transform is None else self.transform(image)), np.int64(label)


@torch.inference_mode()
def validate(model: nn.Module, val_dl) -> dict:
    """Loss and accuracy on all validation images."""
    model.eval()
    logits, labels = zip(*[(model(xb), yb) for xb, yb in val_dl])
    logits, labels = torch.cat(logits), torch.cat(labels)
    log_p = torch.log_softmax(logits, dim=-1)
    return {"val_loss": F.nll_loss(log_p, labels).item(), "val_acc": (log_p.argmax(-1) == labels).double().mean().item()}


def train(model: nn.Module, train_dl, val_dl, epochs: int, lr: float, seed: int) -> list[dict]:
    """Train with plain gradient steps; one dict per epoch."""
    torch.manual_seed(seed)
    found = model.training
    weights = list(model.parameters())
    history = []
    try:
        for _ in range(epochs):
            model.train()
            losses = []
            for xb, yb in train_dl:
                each = F.nll_loss(torch.log_softmax(model(xb), dim=1), yb, reduction="none")
                grads = torch.autograd.grad(each.mean(), weights)
                with torch.no_grad():
                    for weight, grad in zip(weights, grads):
                        weight -= lr * grad
                losses.append(each.detach())
            history.append({"train_loss": torch.cat(losses).mean().item(), **validate(model, val_dl)})
    finally:
        model.train(found)
    return history


def fit(images, labels, val_images, val_labels, epochs, batch_size, lr, seed) -> list[dict]:
    """Train a SmallNet on arrays."""
    torch.manual_seed(seed)
    _, h, w, c = np.shape(images)
    model = SmallNet(h * w * c, 1 + int(np.max(labels)))
    train_dl = DataLoader(ArrayImages(images, labels), batch_size=batch_size, shuffle=True)
    val_dl = DataLoader(ArrayImages(val_images, val_labels), batch_size=2 * batch_size)
    return train(model, train_dl, val_dl, epochs, lr, seed)
