using System.Reflection;
using Nabla.Kernels;

namespace Nabla.Tests.Operations;

/// <summary>Every elementwise operation of the library, found by reflection; those with constants get the ones below.</summary>
static class ElementwiseTable
{
    static readonly Dictionary<Type, object[]> Constants = new()
    {
        [typeof(AffineOperation)] = [1.75, -0.375],
        [typeof(ScaleOperation)] = [1.75],
        [typeof(QuotientOperation)] = [1.75],
        [typeof(ReciprocalOperation)] = [1.5],
        [typeof(PowerOperation)] = [2.5],
        [typeof(LerpOperation)] = [0.375],
        [typeof(ResponseOperation)] = [0.5, 0.75, 5.0],
        [typeof(AbsolutePowerOperation)] = [1.5],
        [typeof(RootOperation)] = [0.25],
        [typeof(LeakyReluOperation)] = [0.0625],
        [typeof(EluOperation)] = [1.25],
        [typeof(CeluOperation)] = [1.25],
        [typeof(SoftShrinkOperation)] = [0.5],
        [typeof(HardShrinkOperation)] = [0.5],
        [typeof(SwishOperation)] = [1.5],
        [typeof(ThresholdOperation)] = [-1.0],
        [typeof(HardTanhOperation)] = [-1.0, 1.0],
        [typeof(HuberOperation)] = [0.75],
        [typeof(ClampOperation)] = [-5.0, 2.5],
    };

    public static IEnumerable<Type> Unary => Implementing(typeof(IUnaryOperation));

    public static IEnumerable<Type> Binary => Implementing(typeof(IBinaryOperation));

    public static TheoryData<string> UnaryNames => [.. Unary.Select(type => type.Name)];

    public static TheoryData<string> BinaryNames => [.. Binary.Select(type => type.Name)];

    /// <summary>Calls a generic static method of <paramref name="tests"/> with the operation of this name.</summary>
    public static void Call(Type tests, string method, string name)
    {
        Type type = Unary.Concat(Binary).Single(type => type.Name == name);
        try
        {
            tests.GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type).Invoke(null, [Create(type)]);
        }
        catch (TargetInvocationException error)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error.InnerException!);
        }
    }

    public static object Create(Type type)
    {
        if (type.GetConstructors().Length == 0) return Activator.CreateInstance(type)!;
        Assert.True(Constants.ContainsKey(type), $"{type.Name} has constants: give it a row in {nameof(ElementwiseTable)}.");
        return Activator.CreateInstance(type, Constants[type])!;
    }

    static IEnumerable<Type> Implementing(Type contract) =>
        contract.Assembly.GetTypes().Where(type => type is { IsValueType: true, IsGenericType: false } && type.IsAssignableTo(contract)).OrderBy(type => type.Name);
}
