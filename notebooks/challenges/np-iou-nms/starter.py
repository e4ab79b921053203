import numpy as np


def iou_matrix(A, B):
    """IoU of every box of A with every box of B."""
    raise NotImplementedError("your answer goes here")


def nms(boxes, scores, thr):
    """Indices of the boxes that greedy suppression keeps, best score first."""
    raise NotImplementedError("your answer goes here")
