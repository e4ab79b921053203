# why: nn.CrossEntropyLoss as a module, sampler and batches by the library, numpy for the means
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


class ArrayImages(torch.utils.data.Dataset):
    """Images and labels from arrays."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, transform=None) -> None:
        super().__init__()
        if len(images) != len(labels) or len(labels) == 0:
            raise ValueError(f"{len(images)} images, {len(labels)} labels")
        self.images, self.labels, self.transform = images.copy(), labels.copy(), transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, i: int):
        if i < -len(self) or i >= len(self):
            raise IndexError(f"index {i} of {len(self)} images")
        image = torch.from_numpy(np.transpose(self.images[i], (2, 0, 1)).copy()).to(torch.float32).div(255)
        if self.transform:
            image = self.transform(image)
        return image, torch.tensor(int(self.labels[i]), dtype=torch.long)


def train(model: nn.Module, train_dl, val_dl, epochs: int, lr: float, seed: int) -> list[dict]:
    """Train with SGD; one dict per epoch."""
    torch.manual_seed(seed)
    criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr)
    before, history = model.training, []
    for _ in range(epochs):
        model.train()
        parts = []
        for xb, yb in train_dl:
            loss = criterion(model(xb), yb)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            parts.append((loss.item(), len(yb)))
        losses, sizes = np.array(parts).T
        model.eval()
        parts = []
        with torch.no_grad():
            for xb, yb in val_dl:
                z = model(xb)
                parts.append((criterion(z, yb).item(), (torch.argmax(z, 1) == yb).float().mean().item(), len(yb)))
        val_losses, accuracies, val_sizes = np.array(parts).T
        history.append({
            "train_loss": float(np.average(losses, weights=sizes)),
            "val_loss": float(np.average(val_losses, weights=val_sizes)),
            "val_acc": float(np.average(accuracies, weights=val_sizes)),
        })
    model.train(before)
    return history


def fit(images, labels, val_images, val_labels, epochs, batch_size, lr, seed) -> list[dict]:
    """Train a SmallNet on arrays."""
    train_set, val_set = ArrayImages(images, labels), ArrayImages(val_images, val_labels)
    torch.manual_seed(seed)
    model = SmallNet(int(np.prod(images.shape[1:])), int(labels.max()) + 1)
    order = torch.utils.data.RandomSampler(train_set)
    train_dl = DataLoader(train_set, batch_size=batch_size, sampler=order)
    return train(model, train_dl, DataLoader(val_set, batch_size=batch_size), epochs, lr, seed)
