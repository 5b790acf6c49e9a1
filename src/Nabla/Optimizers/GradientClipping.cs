using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>Keeps gradients from exploding: call between <c>Backward()</c> and <c>Step()</c>. All changes are in place.</summary>
public static class GradientClipping
{
    extension(Optimizer optimizer)
    {
        /// <summary>The global norm ‖g‖: the root of the sum of squares of all gradients.</summary>
        /// <exception cref="ArithmeticException">A gradient is not finite; the message names the parameter and the position.</exception>
        public double GradientNorm()
        {
            double sum = 0;
            foreach (ParameterGroup group in optimizer.GroupArray)
                foreach (ParameterState member in group.Members)
                    if (member.Parameter.GradientNumbers is { } gradient) sum += gradient.SquaredLength();
            return double.IsFinite(sum) ? Math.Sqrt(sum) : Math.Sqrt(CarefulSum(optimizer));
        }

        /// <summary>g ← g·min(1, limit / ‖g‖): the direction stays, the length is at most <paramref name="limit"/> (Pascanu et al., 2013).</summary>
        /// <returns>‖g‖ before clipping.</returns>
        /// <exception cref="ArithmeticException">A gradient is not finite; the message names the parameter and the position.</exception>
        public double ClipNorm(double limit)
        {
            RequirePositive(limit, "ClipNorm");
            double norm = optimizer.GradientNorm();
            if (norm > limit) ForEach(optimizer, new ScaleUpdate(limit / norm));
            return norm;
        }

        /// <summary>
        /// g ← g·γ / (‖g‖ + γ): the smooth form, between half of <see cref="ClipNorm"/> with the same bound and all of it.
        /// </summary>
        /// <returns>‖g‖ before clipping.</returns>
        /// <exception cref="ArithmeticException">A gradient is not finite; the message names the parameter and the position.</exception>
        public double ClipNormSmoothly(double gamma)
        {
            RequirePositive(gamma, "ClipNormSmoothly");
            double norm = optimizer.GradientNorm();
            ForEach(optimizer, new ScaleUpdate(gamma / (norm + gamma)));
            return norm;
        }

        /// <summary>Bounds every element to [−limit, limit]; the direction may change.</summary>
        public void ClipValues(double limit)
        {
            RequirePositive(limit, "ClipValues");
            ForEach(optimizer, new BoundUpdate(limit));
        }
    }

    static void RequirePositive(double value, string who)
    {
        if (value is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{who}: expected a finite bound above 0, got {value}.");
    }

    internal static void ForEach<R>(Optimizer optimizer, R rule) where R : struct, IUpdate
    {
        foreach (ParameterGroup group in optimizer.GroupArray)
            foreach (ParameterState member in group.Members)
            {
                if (member.Parameter.GradientNumbers is not { } gradient) continue;
                if (!gradient.IsContiguous) member.Parameter.Gradient = gradient = gradient.Contiguous();
                gradient.Change(gradient, rule);
            }
    }

    /// <summary>After an overflow or a NaN: the sum in double precision, or the name of the culprit.</summary>
    static double CarefulSum(Optimizer optimizer)
    {
        double sum = 0;
        foreach (ParameterState member in optimizer.GroupArray.SelectMany(static group => group.Members))
        {
            if (member.Parameter.RawGradient is not { } gradient) continue;           // whole, so that the position is the table's
            double[] values = gradient.To(DType.Float64).ToArray<double>();
            int position = Array.FindIndex(values, static value => !double.IsFinite(value));
            if (position >= 0)
                throw new ArithmeticException(
                    $"Gradient of {member.Name}: expected finite numbers, got {values[position]} at {Position(position, gradient.Shape)} of {gradient.Shape}. " +
                    "Lower the learning rate, or find the operation with Autograd.DetectAnomaly().");
            foreach (double value in values) sum += value * value;
        }
        return sum;
    }

    static string Position(int index, Shape shape) =>
        $"[{string.Join(", ", shape.Strides.Select((stride, axis) => index / stride % shape[axis]))}]";
}
