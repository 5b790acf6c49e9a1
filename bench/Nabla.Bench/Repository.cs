namespace Nabla.Bench;

/// <summary>Where things are.</summary>
internal static class Repository
{
    const string Mark = "Nabla.slnx";

    static readonly string root = Find(Directory.GetCurrentDirectory()) ?? Find(AppContext.BaseDirectory) ??
        throw new BenchException($"Nabla.Bench: expected to run inside the repository, found no {Mark} above {Directory.GetCurrentDirectory()}.", exitCode: 2);

    /// <summary>The peer's scripts, beside the repository.</summary>
    public static string DefaultPeers => System.IO.Path.GetFullPath(System.IO.Path.Combine(root, "..", "shared", "peers"));

    /// <summary>A path relative to the repository.</summary>
    public static string Path(string relative) => System.IO.Path.Combine(root, relative);

    static string? Find(string folder)
    {
        for (var place = new DirectoryInfo(folder); place is not null; place = place.Parent)
            if (File.Exists(System.IO.Path.Combine(place.FullName, Mark))) return place.FullName;
        return null;
    }
}
