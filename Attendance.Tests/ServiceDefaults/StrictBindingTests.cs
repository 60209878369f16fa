using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;
using Attendance.ServiceDefaults.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.ServiceDefaults;

/// <summary>Tests that faults in settings that the framework's binder ignores are reported.</summary>
public sealed class StrictBindingTests
{
    [Theory]
    [InlineData("Cameras:door:Width", "1920px", "'Cameras:door:Width' is '1920px'; it must be a whole number within its range.")]
    [InlineData("Cameras:door:Width", "99999999999", "'Cameras:door:Width' is '99999999999'; it must be a whole number within its range.")]
    [InlineData("Cameras:door:FrameRate", "12,5", "'Cameras:door:FrameRate' is '12,5'; it must be a number, with a point before its decimals.")]
    [InlineData("Cameras:door:Widht", "1920", "'Cameras:door:Widht' is no setting. Is 'Cameras:door:Width' meant?")]
    [InlineData("Cameras:door:Resolution", "1920", "'Cameras:door:Resolution' is no setting. There are: Certificate, ")]
    [InlineData("Cameras:door:Width:Pixels", "1920", "'Cameras:door:Width:Pixels' is no setting: 'Cameras:door:Width' takes one value.")]
    [InlineData("Cameras:door:Tags:first", "entry", "'Cameras:door:Tags:first' is no setting: 'Cameras:door:Tags' is a list, so 0, 1, … must follow.")]
    [InlineData("Cameras:door", "test-pattern", "'Cameras:door' is a group of settings and takes no value itself.")]
    public void A_key_that_there_is_not_and_a_value_that_does_not_convert_are_named(string key, string value, string expected)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Bind<CamerasOptions>("Cameras", ("Cameras:door:Source", "test-pattern"), (key, value)));

        Assert.StartsWith(expected, Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Leases:DefaultTtl", "00:01:00", "'Leases:DefaultTtl' is no setting.")]
    [InlineData("Leases:Ttl", "a minute", "'Leases:Ttl' is 'a minute'; it must be a time, as 00:00:30 for half a minute.")]
    [InlineData("Leases:TTl ", "00:01:00", "'Leases:TTl ' is no setting. Is 'Leases:Ttl' meant?")]
    public void An_unknown_key_or_an_unconvertible_value_of_plain_options_is_named(string key, string value, string expected)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Bind<LeaseOptions>("Leases", (key, value)));

        Assert.StartsWith(expected, Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Things:Kind", "midle", "'Things:Kind' is 'midle'; it must be one of Low, Middle.")]
    [InlineData("Things:Kind", "7", "'Things:Kind' is '7'; it must be one of Low, Middle.")]
    [InlineData("Things:IsOn", "no", "'Things:IsOn' is 'no'; it must be true or false.")]
    [InlineData("Things:PinPassword", "hush", "'Things:PinPassword' has a value that cannot be used; it must be a whole number within its range.")]
    [InlineData("Things:Sum", "1", "'Things:Sum' is no setting.")]
    public void Every_kind_of_value_says_what_it_must_be_and_no_secret_is_repeated(string key, string value, string expected)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Bind<Things>("Things", (key, value)));

        Assert.StartsWith(expected, Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once() => Assert.Equal(
        2,
        Assert.Throws<OptionsValidationException>(() => Bind<CamerasOptions>("Cameras", ("Cameras:door:Width", "wide"), ("Cameras:gate:Heigth", "1"))).Failures.Count());

    [Fact]
    public void A_section_beside_a_known_one_is_no_setting()
    {
        var error = Assert.Throws<OptionsValidationException>(() => Bind<Things>("People:Consent", ("People:Konsent:Kind", "Low")));

        Assert.StartsWith("'People:Konsent' is no setting. Is 'People:Consent' meant?", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_right_is_bound_in_whatever_case()
    {
        var things = Bind<Things>("Things", ("things:kind", "middle"), ("Things:ISON", "True"), ("Things:Names:0", "one"), ("Things:Names:1", ""), ("Things:PinPassword", ""));

        Assert.Equal((Kind.Middle, true, "one|", null), (things.Kind, things.IsOn, string.Join('|', things.Names), things.PinPassword));
    }

    [Fact]
    public void The_environment_may_have_a_variable_of_a_sections_name() => Assert.False(Bind<Things>("Things", ("Things", "/usr/bin/things")).IsOn);

    private static T Bind<T>(string section, params (string Key, string Value)[] settings) where T : class, new()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))).Build());
        services.AddOptions<T>().BindStrictly(section);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<T>>().Value;
    }

    internal enum Kind
    {
        Low,
        Middle,
    }

    internal sealed class Things
    {
        public Kind Kind { get; set; }

        public bool IsOn { get; set; }

        public int? PinPassword { get; set; }

        public IList<string> Names { get; } = [];

        public int Sum => Names.Count;
    }
}
