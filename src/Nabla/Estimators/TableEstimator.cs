using System.Numerics;

namespace Nabla.Estimators;

/// <summary>A model fitted on a table: it remembers the table's width and refuses another.</summary>
public abstract class TableEstimator : Estimator
{
    int columns;

    /// <summary>Columns of the table it was fitted on; 0 before.</summary>
    public int FeatureCount => columns;

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Keep("features", ref columns);
    }

    /// <summary>The table to fit on; forgets what an earlier fit warned of.</summary>
    private protected Matrix<T> FitTable<T>(Tensor features) where T : unmanaged, IFloatingPointIeee754<T>
    {
        BeginFit();
        Matrix<T> table = TableInput.Features<T>(features, Name);
        columns = table.Columns;
        return table;
    }

    /// <summary>Sets the width, for a model that reads its table itself.</summary>
    private protected void Know(int width) => columns = width;

    /// <summary>A table to answer for, of the width that is known.</summary>
    private protected Matrix<T> Table<T>(Tensor features) where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckFitted();
        return TableInput.Features<T>(features, Name, columns);
    }
}
