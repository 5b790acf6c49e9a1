"""The classical learners of the peer's trees.py, each line with the most memory that was resident while its case was fitted, data
included. That script leaves memory out; here its stopwatch, which asks what other programs do, also starts the memory's peak anew."""
import runpy
import common

tell, others = common.emit, common.foreign
most = None     # None: the next look at the other programs begins the first fit of a case


def peak_mb():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:")) / 1024


def foreign():
    global most
    most = 0 if most is None else max(most, peak_mb())
    with open("/proc/self/clear_refs", "w") as f: f.write("5")
    return others()


def emit(*what, **extra):
    global most
    tell(*what, **extra, peak_rss_mb=max(most or 0, peak_mb()))
    most = None


common.foreign, common.emit = foreign, emit
runpy.run_module("trees", run_name="__main__")
