"""The second detector, with a stand-in for its package, and on the network with the real one."""

from __future__ import annotations

import builtins
import sys
import types

import numpy as np
import pytest
from synthetic_faces import SyntheticFace, draw

from lipsync_utils.errors import AssetError, MissingExtraError
from lipsync_utils.faces import topology
from lipsync_utils.faces.detector import make_detector
from lipsync_utils.faces.face_alignment_detector import FaceAlignmentDetector, mesh_from_68
from lipsync_utils.options import FaceOptions


def install_fake(monkeypatch, result, *, error=None, options=None):
    class FaceAlignment:
        def __init__(self, landmarks_type, device="cuda", flip_input=True, face_detector="sfd", compile=True):
            if error is not None:
                raise error
            if options is not None:
                options.update(device=device, compile=compile)

        def get_landmarks_from_image(self, image, return_bboxes=False):
            assert image.dtype == np.uint8
            assert return_bboxes
            return result

    fake = types.SimpleNamespace(FaceAlignment=FaceAlignment, LandmarksType=types.SimpleNamespace(TWO_D=1))
    monkeypatch.setitem(sys.modules, "face_alignment", fake)


def test_mesh_keeps_the_68_points_and_resembles_the_real_mesh(detector):
    true = detector.detect(draw(SyntheticFace(roll=20, mouth=0.5)), precise=True)[0].points
    fitted = mesh_from_68(true[list(topology.IBUG_68), :2])
    np.testing.assert_allclose(fitted[list(topology.IBUG_68), :2], true[list(topology.IBUG_68), :2], atol=1e-3)
    off = np.hypot(*(fitted - true)[:, :2].T)
    assert np.median(off) < 2  # of a face 210 pixels wide
    # Two opinions on depth: that of a modelled head, and the network's on a flat drawing.
    assert np.corrcoef(fitted[:, 2], true[:, 2])[0, 1] > 0.9
    assert np.ptp(fitted[:, 2]) == pytest.approx(np.ptp(true[:, 2]), rel=0.25)


def test_result_keeps_the_contract(monkeypatch):
    def landmarks(x):
        return (topology.NEUTRAL[list(topology.IBUG_68), :2] * 100 + [x, 80]).astype(np.float32)

    boxes = [np.array([250, 30, 350, 140, 0.9]), np.array([50, 30, 150, 140, 0.8])]
    options: dict = {}
    install_fake(monkeypatch, ([landmarks(300), landmarks(100)], None, boxes), options=options)
    faces = make_detector(FaceOptions(detector="face-alignment")).detect(np.zeros((160, 400, 3), np.uint8))
    assert options == {"device": "cpu", "compile": False}
    assert [round(float(face.points[:, 0].mean())) for face in faces] == [100, 300]
    assert [face.score for face in faces] == pytest.approx([0.8, 0.9])
    for face in faces:
        assert face.points.shape == (468, 3)
        assert face.points.dtype == face.box.dtype == np.float32
        np.testing.assert_array_equal(face.box, topology.box_of(face.points))


def test_no_face(monkeypatch):
    install_fake(monkeypatch, (None, None, None))
    assert FaceAlignmentDetector().detect(np.zeros((8, 8, 3), np.uint8)) == []


def test_missing_package_names_the_extra(monkeypatch):
    real_import = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "face_alignment":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(MissingExtraError, match=r"pip install 'lipsync_utils\[face-alignment\]'"):
        FaceAlignmentDetector()


def test_weights_out_of_reach(monkeypatch):
    install_fake(monkeypatch, None, error=OSError("no route to host"))
    with pytest.raises(AssetError, match="use the detector 'embedded'"):
        FaceAlignmentDetector()


@pytest.mark.network
def test_real_package():
    pytest.importorskip("face_alignment")
    drawn = SyntheticFace()
    faces = FaceAlignmentDetector().detect(draw(drawn))
    assert len(faces) == 1
    np.testing.assert_allclose(faces[0].points[[61, 291], :2], drawn.mouth_corners, atol=0.08 * drawn.width)
