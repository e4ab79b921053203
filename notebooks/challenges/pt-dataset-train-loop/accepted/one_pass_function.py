# why: one function for both passes, with or without an optimiser; tensors are made once
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
    """Images as float32 tensors, converted once."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, transform=None) -> None:
        if not len(images) or len(images) != len(labels):
            raise ValueError("expected at least one image, and a label for each")
        scaled = np.asarray(images, dtype=np.float32) / np.float32(255)
        self.x = torch.from_numpy(np.ascontiguousarray(scaled.transpose(0, 3, 1, 2)))
        self.y = torch.tensor(np.asarray(labels, dtype=np.int64))
        self.transform = transform or (lambda image: image)

    def __len__(self) -> int:
        return self.y.shape[0]

    def __getitem__(self, index: int):
        return self.transform(self.x[index]), self.y[index]


def one_pass(model: nn.Module, batches, optimizer=None) -> tuple[float, float]:
    """Mean loss and accuracy over the images of one pass; steps when there is an optimiser."""
    model.train(optimizer is not None)
    losses = right = images = 0
    with torch.set_grad_enabled(optimizer is not None):
        for xb, yb in batches:
            logits = model(xb)
            loss = F.cross_entropy(logits, yb, reduction="sum")
            if optimizer is not None:
                optimizer.zero_grad()
                (loss / len(yb)).backward()
                optimizer.step()
            losses += float(loss.detach())
            right += int((logits.max(dim=1).indices == yb).sum())
            images += len(yb)
    return losses / images, right / images


def train(model: nn.Module, train_dl, val_dl, epochs: int, lr: float, seed: int) -> list[dict]:
    """Train with SGD; one dict per epoch."""
    torch.manual_seed(seed)
    mode = model.training
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        train_loss, _ = one_pass(model, train_dl, optimizer)
        val_loss, val_acc = one_pass(model, val_dl)
        history.append(dict(train_loss=train_loss, val_loss=val_loss, val_acc=val_acc))
    model.train(mode)
    return history


def fit(images, labels, val_images, val_labels, epochs, batch_size, lr, seed) -> list[dict]:
    """Train a SmallNet on arrays."""
    torch.manual_seed(seed)
    data, val = ArrayImages(images, labels), ArrayImages(val_images, val_labels)
    model = SmallNet(data.x[0].numel(), int(data.y.max()) + 1)
    mixed = DataLoader(data, batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    return train(model, mixed, DataLoader(val, len(val)), epochs, lr, seed)
