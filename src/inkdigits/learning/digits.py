"""Labelled digits where a network computes, and what it says about them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from inkdigits.data import Dataset

__all__ = ["Digits", "predict_logits", "scale"]


@dataclass(frozen=True)
class Digits:
    """A data set on the device: images uint8 (N,1,28,28), labels int64 (N,)."""

    images: Tensor
    labels: Tensor

    @classmethod
    def of(cls, dataset: Dataset, device: torch.device) -> Digits:
        """Bring a data set to a device, where it stays for the run; on a CPU the pictures are not copied."""
        with warnings.catch_warnings():
            # Data sets are read-only, for which torch has no word; nothing here writes to them.
            warnings.simplefilter("ignore", UserWarning)
            images, labels = torch.from_numpy(dataset.images), torch.from_numpy(dataset.labels)
        return cls(images.unsqueeze(1).to(device), labels.to(device))

    def __len__(self) -> int:
        return len(self.labels)


@torch.no_grad()
def predict_logits(network: nn.Module, images: Tensor, batch_size: int = 1000) -> Tensor:
    """Return float32 (N,10) logits for uint8 (N,1,28,28) pictures, with the network in evaluation mode."""
    network.eval()
    return torch.cat([network(scale(batch)) for batch in images.split(batch_size)])


def scale(images: Tensor) -> Tensor:
    """Bring uint8 pictures to float32 from 0 to 1."""
    return images.to(torch.float32).div_(255)
