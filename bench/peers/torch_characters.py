"""The character models of the recipes shakespeare-lstm and warpeace-gru in PyTorch: same parts of the text, layers, batches, schedule and clipping.
Prints test loss and training time of each seed.

    /usr/bin/python3 bench/peers/torch_characters.py shakespeare-lstm FOLDER_OF_THE_TEXT [--seeds 1,2,3] [--threads 1]

With --like RUNS it begins with Nabla's first weights and sees Nabla's windows, so that nothing is left to the draw. RUNS holds a run
RECIPE-startN for each seed N, whose only step changes no digit:

    nabla train RECIPE --data FOLDER --runs RUNS --name RECIPE-start1 --set training.seed=1 --set training.epochs=1 \\
        --set training.stepsPerEpoch=1 --set optimizer.learningRate=1e-12
"""
import argparse, gzip, json, math, pathlib, time
import numpy, torch

RECIPES = {     # text, where it begins, cells, part for validation, deviation of the embedding
    "shakespeare-lstm": ("input.txt", 0.0, torch.nn.LSTM, 0.0, 0.1),
    "warpeace-gru": ("warpeace_input.txt.gz", 0.1, torch.nn.GRU, 0.1111, 1.0),
}
CONTEXT, BATCH, STEPS, EPOCH, RATE, CLIP = 64, 32, 2000, 500, 2e-3, 5.0

flags = argparse.ArgumentParser()
flags.add_argument("recipe", choices=RECIPES)
flags.add_argument("folder", type=pathlib.Path)
flags.add_argument("--seeds", default="1,2,3")
flags.add_argument("--orthogonal", action="store_true", help="orthogonal weights from state to state, for each gate")
flags.add_argument("--like", type=pathlib.Path, help="folder of runs whose first weights and windows are used")
flags.add_argument("--threads", type=int, default=1)
a = flags.parse_args()
torch.set_num_threads(a.threads)
torch.set_flush_denormal(True)

name, begin, cell, validation, deviation = RECIPES[a.recipe]
raw = (a.folder / name).read_bytes()
text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("utf-8-sig")
letters = sorted(set(text))
numbers = {c: i for i, c in enumerate(letters)}
tokens = torch.tensor([numbers[c] for c in text])
tokens = tokens.roll(-round(len(tokens) * begin))
test_start = len(tokens) - round(len(tokens) * 0.1)
train = tokens[:test_start - round(test_start * validation)]
rest = tokens[test_start:]


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(len(letters), 64)
        torch.nn.init.normal_(self.embedding.weight, std=deviation)
        self.cells = cell(64, 256, num_layers=2, batch_first=True)
        for name, weight in self.cells.named_parameters():
            if a.orthogonal and name.startswith("weight_hh"):
                for gate in weight.data.split(256):
                    torch.nn.init.orthogonal_(gate)
        self.scores = torch.nn.Linear(256, len(letters))

    def forward(self, x):
        return self.scores(self.cells(self.embedding(x))[0]).flatten(0, 1)


def windows(source, starts):
    return torch.stack([source[s:s + CONTEXT] for s in starts]), torch.stack([source[s + 1:s + CONTEXT + 1] for s in starts]).flatten()


def mix(z):
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2 ** 64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2 ** 64
    return z ^ (z >> 31)


def split(stream, key):
    """Nabla's RandomStream.Split of a purpose or a number."""
    if isinstance(key, int):
        return mix((mix(stream ^ 0x696E646578000000) + key) % 2 ** 64)
    hash = 0xCBF29CE484222325
    for c in key:
        hash = (hash ^ ord(c)) * 0x100000001B3 % 2 ** 64
    return mix(mix(stream ^ 0x707572706F736500) ^ hash)


def bits(seed, stream, index):
    """64 bits of Philox4x32-10 (Salmon et al., 2011)."""
    low = 2 ** 32 - 1
    a, b, c, d = index >> 1 & low, index >> 33, stream & low, stream >> 32
    k, l = seed & low, seed >> 32
    for _ in range(10):
        p, q = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (q >> 32) ^ b ^ k, q & low, (p >> 32) ^ d ^ l, p & low
        k, l = (k + 0x9E3779B9) & low, (l + 0xBB67AE85) & low
    return c | d << 32 if index & 1 else a | b << 32


def nablas_windows(seed, count):
    """Starts of the windows of all steps, [steps, batch]."""
    orders = [split(split(split(0, "data loader"), "order"), epoch) for epoch in range(STEPS // EPOCH)]
    return [[bits(seed, orders[step // EPOCH], step % EPOCH * BATCH + i) * count >> 64 for i in range(BATCH)] for step in range(STEPS)]


def nablas_weights(path):
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    state = {}
    for key, entry in json.loads(raw[8:8 + size]).items():
        if key != "__metadata__":
            begin, end = entry["data_offsets"]
            name = key.replace("tokenScores_1.model", "scores").replace("embedding_1", "embedding").replace("gru_1", "cells").replace("lstm_1", "cells")
            state[name] = torch.tensor(numpy.frombuffer(raw[8 + size + begin:8 + size + end], numpy.float32).reshape(entry["shape"]))
    return state


losses = []
for seed in map(int, a.seeds.split(",")):
    torch.manual_seed(seed)
    draws = numpy.random.default_rng(seed)
    model = Model()
    starts = None
    if a.like:
        model.load_state_dict(nablas_weights(a.like / f"{a.recipe}-start{seed}" / "model.safetensors"))
        starts = nablas_windows(seed, len(train) - CONTEXT)
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    started = time.perf_counter()
    for step in range(STEPS):
        optimizer.param_groups[0]["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        x, y = windows(train, starts[step] if starts else draws.integers(0, len(train) - CONTEXT, BATCH))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
    seconds = time.perf_counter() - started
    with torch.no_grad():
        starts, total, count = range(0, len(rest) - CONTEXT, CONTEXT), 0.0, 0
        for first in range(0, len(starts), 256):
            x, y = windows(rest, starts[first:first + 256])
            total += float(torch.nn.functional.cross_entropy(model(x), y, reduction="sum"))
            count += len(y)
    losses.append(total / count)
    print(f"{a.recipe} seed {seed}: test loss {losses[-1]:.4f}, {seconds:.1f} s", flush=True)
print(f"{a.recipe}: mean {numpy.mean(losses):.4f} ± {numpy.std(losses, ddof=1) if len(losses) > 1 else 0:.4f}")
