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

    def __init__(self, images, labels, transform=None):
        raise NotImplementedError("your answer goes here")


def train(model, train_dl, val_dl, epochs, lr, seed):
    """Train the model; one dict per epoch with train_loss, val_loss and val_acc."""
    raise NotImplementedError("your answer goes here")


def fit(images, labels, val_images, val_labels, epochs, batch_size, lr, seed):
    """Train a SmallNet on arrays; the history of train."""
    raise NotImplementedError("your answer goes here")
