namespace Nabla.Tests;

public class AutogradTests
{
    static Tensor Leaf(params double[] values)
    {
        var x = Tensor.From(values);
        x.RequiresGradient = true;
        return x;
    }

    [Fact]
    public void Gradient_of_a_product_is_the_other_factor()
    {
        Tensor a = Leaf(2, 3), b = Leaf(5, 7);
        (a * b).Sum().Backward();
        Assert.Equal([5.0, 7], a.Gradient!.ToArray<double>());
        Assert.Equal([2.0, 3], b.Gradient!.ToArray<double>());
    }

    [Fact]
    public void A_tensor_used_twice_gets_the_sum_of_both_gradients()
    {
        Tensor a = Leaf(2, 3);
        (a * a + a).Sum().Backward();
        Assert.Equal([5.0, 7], a.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Broadcast_axes_are_summed_back()
    {
        Tensor a = Leaf(1, 2, 3), b = Tensor.Ones((4, 3), DType.Float64);
        (a * b).Sum().Backward();
        Assert.Equal([4.0, 4, 4], a.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Backward_passes_add_up_until_cleared()
    {
        Tensor a = Leaf(3);
        (a * a).Sum().Backward();
        (a * a).Sum().Backward();
        Assert.Equal([12.0], a.Gradient!.ToArray<double>());
        a.ClearGradient();
        Assert.Null(a.Gradient);
    }

    [Fact]
    public void Third_derivative_of_a_fourth_power()
    {
        Tensor x = Leaf(2);
        Tensor first = Autograd.Gradient((x * x * x * x).Sum(), x, createGraph: true);
        Tensor second = Autograd.Gradient(first.Sum(), x, createGraph: true);
        Tensor third = Autograd.Gradient(second.Sum(), x);
        Assert.Equal(32, (double)first);
        Assert.Equal(48, (double)second);
        Assert.Equal(48, (double)third);
    }

    [Fact]
    public void Second_derivative_of_tanh_comes_from_the_same_formula()
    {
        Tensor x = Leaf(0.7);
        Tensor first = Autograd.Gradient(x.Tanh().Sum(), x, createGraph: true);
        Tensor second = Autograd.Gradient(first.Sum(), x);
        double t = Math.Tanh(0.7);
        Assert.Equal(-2 * t * (1 - t * t), (double)second, 1e-12);
    }

    [Fact]
    public void A_long_chain_does_not_overflow_the_stack()
    {
        Tensor x = Leaf(1), y = x;
        for (int i = 0; i < 100_000; i++) y += 0.5;
        y.Sum().Backward();
        Assert.Equal([1.0], x.Gradient!.ToArray<double>());
    }

    [Fact]
    public void A_second_backward_through_a_used_graph_is_refused()
    {
        Tensor a = Leaf(3), loss = (a * a).Sum();
        loss.Backward();
        var error = Assert.Throws<InvalidOperationException>(() => loss.Backward());
        Assert.Contains("retainGraph: true", error.Message);
    }

    [Fact]
    public void A_retained_graph_can_be_used_again()
    {
        Tensor a = Leaf(3), loss = (a * a).Sum();
        loss.Backward(retainGraph: true);
        loss.Backward();
        Assert.Equal([12.0], a.Gradient!.ToArray<double>());
    }

    [Fact]
    public void A_value_changed_in_place_after_it_was_saved_is_refused()
    {
        Tensor a = Leaf(3, 4), b = Tensor.From([1.0, 2]);
        Tensor loss = (a * b).Sum();
        b += Tensor.From([1.0, 1]);
        var error = Assert.Throws<InvalidOperationException>(() => loss.Backward());
        Assert.Contains("changed in place", error.Message);
    }

    [Fact]
    public void Large_tensors_give_the_same_gradients_as_small_ones()
    {
        Tensor a = Tensor.Full((64, 1000), 2), w = Tensor.Full((10, 1000), 0.5);
        a.RequiresGradient = true;
        w.RequiresGradient = true;
        for (int step = 0; step < 3; step++)
        {
            a.ClearGradient();
            w.ClearGradient();
            a.Linear(w).Tanh().Sum().Backward();
            Assert.Equal((64, 1000), a.Gradient!.Shape);
            Assert.Equal((10, 1000), w.Gradient!.Shape);
        }
        (a.Linear(w) * a.Linear(w)).Mean().Backward();
    }

    [Fact]
    public void A_hook_replaces_the_gradient()
    {
        Tensor a = Leaf(3), b = a * 2;
        b.OnGradient(g => g * 10);
        b.Sum().Backward();
        Assert.Equal([20.0], a.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Nothing_is_recorded_under_NoGradient()
    {
        Tensor a = Leaf(3), b;
        using (Autograd.NoGradient()) b = a * 2;
        Assert.False(b.RequiresGradient);
        Assert.True((a * 2).RequiresGradient);
    }

    [Fact]
    public void Anomaly_detection_names_the_operation_and_the_place()
    {
        Tensor a = Leaf(1, -1);
        using var _ = Autograd.DetectAnomaly();
        var error = Assert.Throws<ArithmeticException>(() => a.Log());
        Assert.StartsWith("Log: the first result that is not finite is at [1] of [2]", error.Message);
    }
}
