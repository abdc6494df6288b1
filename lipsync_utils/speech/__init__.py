"""From sound to the mouth: phonetic targets, and the network that learned them."""

from .composing import lip_opening
from .model import SpeechModel
from .phonetics import targets
from .visemes import NAMES

__all__ = ["NAMES", "SpeechModel", "lip_opening", "targets"]
