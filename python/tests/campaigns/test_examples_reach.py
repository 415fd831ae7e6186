"""The examples with images in their full forms, on MNIST: what they reach, and how long an epoch takes.

The file is the one that WINGBEAT_MNIST names, or ../shared/data/mnist.h5 beside the checkout. Without it, and in the
short form, there is nothing to do: test_examples.py runs the examples themselves.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from campaign import LONG, report
from support import ROOT

DATA = Path(os.environ.get("WINGBEAT_MNIST") or ROOT.parent / "shared" / "data" / "mnist.h5")
pytestmark = [
    pytest.mark.skipif(not LONG, reason="the full forms take minutes each: make campaign"),
    pytest.mark.skipif(not DATA.is_file(), reason=f"{DATA} is not there (set WINGBEAT_MNIST)"),
]
DTYPES = ("float32", "bfloat16")
ACCURACY = r"test accuracy ([\d.]+)%, test loss"


def output(name, folder):
    (program,) = (ROOT / "examples" / name).glob("*.py")
    result = subprocess.run([sys.executable, program, "--data", DATA], cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def seconds(text):
    """Those of each epoch, as text."""
    found = [float(value) for value in re.findall(r"epoch \d+/\d+: .* ([\d.]+) s$", text, flags=re.M)]
    return f"{len(found)} epochs, {sum(found) / len(found):.1f} s each"


@pytest.mark.parametrize("name, least", [("11-mnist-cnn", 99.2), ("12-lstm-rows", 98.0)])
def test_a_classifier_reaches_its_accuracy(name, least, tmp_path):
    text = output(name, tmp_path)
    accuracy = float(re.search(ACCURACY, text)[1])
    report(f"examples/{name}", f"test accuracy {accuracy:.2f} % (target {least} %), {seconds(text)}")
    assert accuracy >= least


def test_the_denoising_autoencoder_takes_four_fifths_of_the_noise_away(tmp_path):
    text = output("13-denoising-autoencoder", tmp_path)
    noisy, clean = map(float, re.search(r"pixel: ([\d.]+) with noise, ([\d.]+) without", text).groups())
    report("examples/13-denoising-autoencoder", f"squared error {noisy:.4f} to {clean:.4f}, {seconds(text)}")
    assert clean < noisy / 5
    assert (tmp_path / "demo-output" / "denoised.png").stat().st_size > 1000


def test_the_variational_autoencoder_describes_a_test_digit_in_less_than_108_nats(tmp_path):
    text = output("14-variational-autoencoder", tmp_path)
    nats = float(re.search(r"test: ([\d.]+) nats", text)[1])
    report("examples/14-variational-autoencoder", f"{nats:.2f} nats an image, {seconds(text)}")
    assert nats < 108
    assert (tmp_path / "demo-output" / "variational.png").stat().st_size > 1000


def test_the_residual_network_is_as_good_in_bfloat16_as_in_float32(tmp_path):
    text = output("15-residual-network", tmp_path)
    single, half = (float(re.search(rf"^{dtype}: test accuracy ([\d.]+)%", text, flags=re.M)[1]) for dtype in DTYPES)
    times = [seconds("\n".join(line for line in text.splitlines() if line.startswith(dtype))) for dtype in DTYPES]
    report("examples/15-residual-network", f"float32 {single:.2f} % ({times[0]}), bfloat16 {half:.2f} % ({times[1]})")
    assert min(single, half) > 98.5 and abs(single - half) < 0.5
