using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Attendance.Web.Faces.Recognition;

/// <summary>
/// The numbers that a face becomes. The distance between those of two pictures of one person is mostly below 0.5, and between those of
/// two people mostly above 0.6.
/// </summary>
internal sealed class FaceEmbedding
{
    public const int Length = RecognitionNetwork.Numbers;
    public const int Bytes = Length * sizeof(float);

    private readonly float[] _numbers;

    /// <exception cref="ArgumentException">There are not as many numbers as there must be, or one is not finite.</exception>
    public FaceEmbedding(ReadOnlySpan<float> numbers)
    {
        _numbers = numbers.Length == Length ? numbers.ToArray() : throw new ArgumentException($"A face becomes {Length} numbers.", nameof(numbers));
        if (!_numbers.All(float.IsFinite))
        {
            throw new ArgumentException("Each of the numbers is finite.", nameof(numbers));
        }
    }

    public ReadOnlySpan<float> Numbers => _numbers;

    /// <exception cref="ArgumentException">There is none.</exception>
    public static FaceEmbedding Mean(IReadOnlyCollection<FaceEmbedding> embeddings)
    {
        var mean = new float[Length];
        foreach (var embedding in embeddings)
        {
            for (var i = 0; i < Length; i++)
            {
                mean[i] += embedding._numbers[i] / embeddings.Count;
            }
        }

        return embeddings.Count > 0 ? new(mean) : throw new ArgumentException("Nothing has no mean.", nameof(embeddings));
    }

    /// <exception cref="ArgumentException">These bytes were not made by <see cref="ToBytes"/>.</exception>
    public static FaceEmbedding FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Bytes
        ? new(MemoryMarshal.Cast<byte, float>(bytes))
        : throw new ArgumentException($"A face becomes {Bytes} bytes.", nameof(bytes));

    /// <summary>Returns the numbers as they are stored: 32 bits each, the lowest byte first.</summary>
    public byte[] ToBytes() => MemoryMarshal.AsBytes(Numbers).ToArray();

    /// <summary>Returns the Euclidean distance.</summary>
    public double DistanceTo(FaceEmbedding other)
    {
        var these = MemoryMarshal.Cast<float, Vector256<float>>(Numbers);
        var those = MemoryMarshal.Cast<float, Vector256<float>>(other.Numbers);
        var (even, odd) = (Vector256<float>.Zero, Vector256<float>.Zero); // two sums, of which none waits for the other
        for (var i = 0; i + 1 < these.Length && i + 1 < those.Length; i += 2)
        {
            var (one, next) = (these[i] - those[i], these[i + 1] - those[i + 1]);
            (even, odd) = (even + (one * one), odd + (next * next));
        }

        return Math.Sqrt(Vector256.Sum(even + odd));
    }
}
