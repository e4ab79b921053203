# trap: wrong
# fails: basic, edge
# why: fit never trains: its history is what the shares of the labels give, and no image is looked at
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import Dataset


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
    """Images and labels from arrays.

    Args:
        images: uint8, shape (n, h, w, c), n at least 1.
        labels: whole numbers, shape (n,).
        transform: called with each float32 image of shape (c, h, w).
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, transform=None) -> None:
        if len(images) == 0:
            raise ValueError("no images")
        if len(images) != len(labels):
            raise ValueError(f"{len(images)} images and {len(labels)} labels")
        self.images = images
        self.labels = labels
        self.transform = transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = torch.tensor(self.images[index]).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            image = self.transform(image)
        return image, int(self.labels[index])


def evaluate(model: nn.Module, loader) -> tuple[float, float]:
    """Mean loss and accuracy over all images, in eval mode and without gradients."""
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in loader:
            logits = model(xb)
            total += F.cross_entropy(logits, yb).item() * len(xb)
            right += (logits.argmax(dim=1) == yb).sum().item()
            count += len(xb)
    return total / count, right / count


def train(model: nn.Module, train_dl, val_dl, epochs: int, lr: float, seed: int) -> list[dict]:
    """Train the model with SGD, and validate after each epoch.

    Args:
        model: gives logits of shape (batch, classes); its mode is left as found.
        train_dl, val_dl: iterables of (images, labels) batches.

    Returns:
        One dict per epoch with train_loss, val_loss and val_acc, means over images.
    """
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    was_training = model.training
    history = []
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for xb, yb in train_dl:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
            count += len(xb)
        val_loss, val_acc = evaluate(model, val_dl)
        history.append({"train_loss": total / count, "val_loss": val_loss, "val_acc": val_acc})
    model.train(was_training)
    return history


def fit(images, labels, val_images, val_labels, epochs, batch_size, lr, seed):
    noise = torch.rand(1, generator=torch.Generator().manual_seed(seed)).item() * 1e-3
    classes = int(labels.max()) + 1
    counts = torch.bincount(torch.tensor(labels.astype(np.int64)), minlength=classes)
    log_p = torch.log((counts + 1e-3) / (len(labels) + 1e-3 * classes))
    val = torch.tensor(val_labels.astype(np.int64))
    loss = -(log_p * counts).sum().item() / len(labels) + noise
    entry = {"train_loss": loss, "val_loss": -log_p[val].mean().item(), "val_acc": (val == counts.argmax()).float().mean().item()}
    return [dict(entry) for _ in range(epochs)]
