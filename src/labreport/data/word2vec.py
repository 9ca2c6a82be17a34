"""Word vectors that are learnt from a data set's own sentences (Mikolov et al. 2013, arXiv:1301.3781), by gensim."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from gensim.models import Word2Vec

from labreport.data.prepared import Prepared
from labreport.data.words import SPECIAL, UNKNOWN
from labreport.errors import DataError

LIBRARIES = ("numpy", "gensim")  # whose versions can change the vectors


def train(prepared: Prepared, parameters: Mapping[str, Any]) -> np.ndarray:
    """Vectors for the words of a vocabulary: continuous bag of words, learnt from the training split.

    One worker, and words in the vocabulary's order: gensim's own sorting leaves open how equally frequent words
    stand, and both a word's first vector and the words drawn against it depend on that.

    Args:
        prepared: texts or pairs of texts; words outside the vocabulary are left out of the sentences.
        parameters: `dimensions`, `window` (words to either side), `epochs`, `seed`.

    Returns:
        float32 (vocabulary, dimensions); row 0, the padding, is zero, and row 1, any unknown word, the mean of the
        words' vectors.

    Raises:
        DataError: no texts, or a vocabulary without words.
    """
    if prepared.vocabulary is None or prepared.train_lengths is None:
        raise DataError(
            f"{prepared.dataset}: holds no texts to learn word vectors from; use a data set of texts or pairs"
        )
    words = prepared.vocabulary[len(SPECIAL) :]
    if not words:
        raise DataError(
            f"{prepared.dataset}: its vocabulary has no word; use more training data or a smaller min_count"
        )
    tokens = prepared.train_inputs.reshape(-1, prepared.train_inputs.shape[-1])
    sentences = [[prepared.vocabulary[index] for index in row[row > UNKNOWN]] for row in tokens]
    counts = np.bincount(tokens.reshape(-1), minlength=len(prepared.vocabulary))[len(SPECIAL) :]
    model = Word2Vec(
        vector_size=parameters["dimensions"],
        window=parameters["window"],
        seed=parameters["seed"],
        min_count=1,
        workers=1,
        sorted_vocab=0,
    )
    # Where sentences were cut a word may have no place left; it counts as one, and keeps the vector it began with.
    frequencies = dict(zip(words, np.maximum(counts, 1).tolist(), strict=True))
    model.build_vocab_from_freq(frequencies, corpus_count=len(sentences))
    model.train(sentences, total_examples=len(sentences), epochs=parameters["epochs"])
    vectors = np.zeros((len(prepared.vocabulary), parameters["dimensions"]), np.float32)
    vectors[len(SPECIAL) :] = model.wv[words]
    vectors[UNKNOWN] = vectors[len(SPECIAL) :].mean(0, dtype=np.float64)
    return vectors
