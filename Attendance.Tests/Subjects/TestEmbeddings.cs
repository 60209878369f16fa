using Attendance.Web.Faces.Recognition;

namespace Attendance.Tests.Subjects;

/// <summary>Embeddings for tests that need no pictures.</summary>
internal static class TestEmbeddings
{
    private const double Size = 0.9; // so that two strangers are about 1.3 apart

    public static FaceEmbedding Random(int? seed = null)
    {
        var random = seed is { } known ? new Random(known) : System.Random.Shared;
        return Directed(random, Size);
    }

    /// <summary>Returns an embedding at this distance from another one, in a random direction.</summary>
    public static FaceEmbedding At(double distance, FaceEmbedding of, int seed)
    {
        var away = Directed(new Random(seed), distance);
        var numbers = new float[FaceEmbedding.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = of.Numbers[i] + away.Numbers[i];
        }

        return new(numbers);
    }

    private static FaceEmbedding Directed(Random random, double length)
    {
        var numbers = new double[FaceEmbedding.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = random.NextDouble() - 0.5;
        }

        var norm = Math.Sqrt(numbers.Sum(number => number * number));
        return new([.. numbers.Select(number => (float)(number / norm * length))]);
    }
}
