"""Callbacks: what is told of a training's epochs and batches."""

from ._callback import Callback, CallbackList
from ._history import History, ProgbarLogger
from ._monitoring import EarlyStopping, LearningRateScheduler, MonitorCallback, ReduceLROnPlateau
from ._others import LambdaCallback, RemoteMonitor, SwapEMAWeights, TensorBoard, TerminateOnNaN
from ._saving import BackupAndRestore, CSVLogger, ModelCheckpoint

__all__ = [
    "BackupAndRestore", "CSVLogger", "Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback",
    "LearningRateScheduler", "ModelCheckpoint", "MonitorCallback", "ProgbarLogger", "ReduceLROnPlateau",
    "RemoteMonitor", "SwapEMAWeights", "TensorBoard", "TerminateOnNaN",
]  # fmt: skip
