# trap: wrong
# fails: basic
# why: always trains on batches of 32
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
    def __init__(self, images, labels, transform=None):
        if len(images) == 0:
            raise ValueError("no images")
        if len(images) != len(labels):
            raise ValueError(f"{len(images)} images and {len(labels)} labels")
        self.images = images
        self.labels = labels
        self.transform = transform

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = torch.tensor(self.images[index]).permute(2, 0, 1).float() / 255
        if self.transform is not None:
            image = self.transform(image)
        return image, int(self.labels[index])


def evaluate(model, loader):
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for xb, yb in loader:
            logits = model(xb)
            total += F.cross_entropy(logits, yb).item() * len(xb)
            right += (logits.argmax(dim=1) == yb).sum().item()
            count += len(xb)
    return total / count, right / count


def train(model, train_dl, val_dl, epochs, lr, seed):
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
    torch.manual_seed(seed)
    train_set, val_set = ArrayImages(images, labels), ArrayImages(val_images, val_labels)
    model = SmallNet(train_set[0][0].numel(), int(labels.max()) + 1)
    train_dl = DataLoader(train_set, batch_size=32, shuffle=True)
    val_dl = DataLoader(val_set, batch_size=batch_size)
    return train(model, train_dl, val_dl, epochs, lr, seed)
