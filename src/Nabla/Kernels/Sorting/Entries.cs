using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>What is sorted: a key whose unsigned order is the wanted order, and where the element was.</summary>
internal interface IEntry<TEntry> where TEntry : unmanaged, IEntry<TEntry>
{
    /// <summary>Bytes of the key.</summary>
    static abstract int Passes { get; }

    static abstract TEntry Create<T>(T value, int index, bool descending) where T : unmanaged, INumber<T>;

    int Index { get; }

    /// <summary>The key, in its low bytes.</summary>
    ulong Key { get; }

    /// <summary>A byte of the key, 0 the lowest.</summary>
    int Digit(int pass);

    /// <summary>Whether the key is smaller.</summary>
    bool Precedes(TEntry other);
}

/// <summary>Keys of at most 32 bits, above the index in one word.</summary>
internal readonly struct NarrowEntry(ulong word) : IEntry<NarrowEntry>
{
    readonly ulong word = word;

    public static int Passes => 4;

    public int Index => (int)(uint)word;

    public ulong Key => word >> 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowEntry Create<T>(T value, int index, bool descending) where T : unmanaged, INumber<T>
    {
        uint key;
        if (typeof(T) == typeof(float))
        {
            if (T.IsNaN(value)) return new((ulong)uint.MaxValue << 32 | (uint)index);
            int bits = BitConverter.SingleToInt32Bits(Unsafe.BitCast<T, float>(value) + 0f);      // −0 equals +0
            key = bits < 0 ? ~(uint)bits : (uint)bits | 0x8000_0000;
        }
        else key = (uint)int.CreateTruncating(value) ^ 0x8000_0000;
        return new((ulong)(descending ? ~key : key) << 32 | (uint)index);
    }

    public int Digit(int pass) => (int)(word >> (32 + 8 * pass)) & 255;

    public bool Precedes(NarrowEntry other) => word >> 32 < other.word >> 32;
}

/// <summary>Keys of 64 bits.</summary>
internal readonly struct WideEntry(ulong key, int index) : IEntry<WideEntry>
{
    public static int Passes => 8;

    public int Index { get; } = index;

    public ulong Key { get; } = key;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideEntry Create<T>(T value, int index, bool descending) where T : unmanaged, INumber<T>
    {
        ulong key;
        if (typeof(T) == typeof(double))
        {
            if (T.IsNaN(value)) return new(ulong.MaxValue, index);
            long bits = BitConverter.DoubleToInt64Bits(Unsafe.BitCast<T, double>(value) + 0.0);   // −0 equals +0
            key = bits < 0 ? ~(ulong)bits : (ulong)bits | 0x8000_0000_0000_0000;
        }
        else key = (ulong)long.CreateTruncating(value) ^ 0x8000_0000_0000_0000;
        return new(descending ? ~key : key, index);
    }

    public int Digit(int pass) => (int)(Key >> (8 * pass)) & 255;

    public bool Precedes(WideEntry other) => Key < other.Key;
}
