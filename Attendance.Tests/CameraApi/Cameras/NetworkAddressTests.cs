using Attendance.CameraApi.Cameras;
using Xunit;

namespace Attendance.Tests.CameraApi.Cameras;

public sealed class NetworkAddressTests
{
    [Theory]
    [InlineData("http://admin:12%2334@host/stream")]
    [InlineData("rtsp://u:p%40s%2Fs%3Aw%23rd%25@10.0.0.7:554/live?channel=1")]
    [InlineData("rtsp://10.0.0.7/user=admin&password=x@y")]
    [InlineData("http://10.0.0.7:8080/stream?mail=a@b.example")]
    [InlineData("http://camera/stream@2")]
    [InlineData("http://[fe80::1]:8080/stream")]
    [InlineData("https://user@host/")]
    [InlineData("http://user:p!w$&'()*+,;=-._~w@host/")]
    [InlineData("test-pattern")]
    [InlineData("file:/a b#c@d.mp4")]
    [InlineData(null)]
    public void A_valid_address_is_accepted(string? source) => Assert.Null(NetworkAddress.Fault(source));

    [Theory]
    [InlineData("http://admin:12#hunter@host/stream", "has a # in its user name or password")]
    [InlineData("http://admin:hunter#34@host/stream", "has a # in its user name or password")]
    [InlineData("http://admin:12/hunter@10.0.0.7/stream", "has a / in its user name or password")]
    [InlineData("rtsp://admin:hunter/34@host", "has a / in its user name or password")]
    [InlineData("http://admin:12?hunter@host/stream", "has a ? in its user name or password")]
    [InlineData("rtsp://admin:hunter?x@host:554/", "has a ? in its user name or password")]
    [InlineData("http://admin:hunt@er@host/stream", "has an @ in its user name or password")]
    [InlineData("http://admin:100%hunter@host/stream", "has a % in its user name or password")]
    [InlineData("http://admin:hunter 2@host/", "holds a blank")]
    [InlineData("http://host/live#hunter", "has a # in its path")]
    [InlineData("http://host:hunter/", "has no host, or a port that is no number")]
    [InlineData("http:///hunter", "has no host")]
    public void A_fault_in_an_address_is_named_without_repeating_the_address(string source, string expected)
    {
        var fault = NetworkAddress.Fault(source);

        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hunt", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtsps://h/", "any", true)]
    [InlineData("https://h/", "AA:bb", false)]
    [InlineData("https://h/", "aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899", true)]
    [InlineData("http://h/", "any", false)]
    public void A_certificate_is_any_or_a_fingerprint_and_belongs_to_an_address_with_TLS(string source, string certificate, bool isValid)
    {
        var options = new CamerasOptions { ["door"] = new CameraOptions { Source = source, Certificate = certificate } };

        var result = new CamerasOptionsValidator().Validate(null, options);

        Assert.Equal(isValid, result.Succeeded);
        Assert.All(result.Failures ?? [], failure => Assert.Contains("Cameras:door:Certificate", failure, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("device:/dev/video0", true)]
    [InlineData("test-pattern", false)]
    [InlineData("http://h/", false)]
    public void Controls_are_those_of_an_attached_camera(string source, bool isValid)
    {
        var options = new CamerasOptions { ["door"] = new CameraOptions { Source = source, Controls = { ["power_line_frequency"] = 1 } } };

        var result = new CamerasOptionsValidator().Validate(null, options);

        Assert.Equal(isValid, result.Succeeded);
        Assert.All(result.Failures ?? [], failure => Assert.Contains("Cameras:door:Controls", failure, StringComparison.Ordinal));
    }

    [Fact]
    public void An_invalid_address_stops_the_start_naming_its_camera()
    {
        var options = new CamerasOptions { ["door"] = new CameraOptions { Source = "http://admin:12#hunter@host" } };

        var failure = Assert.Single(new CamerasOptionsValidator().Validate(null, options).Failures!);

        Assert.StartsWith("'Cameras:door:Source' has a # in its user name or password", failure, StringComparison.Ordinal);
    }
}
