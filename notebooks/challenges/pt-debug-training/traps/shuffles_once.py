# trap: wrong
# fails: contract only
# why: shuffles once, before the first epoch
import torch
from torch import nn
from torch.nn import functional as F


def make_data(seed):
    """Given, and right: three classes around three centres; training rows, then validation rows."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.arange(192) % 3
    X = 3.5 * torch.eye(6)[y] + torch.randn(192, 6, generator=generator)
    return X[:96], y[:96], X[96:], y[96:]


class Net(nn.Module):
    """Hidden layers of one width with dropout, then a linear head."""

    def __init__(self, features, classes, width=16, depth=2, dropout=0.2):
        super().__init__()
        sizes = [features] + depth * [width]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(sizes[-1], classes)

    def forward(self, x):
        for layer in self.layers:
            x = self.dropout(torch.relu(layer(x)))
        return self.head(x)


def fit(model, X, y, epochs, lr, batch_size, seed):
    """Train with SGD on shuffled batches; the mean loss of each epoch."""
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    losses = []
    order = torch.randperm(len(X))
    X, y = X[order], y[order]
    for _ in range(epochs):
        total = 0.0
        for xb, yb in zip(X.split(batch_size), y.split(batch_size)):
            loss = F.cross_entropy(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
        losses.append(total / len(X))
    return losses


def predict_proba(model, X):
    """Probabilities of the classes for each row of X."""
    model.eval()
    with torch.no_grad():
        logits = model(X)
    return torch.softmax(logits, dim=1)


def train_fixed(seed):
    """Train a Net on the data of this seed; the model, its losses and its accuracy on the validation rows."""
    X, y, X_val, y_val = make_data(seed)
    torch.manual_seed(seed)
    model = Net(X.shape[1], 3)
    losses = fit(model, X, y, epochs=15, lr=0.2, batch_size=16, seed=seed)
    predicted = predict_proba(model, X_val).argmax(dim=1)
    val_acc = (predicted == y_val).float().mean().item()
    return {"model": model, "losses": losses, "val_acc": val_acc}
