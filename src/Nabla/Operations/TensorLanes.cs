using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Whole tensors as lanes: an elementwise formula run on them records its graph. This is how a slope is differentiated again
/// without being written a second time. Constants stay numbers until they meet a tensor.
/// </summary>
internal readonly struct TensorLanes : ILanes<TensorLanes>
{
    readonly Tensor? tensor;
    readonly double constant;

    public TensorLanes(Tensor tensor) => this.tensor = tensor;

    TensorLanes(double constant) => this.constant = constant;

    /// <summary>The result as a tensor of the given type; a constant becomes a scalar.</summary>
    public Tensor In(DType dtype) => tensor ?? Tensor.Full(Shape.Scalar, constant, dtype);

    public static TensorLanes operator +(TensorLanes a, TensorLanes b) =>
        Combine(a, b, static (x, y) => x + y, static (x, c) => x + c, static (c, x) => x + c, static (x, y) => x + y);

    public static TensorLanes operator -(TensorLanes a, TensorLanes b) =>
        Combine(a, b, static (x, y) => x - y, static (x, c) => x - c, static (c, x) => c - x, static (x, y) => x - y);

    public static TensorLanes operator *(TensorLanes a, TensorLanes b) =>
        Combine(a, b, static (x, y) => x * y, static (x, c) => x * c, static (c, x) => x * c, static (x, y) => x * y);

    public static TensorLanes operator /(TensorLanes a, TensorLanes b) =>
        Combine(a, b, static (x, y) => x / y, static (x, c) => x / c, static (c, x) => c / x, static (x, y) => x / y);

    public static TensorLanes operator -(TensorLanes a) => a.tensor is null ? new(-a.constant) : new(-a.tensor);

    public static TensorLanes Constant(double value) => new(value);

    public static TensorLanes FusedMultiplyAdd(TensorLanes a, TensorLanes b, TensorLanes c) => a * b + c;

    public static TensorLanes Abs(TensorLanes x) => Apply(x, static t => t.Abs(), Math.Abs);

    /// <summary>As a number: the sign of −0 is that of 0.</summary>
    public static TensorLanes CopySign(TensorLanes x, TensorLanes sign)
    {
        TensorLanes size = Abs(x);
        return IfLess(sign, Constant(0), -size, size);
    }

    public static TensorLanes Sqrt(TensorLanes x) => Apply(x, static t => t.Sqrt(), Math.Sqrt);

    public static TensorLanes Min(TensorLanes a, TensorLanes b) => IfLess(b, a, b, a);

    public static TensorLanes Max(TensorLanes a, TensorLanes b) => IfLess(a, b, b, a);

    public static TensorLanes Floor(TensorLanes x) => Apply(x, static t => t.Floor(), Math.Floor);

    public static TensorLanes Round(TensorLanes x) => Apply(x, static t => t.Round(), static v => Math.Round(v));

    public static TensorLanes Exp(TensorLanes x) => Apply(x, static t => t.Exp(), Math.Exp);

    public static TensorLanes Expm1(TensorLanes x) => Apply(x, static t => t.Expm1(), ScalarMath.Expm1);

    public static TensorLanes Log(TensorLanes x) => Apply(x, static t => t.Log(), Math.Log);

    public static TensorLanes Log2(TensorLanes x) => Apply(x, static t => t.Log2(), Math.Log2);

    public static TensorLanes Log10(TensorLanes x) => Apply(x, static t => t.Log10(), Math.Log10);

    public static TensorLanes Log1p(TensorLanes x) => Apply(x, static t => t.Log1p(), ScalarMath.Log1p);

    public static TensorLanes Sinh(TensorLanes x) => Apply(x, static t => t.Sinh(), Math.Sinh);

    public static TensorLanes Cosh(TensorLanes x) => Apply(x, static t => t.Cosh(), Math.Cosh);

    public static TensorLanes Tanh(TensorLanes x) => Apply(x, static t => t.Tanh(), Math.Tanh);

    public static TensorLanes Sigmoid(TensorLanes x) => Apply(x, static t => t.Sigmoid(), ScalarMath.Sigmoid);

    public static TensorLanes NormalDistribution(TensorLanes x) =>
        Apply(x, static t => t.NormalDistribution(), ScalarMath.NormalDistribution);

    public static TensorLanes Erf(TensorLanes x) => Apply(x, static t => t.Erf(), ScalarMath.Erf);

    public static TensorLanes Sin(TensorLanes x) => Apply(x, static t => t.Sin(), Math.Sin);

    public static TensorLanes Cos(TensorLanes x) => Apply(x, static t => t.Cos(), Math.Cos);

    public static TensorLanes Atan(TensorLanes x) => Apply(x, static t => t.Atan(), Math.Atan);

    public static TensorLanes Hypot(TensorLanes a, TensorLanes b)
    {
        if (a.tensor is null && b.tensor is null) return new(double.Hypot(a.constant, b.constant));
        DType dtype = (a.tensor ?? b.tensor!).DType;
        return new(a.In(dtype).Hypot(b.In(dtype)));
    }

    public static TensorLanes Pow(TensorLanes a, TensorLanes b)
    {
        if (a.tensor is null && b.tensor is null) return new(Math.Pow(a.constant, b.constant));
        DType dtype = (a.tensor ?? b.tensor!).DType;
        return b.tensor is null ? new(a.tensor!.Pow(b.constant)) : new(a.In(dtype).Pow(b.tensor));
    }

    public static TensorLanes IfLess(TensorLanes a, TensorLanes b, TensorLanes then, TensorLanes otherwise) =>
        Select(a, b, then, otherwise, static (x, y) => x.Less(y), static (x, y) => x < y);

    public static TensorLanes IfEqual(TensorLanes a, TensorLanes b, TensorLanes then, TensorLanes otherwise) =>
        Select(a, b, then, otherwise, static (x, y) => x.EqualTo(y), static (x, y) => x == y);

    static TensorLanes Apply(TensorLanes x, Func<Tensor, Tensor> onTensor, Func<double, double> onNumber) =>
        x.tensor is null ? new(onNumber(x.constant)) : new(onTensor(x.tensor));

    static TensorLanes Combine(
        TensorLanes a, TensorLanes b, Func<Tensor, Tensor, Tensor> both, Func<Tensor, double, Tensor> left,
        Func<double, Tensor, Tensor> right, Func<double, double, double> numbers) => (a.tensor, b.tensor) switch
        {
            (null, null) => new(numbers(a.constant, b.constant)),
            (null, { } y) => new(right(a.constant, y)),
            ({ } x, null) => new(left(x, b.constant)),
            ({ } x, { } y) => new(both(x, y)),
        };

    static TensorLanes Select(
        TensorLanes a, TensorLanes b, TensorLanes then, TensorLanes otherwise,
        Func<Tensor, Tensor, Tensor> compare, Func<double, double, bool> numbers)
    {
        if (a.tensor is null && b.tensor is null) return numbers(a.constant, b.constant) ? then : otherwise;
        DType dtype = (a.tensor ?? b.tensor!).DType;
        Tensor condition = compare(a.In(dtype), b.In(dtype));
        return new(Tensor.Where(condition, then.In(dtype), otherwise.In(dtype)));
    }
}
