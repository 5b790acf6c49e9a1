// Tests set the number of threads of the process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
