"""XGBoost's histogram trees and ranking on the data of the peer's trees.py: seconds of training, of predicting 200k fresh rows, and the
peak memory meanwhile, data included. A separate script, because that one leaves memory out and counts what making the data took."""
import os, sys
only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
arguments, sys.argv = sys.argv, ["trees.py", "--only", "none of its cases"]
from trees import *
sys.argv = arguments
import xgboost as xgb

b = flags(__doc__)
os.environ["OMP_NUM_THREADS"] = str(b.threads)


def reset_peak():
    with open("/proc/self/clear_refs", "w") as f: f.write("5")


def peak_mb():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:")) / 1024


def tell(case, seconds, **extra): emit("trees", case, b.tool or "xgboost", b.threads, seconds, "s", **extra)


if "xgb hist" in only or not only:
    n, (x, y) = 1_000_000, binary(1_200_000)
    reset_peak()
    d = xgb.DMatrix(x[:n], y[:n], nthread=b.threads)
    p = dict(objective="binary:logistic", tree_method="hist", max_depth=6, eta=.1, max_bin=256, nthread=b.threads)
    t, m = timed(lambda: xgb.train(p, d, 100))
    tell("xgb hist 100 trees depth 6", t, peak_rss_mb=peak_mb())
    ask = (lambda: m.predict(xgb.DMatrix(x[n:], nthread=b.threads)), lambda: m.inplace_predict(x[n:]))
    tell("xgb hist predict 200k rows", min(timed(f)[0] for f in ask for _ in range(3)))
if "xgb rank:ndcg" in only or not only:
    r = uniform(3, 240_000, 30); s = score(r) + bell(4, 240_000)
    g = np.searchsorted([-1, .5, 2, 3.5], s).astype(np.float32); n = 200_000
    reset_peak()
    d = xgb.DMatrix(r[:n], g[:n], nthread=b.threads); d.set_group([20] * 10_000)
    p = dict(objective="rank:ndcg", tree_method="hist", max_depth=6, eta=.1, nthread=b.threads)
    t, m = timed(lambda: xgb.train(p, d, 100))
    tell("xgb rank:ndcg 10k x 20 x 30, 100 trees depth 6", t, peak_rss_mb=peak_mb())
