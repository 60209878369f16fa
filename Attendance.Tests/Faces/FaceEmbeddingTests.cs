using Attendance.Tests.Subjects;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Recognition;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class FaceEmbeddingTests
{
    [Fact]
    public void Bytes_become_the_same_numbers_again()
    {
        var face = TestEmbeddings.Random(1);

        Assert.Equal(face.Numbers.ToArray(), FaceEmbedding.FromBytes(face.ToBytes()).Numbers.ToArray());
        Assert.Throws<ArgumentException>(() => FaceEmbedding.FromBytes(new byte[511]));
    }

    [Fact]
    public void Numbers_that_are_too_few_or_not_finite_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new FaceEmbedding(new float[127]));
        Assert.Throws<ArgumentException>(() => new FaceEmbedding([.. new float[127], float.NaN]));
    }

    [Fact]
    public void The_mean_lies_in_the_middle()
    {
        var (one, other) = (TestEmbeddings.Random(1), TestEmbeddings.Random(2));

        var mean = FaceEmbedding.Mean([one, other]);

        Assert.Equal(one.DistanceTo(other) / 2, mean.DistanceTo(one), 0.0001);
        Assert.Equal(one.DistanceTo(other) / 2, mean.DistanceTo(other), 0.0001);
        Assert.Throws<ArgumentException>(() => FaceEmbedding.Mean([]));
    }

    [Fact]
    public void A_face_at_a_distance_is_at_that_distance() =>
        Assert.Equal(0.55, TestEmbeddings.Random(1).DistanceTo(TestEmbeddings.At(0.55, TestEmbeddings.Random(1), 3)), 0.0001);

    [Fact]
    public void The_distance_is_that_of_the_numbers_one_by_one()
    {
        var (one, other) = (TestEmbeddings.Random(1), TestEmbeddings.Random(2));

        Assert.Equal(Math.Sqrt(Enumerable.Range(0, FaceEmbedding.Length).Sum(i => Math.Pow(one.Numbers[i] - (double)other.Numbers[i], 2))), one.DistanceTo(other), 0.00001);
    }

    [Theory]
    [InlineData("Threads", "0")]
    [InlineData("AcceptDistance", "0")]
    [InlineData("AcceptDistance", "0.59")] // above DoubtDistance
    [InlineData("DoubtDistance", "NaN")]
    [InlineData("Margin", "-0.1")]
    [InlineData("FramesNeeded", "2")] // not more than half
    [InlineData("FramesNeeded", "6")]
    [InlineData("Frames", "0")]
    [InlineData("Window", "00:01:00")]
    [InlineData("MaxCandidates", "100000")]
    [InlineData("MinEyeDistance", "1")]
    [InlineData("CachedPeople", "-1")]
    [InlineData("CachedFor", "2.00:00:00")]
    public void A_setting_that_makes_no_sense_is_named(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"Recognition:{key}", value)]).Build();
        using var services = new ServiceCollection()
            .AddSingleton<IValidateOptions<RecognitionOptions>, RecognitionOptionsValidator>()
            .AddOptions<RecognitionOptions>().Bind(configuration.GetSection(RecognitionOptions.Section)).Services
            .BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<RecognitionOptions>>().Value);

        Assert.Contains($"'Recognition:{key}'", failure.Message, StringComparison.Ordinal);
    }
}
