"""Damaged files and configs of Keras through the loader: an error or a right answer, whatever the bytes are.

Each file is one of the fixture keras_files.h5 with some bytes changed: flipped, made small or large, cleared, copied
from elsewhere, cut; in the archive, in the HDF5 file inside of it, or in its JSON, where also words and numbers are
exchanged. What is inside is packed again with right checksums, so that damage gets as far as it can. A child process
reads it with memory that is bounded to 1 GiB above what it has at the start. Nothing may crash or hang.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import h5py
import numpy as np
from campaign import report, times
from support import ROOT
from test_damaged_checkpoints import Reader

FIXTURE = ROOT / "python" / "tests" / "fixtures" / "keras_files.h5"
LIMIT = 60.0
CHILD = """
import resource, sys
import numpy as np
import wingbeat as wb
wb.set_num_threads(1)
pages = int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * 4096 + (1 << 30),) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print("ready", flush=True)
for line in sys.stdin:
    path, config = line.rstrip("\\n").split("\\t")
    try:
        model = wb.load(path, config=open(config).read() if config else None)
        for parameter in model.parameters():
            parameter.detach().numpy()
        answer = "value"
    except (wb.Error, MemoryError) as error:
        answer = "error" if str(error) else "unsaid"
    except ValueError:  # as Keras says that it knows no regularizer of a name, and a path that is no text
        answer = "error"
    except Exception as error:
        answer = f"raised {type(error).__name__} {error}".replace("\\n", " ")[:200]
    print(answer, flush=True)
"""


class Child(Reader):
    """The child, begun anew where it has died."""

    code = CHILD

    def ask(self, path: Path, config: str) -> str:
        process = self.start()
        assert process.stdin is not None
        process.stdin.write(f"{path}\t{config}\n".encode())
        process.stdin.flush()
        answer = self.line()
        if answer is None or answer == "hang":
            self.stop()
        return answer or "died"

    def close(self) -> None:
        if self.process is not None:
            self.stop()


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        if not out:
            break
        at = int(rng.integers(len(out)))
        size = int(rng.integers(1, 64))
        kind = int(rng.integers(7))
        if kind == 0:
            out[at] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            out[at] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFF]))
        elif kind == 2:
            out[at : at + 8] = int(rng.choice([0, 1, 2**31, 2**63 - 1, 2**63])).to_bytes(8, "little")
        elif kind == 3:
            out[at : at + size] = bytes(size)
        elif kind == 4:
            other = int(rng.integers(len(out)))
            out[at : at + size] = out[other : other + size]
        elif kind == 5:
            del out[at : at + size]
        else:
            del out[at:]
    return bytes(out)


def damaged_text(text: str, rng: np.random.Generator) -> str:
    """JSON that mostly stays JSON: numbers and words are exchanged, members go or come twice."""
    for _ in range(int(rng.integers(1, 4))):
        kind = int(rng.integers(5))
        if kind == 0:
            found = list(re.finditer(r"-?\d+(\.\d+)?", text))
            new = str(rng.choice(["0", "-1", "1e99", "9223372036854775807", "NaN", "[]", "null", '"x"', "1073741824"]))
        elif kind == 1:
            found = list(re.finditer(r'"[^"\\]*"', text))
            new = found[int(rng.integers(len(found)))].group() if found else ""
        elif kind == 2:
            found = list(re.finditer(r"null|true|false", text))
            new = str(rng.choice(["null", "true", "{}", "[[[]]]", '"same"', "-7"]))
        elif kind == 3:
            found = list(re.finditer(r"\[[^\[\]]*\]", text))
            new = str(rng.choice(["[]", "[null, null]", "[" * 300, "[[1], [2]]", "{}"]))
        else:
            return damaged(text.encode(), rng).decode("utf-8", "replace")
        if found:
            span = found[int(rng.integers(len(found)))].span()
            text = text[: span[0]] + new + text[span[1] :]
    return text


def variant(name: str, data: bytes, config: str | None, rng: np.random.Generator) -> tuple[bytes, str | None]:
    if data[:2] != b"PK":
        if config is not None and rng.random() < 0.5:
            return data, damaged_text(config, rng)
        text = re.search(rb'\{"class_name.*\}\}', data, re.S)
        if text is not None and rng.random() < 0.5:
            # Of the same length, since the file says it.
            new = damaged_text(text.group().decode(), rng).encode()[: len(text.group())].ljust(len(text.group()))
            return data[: text.start()] + new + data[text.end() :], config
        return damaged(data, rng), config
    if rng.random() < 0.3:
        return damaged(data, rng), None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {entry: archive.read(entry) for entry in archive.namelist()}
    if rng.random() < 0.6:
        members["config.json"] = damaged_text(members["config.json"].decode(), rng).encode()
    else:
        members["model.weights.h5"] = damaged(members["model.weights.h5"], rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if rng.random() < 0.3 else zipfile.ZIP_STORED) as archive:
        for entry, content in members.items():
            archive.writestr(entry, content)
    return out.getvalue(), None


def test_damaged_files_of_keras_are_an_error_or_an_answer(tmp_path: Path) -> None:
    with h5py.File(FIXTURE) as file:
        sources = [
            (name, file[name]["file"][()].tobytes(), file[name].attrs.get("architecture"))
            for name in file
            if not name.startswith(("lambda", "custom"))
        ]
    rng = np.random.default_rng(2_000)
    reader, counts, wrong = Child(), {"value": 0, "error": 0}, []
    try:
        for number in range(times(200, 2_000)):
            name, data, config = sources[number % len(sources)]
            content, text = variant(name, data, config, rng)
            path, beside = tmp_path / "damaged.file", tmp_path / "config.json"
            path.write_bytes(content)
            if text is not None:
                beside.write_text(text)
            answer = reader.ask(path, str(beside) if text is not None else "")
            if answer in counts:
                counts[answer] += 1
            else:
                kept = tmp_path / f"{number}-{name}"
                kept.write_bytes(content)
                wrong.append(f"{kept} {text if text is None else text[:200]!r}: {answer}")
    finally:
        reader.close()
    report("damaged files of Keras", f"{sum(counts.values()) + len(wrong)} files, {counts}, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)
