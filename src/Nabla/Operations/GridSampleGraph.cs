using Nabla.Kernels;

namespace Nabla;

/// <summary>The derivative of reading pictures at places in differentiable operations, for derivatives of derivatives.</summary>
internal static class GridSampleGraph
{
    /// <summary>
    /// With shares w of the four pixels p around a place and the slope g of what was read: Σ g·w added up at each pixel, and Σ g·p·∂w by the
    /// place, channels summed.
    /// </summary>
    public static Gradients Derivative(Tensor map, Tensor grid, Tensor g, GridGeometry geometry)
    {
        int batch = geometry.Batch, channels = geometry.Channels, points = geometry.Points, width = geometry.Columns.Size, height = geometry.Rows.Size;
        Tensor pixels = map.Reshape(batch, channels, -1), slope = g.Reshape(batch, channels, points), places = grid.Reshape(batch, 1, points, 2);
        (Tensor x, Tensor xSlope) = Pixel(places.Select(3, 0), geometry.Columns);
        (Tensor y, Tensor ySlope) = Pixel(places.Select(3, 1), geometry.Rows);
        Tensor left = x.Detach().Floor(), top = y.Detach().Floor(), right = x - left, below = y - top;
        Tensor sums = Tensor.Zeros(pixels.Shape, map.DType);
        Tensor topLeft = Corner(0, 0, (1 - right) * (1 - below)), topRight = Corner(1, 0, right * (1 - below));
        Tensor bottomLeft = Corner(0, 1, (1 - right) * below), bottomRight = Corner(1, 1, right * below);
        Tensor across = (topRight - topLeft) * (1 - below) + (bottomRight - bottomLeft) * below;
        Tensor down = (bottomLeft - topLeft) * (1 - right) + (bottomRight - topRight) * right;
        return [sums.Reshape(map.Shape), Tensor.Stack([across * xSlope, down * ySlope], 3).Reshape(grid.Shape)];

        // Adds g · share to the pixels at one corner of every place's square; returns Σ g·p over channels. Pixels outside are 0.
        Tensor Corner(int acrossBy, int downBy, Tensor share)
        {
            Tensor column = left + acrossBy, row = top + downBy;
            Tensor inside = column.GreaterOrEqual(0).LogicalAnd(column.Less(width)).LogicalAnd(row.GreaterOrEqual(0)).LogicalAnd(row.Less(height));
            Tensor at = row.Clamp(0, height - 1).To(DType.Int64) * width + column.Clamp(0, width - 1).To(DType.Int64);
            Tensor everywhere = at.Expand(batch, channels, points), seen = slope * inside.To(map.DType);
            sums = sums.ScatterAdd(2, everywhere, seen * share);
            return (pixels.Gather(2, everywhere) * seen).Sum(1, keepAxis: true);
        }
    }

    static (Tensor Pixel, Tensor Slope) Pixel(Tensor place, GridAxis axis)
    {
        Tensor pixel = GridAxis.Pixel(new TensorLanes(place), TensorLanes.Constant(axis.Scale), TensorLanes.Constant(axis.Offset)).In(place.DType);
        Tensor slope = Tensor.Full(place.Shape, axis.Scale, place.DType);
        if (!axis.IsBounded) return (pixel, slope);
        Tensor moves = pixel.Greater(0).LogicalAnd(pixel.Less(axis.Size - 1)).To(place.DType);
        return (pixel.Clamp(0, axis.Size - 1), slope * moves);
    }
}
