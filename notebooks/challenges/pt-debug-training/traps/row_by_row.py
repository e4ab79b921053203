# trap: weak
# why: every row goes through the net alone
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

    def __init__(self, features: int, classes: int, width: int = 16, depth: int = 2, dropout: float = 0.2) -> None:
        super().__init__()
        sizes = [features] + depth * [width]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(sizes[-1], classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = self.dropout(torch.relu(layer(x)))
        return self.head(x)


def fit(
    model: nn.Module, X: torch.Tensor, y: torch.Tensor, epochs: int, lr: float, batch_size: int, seed: int
) -> list[float]:
    """Train with SGD on shuffled batches.

    Args:
        model: gives logits.
        X: rows, shape (n, features).
        y: class of each row, shape (n,), int64.

    Returns:
        The mean loss over the rows of each epoch.
    """
    torch.manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(X))
        X, y = X[order], y[order]
        total = 0.0
        for xb, yb in zip(X.split(batch_size), y.split(batch_size)):
            logits = torch.cat([model(row[None]) for row in xb])
            loss = F.cross_entropy(logits, yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
        losses.append(total / len(X))
    return losses


def predict_proba(model: nn.Module, X: torch.Tensor) -> torch.Tensor:
    """Probabilities of the classes for each row of X, shape (n, classes)."""
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(row[None]) for row in X])
    return torch.softmax(logits, dim=1)


def train_fixed(seed: int) -> dict:
    """Train a Net on the data of this seed; the model, its losses and its accuracy on the validation rows."""
    X, y, X_val, y_val = make_data(seed)
    torch.manual_seed(seed)
    model = Net(X.shape[1], 3)
    losses = fit(model, X, y, epochs=15, lr=0.2, batch_size=16, seed=seed)
    predicted = predict_proba(model, X_val).argmax(dim=1)
    val_acc = (predicted == y_val).float().mean().item()
    return {"model": model, "losses": losses, "val_acc": val_acc}
