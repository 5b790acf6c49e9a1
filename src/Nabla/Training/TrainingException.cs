namespace Nabla.Training;

/// <summary>Training cannot go on. The message says where it stands and what can be done.</summary>
public sealed class TrainingException(string message) : Exception(message);
