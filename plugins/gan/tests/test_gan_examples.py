"""The scripts in ``examples`` run as they are told to, on little data and with few steps."""

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

EXAMPLES = Path(__file__).parents[1] / "examples"
SHARES = Path(__file__).parents[3] / "reports" / "glgan_adaptive"
FEW = {"steps": 3, "rounds": 3}
PNG = b"\x89PNG\r\n\x1a\n"


def script(name):
    """Return a script as a module."""
    spec = spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def drawing():
    pytest.importorskip("matplotlib", reason="the figures need matplotlib: pip install matplotlib")
    yield script("mnist_figures")
    del sys.modules["mnist_figures"]


@pytest.fixture
def timing():
    yield script("gpu_batching")
    del sys.modules["gpu_batching"]


@pytest.fixture
def folder(tmp_path):
    """Make a folder with images that are noise, 60 of each digit."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, 256, (120, 784), dtype=np.uint8)
    np.savez(tmp_path / "mnist_4_7.npz", X=X, y=np.repeat([4, 7], 60))
    return tmp_path


def quick(drawing, seed):
    """Return the samplers of the picture with few steps and neighbours."""
    compared = drawing.samplers(seed)
    for sampler in compared.values():
        known = sampler.get_params()
        few = {**FEW, "max_steps": 3, "k_neighbors": 2, "batch_size": 16}
        sampler.set_params(**{name: value for name, value in few.items() if name in known})
    return compared


def digits_of(drawing, folder, seed=0):
    return drawing.thinned(*drawing.read(folder), ratio=0.1, seed=seed)


def test_each_kind_of_image_and_each_loss_has_a_panel(drawing, folder):
    """Two kinds of real sevens and five samplers make seven panels, five losses five, each with a name."""
    grid, losses = drawing.figures(digits_of(drawing, folder), quick(drawing, 0), 3, 0).values()
    kinds = [axes.get_ylabel() for axes in grid.axes]
    titles = [axes.get_title() for axes in losses.axes]

    assert ["trained on (3 of 4)", "held back"] == kinds[:2]
    assert list(drawing.samplers(0)) == kinds[2:]
    assert [f"{name}, ({number})" for name, number in drawing.EQUATIONS.items()] == titles
    assert all("48 fours and 4 sevens" in figure.get_suptitle() for figure in (grid, losses))


def test_sevens_held_back_are_not_trained_on(drawing, folder):
    """Training rows and withheld ones share no row, and no seven is lost."""
    digits = digits_of(drawing, folder)
    real = {row.tobytes() for row in digits.X}

    assert (48, 4) == digits.counts
    assert 56 == len(digits.hidden)
    assert not real & {row.tobytes() for row in digits.hidden}


def test_a_seed_gives_the_same_files(drawing, folder, tmp_path):
    """Two runs with one seed write the same bytes, another seed others; all are pictures of moderate size."""
    drawn = {}
    for run, seed in (("first", 0), ("again", 0), ("other", 1)):
        made = drawing.figures(digits_of(drawing, folder, seed), quick(drawing, seed), 3, seed)
        for name, figure in made.items():
            drawing.save(figure, tmp_path / run / name)
        drawn[run] = [(tmp_path / run / name).read_bytes() for name in made]

    assert drawn["first"] == drawn["again"]
    assert drawn["first"] != drawn["other"]
    assert all(file.startswith(PNG) and len(file) < 300_000 for file in drawn["first"])


def test_a_script_without_its_data_says_what_it_needs(drawing, tmp_path):
    """A folder without the file ends the script with a sentence."""
    with pytest.raises(SystemExit, match=r"has no mnist_4_7\.npz; it needs the arrays X"):
        drawing.main(["--data-dir", str(tmp_path)])


def test_too_small_a_ratio_is_refused(drawing, folder):
    """A ratio that leaves fewer than two sevens is refused with the numbers."""
    with pytest.raises(SystemExit, match="leaves 0 sevens beside 48 fours"):
        drawing.main(["--data-dir", str(folder), "--ratio", "0.01"])


def test_batches_are_timed_on_a_cpu_too():
    """With `--device cpu` the script prints a head and a row a size, ratio last."""
    options = ["--device", "cpu", "--batches", "2", "3", "--repeats", "1", "--steps", "2", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, EXAMPLES / "gpu_batching.py", *options], capture_output=True, text=True
    )
    lines = done.stdout.splitlines()

    assert (0, 4) == (done.returncode, len(lines)), done.stderr
    for size, line in zip((2, 3), lines[2:], strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert ["CPU, 1 thread(s)", torch.__version__, str(size)] == cells[:3]
        assert float(cells[-1]) > 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA GPU")
def test_without_a_gpu_the_script_says_so(timing):
    """On a machine without CUDA the default ends with code 1 and a sentence."""
    with pytest.raises(SystemExit, match=r"no CUDA GPU here: .* finds none") as ended:
        timing.main([])

    assert isinstance(ended.value.code, str)  # which Python prints, and exits with 1


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU")
def test_batches_are_timed_on_a_gpu(timing):
    """On a GPU the row has its name."""
    sampler = timing.GLGAN(device="cuda", steps=2, rounds=1)
    found = timing.compare(sampler, timing.problem(), size=2, rounds=1)

    assert torch.cuda.get_device_name() in found.row(torch.device("cuda"))


@pytest.fixture
def usps(tmp_path):
    """Make a folder with digits that are noise of six pixels, 250 twos and 20 eights."""
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "usps.npz", X=rng.normal(size=(270, 6)), y=np.repeat([2, 8], [250, 20]))
    return tmp_path


def test_a_device_is_held_against_the_cpu(usps):
    """Each method has its row: from one CPU to itself nothing differs; each precision has its scores."""
    few = ["--device", "cpu", "--splits", "2", "--steps", "2", "--rounds", "1", "--large", "60", "5"]
    done = subprocess.run(
        [sys.executable, EXAMPLES / "gpu_check.py", "--data", usps, *few], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines()]
    by_method = {row[0]: row[1:] for row in rows if len(row) == 4}
    scored = [(row[0], row[1]) for row in rows if len(row) == 5 and row[1].startswith("cpu")]

    for name in ("GLGAN", "AutoOnly", "AEWithoutCluster", "GLGANAdaptive", "CGAN", "BAGAN"):
        assert by_method[name][1] == "0, 0.0e+00"
    assert scored[1:4] == [("GLGAN", f"cpu, {name}") for name in ("float32", "tf32", "bfloat16")]
    assert "one fit of GL-GAN, 60 x 5: " in done.stdout


def test_a_member_that_fails_ends_the_timing(timing):
    """What a member of a batch failed with is raised, since its time would mean nothing."""

    class Failing:
        def fit_resample_batch(self, problems, seeds):
            return [FloatingPointError("training diverged") for _ in seeds]

    with pytest.raises(FloatingPointError, match="diverged"):
        timing.together(Failing(), timing.problem(), [0, 1])


@pytest.fixture
def shares():
    pytest.importorskip("matplotlib", reason="the figures need matplotlib: pip install matplotlib")
    yield script("share_map")
    del sys.modules["share_map"]


def test_shares_of_few_sets_make_a_report(shares, tmp_path, capsys):
    """Tables, picture and page come of two small sets and a cut of the digits; what is not there is said."""
    few = ["--sets", "ecoli1", "zoo_3", "--wide", "digits", "usps", "--splits", "1", "--draws", "1"]
    shares.main([str(tmp_path), *few])
    sets, surface = (pd.read_csv(tmp_path / f"{name}.csv") for name in ("sets", "surface"))

    assert capsys.readouterr().out.endswith("too few minority rows: []; not there: ['usps']\n")
    assert set(sets["dataset"]) == {"ecoli1", "zoo_3"}
    assert sets["share"].between(0, 1).all()
    assert len(surface) == 5 * 6
    assert (tmp_path / "share.md").read_text(encoding="utf-8") == shares.report(sets, surface)
    assert (tmp_path / "share.png").read_bytes().startswith(PNG)


def test_the_committed_shares_are_those_of_today(shares):
    """The page is remade from its tables, and omega of two sets is what the tables have."""
    sets, surface = (pd.read_csv(SHARES / f"{name}.csv") for name in ("sets", "surface"))
    again = pd.DataFrame([line for name in ("ecoli1", "yeast4") for line in shares.of_set(name, 2)])
    kept = sets[sets["dataset"].isin(["ecoli1", "yeast4"]) & (sets["split"] < 2)].reset_index(drop=True)

    assert (SHARES / "share.md").read_text(encoding="utf-8") == shares.report(sets, surface)
    pd.testing.assert_frame_equal(again, kept, rtol=1e-4, check_dtype=False)


@pytest.fixture
def sevens(drawing):
    yield script("share_sevens")
    del sys.modules["share_sevens"]


def test_each_share_has_its_line_of_sevens(drawing, sevens, folder):
    """Two lines of real images and one a share, the last that of the share that was measured."""
    digits = digits_of(drawing, folder)
    kinds = [axes.get_ylabel() for axes in sevens.picture(digits, 3, 0, **FEW).axes]

    assert kinds[:5] == ["trained on", "held back", "share 0.00", "share 0.50", "share 1.00"]
    assert re.fullmatch(r"share \d\.\d\d, measured", kinds[5])
    assert len(kinds) == 6
