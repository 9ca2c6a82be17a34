"""What a report says of runs that it was made without: seeds that failed, experiments that cannot be trained."""

from collections.abc import Iterable, Mapping

from labreport.documents import wording
from labreport.languages import said
from labreport.results import Results


def short(results: Results, experiments: Iterable[str], lang: str) -> dict[str, str]:
    """Experiment -> `mycnn: 4 of 5 seeds`, with its title, of those that lack a run."""
    counts = {name: (len(results.runs(name)), results.planned(name)) for name in experiments}
    return {
        name: said("seeds", "part", lang, results.title(name, lang), there, planned)
        for name, (there, planned) in counts.items()
        if there < planned
    }


def notice(results: Results, found: Mapping[str, str], lang: str, left_out: Mapping[str, str] | None = None) -> str:
    """The sentence at the top of a report: which experiments lack which seeds, and why; empty where none does.

    Args:
        results: the report's runs.
        found: what `short` found.
        lang: `zh` or `en`.
        left_out: experiments that it was made without -> the pretrained weights that they would start from.
    """
    entries = [said("seeds", "entry", lang, part, _why(results, name, lang)) for name, part in found.items()]
    entries += [said("seeds", "left_out", lang, name, file) for name, file in (left_out or {}).items()]
    return said("seeds", "notice", lang, said("seeds", "join", lang).join(entries)) if entries else ""


def mark(found: Mapping[str, str], experiments: Iterable[str], lang: str) -> str:
    """How the caption of what shows some experiments ends: `[mycnn: 4 of 5 seeds]`; empty where none lacks a seed."""
    parts = [found[name] for name in experiments if name in found]
    return wording.word("marked", lang, said("seeds", "join", lang).join(parts)) if parts else ""


def _why(results: Results, experiment: str, lang: str) -> str:
    """`seed 3 failed: the loss is nan`, of each run that is not there."""
    failures = {seed: " ".join(message.split()) for seed, message in results.failures(experiment).items()}
    reasons = (said("seeds", "failed", lang, seed, message.rstrip(".。")) for seed, message in failures.items())
    return said("seeds", "join", lang).join(reasons)
