namespace Nabla;

/// <summary>The shapes given to an operation do not fit. The message says what was expected, what came and what to do.</summary>
public sealed class ShapeException(string message) : ArgumentException(message)
{
    /// <summary>Path and notation of the innermost layer in whose forward pass this happened; null outside of layers.</summary>
    public string? Layer { get; internal set; }

    /// <inheritdoc/>
    public override string Message => Layer is null ? base.Message : $"{Layer}: {base.Message}";
}

/// <summary>The element types given to an operation do not fit.</summary>
public sealed class DTypeException(string message) : ArgumentException(message)
{
    /// <summary>Path and notation of the innermost layer in whose forward pass this happened; null outside of layers.</summary>
    public string? Layer { get; internal set; }

    /// <inheritdoc/>
    public override string Message => Layer is null ? base.Message : $"{Layer}: {base.Message}";
}

/// <summary>A file or text is not in the format it should be in. The message names the file, the position and the expectation.</summary>
public sealed class DataFormatException : IOException
{
    /// <summary>Creates the error with its message.</summary>
    public DataFormatException(string message) : base(message) { }

    /// <summary>Creates the error with its message and what caused it.</summary>
    public DataFormatException(string message, Exception cause) : base(message, cause) { }
}
