using Nabla.Estimators;

namespace Nabla.Classical;

/// <summary>Saves and loads the models that a model is made of.</summary>
internal static class MemberState
{
    /// <summary>Members under members.0, members.1 …; loading makes each anew and fills it.</summary>
    /// <exception cref="NotSupportedException">A member is of a type that cannot be saved.</exception>
    public static void Exchange<T>(EstimatorState state, ref T[] members, Func<int, T> create) where T : class
    {
        int count = members.Length;
        state.Keep("members", ref count);
        if (state.IsReading) members = [.. Enumerable.Range(0, count).Select(create)];
        for (int i = 0; i < count; i++)
        {
            if (members[i] is not Estimator member)
                throw new NotSupportedException($"Save: expected members that derive from Estimator, got {members[i].GetType().Name}.");
            state.Keep($"members.{i}", member);
        }
    }
}
