using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="Newton"/> and <see cref="GaussNewton"/>.</summary>
public sealed record NewtonOptions : OptimizerOptions
{
    /// <summary>λ added to the diagonal, at least 0: towards gradient descent with rate 1/λ as it grows. Default 0.</summary>
    public double Damping
    {
        get;
        init => field = NotNegative(value, nameof(Damping));
    }

    /// <summary>Most numbers that all parameters together may have, since n² are stored and n³ computed. Default 2000.</summary>
    public int MaximumSize
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MaximumSize), value, $"MaximumSize: expected at least 1, got {value}.");
    } = 2000;
}

/// <summary>
/// What methods share that solve for one direction of all parameters together, w ← w − η·d, from the loss itself: use
/// <see cref="Optimizer.Step(Func{Tensor})"/>.
/// </summary>
public abstract class SecondOrderOptimizer : Optimizer
{
    double[] direction = [];

    private protected SecondOrderOptimizer(IEnumerable<ParameterGroup> groups, double learningRate, NewtonOptions? options)
        : base(groups, learningRate, options, 0)
    {
        Options = options ?? new NewtonOptions();
        long size = Trained.Sum(static parameter => (long)parameter.Length);
        if (size > Options.MaximumSize)
            throw new ArgumentException(
                $"{GetType().Name}: expected at most {Options.MaximumSize} numbers in all parameters, got {size}. Use Lbfgs, or raise MaximumSize.", nameof(groups));
    }

    /// <inheritdoc/>
    public override bool NeedsLoss => true;

    private protected NewtonOptions Options { get; }

    private protected override string[] StateNames => [];

    /// <summary>The parameters that take a gradient, in order.</summary>
    private protected Tensor[] Trained => [.. Parameters.Where(static parameter => parameter.RequiresGradient)];

    /// <summary>Value, and the system A·d = b to solve; b is the gradient.</summary>
    private protected abstract double Linearize(Func<Tensor> loss, Tensor[] parameters, out double[] matrix, out double[] right);

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">The matrix is not positive definite.</exception>
    public override double Step(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        double value = Linearize(loss, Trained, out double[] matrix, out double[] right);
        int n = right.Length, at = 0;
        foreach (Tensor parameter in Trained) parameter.Gradient = Part(right, ref at, parameter);
        for (int i = 0; i < n; i++) matrix[i * n + i] += Options.Damping;
        int failed = Cholesky.Solve(matrix, right);
        if (failed >= 0)
            throw new ArithmeticException(
                $"{GetType().Name}: expected a positive definite matrix, got a pivot that is not positive at {failed} of {n}: the loss curves down or not at all. " +
                $"Raise Damping above {Options.Damping}.");
        direction = right;
        Take();
        return value;
    }

    private protected override void Advance()
    {
        int at = 0;
        foreach (ParameterGroup group in GroupArray)
            foreach (ParameterState member in group.Members)
            {
                Tensor parameter = member.Parameter;
                if (!parameter.RequiresGradient) continue;
                parameter.Change(Part(direction, ref at, parameter), new CombineUpdate(1, -group.LearningRate));
                member.Steps++;
            }
    }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group) { }

    /// <summary>The next part of a vector, as a tensor like the parameter.</summary>
    static Tensor Part(double[] vector, ref int at, Tensor parameter)
    {
        Tensor part = Tensor.From(vector.AsSpan(at, parameter.Length).ToArray(), parameter.Shape).To(parameter.DType);
        at += parameter.Length;
        return part;
    }

    /// <summary>All elements of several tensors in one vector.</summary>
    private protected static Tensor Flat(Tensor[] tensors) => Tensor.Concatenate([.. tensors.Select(static x => x.Reshape(-1))], 0);

    /// <summary>Row i: the derivative of element i of a vector with respect to all parameters.</summary>
    private protected static double[] Jacobian(Tensor vector, Tensor[] parameters)
    {
        int width = parameters.Sum(static parameter => parameter.Length);
        var rows = new double[vector.Length * width];
        for (int i = 0; i < vector.Length; i++)
            Flat(Autograd.Gradient(vector.Select(0, i), parameters, retainGraph: true)).To(DType.Float64).CopyTo(rows.AsSpan(i * width, width));
        return rows;
    }
}

/// <summary>
/// Newton's method: w ← w − η(H + λI)⁻¹g with the whole Hessian H of all parameters. On a quadratic bowl one step is enough; near a minimum
/// the error is squared in every step (Nocedal, Wright: Numerical optimization, 2006, chapter 3).
/// </summary>
public sealed class Newton : SecondOrderOptimizer
{
    /// <summary>Trains groups; rates are usually 1.</summary>
    public Newton(IEnumerable<ParameterGroup> groups, double learningRate = 1, NewtonOptions? options = null) : base(groups, learningRate, options) { }

    /// <summary>Trains all parameters of a module.</summary>
    public Newton(Module module, double learningRate = 1, NewtonOptions? options = null) : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override double Linearize(Func<Tensor> loss, Tensor[] parameters, out double[] matrix, out double[] right)
    {
        using Autograd.Scope scope = Autograd.Recording(true);
        Tensor value = loss(), slope = Flat(Autograd.Gradient(value, parameters, createGraph: true));
        right = slope.Detach().To(DType.Float64).ToArray<double>();
        // A loss that is linear in everything has a gradient that nothing depends on.
        matrix = slope.RequiresGradient ? Jacobian(slope, parameters) : new double[right.Length * right.Length];
        return (double)value;
    }
}

/// <summary>
/// Gauss-Newton for least squares ½‖r(w)‖²: w ← w − η(JᵀJ + λI)⁻¹Jᵀr, the Hessian without the curvature of r itself; with damping,
/// Levenberg-Marquardt (Nocedal, Wright, 2006, chapter 10). <c>Step(residuals)</c> takes the function of the residuals, a vector.
/// </summary>
public sealed class GaussNewton : SecondOrderOptimizer
{
    /// <summary>Trains groups; rates are usually 1.</summary>
    public GaussNewton(IEnumerable<ParameterGroup> groups, double learningRate = 1, NewtonOptions? options = null) : base(groups, learningRate, options) { }

    /// <summary>Trains all parameters of a module.</summary>
    public GaussNewton(Module module, double learningRate = 1, NewtonOptions? options = null) : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override double Linearize(Func<Tensor> loss, Tensor[] parameters, out double[] matrix, out double[] right)
    {
        using Autograd.Scope scope = Autograd.Recording(true);
        Tensor residuals = loss().Reshape(-1);
        double[] r = residuals.Detach().To(DType.Float64).ToArray<double>(), rows = Jacobian(residuals, parameters);
        int n = rows.Length / Math.Max(r.Length, 1);
        (matrix, right) = (new double[n * n], new double[n]);
        for (int k = 0; k < r.Length; k++)
            for (int i = 0; i < n; i++)
            {
                double slope = rows[k * n + i];
                right[i] += slope * r[k];
                for (int j = 0; j < n; j++) matrix[i * n + j] += slope * rows[k * n + j];
            }
        return 0.5 * r.Sum(static x => x * x);
    }
}
