using System.Runtime.InteropServices;

namespace Nabla.Tests.Kernels;

/// <summary>A native array of a test, off alignment by one element and with guard elements on both sides.</summary>
internal sealed unsafe class Native<T> : IDisposable where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
{
    const int Guard = 17;
    readonly T* memory;

    public Native(nint length, int seed = -1)
    {
        Length = (int)length;
        memory = (T*)NativeMemory.Alloc((nuint)((Length + 2 * Guard) * sizeof(T)));
        new Span<T>(memory, Length + 2 * Guard).Fill(T.CreateTruncating(12345));
        ulong state = (ulong)seed * 0x9E3779B97F4A7C15 + 1;
        for (int i = 0; i < Length; i++)
        {
            state = state * 6364136223846793005 + 1442695040888963407;
            Pointer[i] = seed < 0 ? T.NaN : T.CreateTruncating((state >> 40) / (double)(1 << 24) - 0.5);
        }
    }

    public int Length { get; }

    public T* Pointer => memory + Guard;

    public Span<T> Span => new(Pointer, Length);

    public void Dispose()
    {
        for (int i = 0; i < Guard; i++)
        {
            Assert.Equal(T.CreateTruncating(12345), memory[i]);
            Assert.Equal(T.CreateTruncating(12345), memory[Guard + Length + i]);
        }
        NativeMemory.Free(memory);
    }
}
