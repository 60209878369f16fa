using Attendance.Web.Faces.Quality;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class ShotLimitsTests
{
    [Fact]
    public void The_usual_limits_can_be_met() => Assert.Equal(new ShotLimits(), Bind([]));

    [Fact]
    public void A_limit_can_be_set() => Assert.Equal(0.2, Bind([("MinSize", "0.2")]).MinSize);

    [Theory]
    [InlineData("MinWidth", "0")]
    [InlineData("MinHeight", "5000")]
    [InlineData("MinSize", "0")]
    [InlineData("MaxSize", "2")]
    [InlineData("MaxOffset", "-0.1")]
    [InlineData("MinBrightness", "-1")]
    [InlineData("MaxBrightness", "256")]
    [InlineData("MinSharpness", "NaN")]
    [InlineData("MaxFrontYaw", "0")]
    [InlineData("MinTurn", "-0.2")]
    [InlineData("MaxTurn", "Infinity")]
    [InlineData("MinNod", "0")]
    [InlineData("MinFrontPitch", "-1")]
    [InlineData("MaxFrontPitch", "1.1")]
    [InlineData("MinSize", "0.5")] // above MaxSize
    [InlineData("MinBrightness", "220")]
    [InlineData("MinTurn", "0.9")]
    [InlineData("MaxTurn", "0.1")]
    [InlineData("MinFrontPitch", "0.7")]
    public void A_limit_that_makes_no_sense_is_named(string key, string value)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Bind([(key, value)]));

        Assert.Contains($"'Enrollment:Shots:{key}'", failure.Message, StringComparison.Ordinal);
    }

    private static ShotLimits Bind((string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => $"{ShotLimits.Section}:{setting.Key}", setting => (string?)setting.Value))
            .Build();
        using var services = new ServiceCollection()
            .AddSingleton<IValidateOptions<ShotLimits>, ShotLimitsValidator>()
            .AddOptions<ShotLimits>().Bind(configuration.GetSection(ShotLimits.Section)).Services
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<ShotLimits>>().Value;
    }
}
