// Memory and collections are counted for the whole process, so these tests run one after another in a process of their own.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
