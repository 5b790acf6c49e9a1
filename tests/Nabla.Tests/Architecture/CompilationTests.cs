using System.Reflection;
using Nabla.Kernels;

namespace Nabla.Tests.Architecture;

/// <summary>How the compiler is told to treat kernels (docs/performance.md).</summary>
public class CompilationTests
{
    // A small caller that the runtime compiles again takes such a method into itself, as far as a bound on its length allows, and calls what is left.
    [Fact]
    public void Kernels_that_are_compiled_fully_are_apart_from_their_callers()
    {
        const BindingFlags All = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        var wrong = typeof(Compiled).Assembly.GetTypes()
            .Where(static type => type.Namespace == typeof(Compiled).Namespace && !type.Name.StartsWith("OuterTile", StringComparison.Ordinal)) // one kernel, in three steps that may join
            .SelectMany(static type => type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            .Where(static method => (method.MethodImplementationFlags & MethodImplAttributes.AggressiveOptimization) != 0)
            .Where(static method => (method.MethodImplementationFlags & MethodImplAttributes.NoInlining) == 0)
            .Select(static method => $"{method.DeclaringType!.Name}.{method.Name}");
        Assert.Empty(wrong);
    }
}
